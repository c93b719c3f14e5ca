import { describe, expect, test } from 'vitest';
import { containerPrograms } from '../../shell/flavours.ts';
import type { Event, PersistentVolume, PersistentVolumeClaim, Pod, StatefulSet, StorageClass } from '../api/generated/types.ts';
import { OutsideClient } from '../client/client.ts';
import { EVENTS, PERSISTENT_VOLUMES, PERSISTENT_VOLUME_CLAIMS, PODS, STATEFUL_SETS, VOLUME_ATTACHMENTS } from '../client/resources.ts';
import { ADMIN, openCluster } from '../cluster.ts';
import { decode } from '../os/text.ts';
import { parseScenario } from '../scenario.ts';
import { SECOND } from '../sim/time.ts';

type ClaimSpec = NonNullable<PersistentVolumeClaim['spec']>;

const LOCAL_PATH: StorageClass = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'standard', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
  provisioner: 'rancher.io/local-path',
  volumeBindingMode: 'WaitForFirstConsumer',
};

function world(...manifests: object[]) {
  const scenario = parseScenario(
    { name: 'storage', controlPlane: false, systemPods: false, nodes: [{ name: 'node-1' }, { name: 'node-2' }], manifests },
    'test',
  );
  const cluster = openCluster({ scenario, programs: containerPrograms, freeze: true });
  const { sim } = cluster;
  const client = new OutsideClient(cluster.apiserver, 'kubectl/test', ADMIN);
  return {
    cluster,
    sim,
    client,
    run: (seconds: number): void => void sim.runFor(seconds * SECOND),
    pod: (name: string): Pod => client.get(PODS, 'default', name),
    claimed: (name: string): PersistentVolumeClaim => client.get(PERSISTENT_VOLUME_CLAIMS, 'default', name),
    makePod: (name: string, script: string, spec: object): void =>
      void client.create(PODS, {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace: 'default' },
        spec: {
          terminationGracePeriodSeconds: 0,
          containers: [
            { name: 'c', image: 'busybox:1.36', command: ['sh', '-c', script], volumeMounts: [{ name: 'data', mountPath: '/data' }] },
          ],
          ...spec,
        },
      } as Pod),
    claim: (name: string, spec: ClaimSpec = {}): void =>
      void client.create(PERSISTENT_VOLUME_CLAIMS, {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name, namespace: 'default' },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
      }),
    volume: (name: string, spec: NonNullable<PersistentVolume['spec']>): void =>
      void client.create(PERSISTENT_VOLUMES, {
        apiVersion: 'v1',
        kind: 'PersistentVolume',
        metadata: { name },
        spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], ...spec },
      }),
    events: (name: string): string[] =>
      client
        .list(EVENTS, { namespace: 'default' })
        .items.filter((event: Event) => event.involvedObject.name === name)
        .map(({ reason, message }) => `${reason ?? ''}: ${message ?? ''}`),
    delete: (name: string): void => client.delete(PODS, 'default', name, { gracePeriodSeconds: 0 }),
    exec(name: string, ...command: string[]): string {
      let shown = '';
      const take = (bytes: Uint8Array): void => void (shown += decode(bytes));
      const server = cluster.machines.get(this.pod(name).spec?.nodeName ?? '')?.dial();
      const options = { command, stdin: false, stdout: true, stderr: true, tty: false };
      server?.exec('default', name, 'c', options).start({ stdout: take, stderr: take, status: () => {} });
      sim.runFor(SECOND);
      return shown;
    },
  };
}

const data = (claimName: string, more: object = {}): object => ({
  volumes: [{ name: 'data', persistentVolumeClaim: { claimName } }],
  ...more,
});

