import type { ApiObject } from '../../api/meta.ts';
import type { AdmissionPlugin, Operation } from './admission.ts';

const FINALIZERS: Readonly<Record<string, string>> = {
  persistentvolumes: 'kubernetes.io/pv-protection',
  persistentvolumeclaims: 'kubernetes.io/pvc-protection',
  volumeattributesclasses: 'kubernetes.io/vac-protection',
};

/** What holds data stays until nobody uses it: new volumes and claims get a finalizer. */
export const storageObjectInUseProtection: AdmissionPlugin = {
  name: 'StorageObjectInUseProtection',
  admit({ verb, kind, subresource, object }: Operation): void {
    const finalizer = kind.group === '' || kind.group === 'storage.k8s.io' ? FINALIZERS[kind.resource] : undefined;
    if (verb !== 'create' || subresource !== '' || finalizer === undefined) return;
    const { metadata } = object as ApiObject;
    if (metadata.finalizers?.includes(finalizer) !== true) metadata.finalizers = [...(metadata.finalizers ?? []), finalizer];
  },
};
