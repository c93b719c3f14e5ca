import { expect, it } from 'vitest';
import type { DeviceRequest, Event, Pod, ResourceClaimSpec, ResourceResourceClaim } from '../api/generated/types.ts';
import { OutsideClient } from '../client/client.ts';
import { DEVICE_CLASSES, EVENTS, PODS, RESOURCE_CLAIMS, RESOURCE_CLAIM_TEMPLATES, RESOURCE_SLICES } from '../client/resources.ts';
import { ADMIN, openCluster, type Cluster } from '../cluster.ts';
import { parseScenario } from '../scenario.ts';
import { SECOND } from '../sim/time.ts';

const DRIVER = 'gpu.example.com';
const gpu = (i: number, model: string, memory: string): object => ({
  name: `gpu-${i}`,
  attributes: { model, numa: i % 2 },
  capacity: { memory },
});
const DEVICES = [
  { driver: DRIVER, node: 'worker-1', devices: [gpu(0, 'a100', '40Gi'), gpu(1, 'a100', '40Gi'), gpu(2, 't4', '16Gi')] },
  { driver: DRIVER, node: 'worker-2', devices: [gpu(0, 't4', '16Gi')] },
];

interface World {
  readonly cluster: Cluster;
  readonly admin: OutsideClient;
  /** Makes a claim and a pod that uses it; where it got to, and which devices it has. */
  readonly ask: (name: string, ...requests: object[]) => string;
}

function world(): World {
  const nodes = [{ name: 'worker-1' }, { name: 'worker-2' }];
  const cluster = openCluster({
    scenario: parseScenario({ name: 'devices', systemPods: false, nodes, devices: DEVICES }, 'devices.yaml'),
    freeze: true,
  });
  const admin = new OutsideClient(cluster.apiserver, 'me', ADMIN);
  const select = (expression: string): object[] => [{ cel: { expression } }];
  for (const [name, expression] of [
    ['gpu', `device.driver == "${DRIVER}"`],
    ['a100', `device.attributes["${DRIVER}"].model == "a100"`],
  ] as const)
    // prettier-ignore
    admin.create(DEVICE_CLASSES, { apiVersion: 'resource.k8s.io/v1', kind: 'DeviceClass', metadata: { name }, spec: { selectors: select(expression) } });
  return {
    cluster,
    admin,
    ask: (name, ...requests) => {
      admin.create(RESOURCE_CLAIMS, claim(name, { devices: { requests: requests as DeviceRequest[] } }));
      admin.create(PODS, pod(name, { name: 'dev', resourceClaimName: name }));
      cluster.sim.runFor(5 * SECOND);
      return placeOf(admin, name);
    },
  };
}

function placeOf(admin: OutsideClient, name: string): string {
  const { spec } = admin.get(PODS, 'default', name);
  const results = admin.get(RESOURCE_CLAIMS, 'default', name).status?.allocation?.devices?.results ?? [];
  return `${spec?.nodeName ?? '-'}: ${results.map(({ device }) => device).join(' ')}`;
}

const claim = (name: string, spec: ResourceClaimSpec): ResourceResourceClaim => ({
  apiVersion: 'resource.k8s.io/v1',
  kind: 'ResourceClaim',
  metadata: { name, namespace: 'default' },
  spec,
});

const pod = (name: string, resourceClaim: object): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default' },
  spec: {
    terminationGracePeriodSeconds: 1,
    containers: [{ name: 'c', image: 'nginx:1.27', resources: { claims: [{ name: 'dev' }] } }],
    resourceClaims: [resourceClaim as never],
  },
});

const exactly = (deviceClassName: string, more: object = {}): object => ({ name: 'gpu', exactly: { deviceClassName, ...more } });

it('tells of devices in slices, gives them to claims, and takes them back when their pods are gone', () => {
  const { admin, ask, cluster } = world();
  const slices = admin.list(RESOURCE_SLICES).items;
  expect(slices.map(({ spec }) => [spec.nodeName, spec.devices?.length])).toEqual([['worker-1', 3], ['worker-2', 1]]); // prettier-ignore
  expect(ask('pair', exactly('a100', { count: 2 }))).toBe('worker-1: gpu-0 gpu-1');
  expect(admin.get(RESOURCE_CLAIMS, 'default', 'pair')).toMatchObject({
    metadata: { finalizers: ['resource.kubernetes.io/delete-protection'] },
    status: { reservedFor: [{ resource: 'pods', name: 'pair' }] },
  });
  expect(ask('late', exactly('a100'))).toBe('-: ');
  const said = admin.list<Event>(EVENTS).items.find(({ reason }) => reason === 'FailedScheduling');
  expect(said?.message).toBe(
    '0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 cannot allocate all claims. still not schedulable, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.',
  );
  admin.delete(PODS, 'default', 'pair');
  cluster.sim.runFor(20 * SECOND);
  expect(admin.get(RESOURCE_CLAIMS, 'default', 'pair')).toMatchObject({ status: {} });
  expect(placeOf(admin, 'late')).toBe('worker-1: gpu-0');
});

