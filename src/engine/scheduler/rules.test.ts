import { describe, expect, it } from 'vitest';
import type { Node, Pod, PodSpec, ResourceSlice } from '../api/generated/types.ts';
import { Random } from '../sim/random.ts';
import { Algorithm } from './algorithm.ts';
import { attempt, type Attempt } from './attempt.ts';
import { Cache } from './cache.ts';
import type { ClusterEvent, ClusterEventName } from './cluster-event.ts';
import { extendedRequests } from './devices/extended-claim.ts';
import type { DeviceListers } from './devices/listers.ts';
import { NO_DEVICES } from './devices/listers.ts';
import { Nominator } from './nominator.ts';
import { PodInfo } from './pod-info.ts';
import { newProfile } from './plugins/registry.ts';
import { decideVolumes } from './plugins/volume-decision.ts';
import { selectorOf } from './plugins/spread-selector.ts';
import type { Profile } from './profile.ts';
import { NO_VOLUMES, type VolumeListers } from './volumes.ts';

// Rules of v1.36's source that no recorded fact shows.

interface World {
  readonly nodes?: readonly Node[];
  readonly pods?: readonly Pod[];
  readonly volumes?: Partial<VolumeListers>;
  readonly devices?: Partial<DeviceListers>;
  readonly args?: Readonly<Record<string, object>>;
  readonly defaultSelector?: boolean;
}

class Table {
  readonly cache = new Cache(() => undefined);
  readonly algorithm: Algorithm;
  readonly profile: Profile;

  constructor({ nodes = [node('n1'), node('n2')], pods = [], volumes, devices, args = {}, defaultSelector = false }: World = {}) {
    const random = new Random(1);
    const nominator = new Nominator();
    this.algorithm = new Algorithm(this.cache, nominator, random);
    const pluginConfig = Object.entries(args).map(([name, each]) => ({ name, args: each }));
    this.profile = newProfile(
      { schedulerName: 'default-scheduler', pluginConfig },
      {
        namespaceLabels: () => undefined,
        defaultSelector: (own) => (defaultSelector ? selectorOf({ matchLabels: own.metadata.labels ?? {} }) : undefined),
        volumes: { ...NO_VOLUMES, ...volumes },
        devices: { ...NO_DEVICES, ...devices },
        preemption: { nodes: this.cache, nominator, random, profileOf: () => this.profile, budgets: () => [], preempt: () => {} },
      },
    );
    for (const each of nodes) this.cache.setNode(each);
    for (const each of pods) this.cache.setPod(each);
  }

  try(own: Pod): Attempt {
    return attempt(this.algorithm, this.profile, new PodInfo(own), true);
  }

  /** Would the plugin try the pod again? */
  hint(plugin: string, name: ClusterEventName, own: Pod, event: Omit<ClusterEvent, 'name'>): boolean {
    const hints = (this.profile.hints.get(name) ?? []).filter((each) => each.plugin === plugin);
    return hints.some(({ hint }) => hint(new PodInfo(own), { name, ...event }));
  }
}

function node(name: string, labels: Record<string, string> = {}, more: { spec?: Node['spec']; status?: Node['status'] } = {}): Node {
  const size = { cpu: '4', memory: '8Gi', pods: '110' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } },
    ...(more.spec === undefined ? {} : { spec: more.spec }),
    status: { capacity: size, allocatable: size, ...more.status },
  };
}

function pod(name: string, spec: Partial<PodSpec> = {}, labels: Record<string, string> = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', uid: name, labels },
    spec: { containers: [{ name: 'c', image: 'app:1' }], ...spec },
  };
}

const ZONE = 'topology.kubernetes.io/zone';
const claim = (name: string) => ({ name, persistentVolumeClaim: { claimName: name } });

