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
    const image = this.#find(reference);
    const guarded = !this.#private.open(reference);
    if (image === undefined) throw refused(guarded ? 'manifest unknown' : missing(reference, this.#images.has(repositoryOf(reference))));
    return { image, reference: formatReference(reference), id: `${repositoryOf(reference)}@${digestOf(reference)}`, guarded };
  }

  /** How many times as long as usual a pull on a node takes. */
  slower(node: string, text: string): number {
    const reference = parseReference(text);
    return typeof reference === 'string' ? 1 : this.troubles.slower(node, reference);
  }

  /** What a machine has of it from the start: nobody asked for credentials when its disk was made. */
  preloaded(text: string): PulledImage {
    const reference = parseReference(text);
    const image = typeof reference === 'string' ? undefined : this.#find(reference);
    if (image === undefined || typeof reference === 'string') return this.resolve(text);
    return { image, reference: formatReference(reference), id: `${repositoryOf(reference)}@${digestOf(reference)}`, guarded: false };
  }

  #find(reference: Reference): Image | undefined {
    const images = this.#images.get(repositoryOf(reference));
    // A digest names content that this world cannot check; it is taken as the newest image when it is the known one.
    if (reference.tag === undefined)
      return images?.find(() => reference.digest === digestOf({ ...reference, digest: undefined, tag: 'latest' }));
    return images?.find(({ hasTag }) => hasTag(reference.tag as string));
  }
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