it.each([
  ['all of a node', exactly('gpu', { allocationMode: 'All' }), 'worker-2: gpu-0'],
  [
    'a selector',
    exactly('gpu', { selectors: [{ cel: { expression: `device.capacity["${DRIVER}"].memory.compareTo(quantity("32Gi")) > 0` } }] }),
    'worker-1: gpu-0',
  ],
  [
    'the first that can be had',
    {
      name: 'gpu',
      firstAvailable: [
        { name: 'many', deviceClassName: 'a100', count: 3 },
        { name: 'one', deviceClassName: 'a100' },
      ],
    },
    'worker-1: gpu-0',
  ],
])('allocates: %s', (_what, request, place) => {
  const { ask, admin } = world();
  if (place.startsWith('worker-2'))
    ask('first', exactly('gpu', { selectors: [{ cel: { expression: `device.attributes["${DRIVER}"].model == "a100"` } }] }));
  expect(ask('web', request)).toBe(place);
  expect(admin.get(PODS, 'default', 'web').status?.phase).toBe('Running');
});

it('keeps to constraints: one value for all', () => {
  const { admin, cluster } = world();
  const constraints = [{ requests: [], matchAttribute: `${DRIVER}/numa` }];
  const request = exactly('gpu', { count: 2 }) as DeviceRequest;
  admin.create(RESOURCE_CLAIMS, claim('near', { devices: { requests: [request], constraints } }));
  admin.create(PODS, pod('near', { name: 'dev', resourceClaimName: 'near' }));
  cluster.sim.runFor(5 * SECOND);
  expect(placeOf(admin, 'near')).toBe('worker-1: gpu-0 gpu-2');
});

it('makes a claim from a template for each pod, names its devices in the container, and cleans up', () => {
  const { admin, cluster } = world();
  const template = { name: 'dev', resourceClaimTemplateName: 'one' };
  admin.create(PODS, pod('web', template));
  cluster.sim.runFor(5 * SECOND);
  // Held before the queue: no verdict is told.
  expect(admin.get(PODS, 'default', 'web').status?.conditions?.some(({ type }) => type === 'PodScheduled')).not.toBe(true);
  expect(admin.list<Event>(EVENTS).items.find(({ reason }) => reason === 'FailedResourceClaimCreation')?.message).toBe(
    'PodResourceClaim dev: resource claim template "one": resourceclaimtemplate.resource.k8s.io "one" not found',
  );
  const spec = { spec: { devices: { requests: [exactly('gpu') as DeviceRequest] } } };
  admin.create(RESOURCE_CLAIM_TEMPLATES, {
    apiVersion: 'resource.k8s.io/v1',
    kind: 'ResourceClaimTemplate',
    metadata: { name: 'one', namespace: 'default' },
    spec,
  });
  cluster.sim.runFor(10 * SECOND);
  const [made] = admin.list(RESOURCE_CLAIMS).items;
  const web = admin.get(PODS, 'default', 'web');
  expect(made?.metadata.name).toMatch(/^web-dev-\w{5}$/);
  expect(web.status).toMatchObject({ phase: 'Running', resourceClaimStatuses: [{ name: 'dev', resourceClaimName: made?.metadata.name }] });
  const runtime = cluster.machines.get(web.spec?.nodeName ?? '')?.runtime;
  const [container] = runtime?.podContainers(web.metadata.uid ?? '') ?? [];
  expect(container?.config.env.get('GPU_DEVICE_0')).toMatch(/^gpu-\d$/);
  admin.delete(PODS, 'default', 'web');
  cluster.sim.runFor(30 * SECOND);
  expect(admin.list(RESOURCE_CLAIMS).items).toEqual([]);
});

