import { isNotFound } from '../../api/errors.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../../api/generated/types.ts';
import { PROVISIONED_BY } from '../../api/storage/binding-annotations.ts';
import { sameVolumeMode } from '../../api/storage/volume-rules.ts';
import { PERSISTENT_VOLUME_CLAIMS } from '../../client/resources.ts';
import type { Task } from '../../os/task.ts';
import { unbind } from './bind.ts';
import { claimKeyOf, setVolumePhase, type Books } from './books.ts';
import { reclaim } from './reclaim.ts';

/** Brings one volume in line with the claim it refers to. `wake` has that claim looked at. */
export function* syncVolume(books: Books, volume: PersistentVolume, wake: (claim: string) => void): Task<void> {
  const ref = volume.spec?.claimRef;
  // Nobody's, or kept for a claim that has not come.
  if (ref === undefined || (ref.uid ?? '') === '') {
    yield* setVolumePhase(books, volume, 'Available');
    if (ref !== undefined) wake(claimKeyOf(volume));
    return;
  }
  const claim = yield* claimOf(books, volume);
  if (claim === undefined) return yield* release(books, volume);
  const wanted = claim.spec?.volumeName ?? '';
  if (wanted === volume.metadata.name) return void (yield* setVolumePhase(books, volume, 'Bound'));
  const { annotations = {}, name = '' } = volume.metadata;
  if (wanted === '') {
    if (!sameVolumeMode(volume, claim)) {
      const why = 'due to incompatible volumeMode.';
      const { recorder } = books;
      const claimed = JSON.stringify(claim.metadata.name);
      recorder.event(
        volume,
        'Warning',
        'VolumeMismatch',
        `Cannot bind PersistentVolume to requested PersistentVolumeClaim ${claimed} ${why}`,
      );
      recorder.event(
        claim,
        'Warning',
        'VolumeMismatch',
        `Cannot bind PersistentVolume ${JSON.stringify(name)} to requested PersistentVolumeClaim ${why}`,
      );
      return;
    }
    return wake(claimKeyOf(volume));
  }
  // The claim went to another volume.
  if (annotations[PROVISIONED_BY] !== undefined && volume.spec?.persistentVolumeReclaimPolicy === 'Delete')
    return yield* release(books, volume);
  yield* unbind(books, volume);
}

function* release(books: Books, volume: PersistentVolume): Task<void> {
  const { phase } = volume.status ?? {};
  if (phase === 'Released' || phase === 'Failed') return yield* reclaim(books, volume);
  books.decide(`The claim of volume ${volume.metadata.name ?? ''} is gone: the volume is released.`, volume);
  yield* reclaim(books, yield* setVolumePhase(books, volume, 'Released'));
}

/** The claim that a volume belongs to; undefined once it is gone, or has been made anew under its name. */
function* claimOf(books: Books, volume: PersistentVolume): Task<PersistentVolumeClaim | undefined> {
  const ref = volume.spec?.claimRef;
  const known = books.claims.get(claimKeyOf(volume));
  if (known?.metadata.uid === ref?.uid) return known;
  const { phase } = volume.status ?? {};
  if (phase === 'Released' || phase === 'Failed') return undefined;
  // The cache may not have heard of it yet: data is at stake, so the server is asked.
  try {
    const fresh = yield* books.client.get(PERSISTENT_VOLUME_CLAIMS, ref?.namespace, ref?.name ?? '');
    return fresh.metadata.uid === ref?.uid ? fresh : undefined;
  } catch (error) {
    if (!isNotFound(error)) throw error;
    return undefined;
  }
}
