import type { PersistentVolumeClaim, Pod, Volume } from '../generated/types.ts';
import { controllerOf } from '../meta.ts';

/** The claim behind a volume of a pod; '' for volumes without one. A generic ephemeral volume's is named after pod and volume. */
export function claimNameOf({ metadata }: Pod, { name, persistentVolumeClaim, ephemeral }: Volume): string {
  if (persistentVolumeClaim !== undefined) return persistentVolumeClaim.claimName;
  return ephemeral === undefined ? '' : `${metadata.name ?? ''}-${name}`;
}

export function claimNamesOf(pod: Pod): string[] {
  return (pod.spec?.volumes ?? []).map((volume) => claimNameOf(pod, volume)).filter((name) => name !== '');
}

/** Pods by `namespace/name` of their claims, for caches' indexes. */
export function claimKeysOf(pod: Pod): string[] {
  return claimNamesOf(pod).map((name) => `${pod.metadata.namespace ?? ''}/${name}`);
}

/** Why a claim is not the one of this pod's ephemeral volume; undefined when it is. */
export function strangerToPod(claim: PersistentVolumeClaim, pod: Pod): string | undefined {
  if (controllerOf(claim)?.uid === pod.metadata.uid) return undefined;
  const name = (object: PersistentVolumeClaim | Pod): string => `${object.metadata.namespace ?? ''}/${object.metadata.name ?? ''}`;
  return `PVC ${name(claim)} was not created for pod ${name(pod)} (pod is not the owner)`;
}
