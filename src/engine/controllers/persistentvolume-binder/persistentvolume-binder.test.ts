import { describe, expect, test } from 'vitest';
import type { Event, PersistentVolume, PersistentVolumeClaim, Pod, StorageClass } from '../../api/generated/types.ts';
import { EVENTS, PERSISTENT_VOLUMES, PERSISTENT_VOLUME_CLAIMS, PODS, STORAGE_CLASSES } from '../../client/resources.ts';
import { TestCluster, type TestClusterOptions } from '../test-cluster.ts';

type VolumeSpec = NonNullable<PersistentVolume['spec']>;
type ClaimSpec = NonNullable<PersistentVolumeClaim['spec']>;

class Storage {
  readonly cluster: TestCluster;

  constructor(options: TestClusterOptions = {}) {
    this.cluster = new TestCluster({ nodes: 1, ...options });
  }

  volume(name: string, storage: string, spec: VolumeSpec = {}): void {
    this.cluster.admin.create<PersistentVolume>(PERSISTENT_VOLUMES, {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name, labels: { name } },
      spec: { capacity: { storage }, accessModes: ['ReadWriteOnce'], hostPath: { path: `/tmp/${name}` }, ...spec },
    });
  }

  claim(name: string, storage: string, spec: ClaimSpec = {}): void {
    this.cluster.admin.create<PersistentVolumeClaim>(PERSISTENT_VOLUME_CLAIMS, {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name, namespace: 'default' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } }, ...spec },
    });
  }

  storageClass(name: string, provisioner: string, more: Partial<StorageClass> = {}): void {
    this.cluster.admin.create<StorageClass>(STORAGE_CLASSES, {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name },
      provisioner,
      ...more,
    });
  }

  pod(name: string, claimName: string, nodeName?: string): void {
    this.cluster.admin.create<Pod>(PODS, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'default' },
      spec: {
        ...(nodeName === undefined ? {} : { nodeName }),
        containers: [{ name: 'c', image: 'busybox' }],
        volumes: [{ name: 'data', persistentVolumeClaim: { claimName } }],
      },
    });
  }

  phases(): Record<string, string> {
    const { admin } = this.cluster;
    return Object.fromEntries([
      ...admin
        .list(PERSISTENT_VOLUMES)
        .items.map(({ metadata, spec, status }) => [metadata.name, `${status?.phase ?? ''} ${spec?.claimRef?.name ?? ''}`.trim()]),
      ...admin
        .list(PERSISTENT_VOLUME_CLAIMS)
        .items.map(({ metadata, spec, status }) => [metadata.name, `${status?.phase ?? ''} ${spec?.volumeName ?? ''}`.trim()]),
    ]) as Record<string, string>;
  }

  events(about: string): string[] {
    const { items } = this.cluster.admin.list<Event>(EVENTS);
    return items
      .filter(({ involvedObject }) => involvedObject.name === about)
      .map(({ type, reason, message }) => `${type ?? ''} ${reason ?? ''}: ${message ?? ''}`);
  }

  delete(claim: string): void {
    this.cluster.admin.delete(PERSISTENT_VOLUME_CLAIMS, 'default', claim);
  }
}

