import { StatusError, isNotFound } from '../../api/errors.ts';
import type { Pod, PodCondition, PodStatus } from '../../api/generated/types.ts';
import type { Client } from '../../client/client.ts';
import { PODS } from '../../client/resources.ts';
import type { Simulation, Timer } from '../../sim/simulation.ts';
import { SECOND } from '../../sim/time.ts';

// The status manager's syncPeriod: what could not be written is tried again then.
const RETRY = 10 * SECOND;
/** Conditions that a kubelet writes; others belong to somebody else and are left alone. */
const OWN = new Set(['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled', 'PodResizePending', 'PodResizeInProgress']);

interface Entry {
  pod: Pod;
  status: PodStatus;
  /** JSON of what was last written. */
  written: string;
  /** All containers have ended for good: a deleted pod may go. */
  finished: boolean;
}

/** Writes pods' statuses to the API server, only when they have changed, and lets deleted pods go once nothing of them runs. */
export class StatusManager {
  readonly #entries = new Map<string, Entry>();
  #retry: Timer | undefined;

  constructor(
    readonly sim: Simulation,
    readonly client: Client,
  ) {}

  /** The last status known here: what the next one is compared with. */
  get(uid: string): PodStatus | undefined {
    return this.#entries.get(uid)?.status;
  }

  set(pod: Pod, status: PodStatus, finished: boolean): void {
    const uid = pod.metadata.uid ?? '';
    const text = JSON.stringify(status);
    const entry = this.#entries.get(uid);
    if (entry !== undefined && entry.written === text && entry.finished === finished && !(finished && pod.metadata.deletionTimestamp !== undefined)) {
      entry.pod = pod;
      return;
    }
    const next: Entry = { pod, status, written: entry?.written ?? '', finished };
    this.#entries.set(uid, next);
    this.#sync(uid, next, text);
  }

  forget(uid: string): void {
    this.#entries.delete(uid);
  }

  stop(): void {
    this.#retry?.cancel();
    this.#entries.clear();
  }

  #sync(uid: string, entry: Entry, text: string): void {
    const { namespace, name = '' } = entry.pod.metadata;
    try {
      // A mirror pod, or a pod made anew under the same name, must not get another's status.
      if (entry.written !== text) {
        const current = this.client.get(PODS, namespace, name);
        if (current.metadata.uid !== uid) return this.forget(uid);
        const conditions = merge(entry.status.conditions ?? [], current.status?.conditions ?? []);
        this.client.patch(
          PODS,
          namespace,
          name,
          { metadata: { uid }, status: { ...removals(current.status, entry.status), ...entry.status, '$setElementOrder/conditions': conditions.map(({ type }) => ({ type })), conditions } },
          { sub: 'status' },
        );
        entry.written = text;
      }
      if (entry.finished && entry.pod.metadata.deletionTimestamp !== undefined) {
        this.client.delete(PODS, namespace, name, { gracePeriodSeconds: 0, preconditions: { uid } });
      }
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      if (isNotFound(error)) return this.forget(uid);
      entry.written = '';
      if (this.#retry?.pending !== true) this.#retry = this.sim.after(RETRY, () => this.#again(), { background: true });
    }
  }

  #again(): void {
    for (const [uid, entry] of [...this.#entries]) if (entry.written === '') this.#sync(uid, entry, JSON.stringify(entry.status));
  }
}

/** The kubelet's conditions in its order, then everybody else's. */
function merge(own: readonly PodCondition[], stored: readonly PodCondition[]): PodCondition[] {
  return [...own, ...stored.filter(({ type }) => !OWN.has(type) && !own.some((condition) => condition.type === type))];
}

/** A merge patch leaves out nothing by itself: fields that are no more are taken away by null. */
function removals(stored: PodStatus | undefined, wanted: PodStatus): Record<string, null> {
  const gone: Record<string, null> = {};
  for (const field of ['message', 'reason', 'containerStatuses', 'initContainerStatuses', 'podIP', 'podIPs', 'allocatedResources'] as const) {
    if (stored?.[field] !== undefined && wanted[field] === undefined) gone[field] = null;
  }
  return gone;
}
