import type { PersistentVolumeClaim, StorageClass } from '../../api/generated/types.ts';
import { compareQuantities } from '../../api/quantity.ts';
import { refuse, type AdmissionPlugin, type Operation } from './admission.ts';

/** A claim grows only where its class says that volumes can. */
export function claimResize(classOf: (name: string) => StorageClass | undefined): AdmissionPlugin {
  return {
    name: 'PersistentVolumeClaimResize',
    validate(operation: Operation): void {
      const { verb, kind, subresource, object, old } = operation;
      if (verb !== 'update' || kind.group !== '' || kind.resource !== 'persistentvolumeclaims' || subresource !== '') return;
      const claim = object as PersistentVolumeClaim;
      const size = ({ spec }: PersistentVolumeClaim): string => spec?.resources?.requests?.['storage'] ?? '0';
      if (compareQuantities(size(claim), size(old as PersistentVolumeClaim)) <= 0) return;
      if ((old as PersistentVolumeClaim).status?.phase !== 'Bound')
        throw refuse(operation, 'Only bound persistent volume claims can be expanded');
      const name = claim.spec?.storageClassName ?? '';
      if (name !== '' && classOf(name)?.allowVolumeExpansion === true) return;
      throw refuse(
        operation,
        'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
      );
    },
  };
}
