import type { PullFault } from './flavour.ts';
import { formatReference, parseReference, repositoryOf, type Reference } from './reference.ts';

/** What is wrong with a registry, or with a part of one, for now. */
export interface Trouble {
  /** `docker.io`, `docker.io/library/nginx`, or one image: `docker.io/library/nginx:1.27`. */
  readonly of: string;
  /** Pulls fail for this reason … */
  readonly fault?: PullFault;
  /** … or take that many times as long. */
  readonly slower?: number;
}

/** Registries that are not as they should be. */
export class RegistryTroubles {
  readonly #troubles = new Set<Trouble>();
  /** By node: pulls there take that many times as long. */
  readonly slowNodes = new Map<string, number>();

  /** Returns how to mend it. */
  add(trouble: Trouble): () => void {
    this.#troubles.add(trouble);
    return () => this.#troubles.delete(trouble);
  }

  fault(reference: Reference): PullFault | undefined {
    for (const { of, fault } of this.#troubles) if (fault !== undefined && covers(of, reference)) return fault;
    return undefined;
  }

  /** How many times as long a pull takes on a node. */
  slower(node: string, reference: Reference): number {
    let times = this.slowNodes.get(node) ?? 1;
    for (const { of, slower } of this.#troubles) if (slower !== undefined && covers(of, reference)) times *= slower;
    return times;
  }
}

function covers(of: string, reference: Reference): boolean {
  if (of === reference.domain || `${repositoryOf(reference)}/`.startsWith(`${of}/`)) return true;
  // As a pod would name it: `nginx:1.27` is docker.io/library/nginx:1.27.
  const meant = parseReference(of);
  if (typeof meant === 'string') return false;
  return /:[^/]*$/.test(of) ? formatReference(meant) === formatReference(reference) : repositoryOf(meant) === repositoryOf(reference);
}