it('a pod whose driver is away waits on its node', () => {
  const { admin, ask, cluster } = world();
  cluster.components.get(`device-driver@${DRIVER}`)?.stop();
  expect(ask('web', exactly('gpu'))).toMatch(/^worker-/);
  expect(admin.list<Event>(EVENTS).items.find(({ reason }) => reason === 'FailedPrepareDynamicResources')?.message).toBe(
    `Failed to prepare dynamic resources: prepare dynamic resources: DRA driver ${DRIVER} is not registered`,
  );
  cluster.components.get(`device-driver@${DRIVER}`)?.start();
  cluster.sim.runFor(10 * SECOND);
  expect(admin.get(PODS, 'default', 'web').status?.phase).toBe('Running');
});

it('an administrator may look at what others use', () => {
  const { admin, ask, cluster } = world();
  const all = exactly('gpu', { allocationMode: 'All' });
  ask('busy', exactly('a100', { count: 2 }));
  admin.patch({ group: '', version: 'v1', resource: 'namespaces', kind: 'Namespace', namespaced: false }, undefined, 'default', {
    metadata: { labels: { 'resource.kubernetes.io/admin-access': 'true' } },
  });
  cluster.sim.runFor(SECOND);
  const { exactly: plain } = all as { exactly: object };
  const place = ask('monitor', { name: 'gpu', exactly: { ...plain, adminAccess: true } });
  expect(['worker-1: gpu-0 gpu-1 gpu-2', 'worker-2: gpu-0']).toContain(place);
  expect(admin.get(RESOURCE_CLAIMS, 'default', 'monitor').status?.allocation?.devices?.results?.[0]?.adminAccess).toBe(true);
});

it.each([
  [{ driver: DRIVER, node: 'nowhere', devices: [{ name: 'a' }] }, 'devices[0].node: no node "nowhere"'],
  [{ driver: 'Not a driver!', node: 'worker-1', devices: [{ name: 'a' }] }, 'devices[0].driver'],
  [{ driver: DRIVER, node: 'worker-1', devices: [] }, 'devices[0].devices: is empty'],
  [{ driver: DRIVER, node: 'worker-1', devices: [{ name: 'a', attributes: { x: [1] } }] }, 'devices[0].devices[0].attributes.x: must be'],
])('refuses %j', (entry, problem) => {
  expect(() => parseScenario({ name: 'x', nodes: [{ name: 'worker-1' }], devices: [entry] }, 'x.yaml')).toThrow(problem);
});

const asking = (name: string, amount: string, containers: readonly string[] = ['c'], resource = 'example.com/gpu'): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default' },
  spec: {
    terminationGracePeriodSeconds: 1,
    containers: containers.map((container) => {
      const resources = { requests: { cpu: '10m', [resource]: amount }, limits: { [resource]: amount } };
      return { name: container, image: 'nginx:1.27', resources };
    }),
  },
});

it('serves an extended resource with devices of the class that names it, by a claim of the scheduler', () => {
  const { admin, cluster } = world();
  admin.create(PODS, asking('web', '1', ['a', 'b']));
  cluster.sim.runFor(2 * SECOND);
  const said = admin.list<Event>(EVENTS).items.find(({ reason }) => reason === 'FailedScheduling');
  expect(said?.message).toMatch(/^0\/3 nodes are available: 1 node\(s\) had untolerated taint\(s\), 2 Insufficient example.com\/gpu\. /);
  admin.patch(DEVICE_CLASSES, undefined, 'a100', { spec: { extendedResourceName: 'example.com/gpu' } });
  cluster.sim.runFor(20 * SECOND);
  const [made] = admin.list(RESOURCE_CLAIMS).items;
  expect(made).toMatchObject({
    metadata: {
      name: expect.stringMatching(/^web-extended-resources-\w{5}$/) as string,
      annotations: { 'resource.kubernetes.io/extended-resource-claim': 'true' },
      ownerReferences: [{ kind: 'Pod', name: 'web', controller: true }],
      finalizers: ['resource.kubernetes.io/delete-protection'],
    },
    spec: {
      devices: {
        requests: [
          { name: 'container-0-request-1', exactly: { deviceClassName: 'a100', allocationMode: 'ExactCount', count: 1 } },
          { name: 'container-1-request-1' },
        ],
      },
    },
    status: { allocation: { devices: { results: [{ device: 'gpu-0' }, { device: 'gpu-1' }] } }, reservedFor: [{ name: 'web' }] },
  });
  const web = admin.get(PODS, 'default', 'web');
  expect(web.spec?.nodeName).toBe('worker-1');
  expect(web.status).toMatchObject({
    phase: 'Running',
    extendedResourceClaimStatus: {
      resourceClaimName: made?.metadata.name,
      requestMappings: [
        { containerName: 'a', resourceName: 'example.com/gpu', requestName: 'container-0-request-1' },
        { containerName: 'b', resourceName: 'example.com/gpu', requestName: 'container-1-request-1' },
      ],
    },
  });
  const containers = cluster.machines.get('worker-1')?.runtime.podContainers(web.metadata.uid ?? '') ?? [];
  const device = (i: number): string | undefined =>
    containers.find(({ config }) => config.name === 'ab'[i])?.config.env.get(`CONTAINER_${i}_REQUEST_1_DEVICE_0`);
  expect([device(0), device(1)]).toEqual(['gpu-0', 'gpu-1']);
  admin.create(PODS, asking('late', '1'));
  cluster.sim.runFor(5 * SECOND);
  expect(admin.get(PODS, 'default', 'late').spec?.nodeName).toBeUndefined();
  admin.delete(PODS, 'default', 'web');
  cluster.sim.runFor(30 * SECOND);
  expect(admin.get(PODS, 'default', 'late').status?.phase).toBe('Running');
  expect(admin.list(RESOURCE_CLAIMS).items.map(({ metadata }) => metadata.annotations?.['resource.kubernetes.io/pod-claim-name'])).toEqual([
    undefined,
  ]);
});

