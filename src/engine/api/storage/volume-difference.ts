import type { PersistentVolumeSpec } from '../generated/types.ts';
import { internalForm } from '../internal-form.ts';
import { formDifference } from '../line-difference.ts';
import type { JsonObject } from '../meta.ts';

/** The sources of a volume in the order of the server's internal struct. */
const SOURCES =
  'gcePersistentDisk awsElasticBlockStore hostPath glusterfs nfs rbd quobyte iscsi flexVolume cinder cephfs fc flocker azureFile vsphereVolume azureDisk photonPersistentDisk portworxVolume scaleIO local storageos csi';

/** What follows the refusal of a change of a volume's source, line by line. */
export function sourceDifference(before: PersistentVolumeSpec, after: PersistentVolumeSpec): string {
  return formDifference(internal(before), internal(after));
}

const internal = (spec: PersistentVolumeSpec): JsonObject => internalForm(spec as unknown as JsonObject, 'PersistentVolumeSpec', SOURCES);
