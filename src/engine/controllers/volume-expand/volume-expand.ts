import type { PersistentVolume, PersistentVolumeClaim } from '../../api/generated/types.ts';
import { keyOf } from '../../api/meta.ts';
import { compareQuantities } from '../../api/quantity.ts';
import { capacityOf, requestOf } from '../../api/storage/volume-rules.ts';
import type { EventRecorder } from '../../client/events.ts';
import type { Informer } from '../../client/informer.ts';
import { PERSISTENT_VOLUMES, PERSISTENT_VOLUME_CLAIMS } from '../../client/resources.ts';
import type { Task } from '../../os/task.ts';
import type { ControllerContext } from '../controller.ts';
import { Reconciler, SyncError } from '../reconciler.ts';

const NO_PLUGIN =
  "Ignoring the PVC: didn't find a plugin capable of expanding the volume; waiting for an external controller to process this PVC.";

/**
 * Claims that ask for more than their volume has. No plugin that is built into the v1.36 manager can grow a volume: it
 * says so, and leaves the claim to the resizer of a storage driver.
 */
export class VolumeExpandController extends Reconciler {
  readonly #claims: Informer<PersistentVolumeClaim>;
  readonly #volumes: Informer<PersistentVolume>;
  readonly #recorder: EventRecorder;

  constructor(context: ControllerContext) {
    super(context, 'controller/expand');
    this.#claims = context.informers.of(PERSISTENT_VOLUME_CLAIMS);
    this.#volumes = context.informers.of(PERSISTENT_VOLUMES);
    this.#recorder = context.recorder('volume_expand');
    this.watch(this.#claims, {
      updated: (claim, old) => {
        if (compareQuantities(requestOf(claim), requestOf(old)) > 0) this.queue.add(keyOf(claim));
      },
    });
  }

  protected sync(key: string): void | Task<void> {
    const claim = this.#claims.get(key);
    const name = claim?.spec?.volumeName ?? '';
    if (claim === undefined || name === '') return;
    const volume = this.#volumes.get(name);
    if (volume === undefined) throw new SyncError(`error getting Persistent Volume for PVC ${JSON.stringify(key)}`);
    if (volume.spec?.claimRef?.uid !== claim.metadata.uid)
      throw new SyncError(`persistent Volume is not bound to PVC being updated : ${key}`);
    if (compareQuantities(requestOf(claim), capacityOf(volume)) <= 0) return;
    this.#recorder.event(claim, volume.spec?.csi === undefined ? 'Warning' : 'Normal', 'ExternalExpanding', NO_PLUGIN);
  }
}