describe('PodTopologySpread', () => {
  const everybody = { maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'DoNotSchedule', labelSelector: {} };

  it('counts no pod for an empty selector, though it takes all', () => {
    const table = new Table({ pods: [pod('a', { nodeName: 'n1' }), pod('b', { nodeName: 'n1' }), pod('c', { nodeName: 'n1' })] });
    expect(table.try(pod('p', { topologySpreadConstraints: [everybody] })).feasible.map(({ name }) => name)).toEqual(['n1', 'n2']);
  });

  it('takes nodes without a zone for one zone more, where the defaults of the system apply', () => {
    const nodes = [node('n1', { [ZONE]: 'a' }), node('n2', { [ZONE]: 'b' }), node('n3')];
    const pods = [1, 2, 3, 4].map((i) => pod(`p${i}`, { nodeName: 'n1' }, { app: 'web' }));
    const { raw } = new Table({ nodes, pods, defaultSelector: true }).try(pod('p', {}, { app: 'web' }));
    // 4 * ln(3 + 2) + 2 for the host, 4 * ln(3 + 2) + 4 for the zone: three hosts, and three zones with that of n3.
    expect(raw['n1']?.['PodTopologySpread']).toBe(Math.round(8 * Math.log(5) + 6));
  });

  it('is asked again when taints of a node in a domain change, and when own labels change what matches', () => {
    const own = pod('p', { topologySpreadConstraints: [{ ...everybody, labelSelector: { matchLabels: { app: 'web' } } }] }, { app: 'web' });
    const table = new Table();
    const tainted = node('n1', {}, { spec: { taints: [{ key: 'a', effect: 'NoSchedule' }] } });
    const asked = (name: ClusterEventName, event: Omit<ClusterEvent, 'name'>) => table.hint('PodTopologySpread', name, own, event);
    expect(asked('NodeUpdateNodeTaint', { old: tainted, now: node('n1') })).toBe(true);
    expect(asked('UnschedulablePodUpdatePodLabel', { old: own, now: pod('p', own.spec, { app: 'web', x: 'y' }) })).toBe(false);
    expect(asked('UnschedulablePodUpdatePodLabel', { old: own, now: pod('p', own.spec, { app: 'db' }) })).toBe(true);
  });
});

describe('InterPodAffinity', () => {
  const term = (app: string) => ({ topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app } } });
  const likes = (app: string): Partial<PodSpec> => ({
    affinity: { podAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 10, podAffinityTerm: term(app) }] } },
  });

  it('ignores what running pods prefer only for pods that prefer nothing', () => {
    const args = { InterPodAffinity: { ignorePreferredTermsOfExistingPods: true } };
    const table = new Table({ args, pods: [pod('a', { nodeName: 'n1', ...likes('web') })] });
    expect(table.try(pod('plain', {}, { app: 'web' })).scores['n1']).not.toHaveProperty('InterPodAffinity');
    expect(table.try(pod('picky', likes('nobody'), { app: 'web' })).raw['n1']?.['InterPodAffinity']).toBe(10);
  });

  it('counts a pod for required terms only where it matches all of them', () => {
    const terms = [term('web'), { ...term('web'), labelSelector: { matchLabels: { tier: 'front' } } }];
    const table = new Table({
      pods: [pod('a', { nodeName: 'n1' }, { app: 'web' }), pod('b', { nodeName: 'n2' }, { app: 'web', tier: 'front' })],
    });
    const own = pod('p', { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms } } });
    expect(table.try(own).feasible.map(({ name }) => name)).toEqual(['n2']);
  });

  it('is asked again when a pod goes that all its anti-affinity is about, not when a friend goes', () => {
    const shy = (terms: ReturnType<typeof term>[]) =>
      pod('p', { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms } } });
    const friendly = pod('p', { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term('web')] } } });
    const gone = { old: pod('a', { nodeName: 'n1' }, { app: 'web' }) };
    const table = new Table();
    expect(table.hint('InterPodAffinity', 'AssignedPodDelete', shy([term('web')]), gone)).toBe(true);
    expect(table.hint('InterPodAffinity', 'AssignedPodDelete', shy([term('web'), term('db')]), gone)).toBe(false);
    expect(table.hint('InterPodAffinity', 'AssignedPodDelete', friendly, gone)).toBe(false);
  });
});

