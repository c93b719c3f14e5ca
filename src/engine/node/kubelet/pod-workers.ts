import type { Pod } from '../../api/generated/types.ts';
import { SECOND, formatTime } from '../../sim/time.ts';
import type { Ending } from './ending.ts';
import { limitsLocalStorage } from './eviction/local-storage.ts';
import type { PodUse } from './eviction/ranking.ts';
import { PodWorker } from './pod-worker.ts';
import type { WorkerContext } from './worker-context.ts';

/** The pods that a kubelet has taken on: a worker for each. */
export class PodWorkers {
  readonly #workers = new Map<string, PodWorker>();
  /** Of pods that may use only so much of the disk. */
  readonly #limited = new Set<PodWorker>();

  get size(): number {
    return this.#workers.size;
  }

  of(uid: string): PodWorker | undefined {
    return this.#workers.get(uid);
  }

  pod(uid: string): Pod | undefined {
    return this.of(uid)?.pod;
  }

  named(namespace: string, name: string): Pod | undefined {
    for (const { pod } of this.#workers.values()) if (pod.metadata.namespace === namespace && pod.metadata.name === name) return pod;
    return undefined;
  }

  pods(): Pod[] {
    return Array.from(this.#workers.values(), ({ pod }) => pod);
  }

  /** Of which something runs, or may yet. */
  active(): Pod[] {
    return activeOf(this.#workers.values());
  }

  /** Those of them that may use only so much of the disk. */
  limited(): Pod[] {
    return this.#limited.size === 0 ? [] : activeOf(this.#limited);
  }

  *unended(): Generator<Pod, void, undefined> {
    for (const { pod } of this.#workers.values()) if (!hasEnded(pod)) yield pod;
  }

  hasEnded(uid: string): boolean {
    return hasEnded(this.pod(uid));
  }

  use({ metadata }: Pod): PodUse {
    return this.of(metadata.uid ?? '')?.use() ?? { containers: [], volumes: new Map(), volumeInodes: 0 };
  }

  stopped({ metadata }: Pod): boolean {
    return this.of(metadata.uid ?? '')?.stopped ?? true;
  }

  begin(context: WorkerContext, pod: Pod): void {
    const worker = new PodWorker(context, pod);
    this.#workers.set(pod.metadata.uid ?? '', worker);
    if (limitsLocalStorage(pod)) this.#limited.add(worker);
    worker.wake();
  }

  wakeAll(): void {
    for (const worker of this.#workers.values()) worker.wake();
  }

  kill({ metadata }: Pod, why: Ending): void {
    this.of(metadata.uid ?? '')?.kill(why);
  }

  /** A static pod's manifest has gone: the pod ends in its own time. */
  end({ metadata: { uid = '' }, spec }: Pod): void {
    const worker = this.of(uid);
    if (worker === undefined) return;
    const grace = spec?.terminationGracePeriodSeconds ?? 30;
    const { metadata } = worker.pod;
    const until = formatTime(worker.context.sim.now + grace * SECOND);
    worker.update({ ...worker.pod, metadata: { ...metadata, deletionTimestamp: until, deletionGracePeriodSeconds: grace } });
  }

  /** That one has nothing more to do. */
  forget(uid: string): void {
    const worker = this.of(uid);
    if (worker !== undefined) this.#limited.delete(worker);
    this.#workers.delete(uid);
  }

  stop(): void {
    for (const worker of this.#workers.values()) worker.stop();
    this.#workers.clear();
    this.#limited.clear();
  }
}

function activeOf(workers: Iterable<PodWorker>): Pod[] {
  return Array.from(workers)
    .filter(({ pod, stopped }) => !hasEnded(pod) && !stopped)
    .map(({ pod }) => pod);
}

function hasEnded(pod: Pod | undefined): boolean {
  return pod?.status?.phase === 'Succeeded' || pod?.status?.phase === 'Failed';
}
