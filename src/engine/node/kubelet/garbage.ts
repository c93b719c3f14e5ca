import type { Node } from '../../api/generated/types.ts';
import type { EventRecorder } from '../../client/events.ts';
import type { Simulation } from '../../sim/simulation.ts';
import { SECOND, type Millis } from '../../sim/time.ts';
import type { ImageService, RuntimeService } from '../runtime/cri.ts';
import { type KubeletConfiguration } from './configuration.ts';
import { parseDuration } from '../../sim/duration.ts';

export interface GarbageContext {
  readonly sim: Simulation;
  readonly recorder: EventRecorder;
  readonly runtime: RuntimeService;
  readonly images: ImageService;
  readonly configuration: KubeletConfiguration;
  node(): Node | undefined;
  /** Of the disk that images are on. */
  disk(): { readonly available: number; readonly capacity: number };
  /** While the kubelet runs. */
  later(delay: Millis, act: () => void): void;
  /** A pod that this kubelet does not work on any more. */
  gone(uid: string): boolean;
  /** A pod whose containers have ended for good. */
  ended(uid: string): boolean;
}

interface Seen {
  readonly first: Millis;
  used: Millis;
}

// The kubelet's maximum-dead-containers-per-container.
const KEPT_PER_CONTAINER = 1;
// What has ended is noticed when the kubelet lists containers again (the generic PLEG's period).
const RELIST: Millis = SECOND;

/** Clears away dead containers (every minute) and images that nobody uses (every five, and when the disk is short). */
export class GarbageCollector {
  readonly #seen = new Map<string, Seen>();
  /** Pods of which something has ended since the last look. */
  readonly #touched = new Set<string>();
  #failures = 0;

  constructor(readonly context: GarbageContext) {}

  /** Something of a pod has ended: its containers are worth a look. */
  touch(uid: string): void {
    this.#touched.add(uid);
    // As podContainerDeletor does: what ended before goes with the next end, without waiting for the minute.
    if (this.#surplus(uid, KEPT_PER_CONTAINER).length > 0) this.context.later(RELIST, () => this.#removeSurplus(uid, KEPT_PER_CONTAINER));
  }

  /** The kubelet knows nothing of what was here before it. */
  touchAll(): void {
    for (const { config } of this.context.runtime.listPodSandbox()) this.#touched.add(config.uid);
  }

  /** Keeps of each container that has ended the newest; with `all` none of pods that have ended. */
  collectContainers(all = false): void {
    const { gone, ended } = this.context;
    if (all) this.touchAll();
    for (const uid of this.#touched) {
      this.#removeSurplus(uid, gone(uid) || (all && ended(uid)) ? 0 : KEPT_PER_CONTAINER);
    }
    this.#touched.clear();
  }

  /** Images nobody uses, the longest unused first, once more than the high threshold of the disk is in use. */
  collectImages(): void {
    const { configuration, recorder } = this.context;
    const { imageGCHighThresholdPercent: high, imageGCLowThresholdPercent: low } = configuration;
    this.#look();
    this.#collectOld();
    const { available, capacity } = this.context.disk();
    const percent = 100 - Math.floor((available * 100) / capacity);
    if (percent < high) {
      this.#failures = 0;
      return;
    }
    const wanted = Math.floor((capacity * (100 - low)) / 100) - available;
    const freed = this.#free(wanted, parseDuration(configuration.imageMinimumGCAge) ?? 0);
    if (freed >= wanted) {
      this.#failures = 0;
      return;
    }
    const message = `Failed to garbage collect required amount of images. Attempted to free ${wanted} bytes, but only found ${freed} bytes eligible to free.`;
    const node = this.context.node();
    if (node === undefined) return;
    recorder.event(node, 'Warning', 'FreeDiskSpaceFailed', message);
    // The first failure may be the machine's having just started.
    if (++this.#failures > 1) recorder.event(node, 'Warning', 'ImageGCFailed', message);
  }

  /** Every image that nobody uses. */
  deleteUnusedImages(): void {
    this.#look();
    this.#free(Infinity, 0);
  }

  #removeSurplus(uid: string, keep: number): void {
    for (const id of this.#surplus(uid, keep)) this.context.runtime.removeContainer(id);
  }

  /** What of each container of a pod has ended, but for the newest. */
  #surplus(uid: string, keep: number): string[] {
    const kept = new Map<string, number>();
    // The newest come first.
    return this.context.runtime.podContainers(uid).flatMap(({ id, state, config }) => {
      if (state !== 'exited') return [];
      const before = kept.get(config.name) ?? 0;
      kept.set(config.name, before + 1);
      return before >= keep ? [id] : [];
    });
  }

  #collectOld(): void {
    const age = parseDuration(this.context.configuration.imageMaximumGCAge) ?? 0;
    if (age === 0) return;
    const { now } = this.context.sim;
    for (const { reference } of this.#unused()) if (now - (this.#seen.get(reference)?.used ?? now) > age) this.#remove(reference);
  }

  #look(): void {
    const { images, sim } = this.context;
    const used = this.#used();
    const present = new Set<string>();
    for (const { reference } of images.listImages()) {
      present.add(reference);
      const seen = this.#seen.get(reference);
      if (seen === undefined) this.#seen.set(reference, { first: sim.now, used: used.has(reference) ? sim.now : 0 });
      else if (used.has(reference)) seen.used = sim.now;
    }
    for (const reference of this.#seen.keys()) if (!present.has(reference)) this.#seen.delete(reference);
  }

  #used(): Set<string> {
    return new Set(Array.from(this.context.runtime.listContainers(), ({ image }) => image));
  }

  #unused(): { reference: string; size: number }[] {
    const used = this.#used();
    // The sandboxes' own image is pinned: the runtime does not list it here.
    return this.context.images.listImages().filter(({ reference }) => !used.has(reference));
  }

  #free(wanted: number, minimumAge: Millis): number {
    const { now } = this.context.sim;
    const of = (reference: string): Seen => this.#seen.get(reference) ?? { first: now, used: 0 };
    const candidates = this.#unused().sort(
      (a, b) => of(a.reference).used - of(b.reference).used || of(a.reference).first - of(b.reference).first,
    );
    let freed = 0;
    for (const { reference, size } of candidates) {
      if (freed >= wanted) break;
      if (now - of(reference).first < minimumAge) continue;
      this.#remove(reference);
      freed += size;
    }
    return freed;
  }

  #remove(reference: string): void {
    this.context.images.removeImage(reference);
    this.#seen.delete(reference);
  }
}