it('ImageLocality looks for images of volumes too, and takes the size that the first node told', () => {
  const image = (sizeBytes: number): Node['status'] => ({ images: [{ names: ['data:1'], sizeBytes }] });
  const nodes = [node('n1', {}, { status: image(1_000_000_000) }), node('n2', {}, { status: image(1) })];
  const { scores } = new Table({ nodes }).try(pod('p', { volumes: [{ name: 'v', image: { reference: 'data:1' } }] }));
  expect(scores['n1']?.['ImageLocality']).toBe(95);
  expect(scores['n2']?.['ImageLocality']).toBe(95);
});

it('NodeDeclaredFeatures keeps a pod from kubelets that cannot restart all its containers', () => {
  const nodes = [node('n1'), node('n2', {}, { status: { declaredFeatures: ['RestartAllContainersOnContainerExits'] } })];
  const restartPolicyRules = [{ action: 'RestartAllContainers', exitCodes: { operator: 'In', values: [1] } }];
  const found = new Table({ nodes }).try(pod('p', { containers: [{ name: 'c', image: 'app:1', restartPolicyRules }] }));
  expect(found.feasible.map(({ name }) => name)).toEqual(['n2']);
  expect(found.diagnosis.refused.get('n1')?.reasons).toEqual(["node(s) didn't match Pod's required features"]);
});

