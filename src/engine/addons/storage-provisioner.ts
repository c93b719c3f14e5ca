import { diskZone } from './disk-zone.ts';
import { StatusError, isAlreadyExists, isNotFound } from '../api/errors.ts';
import type {
  ClusterRole,
  ClusterRoleBinding,
  PersistentVolume,
  PersistentVolumeClaim,
  PolicyRule,
  StorageClass,
} from '../api/generated/types.ts';
import { keyOf, type ApiObject } from '../api/meta.ts';
import { PROVISIONED_BY, SELECTED_NODE, STORAGE_PROVISIONER } from '../api/storage/binding-annotations.ts';
import { classOfClaim, requestOf } from '../api/storage/volume-rules.ts';
import type { Transport } from '../apiserver/types.ts';
import { Client } from '../client/client.ts';
import { EventRecorder } from '../client/events.ts';
import { Informer } from '../client/informer.ts';
import { PERSISTENT_VOLUMES, PERSISTENT_VOLUME_CLAIMS, STORAGE_CLASSES } from '../client/resources.ts';
import { WorkQueue } from '../client/workqueue.ts';
import type { Component } from '../component.ts';
import type { Task } from '../os/task.ts';
import type { Simulation } from '../sim/simulation.ts';
import type { Millis } from '../sim/time.ts';

const ACCOUNT = 'storage-provisioner';

/** The provisioners that small clusters are set up with, by the name that StorageClasses call them by. */
const KNOWN = [
  'rancher.io/local-path',
  'k8s.io/minikube-hostpath',
  'ebs.csi.aws.com',
  'pd.csi.storage.gke.io',
  'disk.csi.azure.com',
] as const;
export type ProvisionerName = (typeof KNOWN)[number];

export interface StorageProvisionerOptions {
  readonly sim: Simulation;
  readonly transport: Transport;
  readonly provisioner: ProvisionerName;
  /** Deletes a directory of a node; of all nodes where none is named. */
  readonly erase: (path: string, node: string | undefined) => void;
  /** In which zone a node is: disks of a cloud are reached from there alone. */
  readonly zoneOf: (node: string) => string | undefined;
  /** All zones that nodes are in. */
  readonly zones: readonly string[];
}

// Virtual ms that making or deleting a volume takes: local-path runs a pod on the node for each.
const WORK: Millis = 1500;

/** The names of the provisioners that the StorageClasses among these objects call for. */
export function provisionersOf(manifests: readonly ApiObject[]): ReadonlySet<string> {
  const classes = manifests.filter(({ kind }) => kind === 'StorageClass') as StorageClass[];
  return new Set(classes.map(({ provisioner }) => provisioner ?? ''));
}

export function knownProvisioners(manifests: readonly ApiObject[]): ProvisionerName[] {
  const named = provisionersOf(manifests);
  return KNOWN.filter((name) => named.has(name));
}

/** Whom provisioners and drivers are to the cluster. */
export const PROVISIONER_USER = `system:serviceaccount:kube-system:${ACCOUNT}`;

/** What lets provisioners and drivers do their work. */
export function provisionerAccess(): [ClusterRole, ...ClusterRoleBinding[]] {
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const subjects = [{ kind: 'ServiceAccount', name: ACCOUNT, namespace: 'kube-system' }];
  const bind = (name: string, role: string): ClusterRoleBinding => ({
    apiVersion,
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
    subjects,
  });
  const storage = (verbs: string[], ...resources: string[]): PolicyRule => ({ apiGroups: ['storage.k8s.io'], resources, verbs });
  const core = (verbs: string[], ...resources: string[]): PolicyRule => ({ apiGroups: [''], resources, verbs });
  const rules = [
    storage(['get', 'list', 'watch', 'create'], 'csidrivers', 'csinodes'),
    storage(['get', 'list', 'watch', 'patch', 'update'], 'volumeattachments', 'volumeattachments/status'),
    core(['get', 'list', 'watch', 'patch', 'update'], 'persistentvolumes', 'persistentvolumeclaims', 'persistentvolumeclaims/status'),
    core(['get', 'list', 'watch'], 'pods', 'nodes'),
  ];
  const role = 'storage-driver';
  return [
    { apiVersion, kind: 'ClusterRole', metadata: { name: role }, rules },
    bind(role, role),
    bind(ACCOUNT, 'system:persistent-volume-provisioner'),
  ];
}

/**
 * An external provisioner, as kind and minikube come with one: makes a directory of a node into a PersistentVolume for
 * each claim that is marked for it, and deletes both when the claim is gone.
 */
