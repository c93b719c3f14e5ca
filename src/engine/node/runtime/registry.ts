import type { Image } from '../../os/image.ts';
import { hashText } from '../../sim/hash.ts';
import { Random } from '../../sim/random.ts';
import { CATALOGUE } from './catalogue.ts';
import { CriError } from './cri.ts';
import { declaredImage, type ImageDeclaration } from './declaration.ts';
import { formatReference, parseReference, repositoryOf, type Reference } from './reference.ts';

/** What a pull brings. */
export interface PulledImage {
  readonly image: Image;
  readonly reference: string;
  /** `docker.io/library/nginx@sha256:…`. */
  readonly id: string;
}

/** All registries of the world: the catalogue and what the scenario declares. */
export class Registry {
  readonly #images = new Map<string, Image[]>();

  constructor(declarations: readonly ImageDeclaration[] = [], more: readonly Image[] = []) {
    for (const image of [...declarations.map(declaredImage), ...more, ...CATALOGUE]) {
      const list = this.#images.get(image.repository);
      if (list === undefined) this.#images.set(image.repository, [image]);
      else list.push(image);
    }
  }

  /** What a pull of the reference brings. Throws `CriError` with containerd's text. */
  resolve(text: string): PulledImage {
    const reference = parseReference(text);
    if (typeof reference === 'string') throw new CriError('InvalidArgument', `failed to parse image reference "${text}": ${reference}`);
    const image = this.#find(reference);
    if (image === undefined) throw missing(reference, this.#images.has(repositoryOf(reference)));
    return { image, reference: formatReference(reference), id: `${repositoryOf(reference)}@${digestOf(reference)}` };
  }

  #find(reference: Reference): Image | undefined {
    const images = this.#images.get(repositoryOf(reference));
    // A digest names content that this world cannot check; it is taken as the newest image when it is the known one.
    if (reference.tag === undefined)
      return images?.find(() => reference.digest === digestOf({ ...reference, digest: undefined, tag: 'latest' }));
    return images?.find(({ hasTag }) => hasTag(reference.tag as string));
  }
}

function digestOf(reference: Reference): string {
  return reference.digest ?? `sha256:${new Random(hashText(formatReference(reference))).hex(64)}`;
}

function missing(reference: Reference, repositoryKnown: boolean): CriError {
  const name = formatReference(reference);
  const intro = `failed to pull and unpack image "${name}": failed to resolve reference "${name}"`;
  if (repositoryKnown || reference.domain === 'registry.k8s.io') return new CriError('NotFound', `${intro}: ${name}: not found`);
  if (reference.domain === 'docker.io') {
    return new CriError(
      'Unknown',
      `${intro}: pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed`,
    );
  }
  const host = reference.domain.replace(/:\d+$/, '');
  return new CriError(
    'Unknown',
    `${intro}: failed to do request: Head "https://${reference.domain}/v2/${reference.path}/manifests/${reference.tag ?? reference.digest ?? ''}": dial tcp: lookup ${host}: no such host`,
  );
}