describe('volumes', () => {
  const pvc = (name: string, volumeName: string) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace: 'default', annotations: { 'pv.kubernetes.io/bind-completed': 'yes' } },
    spec: { accessModes: ['ReadWriteOnce'], volumeName, storageClassName: '' },
  });
  const pv = (name: string, labels: Record<string, string> = {}, host?: string) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name, labels },
    spec: {
      csi: { driver: 'd', volumeHandle: name },
      ...(host === undefined ? {} : { nodeAffinity: { required: { nodeSelectorTerms: [onHost(host)] } } }),
    },
  });
  const onHost = (host: string) => ({ matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [host] }] });

  it('waits for the controller that makes the claim of an ephemeral volume', () => {
    const { message } = new Table().try(pod('p', { volumes: [{ name: 'v', ephemeral: { volumeClaimTemplate: { spec: {} } } }] }));
    expect(message).toContain('waiting for ephemeral volume controller to create the persistentvolumeclaim "p-v"');
  });

  it('tells of the first claim that cannot be used on a node', () => {
    const listers = { ...NO_VOLUMES, volume: (name: string) => (name === 'far' ? pv('far', {}, 'n9') : undefined) };
    const [far, lost] = [pvc('far', 'far'), pvc('lost', 'lost')];
    const decide = (...bound: (typeof far)[]) => decideVolumes({ bound, delayed: [], immediate: [] }, node('n1'), listers, () => []);
    expect(decide(far, lost)).toEqual({ reasons: ["node(s) didn't match PersistentVolume's node affinity"] });
    expect(decide(lost, far)).toEqual({ reasons: ['node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)'] });
  });

  it('does not take a zone of today for one of yore', () => {
    const volumes = { claim: () => pvc('a', 'a'), volume: () => pv('a', { [ZONE]: 'z' }) };
    const old = new Table({ nodes: [node('n1', { 'failure-domain.beta.kubernetes.io/zone': 'z' })], volumes });
    expect(old.try(pod('p', { volumes: [claim('a')] })).message).toContain('node(s) had no available volume zone');
    const beta = { ...volumes, volume: () => pv('a', { 'failure-domain.beta.kubernetes.io/zone': 'y__z' }) };
    expect(new Table({ nodes: [node('n1', { [ZONE]: 'z' })], volumes: beta }).try(pod('p', { volumes: [claim('a')] })).message).toBe('');
  });

  it('counts what is still attached, though no pod uses it, and the limit', () => {
    const volumes: Partial<VolumeListers> = {
      claim: () => pvc('a', 'a'),
      volume: (name) => pv(name),
      csiNode: (name) => ({
        apiVersion: 'storage.k8s.io/v1',
        kind: 'CSINode',
        metadata: { name },
        spec: { drivers: [{ name: 'd', nodeID: name, allocatable: { count: 1 } }] },
      }),
      attachments: (nodeName) =>
        nodeName === 'n1'
          ? [
              {
                apiVersion: 'storage.k8s.io/v1',
                kind: 'VolumeAttachment',
                metadata: { name: 'x' },
                spec: { attacher: 'd', nodeName, source: { persistentVolumeName: 'old' } },
              },
            ]
          : [],
    };
    const found = new Table({ volumes }).try(pod('p', { volumes: [claim('a')] }));
    expect(found.feasible.map(({ name }) => name)).toEqual(['n2']);
    expect(found.diagnosis.refused.get('n1')?.reasons).toEqual(['node(s) exceed max volume count']);
  });

  describe('of clouds, left to their drivers', () => {
    const csiNode =
      (count: number, migrated = '') =>
      (name: string) => ({
        apiVersion: 'storage.k8s.io/v1',
        kind: 'CSINode',
        metadata: { name, annotations: { 'storage.alpha.kubernetes.io/migrated-plugins': migrated } },
        spec: { drivers: [{ name: 'ebs.csi.aws.com', nodeID: name, allocatable: { count } }] },
      });
    const disk = (name: string, volumeID: string) => ({ name, awsElasticBlockStore: { volumeID } });

    it("count against the driver's limit, a disk that two pods name once", () => {
      const running = pod('r', { nodeName: 'n1', volumes: [disk('d', 'aws://eu-1a/vol-1')] });
      const table = new Table({ nodes: [node('n1')], pods: [running], volumes: { csiNode: csiNode(1) } });
      expect(table.try(pod('p', { volumes: [disk('d', 'vol-1')] })).chosen?.name).toBe('n1');
      expect(table.try(pod('q', { volumes: [disk('d', 'vol-2')] })).message).toContain('1 node(s) exceed max volume count');
      expect(() => table.try(pod('s', { volumes: [disk('d', 'aws://eu-1a/disk')] }))).toThrow('converting volume(d) from inline to csi: ');
    });

    it('are reached by the zone that the driver gives the node, once the plugin is migrated there', () => {
      const terms = [{ matchExpressions: [{ key: 'failure-domain.beta.kubernetes.io/zone', operator: 'In', values: ['z'] }] }];
      const inTree = {
        ...pv('a'),
        spec: { awsElasticBlockStore: { volumeID: 'vol-1' }, nodeAffinity: { required: { nodeSelectorTerms: terms } } },
      };
      const where = (migrated: string) => {
        const volumes = { claim: () => pvc('a', 'a'), volume: () => inTree, csiNode: csiNode(9, migrated) };
        const nodes = [node('n1', { 'topology.ebs.csi.aws.com/zone': 'z' }), node('n2', { 'failure-domain.beta.kubernetes.io/zone': 'z' })];
        return new Table({ nodes, volumes }).try(pod('p', { volumes: [claim('a')] })).feasible.map(({ name }) => name);
      };
      expect(where('kubernetes.io/aws-ebs,kubernetes.io/cinder')).toEqual(['n1']);
      expect(where('kubernetes.io/cinder')).toEqual(['n2']);
    });
  });

  it('asks drivers that tell what they have left whether there is room', () => {
    const waiting = {
      ...pvc('a', ''),
      metadata: { name: 'a', namespace: 'default' },
      spec: { accessModes: ['ReadWriteOnce'], storageClassName: 's', resources: { requests: { storage: '5Gi' } } },
    };
    const volumes: Partial<VolumeListers> = {
      claim: () => waiting,
      storageClass: (name) => ({
        apiVersion: 'storage.k8s.io/v1',
        kind: 'StorageClass',
        metadata: { name },
        provisioner: 'd',
        volumeBindingMode: 'WaitForFirstConsumer',
      }),
      csiDriver: (name) => ({ apiVersion: 'storage.k8s.io/v1', kind: 'CSIDriver', metadata: { name }, spec: { storageCapacity: true } }),
      capacities: () =>
        [['n1', '1Gi'], ['n2', '10Gi']].map(([host, capacity]) => ({
          apiVersion: 'storage.k8s.io/v1', kind: 'CSIStorageCapacity', metadata: { name: host as string }, storageClassName: 's', capacity: capacity as string,
          nodeTopology: { matchLabels: { 'kubernetes.io/hostname': host as string } },
        })), // prettier-ignore
    };
    const found = new Table({ volumes }).try(pod('p', { volumes: [claim('a')] }));
    expect(found.feasible.map(({ name }) => name)).toEqual(['n2']);
    expect(found.diagnosis.refused.get('n1')?.reasons).toEqual(['node(s) did not have enough free storage']);
  });
});

