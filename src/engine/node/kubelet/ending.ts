import type { Pod } from '../../api/generated/types.ts';
import type { Simulation, Timer } from '../../sim/simulation.ts';
import { SECOND, parseTime, type Millis } from '../../sim/time.ts';

/** Why the kubelet itself ends a pod. */
export interface Ending {
  readonly reason: string;
  readonly message: string;
  /** Instead of the pod's own. */
  readonly grace?: Millis;
  /** It is told as a disruption, too. */
  readonly disruption?: boolean;
}

export const DEADLINE: Ending = { reason: 'DeadlineExceeded', message: 'Pod was active on the node longer than the specified deadline' };

/** `activeDeadlineSeconds` of one pod: it counts from the pod's start on this node. */
export class Deadline {
  #timer: Timer | undefined;

  constructor(
    readonly sim: Simulation,
    readonly target: { sync(): void },
  ) {}

  /** Whether it is over; otherwise the pod is looked at when it is. */
  passed({ spec, status }: Pod): boolean {
    const began = parseTime(status?.startTime);
    if (spec?.activeDeadlineSeconds === undefined || Number.isNaN(began)) return false;
    const left = began + spec.activeDeadlineSeconds * SECOND - this.sim.now;
    this.#timer?.cancel();
    if (left <= 0) return true;
    this.#timer = this.sim.after(left, () => this.target.sync(), { background: true });
    return false;
  }

  cancel(): void {
    this.#timer?.cancel();
  }
}
