import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../api/generated/types.ts';
import { keyOf } from '../../api/meta.ts';
import { BIND_COMPLETED, BOUND_BY_CONTROLLER, SELECTED_NODE } from '../../api/storage/binding-annotations.ts';
import { classOfClaim, findBestVolume, hasClass, isBoundTo, isDelayed, mismatch } from '../../api/storage/volume-rules.ts';
import type { Task } from '../../os/task.ts';
import type { Random } from '../../sim/random.ts';
import { SyncError } from '../reconciler.ts';
import { bind } from './bind.ts';
import { loseClaim, setClaimStatus, storeClaim, type Books } from './books.ts';
import { provision } from './provision.ts';

const DEFAULT_CLASS = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class'];

/** Brings one claim in line: finds or asks for a volume while it is unbound, and sees that it keeps it afterwards. */
export function* syncClaim(books: Books, claim: PersistentVolumeClaim, random: Random): Task<void> {
  if (claim.metadata.annotations?.[BIND_COMPLETED] !== undefined) return yield* keep(books, claim);
  const wanted = claim.spec?.volumeName ?? '';
  if (wanted === '') return yield* search(books, claim, random);
  const volume = books.volumes.get(wanted);
  // It may still come.
  if (volume === undefined) return void (yield* setClaimStatus(books, claim, 'Pending'));
  yield* take(books, claim, volume);
}

/** The volume that fits the claim now, if it is the binder's to choose. */
export function volumeFor({ volumes, classes }: Books, claim: PersistentVolumeClaim): PersistentVolume | undefined {
  return findBestVolume(claim, volumes.list(), isDelayed(classes.get(classOfClaim(claim))));
}

function* search(books: Books, claim: PersistentVolumeClaim, random: Random): Task<void> {
  const volume = volumeFor(books, claim);
  if (volume !== undefined) return yield* bind(books, volume, claim);
  if (!hasClass(claim)) {
    const byDefault = defaultClass(books.classes.list());
    if (byDefault !== undefined) {
      books.decide(`The claim names no class, and there is a default one by now: gives it ${byDefault}.`, claim);
      yield* storeClaim(books, { ...claim, spec: { ...claim.spec, storageClassName: byDefault } });
      return;
    }
  }
  const name = classOfClaim(claim);
  const node = claim.metadata.annotations?.[SELECTED_NODE] ?? '';
  if (isDelayed(books.classes.get(name)) && node === '') tellOfConsumers(books, claim);
  else if (name !== '') return yield* provision(books, claim, random);
  else {
    const message = 'no persistent volumes available for this claim and no storage class is set';
    books.recorder.event(claim, 'Normal', 'FailedBinding', message);
  }
  yield* setClaimStatus(books, claim, 'Pending');
}

/** The claim asks for this volume by name. */
function* take(books: Books, claim: PersistentVolumeClaim, volume: PersistentVolume): Task<void> {
  const name = volume.metadata.name ?? '';
  if (volume.spec?.claimRef === undefined) {
    const why = mismatch(volume, claim);
    if (why === undefined) return yield* bind(books, volume, claim);
    books.recorder.event(claim, 'Warning', 'VolumeMismatch', `Cannot bind to requested volume ${JSON.stringify(name)}: ${why}`);
    yield* setClaimStatus(books, claim, 'Pending');
    return;
  }
  if (isBoundTo(volume, claim)) return yield* bind(books, volume, claim);
  if (claim.metadata.annotations?.[BOUND_BY_CONTROLLER] !== undefined)
    throw new SyncError(
      `invalid binding of claim ${JSON.stringify(keyOf(claim))} to volume ${JSON.stringify(name)}: volume already claimed`,
    );
  books.recorder.event(claim, 'Warning', 'FailedBinding', `volume ${JSON.stringify(name)} already bound to a different claim.`);
  yield* setClaimStatus(books, claim, 'Pending');
}

function* keep(books: Books, claim: PersistentVolumeClaim): Task<void> {
  const name = claim.spec?.volumeName ?? '';
  if (name === '')
    return yield* loseClaim(books, claim, 'ClaimLost', 'Bound claim has lost reference to PersistentVolume. Data on the volume is lost!');
  const volume = books.volumes.get(name);
  if (volume === undefined)
    return yield* loseClaim(books, claim, 'ClaimLost', 'Bound claim has lost its PersistentVolume. Data on the volume is lost!');
  if (volume.spec?.claimRef !== undefined && volume.spec.claimRef.uid !== claim.metadata.uid)
    return yield* loseClaim(books, claim, 'ClaimMisbound', 'Two claims are bound to the same volume, this one is bound incorrectly');
  yield* bind(books, volume, claim);
}

function tellOfConsumers({ pods, recorder }: Books, claim: PersistentVolumeClaim): void {
  const names = pods
    .by('claim', keyOf(claim))
    .filter(({ spec, status }) => (spec?.nodeName ?? '') === '' && status?.phase !== 'Succeeded' && status?.phase !== 'Failed')
    .map(({ metadata }) => metadata.name ?? '');
  const [reason, message] =
    names.length === 0
      ? ['WaitForFirstConsumer', 'waiting for first consumer to be created before binding']
      : ['WaitForPodScheduled', `waiting for pod${names.length > 1 ? '(s)' : ''} ${names.join(',')} to be scheduled`];
  recorder.event(claim, 'Normal', reason as string, message as string);
}

/** Of several default classes the newest. */
function defaultClass(classes: Iterable<StorageClass>): string | undefined {
  const defaults = [...classes].filter(({ metadata }) => DEFAULT_CLASS.some((key) => metadata.annotations?.[key] === 'true'));
  const age = ({ metadata }: StorageClass): string => metadata.creationTimestamp ?? '';
  const name = ({ metadata }: StorageClass): string => metadata.name ?? '';
  return defaults.sort((a, b) => (age(a) === age(b) ? (name(a) < name(b) ? -1 : 1) : age(a) < age(b) ? 1 : -1))[0]?.metadata.name;
}
