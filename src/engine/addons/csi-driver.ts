import { StatusError, isAlreadyExists, isConflict } from '../api/errors.ts';
import type {
  CSIDriver as CSIDriverObject,
  CSINode,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  StorageClass,
  VolumeAttachment,
} from '../api/generated/types.ts';
import { keyOf } from '../api/meta.ts';
import { claimKeysOf } from '../api/storage/pod-claims.ts';
import { stagingPath } from '../api/storage/staging-path.ts';
import { classOfClaim } from '../api/storage/volume-rules.ts';
import type { Transport } from '../apiserver/types.ts';
import { ALL_MIGRATED, MIGRATED_PLUGINS } from '../api/storage/csi-migration.ts';
import { Client } from '../client/client.ts';
import { EventRecorder } from '../client/events.ts';
import { Informer } from '../client/informer.ts';
import {
  CSI_DRIVERS,
  CSI_NODES,
  PERSISTENT_VOLUMES,
  PERSISTENT_VOLUME_CLAIMS,
  PODS,
  STORAGE_CLASSES,
  VOLUME_ATTACHMENTS,
} from '../client/resources.ts';
import { WorkQueue } from '../client/workqueue.ts';
import type { Component } from '../component.ts';
import { MemoryFiles } from '../os/files.ts';
import { start, type Running, type Task } from '../os/task.ts';
import type { Simulation } from '../sim/simulation.ts';
import type { Millis } from '../sim/time.ts';
import { awaitsNode, growDisk, growFileSystem, wantsMore, type ResizeWorld } from './csi-resizer.ts';

export interface CsiDriverOptions {
  readonly sim: Simulation;
  readonly transport: Transport;
  /** `ebs.csi.aws.com` */
  readonly driver: string;
  readonly user: string;
  readonly nodes: readonly string[];
  /** Has a file system stand at a directory of a node, or no more. */
  readonly mount: (node: string, path: string, files: MemoryFiles | undefined) => void;
}

// Virtual ms that a cloud takes to attach a disk, and the number of disks that a machine can have.
const ATTACHING: Millis = 1500;
const DISKS_PER_NODE = 25;

/**
 * The driver of a cloud's disks: a disk is attached to one machine at a time and keeps its data wherever it goes. Attacher,
 * resizer and node plugin in one; volumes are made by the `StorageProvisioner` of the same name.
 */
export class CsiDriver implements Component {
  readonly name: string;
  readonly #client: Client;
  readonly #world: ResizeWorld;
  readonly #attachments: Informer<VolumeAttachment>;
  readonly #volumes: Informer<PersistentVolume>;
  readonly #claims: Informer<PersistentVolumeClaim>;
  readonly #classes: Informer<StorageClass>;
  readonly #pods: Informer<Pod>;
  readonly #toAttach: WorkQueue;
  readonly #toResize: WorkQueue;
  /** What is on the disks, by handle: the cloud keeps it whatever happens to the cluster. */
  readonly #disks = new Map<string, MemoryFiles>();
  #registering: Running | undefined;
  #running = false;