describe('dynamic provisioning by local-path', () => {
  test('the claim waits for its pod, gets a directory of the pod’s node, and its data outlive the pod', () => {
    const it = world(LOCAL_PATH);
    it.claim('data');
    it.run(5);
    expect(it.claimed('data').status?.phase).toBe('Pending');
    it.makePod('writer', 'echo kept > /data/file; sleep 1000', data('data', { nodeSelector: { 'kubernetes.io/hostname': 'node-2' } }));
    it.run(20);
    expect(it.pod('writer').status?.phase).toBe('Running');
    const { volumeName = '' } = it.claimed('data').spec ?? {};
    expect(it.claimed('data').metadata.annotations).toMatchObject({
      'volume.kubernetes.io/selected-node': 'node-2',
      'volume.kubernetes.io/storage-provisioner': 'rancher.io/local-path',
    });
    expect(volumeName).toBe(`pvc-${it.claimed('data').metadata.uid ?? ''}`);
    expect(it.events('data')).toEqual([
      'WaitForFirstConsumer: waiting for first consumer to be created before binding',
      "ExternalProvisioning: Waiting for a volume to be created either by the external provisioner 'rancher.io/local-path' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.",
      'Provisioning: External provisioner is provisioning volume for claim "default/data"',
      `ProvisioningSucceeded: Successfully provisioned volume ${volumeName}`,
    ]);
    it.delete('writer');
    it.run(5);
    // Nothing but the volume says where the next pod has to go.
    it.makePod('reader', 'sleep 1000', data('data'));
    it.run(10);
    expect(it.pod('reader').spec?.nodeName).toBe('node-2');
    expect(it.exec('reader', 'cat', '/data/file')).toBe('kept\n');
    it.delete('reader');
    it.client.delete(PERSISTENT_VOLUME_CLAIMS, 'default', 'data');
    it.run(10);
    expect(it.client.list(PERSISTENT_VOLUMES).items).toEqual([]);
  });

  test('a StatefulSet keeps each pod’s data across replacement', () => {
    const it = world(LOCAL_PATH);
    it.client.create<StatefulSet>(STATEFUL_SETS, {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'db', namespace: 'default' },
      spec: {
        serviceName: 'db',
        replicas: 2,
        selector: { matchLabels: { app: 'db' } },
        template: {
          metadata: { labels: { app: 'db' } },
          spec: {
            terminationGracePeriodSeconds: 0,
            containers: [
              {
                name: 'c',
                image: 'busybox:1.36',
                command: ['sh', '-c', 'echo $HOSTNAME >> /data/starts; sleep 1000'],
                volumeMounts: [{ name: 'data', mountPath: '/data' }],
              },
            ],
          },
        },
        volumeClaimTemplates: [
          { metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
        ] as unknown as PersistentVolumeClaim[],
      },
    });
    it.run(60);
    const node = it.pod('db-1').spec?.nodeName;
    it.delete('db-1');
    it.run(30);
    expect(it.pod('db-1').spec?.nodeName).toBe(node);
    expect(it.exec('db-1', 'cat', '/data/starts')).toBe('db-1\ndb-1\n');
    expect(it.exec('db-0', 'cat', '/data/starts')).toBe('db-0\n');
  });

  test('a generic ephemeral volume comes and goes with its pod', () => {
    const it = world(LOCAL_PATH);
    const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
    it.makePod('scratch', 'sleep 1000', { volumes: [{ name: 'data', ephemeral: { volumeClaimTemplate: { spec } } }] });
    it.run(20);
    expect(it.pod('scratch').status?.phase).toBe('Running');
    expect(it.claimed('scratch-data').metadata.ownerReferences).toMatchObject([{ kind: 'Pod', name: 'scratch', controller: true }]);
    it.delete('scratch');
    it.run(60);
    expect(it.client.list(PERSISTENT_VOLUME_CLAIMS).items).toEqual([]);
  });

  test('stopped, the provisioner keeps everybody waiting; started again, it does what was left', () => {
    const it = world(LOCAL_PATH);
    it.cluster.break({ fault: 'component-stopped', target: 'storage-provisioner@rancher.io/local-path' }, false);
    it.claim('data');
    it.makePod('user', 'sleep 1000', data('data'));
    it.run(30);
    expect(it.pod('user').spec?.nodeName).toBeUndefined();
    expect(it.claimed('data').status?.phase).toBe('Pending');
    it.cluster.break({ fault: 'component-stopped', target: 'storage-provisioner@rancher.io/local-path' }, true);
    it.run(20);
    expect(it.pod('user').status?.phase).toBe('Running');
  });
});

