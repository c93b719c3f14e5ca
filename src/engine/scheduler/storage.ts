import type {
  CSIDriver,
  CSINode,
  CSIStorageCapacity,
  PersistentVolume,
  PersistentVolumeClaim,
  StorageClass,
  VolumeAttachment,
} from '../api/generated/types.ts';
import type { Client } from '../client/client.ts';
import { Informer } from '../client/informer.ts';
import {
  CSI_DRIVERS,
  CSI_NODES,
  CSI_STORAGE_CAPACITIES,
  PERSISTENT_VOLUMES,
  PERSISTENT_VOLUME_CLAIMS,
  STORAGE_CLASSES,
  VOLUME_ATTACHMENTS,
} from '../client/resources.ts';
import type { Simulation } from '../sim/simulation.ts';
import type { ClusterEvent } from './cluster-event.ts';
import { VolumeBinder } from './plugins/volume-binder.ts';
import { Assumptions, type VolumeListers } from './volumes.ts';

export interface StorageOptions {
  readonly sim: Simulation;
  readonly client: Client;
  /** Tells the queue of a change that may make a pod schedulable. */
  readonly move: (event: ClusterEvent) => void;
}

/** What the scheduler knows of storage: claims, volumes, classes and drivers, with its own decisions over what the caches show. */
export class Storage implements VolumeListers {
  readonly binder: VolumeBinder;
  readonly #claims: Informer<PersistentVolumeClaim>;
  readonly #volumes: Informer<PersistentVolume>;
  readonly #classes: Informer<StorageClass>;
  readonly #csiNodes: Informer<CSINode>;
  readonly #csiDrivers: Informer<CSIDriver>;
  readonly #capacities: Informer<CSIStorageCapacity>;
  readonly #attachments: Informer<VolumeAttachment>;
  readonly #assumedClaims: Assumptions<PersistentVolumeClaim>;
  readonly #assumedVolumes: Assumptions<PersistentVolume>;

  constructor({ sim, client, move }: StorageOptions) {
    this.#claims = new Informer(sim, client, PERSISTENT_VOLUME_CLAIMS);
    this.#volumes = new Informer(sim, client, PERSISTENT_VOLUMES);
    this.#classes = new Informer(sim, client, STORAGE_CLASSES);
    this.#csiNodes = new Informer(sim, client, CSI_NODES);
    this.#csiDrivers = new Informer(sim, client, CSI_DRIVERS);
    this.#capacities = new Informer(sim, client, CSI_STORAGE_CAPACITIES);
    this.#attachments = new Informer(sim, client, VOLUME_ATTACHMENTS, { indexes: { node: ({ spec }) => [spec.nodeName] } });
    this.#assumedClaims = new Assumptions((key) => this.#claims.get(key));
    this.#assumedVolumes = new Assumptions((name) => this.#volumes.get(name));
    this.binder = new VolumeBinder({ sim, client, volumes: this.#assumedVolumes, claims: this.#assumedClaims });
    this.#claims.on({
      added: (now) => move({ name: 'PersistentVolumeClaimAdd', now }),
      updated: (now, old) => {
        this.binder.claimChanged(now);
        move({ name: 'PersistentVolumeClaimUpdate', old, now });
      },
    });
    this.#volumes.on({
      added: (now) => move({ name: 'PersistentVolumeAdd', now }),
      updated: (now, old) => move({ name: 'PersistentVolumeUpdate', old, now }),
    });
    this.#classes.on({
      added: (now) => move({ name: 'StorageClassAdd', now }),
      updated: (now, old) => move({ name: 'StorageClassUpdate', old, now }),
    });
    this.#csiNodes.on({
      added: (now) => move({ name: 'CSINodeAdd', now }),
      updated: (now, old) => move({ name: 'CSINodeUpdate', old, now }),
    });
    this.#csiDrivers.on({ updated: (now, old) => move({ name: 'CSIDriverUpdate', old, now }) });
    this.#capacities.on({
      added: (now) => move({ name: 'CSIStorageCapacityAdd', now }),
      updated: (now, old) => move({ name: 'CSIStorageCapacityUpdate', old, now }),
    });
    this.#attachments.on({ deleted: (old) => move({ name: 'VolumeAttachmentDelete', old }) });
  }

  get informers(): readonly { readonly synced: boolean; start(): void; stop(): void }[] {
    return [this.#classes, this.#csiNodes, this.#csiDrivers, this.#capacities, this.#attachments, this.#volumes, this.#claims];
  }

  claim(key: string): PersistentVolumeClaim | undefined {
    return this.#assumedClaims.get(key);
  }

  volume(name: string): PersistentVolume | undefined {
    return this.#assumedVolumes.get(name);
  }

  *volumes(): Generator<PersistentVolume, void, undefined> {
    for (const { metadata } of this.#volumes.list()) {
      const volume = this.#assumedVolumes.get(metadata.name ?? '');
      if (volume !== undefined) yield volume;
    }
  }

  storageClass(name: string): StorageClass | undefined {
    return this.#classes.get(name);
  }

  csiNode(name: string): CSINode | undefined {
    return this.#csiNodes.get(name);
  }

  csiDriver(name: string): CSIDriver | undefined {
    return this.#csiDrivers.get(name);
  }

  capacities(): Iterable<CSIStorageCapacity> {
    return this.#capacities.list();
  }

  attachments(node: string): Iterable<VolumeAttachment> {
    return this.#attachments.by('node', node);
  }

  clear(): void {
    this.binder.abandon();
    this.#assumedClaims.clear();
    this.#assumedVolumes.clear();
  }
}
