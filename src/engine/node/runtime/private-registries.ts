import type { AuthConfig } from './cri.ts';
import type { PullFault } from './flavour.ts';
import { repositoryOf, type Reference } from './reference.ts';

/** A registry, or a part of one, that gives its images only to who is known there. */
export interface PrivateRegistry {
  /** `registry.example.com`, or with a path below which it is private: `docker.io/acme`. */
  name: string;
  username: string;
  password: string;
  /** Paths that these credentials do not open, though they are good: `team-b/`. */
  forbidden?: string[];
}

/** Who may pull what. */
export class PrivateRegistries {
  constructor(readonly registries: readonly PrivateRegistry[]) {}

  /** Why a pull with these credentials is refused; undefined where it is not. */
  refuses(reference: Reference, auth: AuthConfig | undefined): PullFault | undefined {
    const guard = this.#guardOf(reference);
    if (guard === undefined) return undefined;
    if (auth === undefined) return 'no credentials';
    if (auth.username !== guard.username || auth.password !== guard.password) return 'unauthorized';
    return guard.forbidden?.some((path) => reference.path.startsWith(path)) === true ? 'forbidden' : undefined;
  }

  /** Whether anybody may have it. */
  open(reference: Reference): boolean {
    return this.#guardOf(reference) === undefined;
  }

  #guardOf(reference: Reference): PrivateRegistry | undefined {
    const repository = `${repositoryOf(reference)}/`;
    return this.registries.find(({ name }) => repository.startsWith(name.endsWith('/') ? name : `${name}/`));
  }
}
