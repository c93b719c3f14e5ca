import type { PersistentVolumeClaim, Pod } from '../../api/generated/types.ts';
import { keyOf } from '../../api/meta.ts';
import { StatusError } from '../../api/errors.ts';
import { claimKeysOf, claimNameOf, strangerToPod } from '../../api/storage/pod-claims.ts';
import type { EventRecorder } from '../../client/events.ts';
import type { Informer } from '../../client/informer.ts';
import { PERSISTENT_VOLUME_CLAIMS } from '../../client/resources.ts';
import type { Task } from '../../os/task.ts';
import { newControllerRef } from '../controller-ref.ts';
import type { ControllerContext } from '../controller.ts';
import { Reconciler, SyncError } from '../reconciler.ts';

/** Makes the claims of pods' generic ephemeral volumes. They are the pod's own: the garbage collector takes them along. */
export class EphemeralVolumeController extends Reconciler {
  readonly #pods: Informer<Pod>;
  readonly #claims: Informer<PersistentVolumeClaim>;
  readonly #recorder: EventRecorder;

  constructor(context: ControllerContext) {
    super(context, 'controller/ephemeral-volume');
    this.#pods = context.informers.pods;
    if (!this.#pods.hasIndex('claim')) this.#pods.addIndex('claim', claimKeysOf);
    this.#claims = context.informers.of(PERSISTENT_VOLUME_CLAIMS);
    this.#recorder = context.recorder('ephemeral_volume');
    this.watch(this.#pods, {
      added: (pod) => {
        if (pod.metadata.deletionTimestamp === undefined && pod.spec?.volumes?.some(({ ephemeral }) => ephemeral !== undefined) === true)
          this.queue.add(keyOf(pod));
      },
    });
    // A claim that stood in the way is gone.
    this.watch(this.#claims, {
      deleted: (claim) => {
        for (const pod of this.#pods.by('claim', keyOf(claim))) this.queue.add(keyOf(pod));
      },
    });
  }

  protected *sync(key: string): Task<void> {
    const pod = this.#pods.get(key);
    if (pod === undefined || pod.metadata.deletionTimestamp !== undefined) return;
    for (const volume of pod.spec?.volumes ?? []) {
      const template = volume.ephemeral?.volumeClaimTemplate;
      if (template === undefined) continue;
      const { namespace = '' } = pod.metadata;
      const name = claimNameOf(pod, volume);
      try {
        const there = this.#claims.get(`${namespace}/${name}`);
        if (there !== undefined) {
          const stranger = strangerToPod(there, pod);
          if (stranger !== undefined) throw new SyncError(stranger);
          continue;
        }
        const { labels, annotations } = template.metadata ?? {};
        yield* this.client.create(PERSISTENT_VOLUME_CLAIMS, {
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          metadata: {
            name,
            namespace,
            ...(labels === undefined ? {} : { labels }),
            ...(annotations === undefined ? {} : { annotations }),
            ownerReferences: [newControllerRef(pod)],
          },
          spec: template.spec,
        });
      } catch (error) {
        if (!(error instanceof StatusError || error instanceof SyncError)) throw error;
        const why = error instanceof StatusError ? `create PVC ${name}: ${error.message}` : error.message;
        this.#recorder.event(pod, 'Warning', 'FailedBinding', `ephemeral volume ${volume.name}: ${why}`);
        throw error;
      }
    }
  }
}