it('a class can be asked for by a name of its own; what is not used after all is taken back', () => {
  const { admin, cluster } = world();
  admin.create(PODS, asking('web', '2', ['c'], 'deviceclass.resource.kubernetes.io/a100'));
  cluster.sim.runFor(10 * SECOND);
  expect(admin.get(PODS, 'default', 'web').spec?.nodeName).toBe('worker-1');
  const [made] = admin.list(RESOURCE_CLAIMS).items;
  expect(made?.spec.devices?.requests?.[0]?.exactly).toMatchObject({ deviceClassName: 'a100', count: 2 });
  admin.delete(PODS, 'default', 'web');
  cluster.sim.runFor(30 * SECOND);
  expect(admin.list(RESOURCE_CLAIMS).items).toEqual([]);
  // The pod goes while its binding is under way: the claim that was made for it goes too.
  admin.create(PODS, asking('brief', '1', ['c'], 'deviceclass.resource.kubernetes.io/a100'));
  for (let i = 0; i < 200 && admin.list(RESOURCE_CLAIMS).items.length === 0; i++) cluster.sim.runFor(1);
  expect(admin.get(PODS, 'default', 'brief').spec?.nodeName).toBeUndefined();
  admin.delete(PODS, 'default', 'brief', { gracePeriodSeconds: 0 });
  cluster.sim.runFor(30 * SECOND);
  expect(admin.list(RESOURCE_CLAIMS).items).toEqual([]);
});

it('a taint on a device deletes pods that do not tolerate it, and those that do for a while when that is over', () => {
  const { admin, ask, cluster } = world();
  expect(ask('plain', exactly('a100'))).toBe('worker-1: gpu-0');
  const toleration = { key: 'broken', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 60 };
  expect(ask('patient', exactly('a100', { tolerations: [toleration] }))).toBe('worker-1: gpu-1');
  expect(ask('other', exactly('gpu'))).toMatch(/gpu-2|worker-2/);
  const slice = admin.list(RESOURCE_SLICES).items.find(({ spec }) => spec.nodeName === 'worker-1');
  const devices = slice?.spec.devices?.map((device) => ({
    ...device,
    taints: device.name === 'gpu-2' ? [] : [{ key: 'broken', effect: 'NoExecute' }],
  }));
  admin.patch(RESOURCE_SLICES, undefined, slice?.metadata.name ?? '', { spec: { devices } });
  const there = (): string[] => admin.list(PODS).items.flatMap(({ metadata }) => metadata.name ?? []);
  cluster.sim.runFor(50 * SECOND);
  expect(there()).toEqual(['other', 'patient']);
  const marked = admin.list<Event>(EVENTS).items.filter(({ reason }) => reason === 'DeviceTaintManagerEviction');
  expect(marked.map(({ message, involvedObject, source }) => [involvedObject.name, message, source?.component])).toEqual([
    ['plain', 'Marking for deletion', 'device-taint-eviction-controller'],
  ]);
  cluster.sim.runFor(20 * SECOND);
  expect(there()).toEqual(['other']);
  // A new pod waits for a device without taint.
  expect(ask('late', exactly('a100'))).toBe('-: ');
});
