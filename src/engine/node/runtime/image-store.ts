import { DiskUse } from '../../os/disk-use.ts';
import type { Image } from '../../os/image.ts';
import type { Program } from '../../os/process.ts';
import type { Actor } from '../../sim/log.ts';
import type { Random } from '../../sim/random.ts';
import type { Simulation } from '../../sim/simulation.ts';
import { CriError, type AuthConfig, type ImageInfo, type ImageService } from './cri.ts';
import { FLAVOURS, type RuntimeFlavour } from './flavour.ts';
import type { ImageFiles } from './image-files.ts';
import { formatReference, parseReference } from './reference.ts';
import type { PulledImage, Registry } from './registry.ts';

export interface Unpacked extends PulledImage {
  readonly info: ImageInfo;
}

/** A node's images: what has been pulled, and pulls under way. */
export class ImageStore implements ImageService {
  readonly #images = new Map<string, Unpacked>();
  /** Bytes per virtual ms; drawn once a node. */
  readonly #bandwidth: number;

  constructor(
    readonly sim: Simulation,
    readonly actor: Actor,
    readonly registry: Registry,
    readonly files: ImageFiles,
    readonly random: Random,
    preloaded: readonly string[] = [],
    /** Whose words a failed pull is told in. */
    readonly flavour: RuntimeFlavour = FLAVOURS.containerd,
    /** Where they are kept. */
    readonly disk: DiskUse = new DiskUse(),
  ) {
    this.#bandwidth = 20_000 + random.int(30_000);
    for (const reference of preloaded) this.#keep(registry.preloaded(reference));
  }

  imageStatus(reference: string): ImageInfo | undefined {
    return this.find(reference)?.info;
  }

  find(reference: string): Unpacked | undefined {
    const parsed = parseReference(reference);
    return typeof parsed === 'string' ? undefined : this.#images.get(formatReference(parsed));
  }

  listImages(): readonly ImageInfo[] {
    return [...this.#images.values()].map(({ info }) => info);
  }

  pullImage(reference: string, done: (result: ImageInfo | CriError) => void, auth?: AuthConfig): () => void {
    const { sim } = this;
    sim.append(this.actor, 'pull', { image: reference, phase: 'started' });
    let pulled: PulledImage | CriError;
    try {
      pulled = this.registry.resolve(reference, auth, this.flavour);
    } catch (error) {
      if (!(error instanceof CriError)) throw error;
      pulled = error;
    }
    // Asking the registry takes a while; then the layers that are not here yet come at the node's bandwidth.
    const asking = 300 + this.random.int(500);
    const missing = pulled instanceof CriError || this.#images.has(pulled.reference) ? 0 : pulled.image.size;
    const slower = this.registry.slower(this.actor.split('/')[0] ?? '', reference);
    const took = Math.round((asking + missing / this.#bandwidth) * slower);
    const timer = sim.after(took, () => {
      const came = this.#fitting(reference, pulled);
      if (came instanceof CriError) {
        const seq = sim.append(this.actor, 'pull', { image: reference, phase: 'failed', took, error: came.message });
        sim.causedBy(seq === 0 ? sim.cause : seq, () => done(came));
      } else {
        const { info } = this.#keep(came);
        const seq = sim.append(this.actor, 'pull', { image: reference, phase: 'finished', took, bytes: info.size });
        sim.causedBy(seq === 0 ? sim.cause : seq, () => done(info));
      }
    });
    return () => timer.cancel();
  }

  removeImage(reference: string): void {
    const parsed = parseReference(reference);
    if (typeof parsed === 'string') return;
    const name = formatReference(parsed);
    this.disk.add(-(this.#images.get(name)?.info.size ?? 0), 0);
    this.#images.delete(name);
  }

  program(image: Image, name: string): Program | undefined {
    return this.files.program(image, name);
  }

  /** What came, or that there was no room for it. */
  #fitting(reference: string, pulled: PulledImage | CriError): PulledImage | CriError {
    if (pulled instanceof CriError || this.#images.has(pulled.reference) || this.disk.fits(pulled.image.size, 0)) return pulled;
    const parsed = parseReference(reference);
    return typeof parsed === 'string' ? pulled : new CriError('Unknown', this.flavour.diskFull(parsed, this.random.hex(64)));
  }

  #keep(pulled: PulledImage): Unpacked {
    const { image, reference, id } = pulled;
    const info: ImageInfo = {
      id,
      reference,
      names: [id, reference],
      size: Math.round(image.size),
      user: image.user ?? '',
      guarded: pulled.guarded,
    };
    const unpacked = { ...pulled, info };
    this.disk.add(info.size - (this.#images.get(reference)?.info.size ?? 0), 0);
    this.#images.set(reference, unpacked);
    return unpacked;
  }
}
