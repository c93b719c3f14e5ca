import type { Pod } from '../../api/generated/types.ts';
import type { Timer } from '../../sim/simulation.ts';
import { SECOND, type Millis } from '../../sim/time.ts';
import { MountError, PodVolumes } from './volumes.ts';
import type { WorkerContext } from './worker-context.ts';

// A failed mount is tried again after half a second, doubling to 2 min 2 s; a pod is synced every minute to a minute and a half.
const FIRST_RETRY: Millis = SECOND / 2;
const LAST_RETRY: Millis = 122 * SECOND;
const SYNC_PERIOD: Millis = 60 * SECOND;

/** Sees to a pod's volumes: that they can be had before it starts, and that their files follow what they show. */
export class VolumeSetup {
  readonly volumes: PodVolumes;
  #delay = FIRST_RETRY;
  #retry: Timer | undefined;
  #sync: Timer | undefined;
  #done = false;

  constructor(
    readonly context: WorkerContext,
    readonly target: { pod(): Pod; ips(): readonly string[]; wake(): void },
  ) {
    const { sim, node, sources, hostPaths, token } = context;
    this.volumes = new PodVolumes({ now: () => sim.now, node, podIPs: () => target.ips(), sources, hostPaths, token });
  }

  /** False while a volume cannot be set up; the pod is woken for the next try. */
  ready(): boolean {
    if (this.#done) return true;
    if (this.#retry?.pending === true) return false;
    const { sim } = this.context;
    try {
      this.volumes.check(this.target.pod());
    } catch (error) {
      if (!(error instanceof MountError)) throw error;
      this.#failed(error);
      this.#retry = sim.after(this.#delay, () => this.target.wake(), { background: this.#delay > 10 * SECOND });
      this.#delay = Math.min(2 * this.#delay, LAST_RETRY);
      return false;
    }
    this.#done = true;
    this.#later();
    return true;
  }

  /** Brings the files up to date now. */
  refresh(): void {
    if (!this.#done) return;
    try {
      this.volumes.refresh(this.target.pod());
    } catch (error) {
      if (!(error instanceof MountError)) throw error;
      this.#failed(error);
    }
  }

  stop(): void {
    this.#retry?.cancel();
    this.#sync?.cancel();
  }

  #later(): void {
    if (!this.volumes.refreshable(this.target.pod())) return;
    const { sim, random } = this.context;
    this.#sync = sim.after(
      SYNC_PERIOD + random.int(SYNC_PERIOD / 2),
      () => {
        this.#later();
        this.refresh();
      },
      { background: true },
    );
  }

  #failed(error: MountError): void {
    const message = `MountVolume.SetUp failed for volume "${error.volume}" : ${error.message}`;
    this.context.recorder.event(this.target.pod(), 'Warning', 'FailedMount', message);
  }
}