describe('binding', () => {
  test('the smallest volume that fits wins, but among those with the fewest other access modes', () => {
    const storage = new Storage();
    storage.volume('large', '5Gi');
    storage.volume('tiny', '100Mi');
    storage.volume('medium', '2Gi');
    storage.volume('shared', '1Gi', { accessModes: ['ReadWriteOnce', 'ReadWriteMany'] });
    storage.cluster.settle();
    storage.claim('data', '1Gi');
    storage.cluster.settle();
    expect(storage.phases()).toEqual({
      large: 'Available',
      medium: 'Bound data',
      shared: 'Available',
      tiny: 'Available',
      data: 'Bound medium',
    });
    const claim = storage.cluster.admin.get(PERSISTENT_VOLUME_CLAIMS, 'default', 'data');
    expect(claim.status).toEqual({ phase: 'Bound', accessModes: ['ReadWriteOnce'], capacity: { storage: '2Gi' } });
    expect(claim.metadata.annotations).toEqual({
      'pv.kubernetes.io/bind-completed': 'yes',
      'pv.kubernetes.io/bound-by-controller': 'yes',
    });
  });

  test('two claims made at once get two volumes', () => {
    const storage = new Storage();
    storage.volume('a', '1Gi');
    storage.volume('b', '1Gi');
    storage.claim('one', '1Gi');
    storage.claim('two', '1Gi');
    storage.cluster.settle();
    expect(storage.phases()).toEqual({ a: 'Bound one', b: 'Bound two', one: 'Bound a', two: 'Bound b' });
  });

  test('class, selector and volume mode must agree', () => {
    const storage = new Storage();
    storage.volume('slow', '1Gi', { storageClassName: 'slow' });
    storage.volume('raw', '1Gi', { volumeMode: 'Block' });
    storage.volume('plain', '1Gi');
    storage.claim('fast', '1Gi', { storageClassName: 'fast' });
    storage.claim('picky', '1Gi', { selector: { matchLabels: { name: 'elsewhere' } }, storageClassName: '' });
    storage.claim('block', '1Gi', { volumeMode: 'Block', storageClassName: '' });
    storage.cluster.settle();
    expect(storage.phases()).toMatchObject({
      slow: 'Available',
      plain: 'Available',
      fast: 'Pending',
      picky: 'Pending',
      block: 'Bound raw',
    });
    expect(storage.events('fast')).toEqual(['Warning ProvisioningFailed: storageclass.storage.k8s.io "fast" not found']);
    expect(storage.events('picky')).toEqual([
      'Normal FailedBinding: no persistent volumes available for this claim and no storage class is set',
    ]);
  });

  test('a volume that comes later is found when everything is looked at again', () => {
    const storage = new Storage();
    storage.claim('data', '1Gi');
    storage.cluster.settle();
    const before = storage.cluster.sim.now;
    storage.volume('late', '1Gi');
    storage.cluster.settle();
    expect(storage.phases()).toEqual({ late: 'Bound data', data: 'Bound late' });
    expect(storage.cluster.sim.now - before).toBeLessThanOrEqual(15_100);
  });

  test('a claim that names its volume gets it, or is told why not', () => {
    const storage = new Storage();
    storage.volume('mine', '1Gi');
    storage.volume('small', '1Gi');
    storage.claim('asks', '500Mi', { volumeName: 'mine' });
    storage.claim('greedy', '2Gi', { volumeName: 'small' });
    storage.claim('second', '500Mi', { volumeName: 'mine' });
    storage.cluster.settle();
    expect(storage.phases()).toMatchObject({ asks: 'Bound mine', greedy: 'Pending small', second: 'Pending mine', small: 'Available' });
    expect(storage.events('greedy')).toEqual([
      'Warning VolumeMismatch: Cannot bind to requested volume "small": requested PV is too small',
    ]);
    expect(storage.events('second')).toEqual(['Warning FailedBinding: volume "mine" already bound to a different claim.']);
  });

  test('a volume kept for a claim goes to that one alone, whatever its size', () => {
    const storage = new Storage();
    storage.volume('kept', '9Gi', { claimRef: { namespace: 'default', name: 'vip' } });
    storage.claim('other', '1Gi');
    storage.claim('vip', '1Gi');
    storage.cluster.settle();
    expect(storage.phases()).toEqual({ kept: 'Bound vip', other: 'Pending', vip: 'Bound kept' });
  });

  test('a claim whose volume is taken away is lost', () => {
    const storage = new Storage();
    storage.volume('gone', '1Gi');
    storage.claim('data', '1Gi');
    storage.cluster.settle();
    const { admin } = storage.cluster;
    admin.delete(PERSISTENT_VOLUMES, undefined, 'gone');
    storage.cluster.settle();
    // pv-protection holds it as long as it is bound.
    expect(storage.phases()).toEqual({ gone: 'Bound data', data: 'Bound gone' });
    const volume = admin.get(PERSISTENT_VOLUMES, undefined, 'gone');
    admin.update(PERSISTENT_VOLUMES, { ...volume, metadata: { ...volume.metadata, finalizers: [] } });
    storage.cluster.settle();
    expect(storage.phases()).toEqual({ data: 'Lost gone' });
    expect(storage.events('data')).toEqual(['Warning ClaimLost: Bound claim has lost its PersistentVolume. Data on the volume is lost!']);
  });
});

