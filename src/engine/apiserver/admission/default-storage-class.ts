import type { PersistentVolumeClaim, StorageClass } from '../../api/generated/types.ts';
import type { AdmissionPlugin, Operation } from './admission.ts';

const DEFAULT = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class'];

/** A claim that names no class gets the default one: of several, the newest. */
export function defaultStorageClass(classes: () => readonly StorageClass[]): AdmissionPlugin {
  return {
    name: 'DefaultStorageClass',
    admit({ verb, kind, subresource, object }: Operation): void {
      if (verb !== 'create' || kind.group !== '' || kind.resource !== 'persistentvolumeclaims' || subresource !== '') return;
      const claim = object as PersistentVolumeClaim;
      if (claim.spec === undefined || claim.spec.storageClassName !== undefined) return;
      const found = classes()
        .filter(({ metadata }) => DEFAULT.some((key) => metadata.annotations?.[key] === 'true'))
        .sort(
          (a, b) => compare(b.metadata.creationTimestamp, a.metadata.creationTimestamp) || compare(a.metadata.name, b.metadata.name),
        )[0];
      if (found?.metadata.name !== undefined) claim.spec.storageClassName = found.metadata.name;
    },
  };
}

const compare = (a = '', b = ''): number => (a < b ? -1 : a > b ? 1 : 0);