describe('devices', () => {
  const slice = (spec: Partial<ResourceSlice['spec']>, name = 's'): ResourceSlice => ({
    apiVersion: 'resource.k8s.io/v1',
    kind: 'ResourceSlice',
    metadata: { name },
    spec: { driver: 'gpu.io', nodeName: 'n1', pool: { name: 'n1', generation: 1, resourceSliceCount: 2 }, ...spec },
  });
  const request = (extra: object = {}) => ({
    name: 'r',
    exactly: { deviceClassName: 'gpu', allocationMode: 'ExactCount', count: 1, ...extra },
  });
  const wish = (name: string, requests: readonly object[]) =>
    ({
      apiVersion: 'resource.k8s.io/v1',
      kind: 'ResourceClaim',
      metadata: { name, namespace: 'default', uid: name },
      spec: { devices: { requests } },
    }) as never;
  const world = (slices: readonly ResourceSlice[], claims: Record<string, never>): Table =>
    new Table({
      devices: {
        slices: () => slices,
        claim: (key) => claims[key],
        claims: () => Object.values(claims),
        deviceClass: (name) => ({ apiVersion: 'resource.k8s.io/v1', kind: 'DeviceClass', metadata: { name }, spec: {} }),
        pend: (decided) => void (claims[`default/${decided.metadata.name ?? ''}`] = decided as never),
      },
    });
  const place = (table: Table, name: string): string => {
    const found = table.try(pod(name, { resourceClaims: [{ name: 'g', resourceClaimName: name }] }));
    if (found.chosen !== undefined)
      for (const plugin of table.profile.reserve) plugin.reserve(found.state, new PodInfo(pod(name)), found.chosen.name);
    return found.chosen?.name ?? found.message.split(': ')[1] ?? '';
  };

  it('gives partitions only while the counters that they share have enough', () => {
    const draws = (amount: string) => [{ counterSet: 'memory', counters: { gb: { value: amount } } }];
    const counters = slice({ sharedCounters: [{ name: 'memory', counters: { gb: { value: '40' } } }] }, 'a');
    const devices = [
      { name: 'half-1', consumesCounters: draws('20') },
      { name: 'half-2', consumesCounters: draws('20') },
      { name: 'whole', consumesCounters: draws('40') },
    ];
    const claims = {
      'default/a': wish('a', [request()]),
      'default/b': wish('b', [request()]),
      'default/c': wish('c', [request()]),
    } as Record<string, never>;
    const table = world([counters, slice({ devices }, 'b')], claims);
    expect([place(table, 'a'), place(table, 'b')]).toEqual(['n1', 'n1']);
    expect(place(table, 'c')).toContain('2 cannot allocate all claims');
  });

  it('shares a device as far as its capacity goes, in the steps of its policy', () => {
    const capacity = { bandwidth: { value: '10Gi', requestPolicy: { default: '1Gi', validRange: { min: '1Gi', step: '2Gi' } } } };
    const devices = [{ name: 'nic', allowMultipleAllocations: true, capacity }];
    const asks = (amount: string) => [request({ capacity: { requests: { bandwidth: amount } } })];
    const claims = {
      'default/a': wish('a', asks('4Gi')),
      'default/b': wish('b', asks('3Gi')),
      'default/c': wish('c', asks('5Gi')),
    } as Record<string, never>;
    const table = world([slice({ devices, pool: { name: 'n1', generation: 1, resourceSliceCount: 1 } })], claims);
    expect([place(table, 'a'), place(table, 'b')]).toEqual(['n1', 'n1']);
    const [result] = (claims['default/a'] as unknown as { status: { allocation: { devices: { results: object[] } } } }).status.allocation
      .devices.results;
    // 4Gi is between steps: 1Gi, 3Gi, 5Gi.
    expect(result).toMatchObject({ device: 'nic', consumedCapacity: { bandwidth: '5Gi' }, shareID: expect.stringMatching(/-/) as string });
    expect(place(table, 'c')).toContain('2 cannot allocate all claims');
  });

  it('gives nothing of a pool that contradicts itself, and says so where nothing else will do', () => {
    const pool = (name: string) => ({ name, generation: 1, resourceSliceCount: 1 });
    const twice = slice({ pool: pool('n1'), devices: [{ name: 'a' }, { name: 'a' }] });
    const draws = [{ counterSet: 'nowhere', counters: { gb: { value: '1' } } }];
    const unknown = slice({ nodeName: 'n2', pool: pool('n2'), devices: [{ name: 'a', consumesCounters: draws }] }, 't');
    const sound = slice({ nodeName: 'n2', pool: pool('n2-more'), devices: [{ name: 'a' }] }, 'u');
    const all = request({ allocationMode: 'All' });
    const claims = { 'default/a': wish('a', [request()]), 'default/b': wish('b', [all]) } as Record<string, never>;
    expect(place(world([twice, unknown], claims), 'a')).toContain('2 invalid resource pools were encountered. ');
    expect(() => place(world([twice], claims), 'b')).toThrow('claim default/b, request r: asks for all devices, but resource pool gpu.io/n1 is currently invalid'); // prettier-ignore
    expect(place(world([twice, unknown, sound], claims), 'a')).toBe('n2');
  });

  it('asks of a device only what it has to: an expression that fails for a later one does no harm', () => {
    const selectors = [{ cel: { expression: 'device.attributes["gpu.io"].model == "a100"' } }];
    const devices = [{ name: 'a', attributes: { model: { string: 'a100' } } }, { name: 'b' }];
    const pool = { name: 'n1', generation: 1, resourceSliceCount: 1 };
    const claims = { 'default/a': wish('a', [request({ selectors })]) } as Record<string, never>;
    const table = world([slice({ pool, devices }), slice({ pool: { ...pool, name: 'n2' }, nodeName: 'n2', devices }, 't')], claims);
    expect(place(table, 'a')).toMatch(/^n/);
    expect(place(table, 'a')).toMatch(/^n/);
  });

  it('lets init containers use what later ones get, and asks for the most that one of them needs beyond', () => {
    const container = (name: string, amount: string) => ({
      name,
      image: 'app:1',
      resources: { requests: { cpu: '1', 'x.io/gpu': amount } },
    });
    const own = pod('p', {
      initContainers: [container('first', '3'), container('second', '5'), { ...container('beside', '1'), restartPolicy: 'Always' }],
      containers: [container('main', '2')],
    });
    const { requests, mappings } = extendedRequests(own, new Map([['x.io/gpu', 'gpu']]));
    expect(requests.map(({ name, exactly }) => [name, exactly?.count])).toEqual([
      ['container-1-request-1', 2],
      ['container-2-request-1', 1],
      ['container-3-request-1', 2],
    ]);
    expect(mappings.map(({ containerName, requestName }) => `${containerName}: ${requestName}`)).toEqual([
      'beside: container-2-request-1',
      'main: container-3-request-1',
      'first: container-2-request-1',
      'first: container-3-request-1',
      'second: container-2-request-1',
      'second: container-3-request-1',
      'second: container-1-request-1',
    ]);
  });

  it('likes nodes better where an earlier alternative can be had', () => {
    const firstAvailable = ['large', 'small'].map((name) => ({
      name,
      deviceClassName: 'gpu',
      allocationMode: 'ExactCount',
      count: name === 'large' ? 2 : 1,
    }));
    const pool = (name: string) => ({ name, generation: 1, resourceSliceCount: 1 });
    const slices = [
      slice({ pool: pool('n1'), devices: [{ name: 'a' }] }),
      slice({ nodeName: 'n2', pool: pool('n2'), devices: [{ name: 'a' }, { name: 'b' }] }, 't'),
    ];
    const table = world(slices, { 'default/a': wish('a', [{ name: 'r', firstAvailable }]) } as Record<string, never>);
    const { scores, raw } = table.try(pod('a', { resourceClaims: [{ name: 'g', resourceClaimName: 'a' }] }));
    expect([raw['n1']?.['DynamicResources'], raw['n2']?.['DynamicResources']]).toEqual([7, 8]);
    expect([scores['n1']?.['DynamicResources'], scores['n2']?.['DynamicResources']]).toEqual([174, 200]);
  });
});