describe('provisioning', () => {
  test('a class of the manager’s own plugin gets a volume of exactly the asked size', () => {
    const storage = new Storage({ hostPathProvisioner: true });
    storage.storageClass('standard', 'kubernetes.io/host-path', {
      metadata: { name: 'standard', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    });
    storage.claim('data', '3Gi');
    storage.cluster.settle();
    const claim = storage.cluster.admin.get(PERSISTENT_VOLUME_CLAIMS, 'default', 'data');
    const name = `pvc-${claim.metadata.uid ?? ''}`;
    expect(storage.phases()).toEqual({ [name]: 'Bound data', data: `Bound ${name}` });
    expect(claim.metadata.annotations).toMatchObject({ 'volume.kubernetes.io/storage-provisioner': 'kubernetes.io/host-path' });
    expect(storage.events('data')).toEqual([
      `Normal ProvisioningSucceeded: Successfully provisioned volume ${name} using kubernetes.io/host-path`,
    ]);
    storage.delete('data');
    storage.cluster.settle();
    expect(storage.phases()).toEqual({});
  });

  test('an unknown provisioner is waited for, one of the manager that is not there is an error', () => {
    const storage = new Storage();
    storage.storageClass('cloud', 'disk.example.com');
    storage.storageClass('nobody', 'kubernetes.io/no-provisioner');
    storage.claim('far', '1Gi', { storageClassName: 'cloud' });
    storage.claim('none', '1Gi', { storageClassName: 'nobody' });
    storage.cluster.settle();
    expect(storage.events('far')).toEqual([
      "Normal ExternalProvisioning: Waiting for a volume to be created either by the external provisioner 'disk.example.com' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.",
    ]);
    expect(storage.events('none')).toEqual(['Warning ProvisioningFailed: no volume plugin matched name: kubernetes.io/no-provisioner']);
  });

  test('a class that waits for the first consumer leaves available volumes to the scheduler', () => {
    const storage = new Storage({ place: () => '' });
    storage.storageClass('local', 'kubernetes.io/no-provisioner', { volumeBindingMode: 'WaitForFirstConsumer' });
    storage.volume('disk', '1Gi', { storageClassName: 'local' });
    storage.claim('data', '1Gi', { storageClassName: 'local' });
    storage.cluster.settle();
    expect(storage.phases()).toEqual({ disk: 'Available', data: 'Pending' });
    expect(storage.events('data')).toEqual(['Normal WaitForFirstConsumer: waiting for first consumer to be created before binding']);
  });

  test('a claim made before there was a default class gets it afterwards', () => {
    const storage = new Storage({ hostPathProvisioner: true });
    storage.claim('early', '1Gi');
    storage.cluster.settle();
    storage.storageClass('standard', 'kubernetes.io/host-path', {
      metadata: { name: 'standard', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    });
    storage.cluster.run(16);
    expect(storage.phases()['early']).toMatch(/^Bound pvc-/);
  });
});

describe('reclaiming', () => {
  test('Retain keeps the volume and its data for an administrator', () => {
    const storage = new Storage();
    storage.volume('kept', '1Gi');
    storage.claim('data', '1Gi');
    storage.cluster.settle();
    storage.delete('data');
    storage.cluster.settle();
    expect(storage.phases()).toEqual({ kept: 'Released data' });
    storage.claim('data', '1Gi');
    storage.cluster.settle();
    // Not even a claim of the same name gets it.
    expect(storage.phases()).toEqual({ kept: 'Released data', data: 'Pending' });
    const { admin } = storage.cluster;
    const volume = admin.get(PERSISTENT_VOLUMES, undefined, 'kept');
    const { claimRef: _claim, ...spec } = volume.spec ?? {};
    admin.update(PERSISTENT_VOLUMES, { ...volume, spec });
    storage.cluster.settle();
    expect(storage.phases()).toEqual({ kept: 'Bound data', data: 'Bound kept' });
  });

  test('Delete deletes what can be deleted, and fails for the rest', () => {
    const storage = new Storage();
    storage.volume('temporary', '1Gi', { persistentVolumeReclaimPolicy: 'Delete' });
    storage.volume('host', '2Gi', { persistentVolumeReclaimPolicy: 'Delete', hostPath: { path: '/srv/data' } });
    storage.claim('one', '1Gi');
    storage.claim('two', '2Gi');
    storage.cluster.settle();
    storage.delete('one');
    storage.delete('two');
    storage.cluster.settle();
    expect(storage.phases()).toEqual({ host: 'Failed two' });
    expect(storage.events('host')).toEqual([
      'Warning VolumeFailedDelete: host_path deleter only supports /tmp/.+ but received provided /srv/data',
    ]);
  });

  test('Recycle empties the volume with a pod and offers it anew', () => {
    const storage = new Storage();
    storage.volume('again', '1Gi', { persistentVolumeReclaimPolicy: 'Recycle' });
    storage.claim('data', '1Gi');
    storage.cluster.settle();
    storage.delete('data');
    storage.cluster.settle();
    const { admin } = storage.cluster;
    const pod = admin.get(PODS, 'default', 'recycler-for-again');
    admin.updateStatus(PODS, { ...pod, status: { ...pod.status, phase: 'Succeeded' } });
    storage.cluster.settle();
    expect(storage.phases()).toEqual({ again: 'Available' });
    expect(storage.events('again')).toEqual(['Normal VolumeRecycled: Volume recycled']);
  });
});

test('a claim that a pod uses stays until the pod is gone', () => {
  const storage = new Storage();
  storage.volume('disk', '1Gi');
  storage.claim('data', '1Gi');
  storage.cluster.settle();
  storage.pod('user', 'data', 'node-1');
  storage.cluster.settle();
  storage.delete('data');
  storage.cluster.settle();
  const { admin } = storage.cluster;
  expect(admin.get(PERSISTENT_VOLUME_CLAIMS, 'default', 'data').metadata.deletionTimestamp).toBeDefined();
  expect(storage.phases()).toEqual({ disk: 'Bound data', data: 'Bound disk' });
  admin.delete(PODS, 'default', 'user', { gracePeriodSeconds: 0 });
  storage.cluster.settle();
  expect(storage.phases()).toEqual({ disk: 'Released data' });
});
