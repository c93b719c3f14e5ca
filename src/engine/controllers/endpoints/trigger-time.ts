import type { Pod, Service } from '../../api/generated/types.ts';
import { podCondition } from '../pod-state.ts';

export const TRIGGER_TIME = 'endpoints.kubernetes.io/last-change-trigger-time';

/** Remembers what was accounted for, to tell when the change that is being written happened (TriggerTimeTracker). */
export class TriggerTimes {
  readonly #seen = new Map<string, { pods: Map<string, string>; service: string }>();

  /** The earliest change since the last call for this Service; undefined if there is none. */
  since(key: string, service: Service, pods: readonly Pod[]): string | undefined {
    const before = this.#seen.get(key);
    const now = { pods: new Map<string, string>(), service: service.metadata.creationTimestamp ?? '' };
    let earliest: string | undefined;
    const consider = (time: string): void => {
      if (earliest === undefined || time < earliest) earliest = time;
    };
    for (const pod of pods) {
      const time = podCondition(pod, 'Ready')?.lastTransitionTime;
      const name = pod.metadata.name ?? '';
      if (time === undefined) continue;
      now.pods.set(name, time);
      if (before !== undefined && time > (before.pods.get(name) ?? '')) consider(time);
    }
    // The Service itself has no times but its birth.
    if (before === undefined || now.service > before.service) consider(now.service);
    this.#seen.set(key, now);
    return earliest;
  }

  forget(key: string): void {
    this.#seen.delete(key);
  }
}
