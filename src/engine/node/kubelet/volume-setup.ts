import type { Pod } from '../../api/generated/types.ts';
import type { Timer } from '../../sim/simulation.ts';
import { SECOND, type Millis } from '../../sim/time.ts';
import { MountError, PodVolumes } from './volumes.ts';
import type { WorkerContext } from './worker-context.ts';

// A failed mount is tried again after half a second, doubling to 2 min 2 s; a pod is synced every minute to a minute and a half.
const FIRST_RETRY: Millis = SECOND / 2;
const LAST_RETRY: Millis = 122 * SECOND;
const SYNC_PERIOD: Millis = 60 * SECOND;
const POD_RETRY: Millis = 10 * SECOND;
// podAttachAndMountTimeout
const MOUNT_TIMEOUT: Millis = 123 * SECOND;
/** Tries in which somebody may still be at work on the claim; after them a cluster that waits is quiet. */
const PATIENCE = 2;

/** Sees to a pod's volumes: that they can be had before it starts, and that their files follow what they show. */
export class VolumeSetup {
  readonly volumes: PodVolumes;
  #delay = FIRST_RETRY;
  #retry: Timer | undefined;
  #sync: Timer | undefined;
  #timeout: Timer | undefined;
  #tries = 0;
  #done = false;

  constructor(
    readonly context: WorkerContext,
    readonly target: { readonly pod: Pod; readonly ips: readonly string[]; wake(): void },
  ) {
    this.volumes = new PodVolumes(context, target);
  }

  /** False while a volume cannot be set up; the pod is woken for the next try. */
  ready(): boolean {
    if (this.#done) return true;
    if (this.#retry?.pending === true) return false;
    const { sim } = this.context;
    try {
      this.volumes.check(this.target.pod);
    } catch (error) {
      if (!(error instanceof MountError)) throw error;
      this.#failed(error);
      this.#awaitTimeout(error);
      // A claim that is not ready is looked at again when the pod is.
      const delay = error.unprocessed ? Math.max(POD_RETRY, this.#delay) : this.#delay;
      this.#retry = sim.after(delay, () => this.target.wake(), { background: delay > POD_RETRY || this.#tries++ > PATIENCE });
      this.#delay = Math.min(2 * this.#delay, error.unprocessed ? POD_RETRY : LAST_RETRY);
      return false;
    }
    this.#done = true;
    this.#timeout?.cancel();
    this.#later();
    return true;
  }

  /** Brings the files up to date now. */
  refresh(): void {
    if (!this.#done) return;
    try {
      this.volumes.refresh(this.target.pod);
    } catch (error) {
      if (!(error instanceof MountError)) throw error;
      this.#failed(error);
    }
  }

  stop(): void {
    this.#retry?.cancel();
    this.#timeout?.cancel();
    this.#sync?.cancel();
  }

  #later(): void {
    if (!this.volumes.refreshable(this.target.pod)) return;
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

  /** After so long the pod's own sync gives up for this time, and says which volumes it has waited for. */
  #awaitTimeout({ volume, text: told }: MountError): void {
    if (this.#timeout?.pending === true) return;
    const pod = this.target.pod;
    const named = pod.spec?.volumes?.find(({ name }) => name === volume || this.volumes.isBehind(name, volume))?.name ?? volume;
    const text = `Unable to attach or mount volumes: unmounted volumes=[${named}], unattached volumes=[${told === undefined ? named : ''}], failed to process volumes=[]: context deadline exceeded`;
    this.#timeout = this.context.sim.after(
      MOUNT_TIMEOUT,
      () => {
        if (!this.#done) this.context.recorder.event(this.target.pod, 'Warning', 'FailedMount', text);
      },
      { background: true },
    );
  }

  #failed(error: MountError): void {
    if (error.text !== undefined) this.context.recorder.event(this.target.pod, 'Warning', 'FailedMount', error.text);
  }
}