describe('the kubelet', () => {
  test('shows one directory of the node to all who mount it, wherever on the path they begin', () => {
    const it = world();
    const host = (path: string): object => ({
      nodeName: 'node-1',
      volumes: [{ name: 'data', hostPath: { path, type: 'DirectoryOrCreate' } }],
    });
    it.makePod('outer', 'mkdir -p /data/in; echo one > /data/in/file; sleep 1000', host('/srv/shared'));
    it.run(5);
    it.makePod('inner', 'echo two >> /data/file; sleep 1000', host('/srv/shared/in'));
    it.run(5);
    expect(it.exec('outer', 'cat', '/data/in/file')).toBe('one\ntwo\n');
    it.makePod('elsewhere', 'ls /data; sleep 1000', { ...host('/srv/shared'), nodeName: 'node-2' });
    it.run(5);
    expect(it.exec('elsewhere', 'ls', '/data')).toBe('');
  });

  test('refuses a hostPath that is not what its type says', () => {
    const it = world();
    const typed = (name: string, path: string, type: string): void =>
      it.makePod(name, 'sleep 1000', { nodeName: 'node-1', volumes: [{ name: 'data', hostPath: { path, type } }] });
    typed('missing', '/mnt/nothing', 'Directory');
    typed('socket', '/etc/os-release', 'Socket');
    typed('real', '/run/containerd/containerd.sock', 'Socket');
    it.run(3);
    expect(it.events('missing')).toContain(
      'FailedMount: MountVolume.SetUp failed for volume "data" : hostPath type check failed: /mnt/nothing is not a directory',
    );
    expect(it.events('socket')).toContain(
      'FailedMount: MountVolume.SetUp failed for volume "data" : hostPath type check failed: /etc/os-release is not a socket file',
    );
    expect(it.events('real').join()).not.toContain('FailedMount');
  });

  test('tells why a claim cannot be mounted', () => {
    const it = world();
    it.volume('disk', { local: { path: '/mnt/disks/ssd1' }, nodeAffinity: on('node-1') });
    it.volume('cloud', { csi: { driver: 'disk.example.com', volumeHandle: 'vol-1' } });
    it.run(1);
    it.claim('absent', { volumeName: 'disk', storageClassName: '' });
    it.claim('remote', { volumeName: 'cloud', storageClassName: '' });
    it.claim('open', { storageClassName: '' });
    it.run(2);
    it.makePod('local', 'sleep 1000', data('absent'));
    it.makePod('csi', 'sleep 1000', data('remote'));
    // Past the scheduler, which would not let it through.
    it.makePod('unbound', 'sleep 1000', data('open', { nodeName: 'node-1' }));
    it.run(5);
    expect(it.events('local')).toContain(
      'FailedMount: MountVolume.NewMounter initialization failed for volume "disk" : path "/mnt/disks/ssd1" does not exist',
    );
    expect(it.events('csi')).toContainEqual(
      expect.stringMatching(
        /^FailedAttachVolume: AttachVolume.Attach failed for volume "cloud" : CSINode node-[12] does not contain driver disk.example.com$/,
      ),
    );
    expect(it.events('unbound')).toContain(
      'FailedMount: Unable to attach or mount volumes: unmounted volumes=[data], unattached volumes=[], failed to process volumes=[data]: error processing PVC default/open: PVC is not bound',
    );
    it.run(200);
    expect(it.events('local')).toContain(
      'FailedMount: Unable to attach or mount volumes: unmounted volumes=[data], unattached volumes=[], failed to process volumes=[]: context deadline exceeded',
    );
  });

  test('mounts a part of a volume, and nothing for writing that is read-only', () => {
    const it = world();
    it.volume('disk', { hostPath: { path: '/tmp/disk' } });
    it.run(1);
    it.claim('data', { storageClassName: '' });
    it.run(2);
    const mounts = [
      { name: 'data', mountPath: '/site', subPath: 'html' },
      { name: 'data', mountPath: '/all', readOnly: true },
    ];
    const container = {
      name: 'c',
      image: 'busybox:1.36',
      command: ['sh', '-c', 'echo hi > /site/index.html; sleep 1000'],
      volumeMounts: mounts,
    };
    it.makePod('web', '', data('data', { containers: [container] }));
    it.run(5);
    expect(it.exec('web', 'cat', '/all/html/index.html')).toBe('hi\n');
    expect(it.exec('web', 'touch', '/all/new')).toContain('Read-only file system');
  });
});

describe('a cloud disk behind a storage driver', () => {
  const EBS: StorageClass = {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'gp3' },
    provisioner: 'ebs.csi.aws.com',
    volumeBindingMode: 'WaitForFirstConsumer',
    allowVolumeExpansion: true,
  };
  const at = (node: string): object => data('data', { nodeSelector: { 'kubernetes.io/hostname': node } });

  test('is attached where its pod goes, and brings the data along', () => {
    const it = world(EBS);
    it.claim('data', { storageClassName: 'gp3' });
    it.makePod('first', 'echo kept > /data/file; sleep 1000', at('node-1'));
    it.run(30);
    const volume = it.claimed('data').spec?.volumeName ?? '';
    expect(it.events('first')).toContain(`SuccessfulAttachVolume: AttachVolume.Attach succeeded for volume "${volume}" `);
    expect(it.client.list(VOLUME_ATTACHMENTS).items).toMatchObject([{ spec: { nodeName: 'node-1' }, status: { attached: true } }]);
    it.makePod('second', 'sleep 1000', at('node-2'));
    it.run(10);
    expect(it.pod('second').status?.phase).toBe('Pending');
    expect(it.events('second')).toContain(
      `FailedAttachVolume: Multi-Attach error for volume "${volume}" Volume is already used by pod(s) first`,
    );
    it.delete('first');
    it.run(60);
    expect(it.exec('second', 'cat', '/data/file')).toBe('kept\n');
    expect(it.client.list(VOLUME_ATTACHMENTS).items).toMatchObject([{ spec: { nodeName: 'node-2' }, status: { attached: true } }]);
  });

  test('grows when the claim asks for more: first the disk, then the file system on its node', () => {
    const it = world(EBS);
    it.claim('data', { storageClassName: 'gp3' });
    it.makePod('user', 'sleep 1000', data('data'));
    it.run(30);
    it.client.patch(PERSISTENT_VOLUME_CLAIMS, 'default', 'data', { spec: { resources: { requests: { storage: '5Gi' } } } });
    it.run(1);
    expect(it.claimed('data').status?.conditions).toMatchObject([{ type: 'Resizing', status: 'True' }]);
    it.run(5);
    expect(it.claimed('data').status?.capacity).toEqual({ storage: '5Gi' });
    expect(it.claimed('data').status?.conditions).toBeUndefined();
    const { volumeName = '' } = it.claimed('data').spec ?? {};
    expect(it.client.get(PERSISTENT_VOLUMES, undefined, volumeName).spec?.capacity).toEqual({ storage: '5Gi' });
    expect(it.events('data').slice(-4)).toEqual([
      "ExternalExpanding: Ignoring the PVC: didn't find a plugin capable of expanding the volume; waiting for an external controller to process this PVC.",
      `Resizing: External resizer is resizing volume ${volumeName}`,
      'FileSystemResizeRequired: Require file system resize of volume on node',
      expect.stringMatching(/^FileSystemResizeSuccessful: MountVolume.NodeExpandVolume succeeded for volume "pvc-.*" node-[12]$/),
    ]);
  });
});