  constructor(readonly options: CsiDriverOptions) {
    const { sim, transport, driver, user } = options;
    this.name = `csi-driver@${driver}`;
    const client = new Client(transport, this.name, { kind: 'certificate', user, groups: ['system:serviceaccounts'] });
    this.#client = client;
    this.#world = { sim, client, recorder: new EventRecorder(sim, client, { component: `external-resizer ${driver}` }) };
    this.#attachments = new Informer(sim, client, VOLUME_ATTACHMENTS);
    this.#volumes = new Informer(sim, client, PERSISTENT_VOLUMES);
    this.#claims = new Informer(sim, client, PERSISTENT_VOLUME_CLAIMS);
    this.#classes = new Informer(sim, client, STORAGE_CLASSES);
    this.#pods = new Informer(sim, client, PODS, { indexes: { claim: claimKeysOf } });
    const queue = (process: (key: string) => Task<void>, latency: Millis): WorkQueue =>
      new WorkQueue(sim, {
        actor: this.name,
        latency,
        process,
        onError: (_key, error) => {
          if (!(error instanceof StatusError)) throw error;
        },
      });
    this.#toAttach = queue((name) => this.#attach(name), ATTACHING);
    this.#toResize = queue((key) => this.#resize(key), 1);
    this.#attachments.on({
      added: ({ metadata, spec, status }) => {
        if (spec.attacher !== driver) return;
        if (status?.attached === true) this.#show(spec.source.persistentVolumeName ?? '', spec.nodeName);
        else this.#toAttach.add(metadata.name ?? '');
      },
      deleted: ({ spec }) => {
        if (spec.attacher === driver) this.#hide(spec.source.persistentVolumeName ?? '', spec.nodeName);
      },
    });
    const claimSeen = (claim: PersistentVolumeClaim): void => {
      if ((claim.spec?.volumeName ?? '') !== '') this.#toResize.add(keyOf(claim));
    };
    this.#claims.on({ updated: claimSeen });
    const podSeen = (pod: Pod): void => {
      if (pod.status?.phase === 'Running') for (const key of claimKeysOf(pod)) this.#toResize.add(key);
    };
    this.#pods.on({ updated: podSeen });
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.options.sim.append(this.name, 'component', { state: 'started' });
    this.#registering = start(this.#register(), (error) => {
      if (!(error instanceof StatusError)) throw error;
    });
    for (const part of [this.#classes, this.#volumes, this.#claims, this.#pods, this.#attachments, this.#toAttach, this.#toResize])
      part.start();
  }

  stop(): void {
    if (!this.#running) return;
    this.#running = false;
    this.#registering?.kill();
    for (const part of [this.#toAttach, this.#toResize, this.#attachments, this.#pods, this.#claims, this.#volumes, this.#classes])
      part.stop();
    this.options.sim.append(this.name, 'component', { state: 'stopped' });
  }

  /** A node plugin on every node has told its kubelet of the driver. */
  *#register(): Task<void> {
    const { driver, nodes } = this.options;
    const object: CSIDriverObject = {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'CSIDriver',
      metadata: { name: driver },
      spec: { attachRequired: true, podInfoOnMount: false, fsGroupPolicy: 'File' },
    };
    yield* unlessThere(this.#client.create(CSI_DRIVERS, object));
    for (const name of nodes) {
      const one = { name: driver, nodeID: name, topologyKeys: ['topology.kubernetes.io/zone'], allocatable: { count: DISKS_PER_NODE } };
      const metadata = { name, annotations: { [MIGRATED_PLUGINS]: ALL_MIGRATED } };
      const node: CSINode = { apiVersion: 'storage.k8s.io/v1', kind: 'CSINode', metadata, spec: { drivers: [one] } };
      yield* unlessThere(this.#client.create(CSI_NODES, node));
    }
  }

  *#attach(name: string): Task<void> {
    const attachment = this.#attachments.get(name);
    if (attachment === undefined || attachment.status?.attached === true) return;
    yield* this.#client.updateStatus(VOLUME_ATTACHMENTS, { ...attachment, status: { attached: true } });
    this.#show(attachment.spec.source.persistentVolumeName ?? '', attachment.spec.nodeName);
  }

  *#resize(key: string): Task<void> {
    const claim = this.#claims.get(key);
    const volume = this.#volumes.get(claim?.spec?.volumeName ?? '');
    if (claim === undefined || volume?.spec?.csi?.driver !== this.options.driver) return;
    try {
      if (awaitsNode(claim)) return yield* this.#growOnNode(claim, volume);
      if (wantsMore(claim, volume) && this.#classes.get(classOfClaim(claim))?.allowVolumeExpansion === true)
        yield* growDisk(this.#world, claim, volume);
    } catch (error) {
      // Somebody else wrote to the claim: there will be news of it.
      if (!isConflict(error)) throw error;
    }
  }

  *#growOnNode(claim: PersistentVolumeClaim, volume: PersistentVolume): Task<void> {
    const user = this.#pods.by('claim', keyOf(claim)).find(({ status }) => status?.phase === 'Running');
    const node = user?.spec?.nodeName;
    if (user === undefined || node === undefined) return;
    yield* growFileSystem(this.#world, claim, volume);
    const kubelet = new EventRecorder(this.options.sim, this.#client, { component: 'kubelet', host: node });
    const text = `MountVolume.NodeExpandVolume succeeded for volume ${JSON.stringify(volume.metadata.name)} ${node}`;
    for (const about of [user, claim]) kubelet.event(about, 'Normal', 'FileSystemResizeSuccessful', text);
  }

  #show(volume: string, node: string): void {
    const handle = this.#handleOf(volume);
    if (handle === undefined) return;
    let files = this.#disks.get(handle);
    if (files === undefined) this.#disks.set(handle, (files = new MemoryFiles(() => this.options.sim.now)));
    this.options.mount(node, stagingPath(this.options.driver, handle), files);
  }

  #hide(volume: string, node: string): void {
    const handle = this.#handleOf(volume);
    if (handle !== undefined) this.options.mount(node, stagingPath(this.options.driver, handle), undefined);
  }

  #handleOf(volume: string): string | undefined {
    return this.#volumes.get(volume)?.spec?.csi?.volumeHandle;
  }
}

function* unlessThere(task: Task<unknown>): Task<void> {
  try {
    yield* task;
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
  }
}
