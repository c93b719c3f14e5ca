import { isAlreadyExists, isNotFound, StatusError } from '../../api/errors.ts';
import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../api/generated/types.ts';
import { keyOf } from '../../api/meta.ts';
import {
  BETA_STORAGE_PROVISIONER,
  BOUND_BY_CONTROLLER,
  PROVISIONED_BY,
  STORAGE_PROVISIONER,
} from '../../api/storage/binding-annotations.ts';
import { classOfClaim, requestOf } from '../../api/storage/volume-rules.ts';
import { PERSISTENT_VOLUMES } from '../../client/resources.ts';
import type { Task } from '../../os/task.ts';
import type { Random } from '../../sim/random.ts';
import { storeClaim, type Books } from './books.ts';
import { HOST_PATH, provisionerOf } from './volume-plugins.ts';

/** Kept on volumes that the manager made and has to delete itself before the object may go. */
export const IN_TREE_FINALIZER = 'kubernetes.io/pv-controller';

/** Has a volume made for a claim: by a plugin of its own, or by leaving it to the provisioner that the class names. */
export function* provision(books: Books, claim: PersistentVolumeClaim, random: Random): Task<void> {
  const { recorder, classes } = books;
  const name = classOfClaim(claim);
  const storageClass = classes.get(name);
  if (storageClass === undefined) {
    recorder.event(claim, 'Warning', 'ProvisioningFailed', `storageclass.storage.k8s.io "${name}" not found`);
    return;
  }
  const who = provisionerOf(storageClass.provisioner ?? '', books.hostPathProvisioner);
  if (who.kind === 'none') {
    recorder.event(claim, 'Warning', 'ProvisioningFailed', who.message);
    return;
  }
  const marked = yield* markProvisioner(books, claim, who.kind === 'internal' ? who.name : (storageClass.provisioner ?? ''));
  if (who.kind === 'internal') return yield* makeHostPath(books, marked, storageClass, random);
  recorder.event(
    marked,
    'Normal',
    'ExternalProvisioning',
    `Waiting for a volume to be created either by the external provisioner '${who.name}' or manually by the system administrator. ` +
      'If volume creation is delayed, please verify that the provisioner is running and correctly registered.',
  );
}

/** The sign by which provisioners know that it is their turn. */
function* markProvisioner(books: Books, claim: PersistentVolumeClaim, name: string): Task<PersistentVolumeClaim> {
  const { annotations = {} } = claim.metadata;
  if (annotations[STORAGE_PROVISIONER] === name) return claim;
  const marked = { ...annotations, [BETA_STORAGE_PROVISIONER]: name, [STORAGE_PROVISIONER]: name };
  return yield* storeClaim(books, { ...claim, metadata: { ...claim.metadata, annotations: marked } });
}

function* makeHostPath(books: Books, claim: PersistentVolumeClaim, storageClass: StorageClass, random: Random): Task<void> {
  const { client, recorder, volumes } = books;
  const name = `pvc-${claim.metadata.uid ?? ''}`;
  const refused = (why: string): void =>
    recorder.event(
      claim,
      'Warning',
      'ProvisioningFailed',
      `Failed to provision volume with StorageClass "${storageClass.metadata.name ?? ''}": ${why}`,
    );
  if (claim.spec?.volumeMode === 'Block') return refused(`${HOST_PATH} does not support block volume provisioning`);
  if (volumes.get(name) !== undefined) return;
  const { namespace = '', name: claimName = '', uid = '', resourceVersion = '' } = claim.metadata;
  const volume: PersistentVolume = {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: {
      name,
      annotations: {
        'kubernetes.io/createdby': 'hostpath-dynamic-provisioner',
        [BOUND_BY_CONTROLLER]: 'yes',
        [PROVISIONED_BY]: HOST_PATH,
      },
      ...(storageClass.reclaimPolicy === 'Retain' ? {} : { finalizers: [IN_TREE_FINALIZER] }),
    },
    spec: {
      accessModes: claim.spec?.accessModes ?? ['ReadWriteOnce'],
      capacity: { storage: requestOf(claim) },
      persistentVolumeReclaimPolicy: storageClass.reclaimPolicy ?? 'Delete',
      storageClassName: storageClass.metadata.name ?? '',
      ...(storageClass.mountOptions === undefined ? {} : { mountOptions: storageClass.mountOptions }),
      hostPath: { path: `/tmp/hostpath_pv/${random.uuid()}`, type: '' },
      claimRef: { kind: 'PersistentVolumeClaim', namespace, name: claimName, uid, apiVersion: 'v1', resourceVersion },
    },
  };
  books.decide(`No volume fits claim ${keyOf(claim)}: makes one for it.`, claim);
  try {
    volumes.put(yield* client.create(PERSISTENT_VOLUMES, volume));
  } catch (error) {
    if (isAlreadyExists(error)) return;
    if (!(error instanceof StatusError) || isNotFound(error)) throw error;
    return recorder.event(
      claim,
      'Warning',
      'ProvisioningFailed',
      `Error creating provisioned PV object for claim ${keyOf(claim)}: ${error.message}. Deleting the volume.`,
    );
  }
  recorder.event(claim, 'Normal', 'ProvisioningSucceeded', `Successfully provisioned volume ${name} using ${HOST_PATH}`);
}
