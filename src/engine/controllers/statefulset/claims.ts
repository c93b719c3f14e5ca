import { isNotFound } from '../../api/errors.ts';
import type { PersistentVolumeClaim, Pod, StatefulSet } from '../../api/generated/types.ts';
import type { ApiObject, OwnerReference } from '../../api/meta.ts';
import type { Client } from '../../client/client.ts';
import type { EventRecorder } from '../../client/events.ts';
import type { Informer } from '../../client/informer.ts';
import { PERSISTENT_VOLUME_CLAIMS } from '../../client/resources.ts';
import type { Task } from '../../os/task.ts';
import { newControllerRef } from '../controller-ref.ts';
import { claimsFor } from './identity.ts';

export interface ClaimControl {
  readonly client: Client;
  readonly recorder: EventRecorder;
  readonly claims: Informer<PersistentVolumeClaim>;
}

/** Makes the claims of a pod that are not there yet. */
export function* createClaims({ client, recorder, claims }: ClaimControl, set: StatefulSet, pod: Pod, ordinal: number): Task<void> {
  const which = (claim: string): string => `Claim ${claim} Pod ${pod.metadata.name ?? ''} in StatefulSet ${set.metadata.name ?? ''}`;
  for (const claim of claimsFor(set, ordinal)) {
    const { namespace = '', name = '' } = claim.metadata;
    const there = claims.get(`${namespace}/${name}`);
    if (there !== undefined) {
      if (there.metadata.deletionTimestamp !== undefined)
        recorder.event(set, 'Warning', 'FailedCreate', `Create ${which(name)} failed error: pvc ${name} is being deleted`);
      continue;
    }
    try {
      yield* client.create(PERSISTENT_VOLUME_CLAIMS, claim);
      recorder.event(set, 'Normal', 'SuccessfulCreate', `Create ${which(name)} success`);
    } catch (error) {
      recorder.event(set, 'Warning', 'FailedCreate', `Create ${which(name)} failed error: ${(error as Error).message}`);
      throw error;
    }
  }
}

/** A claim that its set or its pod is taking along: a pod made now would lose its data (PodClaimIsStale). */
export function hasStaleClaim({ claims }: ClaimControl, set: StatefulSet, pod: Pod, ordinal: number): boolean {
  if (retention(set).scaled !== 'Delete') return false;
  return claimsFor(set, ordinal).some(({ metadata }) => {
    const there = claims.get(`${metadata.namespace ?? ''}/${metadata.name ?? ''}`);
    const owner = there?.metadata.ownerReferences?.find(({ kind, name }) => kind === 'Pod' && name === pod.metadata.name);
    return owner !== undefined && owner.uid !== pod.metadata.uid;
  });
}

/**
 * Who takes a claim along when it goes (KEP-1847): the set with `whenDeleted: Delete`, the pod that is scaled away with
 * `whenScaled: Delete`. Owner references say it, the garbage collector does it.
 */
export function* setClaimOwners(
  { client, claims }: ClaimControl,
  set: StatefulSet,
  pod: Pod,
  ordinal: number,
  condemned: boolean,
): Task<void> {
  const { scaled, deleted } = retention(set);
  const byPod = scaled === 'Delete' && condemned;
  const bySet = deleted === 'Delete' && !byPod;
  for (const { metadata } of claimsFor(set, ordinal)) {
    const claim = claims.get(`${metadata.namespace ?? ''}/${metadata.name ?? ''}`);
    if (claim === undefined || claim.metadata.deletionTimestamp !== undefined) continue;
    const owners = claim.metadata.ownerReferences ?? [];
    const others = owners.filter(({ uid }) => uid !== set.metadata.uid && uid !== pod.metadata.uid);
    const wanted = [...others, ...(bySet ? [ownerRef(set)] : []), ...(byPod ? [ownerRef(pod)] : [])];
    if (wanted.length === owners.length && wanted.every(({ uid }) => owners.some((owner) => owner.uid === uid))) continue;
    try {
      yield* client.update(PERSISTENT_VOLUME_CLAIMS, { ...claim, metadata: { ...claim.metadata, ownerReferences: wanted } });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}

function retention({ spec }: StatefulSet): { scaled: string; deleted: string } {
  const { whenScaled = 'Retain', whenDeleted = 'Retain' } = spec?.persistentVolumeClaimRetentionPolicy ?? {};
  return { scaled: whenScaled, deleted: whenDeleted };
}

function ownerRef(owner: ApiObject): OwnerReference {
  const { controller: _controller, blockOwnerDeletion: _block, ...reference } = newControllerRef(owner);
  return owner.kind === 'StatefulSet' ? { ...reference, controller: true, blockOwnerDeletion: true } : reference;
}