export class StorageProvisioner implements Component {
  readonly name: string;
  readonly #client: Client;
  readonly #recorder: EventRecorder;
  readonly #claims: Informer<PersistentVolumeClaim>;
  readonly #volumes: Informer<PersistentVolume>;
  readonly #classes: Informer<StorageClass>;
  readonly #toMake: WorkQueue;
  readonly #toDelete: WorkQueue;
  #running = false;

  constructor(readonly options: StorageProvisionerOptions) {
    const { sim, transport, provisioner } = options;
    this.name = `storage-provisioner@${provisioner}`;
    this.#client = new Client(transport, this.name, {
      kind: 'certificate',
      user: PROVISIONER_USER,
      groups: ['system:serviceaccounts', 'system:serviceaccounts:kube-system'],
    });
    const client = this.#client;
    this.#recorder = new EventRecorder(sim, client, { component: `${provisioner}_${ACCOUNT}_${sim.random(this.name).uuid()}` });
    this.#claims = new Informer(sim, client, PERSISTENT_VOLUME_CLAIMS);
    this.#volumes = new Informer(sim, client, PERSISTENT_VOLUMES);
    this.#classes = new Informer(sim, client, STORAGE_CLASSES);
    const queue = (process: (key: string) => Task<void>): WorkQueue =>
      new WorkQueue(sim, {
        actor: this.name,
        latency: WORK,
        process,
        onError: (_key, error) => {
          if (!(error instanceof StatusError)) throw error;
        },
      });
    this.#toMake = queue((key) => this.#make(key));
    this.#toDelete = queue((key) => this.#delete(key));
    const claimSeen = (claim: PersistentVolumeClaim): void => {
      if (this.#wanted(claim)) this.#toMake.add(keyOf(claim));
    };
    this.#claims.on({ added: claimSeen, updated: claimSeen });
    const volumeSeen = (volume: PersistentVolume): void => {
      if (this.#condemned(volume)) this.#toDelete.add(keyOf(volume));
    };
    this.#volumes.on({ added: volumeSeen, updated: volumeSeen });
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.options.sim.append(this.name, 'component', { state: 'started' });
    for (const part of [this.#classes, this.#volumes, this.#claims, this.#toMake, this.#toDelete]) part.start();
  }

  stop(): void {
    if (!this.#running) return;
    this.#running = false;
    for (const part of [this.#toMake, this.#toDelete, this.#claims, this.#volumes, this.#classes]) part.stop();
    this.options.sim.append(this.name, 'component', { state: 'stopped' });
  }

  #wanted({ metadata, spec }: PersistentVolumeClaim): boolean {
    return (
      metadata.deletionTimestamp === undefined &&
      (spec?.volumeName ?? '') === '' &&
      metadata.annotations?.[STORAGE_PROVISIONER] === this.options.provisioner
    );
  }

  #condemned({ metadata, spec, status }: PersistentVolume): boolean {
    return (
      status?.phase === 'Released' &&
      metadata.deletionTimestamp === undefined &&
      spec?.persistentVolumeReclaimPolicy === 'Delete' &&
      metadata.annotations?.[PROVISIONED_BY] === this.options.provisioner
    );
  }

  *#make(key: string): Task<void> {
    const claim = this.#claims.get(key);
    if (claim === undefined || !this.#wanted(claim)) return;
    const name = `pvc-${claim.metadata.uid ?? ''}`;
    const storageClass = this.#classes.get(classOfClaim(claim));
    if (storageClass === undefined || this.#volumes.get(name) !== undefined) return;
    const recorder = this.#recorder;
    recorder.event(claim, 'Normal', 'Provisioning', `External provisioner is provisioning volume for claim ${JSON.stringify(key)}`);
    const { provisioner } = this.options;
    const refusal =
      provisioner === 'rancher.io/local-path'
        ? localPathRefusal(claim)
        : isDriver(provisioner)
          ? diskRefusal(claim, storageClass, name)
          : undefined;
    if (refusal !== undefined) {
      const message = `failed to provision volume with StorageClass ${JSON.stringify(storageClass.metadata.name)}: ${refusal}`;
      return recorder.event(claim, 'Warning', 'ProvisioningFailed', message);
    }
    try {
      yield* this.#client.create(PERSISTENT_VOLUMES, this.#volumeFor(claim, storageClass, name));
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
      return;
    }
    recorder.event(claim, 'Normal', 'ProvisioningSucceeded', `Successfully provisioned volume ${name}`);
  }

  *#delete(name: string): Task<void> {
    const volume = this.#volumes.get(name);
    if (volume === undefined || !this.#condemned(volume)) return;
    const term = volume.spec?.nodeAffinity?.required?.nodeSelectorTerms[0];
    if (volume.spec?.hostPath !== undefined) this.options.erase(volume.spec.hostPath.path, term?.matchExpressions?.[0]?.values?.[0]);
    try {
      yield* this.#client.delete(PERSISTENT_VOLUMES, undefined, name);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  #volumeFor(claim: PersistentVolumeClaim, storageClass: StorageClass, name: string): PersistentVolume {
    const { provisioner } = this.options;
    const { namespace = '', name: claimName = '', uid = '', resourceVersion = '', annotations = {} } = claim.metadata;
    const node = annotations[SELECTED_NODE] ?? '';
    const local = provisioner === 'rancher.io/local-path';
    return {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: {
        name,
        annotations: { [PROVISIONED_BY]: provisioner, ...(local ? { 'local.path.provisioner/selected-node': node } : {}) },
      },
      spec: {
        accessModes: claim.spec?.accessModes ?? [],
        capacity: { storage: requestOf(claim) },
        volumeMode: 'Filesystem',
        persistentVolumeReclaimPolicy: storageClass.reclaimPolicy ?? 'Delete',
        storageClassName: storageClass.metadata.name ?? '',
        claimRef: { kind: 'PersistentVolumeClaim', namespace, name: claimName, uid, apiVersion: 'v1', resourceVersion },
        ...this.#source(claim, name, node),
      },
    };
  }

  /** What the volume is, and from where it can be reached. */
  #source({ metadata }: PersistentVolumeClaim, name: string, node: string): NonNullable<PersistentVolume['spec']> {
    const { provisioner, zoneOf, zones } = this.options;
    const { namespace = '', name: claim = '', uid = '' } = metadata;
    if (provisioner === 'k8s.io/minikube-hostpath')
      return { hostPath: { path: `/tmp/hostpath-provisioner/${namespace}/${claim}`, type: '' } };
    if (provisioner === 'rancher.io/local-path')
      return {
        hostPath: { path: `/var/local-path-provisioner/${name}_${namespace}_${claim}`, type: 'DirectoryOrCreate' },
        ...only('kubernetes.io/hostname', node),
      };
    const zone = node === '' ? diskZone(claim, zones) : zoneOf(node);
    return {
      csi: { driver: provisioner, volumeHandle: `vol-${uid.replaceAll('-', '').slice(0, 17)}`, fsType: 'ext4' },
      ...(zone === undefined ? {} : only('topology.kubernetes.io/zone', zone)),
    };
  }
}

/** Whether the provisioner is a storage driver's. */
export function isDriver(provisioner: string): boolean {
  return provisioner.includes('.csi.');
}

function only(key: string, value: string): Pick<NonNullable<PersistentVolume['spec']>, 'nodeAffinity'> {
  return { nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{ key, operator: 'In', values: [value] }] }] } } };
}