test('a recycled volume has been emptied before others get it', () => {
  const it = world();
  it.volume('again', { persistentVolumeReclaimPolicy: 'Recycle', hostPath: { path: '/tmp/again' } });
  it.run(1);
  it.claim('data', { storageClassName: '' });
  it.run(2);
  it.makePod('writer', 'mkdir -p /data/a; echo secret > /data/a/file; sleep 1000', data('data'));
  it.run(5);
  it.delete('writer');
  it.client.delete(PERSISTENT_VOLUME_CLAIMS, 'default', 'data');
  it.run(30);
  it.claim('next', { storageClassName: '' });
  it.run(16);
  it.makePod('reader', 'sleep 1000', data('next'));
  it.run(5);
  expect(it.pod('reader').status?.phase).toBe('Running');
  expect(it.exec('reader', 'ls', '-A', '/data')).toBe('');
});

describe('the scheduler', () => {
  test('binds a local volume of the node that it chooses', () => {
    const it = world({
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: 'local' },
      provisioner: 'kubernetes.io/no-provisioner',
      volumeBindingMode: 'WaitForFirstConsumer',
    });
    it.makePod('maker', 'sleep 1000', {
      nodeName: 'node-2',
      volumes: [{ name: 'data', hostPath: { path: '/mnt/ssd', type: 'DirectoryOrCreate' } }],
    });
    it.volume('ssd', { storageClassName: 'local', local: { path: '/mnt/ssd' }, nodeAffinity: on('node-2') });
    it.claim('data', { storageClassName: 'local' });
    it.run(5);
    it.makePod('user', 'sleep 1000', data('data'));
    it.run(5);
    expect(it.pod('user').spec?.nodeName).toBe('node-2');
    expect(it.pod('user').status?.phase).toBe('Running');
    expect(it.claimed('data').spec?.volumeName).toBe('ssd');
  });

  test('keeps a pod whose claim is missing or unbound, and takes it up as soon as that has changed', () => {
    const it = world();
    it.makePod('user', 'sleep 1000', data('late'));
    it.run(2);
    const message = (): string | undefined => it.pod('user').status?.conditions?.find(({ type }) => type === 'PodScheduled')?.message;
    expect(message()).toBe('0/2 nodes are available: persistentvolumeclaim "late" not found. not found');
    it.claim('late', { storageClassName: '' });
    it.run(2);
    expect(message()).toBe('0/2 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found');
    it.volume('disk', { hostPath: { path: '/tmp/disk' } });
    it.run(20);
    expect(it.pod('user').status?.phase).toBe('Running');
  });

  test('lets one pod alone use a ReadWriteOncePod claim', () => {
    const it = world();
    it.volume('disk', { hostPath: { path: '/tmp/disk' }, accessModes: ['ReadWriteOncePod'] });
    it.run(1);
    it.claim('data', { storageClassName: '', accessModes: ['ReadWriteOncePod'] });
    it.run(2);
    it.makePod('first', 'sleep 1000', data('data'));
    it.run(3);
    it.makePod('second', 'sleep 1000', data('data'));
    it.run(3);
    expect(it.pod('second').status?.conditions?.[0]?.message).toContain(
      '2 node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod',
    );
    it.delete('first');
    it.run(5);
    expect(it.pod('second').status?.phase).toBe('Running');
  });
});

function on(node: string): NonNullable<NonNullable<PersistentVolume['spec']>['nodeAffinity']> {
  return { required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [node] }] }] } };
}
