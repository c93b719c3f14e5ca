import { isAlreadyExists, isNotFound } from '../../api/errors.ts';
import type { PersistentVolume, Pod } from '../../api/generated/types.ts';
import { PROVISIONED_BY } from '../../api/storage/binding-annotations.ts';
import { PERSISTENT_VOLUMES, PODS } from '../../client/resources.ts';
import type { Task } from '../../os/task.ts';
import { unbind } from './bind.ts';
import { failVolume, storeVolume, type Books } from './books.ts';
import { IN_TREE_FINALIZER } from './provision.ts';
import { HOST_PATH, pluginOf } from './volume-plugins.ts';

/** The namespace in which recycler pods run. */
const RECYCLER_NAMESPACE = 'default';

/** What is done with a volume whose claim is gone. */
export function* reclaim(books: Books, volume: PersistentVolume): Task<void> {
  switch (volume.spec?.persistentVolumeReclaimPolicy) {
    case 'Delete':
      return yield* remove(books, volume);
    case 'Recycle':
      return yield* recycle(books, volume);
    default:
      return;
  }
}

export function recyclerOf({ metadata }: PersistentVolume): string {
  return `recycler-for-${metadata.name ?? ''}`;
}

function* remove(books: Books, volume: PersistentVolume): Task<void> {
  const { name = '', annotations = {}, finalizers = [], uid = '' } = volume.metadata;
  const by = annotations[PROVISIONED_BY];
  // Who made it, deletes it.
  if (by !== undefined && by !== HOST_PATH) return;
  if (volume.metadata.deletionTimestamp !== undefined && !finalizers.includes(IN_TREE_FINALIZER)) return;
  const plugin = pluginOf(volume);
  if (plugin?.delete === undefined)
    return yield* failVolume(
      books,
      volume,
      'VolumeFailedDelete',
      `error getting deleter volume plugin for volume ${JSON.stringify(name)}: no deletable volume plugin matched`,
    );
  const problem = plugin.delete(volume);
  if (problem !== undefined) return yield* failVolume(books, volume, 'VolumeFailedDelete', problem);
  books.decide(`The claim of volume ${name} is gone, and its policy is Delete: deletes it.`, volume);
  if (finalizers.includes(IN_TREE_FINALIZER))
    yield* storeVolume(books, {
      ...volume,
      metadata: { ...volume.metadata, finalizers: finalizers.filter((one) => one !== IN_TREE_FINALIZER) },
    });
  try {
    yield* books.client.delete(PERSISTENT_VOLUMES, undefined, name, { preconditions: { uid } });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

/** A pod empties the volume, and then it may be claimed again. */
function* recycle(books: Books, volume: PersistentVolume): Task<void> {
  const { client, recorder, pods } = books;
  if (pluginOf(volume)?.recycles !== true)
    return yield* failVolume(books, volume, 'VolumeFailedRecycle', 'No recycler plugin found for the volume!');
  const name = recyclerOf(volume);
  const there = pods.get(`${RECYCLER_NAMESPACE}/${name}`);
  const phase = there?.status?.phase;
  if (there === undefined) {
    try {
      yield* client.create(PODS, recyclerPod(name, volume));
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
    }
    return;
  }
  if ((phase !== 'Succeeded' && phase !== 'Failed') || there.metadata.deletionTimestamp !== undefined) return;
  try {
    yield* client.delete(PODS, RECYCLER_NAMESPACE, name, { gracePeriodSeconds: 0 });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  if (phase === 'Failed') {
    const why = there.status?.message ?? '';
    return yield* failVolume(
      books,
      volume,
      'VolumeFailedRecycle',
      `Recycle failed: ${why === '' ? `pod failed, pod.Status.Message unknown` : why}`,
    );
  }
  recorder.event(volume, 'Normal', 'VolumeRecycled', 'Volume recycled');
  yield* unbind(books, volume);
}

/** The pod of `--pv-recycler-pod-template-filepath-hostpath`, with an image that there is here. */
function recyclerPod(name: string, { spec }: PersistentVolume): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: RECYCLER_NAMESPACE },
    spec: {
      restartPolicy: 'Never',
      activeDeadlineSeconds: 60,
      volumes: [
        {
          name: 'vol',
          ...(spec?.hostPath === undefined ? {} : { hostPath: spec.hostPath }),
          ...(spec?.nfs === undefined ? {} : { nfs: spec.nfs }),
        },
      ],
      containers: [
        {
          name: 'pv-recycler',
          image: 'debian:12',
          command: ['/bin/sh'],
          args: ['-c', 'test -e /scrub && find /scrub -mindepth 1 -delete && test -z "$(ls -A /scrub)" || exit 1'],
          volumeMounts: [{ name: 'vol', mountPath: '/scrub' }],
        },
      ],
    },
  };
}