// aws-ebs-csi-driver: kinds of disks, and what else a class may say of one.
const DISK_TYPES = new Set(['gp2', 'gp3', 'io1', 'io2', 'sc1', 'st1', 'standard']);
const DISK_PARAMETERS =
  /^(csi\.storage\.k8s\.io\/.*|type|iops|iopspergb|throughput|encrypted|kmskeyid|blocksize|allowautoiopspergbincrease|tagspecification_\d+)$/i;

/** A disk is for one machine, and of a kind that the cloud has. */
function diskRefusal({ spec }: PersistentVolumeClaim, { provisioner, parameters = {} }: StorageClass, name: string): string | undefined {
  const alone = spec?.accessModes?.every((mode) => mode === 'ReadWriteOnce' || mode === 'ReadWriteOncePod') !== false;
  if (!alone)
    return 'rpc error: code = InvalidArgument desc = Volume capabilities not supported: only single-node access modes are supported';
  if (provisioner !== 'ebs.csi.aws.com') return undefined;
  const unknown = Object.keys(parameters).find((key) => !DISK_PARAMETERS.test(key));
  if (unknown !== undefined) return `rpc error: code = InvalidArgument desc = Invalid parameter key ${unknown} for CreateVolume`;
  const type = Object.entries(parameters).find(([key]) => key.toLowerCase() === 'type')?.[1] ?? 'gp3';
  if (DISK_TYPES.has(type)) return undefined;
  return `rpc error: code = Internal desc = Could not create volume "${name}": invalid AWS VolumeType "${type}"`;
}

/** What local-path cannot do. */
function localPathRefusal({ metadata, spec }: PersistentVolumeClaim): string | undefined {
  if (spec?.selector !== undefined) return 'claim.Spec.Selector is not supported';
  if (spec?.accessModes?.some((mode) => mode !== 'ReadWriteOnce' && mode !== 'ReadWriteOncePod') === true)
    return 'NodePath only supports ReadWriteOnce and ReadWriteOncePod (1.22+) access modes';
  if ((metadata.annotations?.[SELECTED_NODE] ?? '') === '') return 'configuration error, no node was specified';
  return undefined;
}