describe('the framework', () => {
  it('counts what a resize has granted or asks for, whichever is more', () => {
    const resized = pod('a', { nodeName: 'n1', containers: [{ name: 'c', image: 'app:1', resources: { requests: { cpu: '1' } } }] });
    resized.status = {
      containerStatuses: [
        {
          name: 'c',
          image: '',
          imageID: '',
          ready: true,
          restartCount: 0,
          resources: { requests: { cpu: '3' } },
          allocatedResources: { cpu: '2' },
        },
      ],
    };
    const table = new Table({ nodes: [node('n1')], pods: [resized] });
    const found = table.try(pod('p', { containers: [{ name: 'c', image: 'app:1', resources: { requests: { cpu: '2' } } }] }));
    expect(found.diagnosis.refused.get('n1')?.reasons).toEqual(['Insufficient cpu']);
  });

  it('lets a pod beside one that is nominated for an empty node, where there is room for both', () => {
    const asking = (name: string, cpu: string, priority = 0): Pod =>
      pod(name, { priority, containers: [{ name: 'c', image: 'app:1', resources: { requests: { cpu } } }] });
    const table = new Table({ nodes: [node('n1')] });
    table.algorithm.nominator.set(new PodInfo(asking('first', '1', 10)), 'n1');
    expect(table.try(asking('second', '1')).chosen?.name).toBe('n1');
    expect(table.try(asking('third', '4')).diagnosis.refused.get('n1')?.reasons).toEqual(['Insufficient cpu']);
  });

  it('tells those who wait for new nodes of changed taints too', () => {
    const table = new Table();
    expect(table.hint('NodeResourcesFit', 'NodeUpdateNodeTaint', pod('p'), { old: node('n1'), now: node('n1') })).toBe(true);
    expect(table.hint('PodTopologySpread', 'NodeUpdateNodeTaint', pod('p'), { old: node('n1'), now: node('n1') })).toBe(false);
  });

  it('says which plugins left no node', () => {
    const named = (name: string) => ({ matchFields: [{ key: 'metadata.name', operator: 'In', values: [name] }] });
    const own = pod('p', {
      affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [named('n9')] } } },
    });
    expect(new Table().try(own).message).toMatch(/^0\/2 nodes are available: 2 node\(s\) didn't satisfy plugin\(s\) \[NodeAffinity\]\. /);
  });
});
