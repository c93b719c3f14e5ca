import type { Image } from '../../os/image.ts';
import { hashText } from '../../sim/hash.ts';
import { Random } from '../../sim/random.ts';
import { CATALOGUE } from './catalogue.ts';
import { CriError, type AuthConfig } from './cri.ts';
import { declaredImage, type ImageDeclaration } from './declaration.ts';
import { FLAVOURS, type PullFault, type RuntimeFlavour } from './flavour.ts';
import { PrivateRegistries, type PrivateRegistry } from './private-registries.ts';
import { formatReference, parseReference, repositoryOf, type Reference } from './reference.ts';
import { RegistryTroubles } from './registry-trouble.ts';

/** What a pull brings. */
export interface PulledImage {
  readonly image: Image;
  readonly reference: string;
  /** `docker.io/library/nginx@sha256:…`. */
  readonly id: string;
  /** It took credentials to get it. */
  readonly guarded: boolean;
}

/** All registries of the world: the catalogue and what the scenario declares. */
export class Registry {
  readonly #images = new Map<string, Image[]>();
  /** What was broken on purpose. */
  readonly troubles = new RegistryTroubles();
  readonly #private: PrivateRegistries;
  /** Tags that were moved: what each stands for now, by reference. */
  readonly #moved = new Map<string, string>();
  /** What is behind digests that somebody has seen. */
  readonly #seen = new Map<string, Reference>();

  constructor(declarations: readonly ImageDeclaration[] = [], more: readonly Image[] = [], guarded: readonly PrivateRegistry[] = []) {
    this.#private = new PrivateRegistries(guarded);
    for (const image of [...declarations.map(declaredImage), ...more, ...CATALOGUE]) {
      const list = this.#images.get(image.repository);
      if (list === undefined) this.#images.set(image.repository, [image]);
      else list.push(image);
    }
  }

  /** What a pull of the reference brings. Throws `CriError` with the runtime's text. */
  resolve(text: string, auth?: AuthConfig, flavour: RuntimeFlavour = FLAVOURS.containerd): PulledImage {
    const reference = parseReference(text);
    if (typeof reference === 'string') throw new CriError('InvalidArgument', `failed to parse image reference "${text}": ${reference}`);
    const refused = (fault: PullFault): CriError => {
      const { code, message } = flavour.pullFailed(reference, fault);
      return new CriError(code, message);
    };
    const guard = this.troubles.fault(reference) ?? this.#private.refuses(reference, auth);
    if (guard !== undefined) throw refused(guard);
    const found = this.#find(reference);
    const guarded = !this.#private.open(reference);
    if (found === undefined) throw refused(guarded ? 'manifest unknown' : missing(reference, this.#images.has(repositoryOf(reference))));
    return { ...found, reference: formatReference(reference), guarded };
  }

  /** Has a tag stand for what another one does, until the returned function undoes it: a sentence where that is not there. */
  retag(text: string, tag: string): (() => void) | string {
    const reference = parseReference(text);
    if (typeof reference === 'string') return `"${text}" is no image: ${reference}`;
    if (reference.tag === undefined || reference.digest !== undefined) return `"${text}" has no tag that could be moved`;
    const to = { ...reference, tag };
    const repository = repositoryOf(reference);
    if (this.#find(to) === undefined) return `${repository} has no tag "${tag}"${this.#tagsOf(repository)}`;
    const name = formatReference(reference);
    this.#moved.set(name, this.#meant(to).tag ?? tag);
    return () => this.#moved.delete(name);
  }

  /** What a registry tells of an image: its digest, size and how each layer was made. A sentence where there is none. */
  inspect(
    text: string,
  ): { readonly reference: string; readonly digest: string; readonly size: number; readonly layers: readonly string[] } | string {
    const reference = parseReference(text);
    if (typeof reference === 'string') return `"${text}" is no image: ${reference}`;
    const found = this.#find(reference);
    const repository = repositoryOf(reference);
    if (found === undefined) return `${formatReference(reference)}: not found${this.#tagsOf(repository)}`;
    const { image, id } = found;
    return { reference: formatReference(reference), digest: id.slice(repository.length + 1), size: image.size, layers: layersOf(image) };
  }

  #tagsOf(repository: string): string {
    return this.#images.has(repository) ? '' : `; there is no repository ${repository}`;
  }

  /** How many times as long as usual a pull on a node takes. */
  slower(node: string, text: string): number {
    const reference = parseReference(text);
    return typeof reference === 'string' ? 1 : this.troubles.slower(node, reference);
  }

  /** What a machine has of it from the start: nobody asked for credentials when its disk was made. */
  preloaded(text: string): PulledImage {
    const reference = parseReference(text);
    const found = typeof reference === 'string' ? undefined : this.#find(reference);
    if (found === undefined || typeof reference === 'string') return this.resolve(text);
    return { ...found, reference: formatReference(reference), guarded: false };
  }

  /** What a reference stands for: a tag may have been moved, and a digest is known to who has seen it with its tag. */
  #meant(reference: Reference): Reference {
    if (reference.digest !== undefined)
      return (
        this.#seen.get(reference.digest) ?? (reference.tag === undefined ? { ...reference, digest: undefined, tag: 'latest' } : reference)
      );
    const tag = this.#moved.get(formatReference(reference));
    return tag === undefined ? reference : { ...reference, tag };
  }

  #find(reference: Reference): { readonly image: Image; readonly id: string } | undefined {
    const meant = this.#meant(reference);
    const image = this.#images.get(repositoryOf(reference))?.find(({ hasTag }) => hasTag(meant.tag ?? ''));
    if (image === undefined) return undefined;
    const digest = digestOf(meant);
    if (reference.digest !== undefined && reference.digest !== digest) return undefined;
    this.#seen.set(digest, meant);
    return { image, id: `${repositoryOf(reference)}@${digest}` };
  }
}

/** As a Dockerfile would have made it, the newest last. */
function layersOf({ layers, flavour, entrypoint, cmd, env, user, exposedPorts }: Image): string[] {
  const list = (words: readonly string[]): string => JSON.stringify(words);
  return [
    `FROM ${flavour?.split('+')[0] ?? 'scratch'}`,
    ...Object.entries(env ?? {}).map(([name, value]) => `ENV ${name}=${value}`),
    ...(layers ?? []),
    ...(exposedPorts ?? []).map((port) => `EXPOSE ${port}`),
    ...(user === undefined ? [] : [`USER ${user}`]),
    ...(entrypoint === undefined ? [] : [`ENTRYPOINT ${list(entrypoint)}`]),
    ...(cmd === undefined ? [] : [`CMD ${list(cmd)}`]),
  ];
}

// Every node pulls the same few images.
const REMEMBERED = 256;
const digests = new Map<string, string>();

function digestOf(reference: Reference): string {
  if (reference.digest !== undefined) return reference.digest;
  const text = formatReference(reference);
  let digest = digests.get(text);
  if (digest === undefined) {
    if (digests.size >= REMEMBERED) digests.clear();
    digests.set(text, (digest = `sha256:${new Random(hashText(text)).hex(64)}`));
  }
  return digest;
}

function missing(reference: Reference, repositoryKnown: boolean): PullFault {
  if (repositoryKnown || reference.domain === 'registry.k8s.io') return 'manifest unknown';
  return reference.domain === 'docker.io' ? 'denied' : 'no such host';
}
