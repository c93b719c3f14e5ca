import { expect, it } from 'vitest';
import type { Event, Pod } from '../api/generated/types.ts';
import { OutsideClient } from '../client/client.ts';
import { CLUSTER_ROLE_BINDINGS, EVENTS, PODS } from '../client/resources.ts';
import { ADMIN, openCluster, type Cluster } from '../cluster.ts';
import { parseScenario } from '../scenario.ts';
import { MINUTE, SECOND } from '../sim/time.ts';
import { readConfiguration } from './configuration/read.ts';

const KIND = { apiVersion: 'kubescheduler.config.k8s.io/v1', kind: 'KubeSchedulerConfiguration' };
const URL = 'http://192.168.0.11:8888';

/** The extender runs in a pod on worker-1, in the machine's network. */
function world(
  extender: object,
  env: Record<string, string>,
): { cluster: Cluster; admin: OutsideClient; place: (pod?: object) => Pod; said: () => string[] } {
  const schedulerConfiguration = { ...KIND, extenders: [{ urlPrefix: URL, weight: 1, ...extender }] };
  const nodes = ['worker-1', 'worker-2', 'worker-3'].map((name, i) => ({ name, labels: i === 1 ? { gpu: 'yes' } : {} }));
  const scenario = parseScenario({ name: 'extended', systemPods: false, nodes, schedulerConfiguration }, 'extended.yaml');
  const cluster = openCluster({ scenario, freeze: true });
  const admin = new OutsideClient(cluster.apiserver, 'me', ADMIN);
  const containers = [
    { name: 'c', image: 'kubernotes/toy-extender:1.0', env: Object.entries(env).map(([name, value]) => ({ name, value })) },
  ];
  admin.create(PODS, pod('extender', { nodeName: 'worker-1', hostNetwork: true, containers }));
  cluster.sim.runFor(20 * SECOND);
  return {
    cluster,
    admin,
    place: (spec = {}) => {
      admin.create(PODS, pod('web', spec));
      cluster.sim.runFor(30 * SECOND);
      return admin.get(PODS, 'default', 'web');
    },
    said: () => admin.list<Event>(EVENTS).items.filter(({ reason }) => reason === 'FailedScheduling').map((event) => event.message ?? ''),
  }; // prettier-ignore
}

const pod = (name: string, spec: object): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default' },
  spec: { containers: [{ name: 'c', image: 'nginx:1.27' }], ...spec },
});

it('filters: only what an extender lets pass is taken, and its words are told', () => {
  const { place, cluster } = world({ filterVerb: 'filter' }, { REQUIRED_LABEL: 'gpu' });
  expect(place().spec?.nodeName).toBe('worker-2');
  const [attempt] = cluster.sim.log.entries.filter((entry) => entry.verb === 'schedule').slice(-1);
  expect(attempt).toMatchObject({ detail: { filters: { 'worker-1': { plugin: 'Extender', reasons: ['node(s) had no label gpu'] } } } });
});

it('filters: where nothing is left, the event says why', () => {
  const { place, said } = world({ filterVerb: 'filter' }, { REQUIRED_LABEL: 'fpga' });
  expect(place().spec?.nodeName).toBeUndefined();
  expect(said()[0]).toMatch(
    /^0\/4 nodes are available: 1 node\(s\) had untolerated taint\(s\), 3 node\(s\) had no label fpga\. no new claims to deallocate, preemption: /,
  );
});

it('prioritizes: ten points of an extender are a hundred', () => {
  const { place, cluster } = world({ prioritizeVerb: 'prioritize', weight: 5 }, { PREFERRED_LABEL: 'gpu' });
  expect(place().spec?.nodeName).toBe('worker-2');
  const [attempt] = cluster.sim.log.entries.filter((entry) => entry.verb === 'schedule').slice(-1);
  expect(attempt).toMatchObject({ detail: { scores: { 'worker-2': { Extender: 500 }, 'worker-3': { Extender: 0 } } } });
});

it('binds in the place of the scheduler', () => {
  const { place, admin, cluster } = world({ bindVerb: 'bind' }, {});
  admin.create(CLUSTER_ROLE_BINDINGS, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'binder' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:kube-scheduler' },
    subjects: [{ kind: 'ServiceAccount', name: 'default', namespace: 'default' }],
  });
  expect(place().status?.phase).toBe('Running');
  const bindings = cluster.sim.log.entries.filter((entry) => entry.verb === 'request' && entry.detail.path.endsWith('/pods/web/binding'));
  expect(bindings.map((entry) => (entry.verb === 'request' ? entry.detail.user : ''))).toEqual(['system:serviceaccount:default:default']);
});

it('spares victims: preemption takes another node, or none', () => {
  const fills = { cpu: '3500m' };
  const full = (node: string): Pod => {
    const containers = [{ name: 'c', image: 'nginx:1.27', resources: { requests: fills } }];
    return pod(`full-${node}`, { nodeName: node, containers, terminationGracePeriodSeconds: 0 });
  };
  const important = {
    priorityClassName: 'system-cluster-critical',
    nodeSelector: { 'kubernetes.io/os': 'linux' },
    containers: [{ name: 'c', image: 'nginx:1.27', resources: { requests: fills } }],
  };
  const { place, admin, said, cluster } = world({ preemptVerb: 'preempt' }, { SPARED_NODE: 'worker-2' });
  for (const node of ['worker-1', 'worker-2', 'worker-3']) admin.create(PODS, full(node));
  cluster.sim.runFor(10 * SECOND);
  expect(place(important).spec?.nodeName).toMatch(/^worker-[13]$/);
  // Where it spares the only candidate there is none.
  const alone = { ...important, nodeSelector: { 'kubernetes.io/hostname': 'worker-2' } };
  admin.create(PODS, pod('late', alone));
  cluster.sim.runFor(10 * SECOND);
  expect(said().find((message) => message.includes("didn't match"))).toMatch(
    /1 Insufficient cpu, .* preemption: no candidate node for preemption$/,
  );
});

it('one that is slow holds up what it has a say in; one that may be ignored does not', () => {
  const slow = { filterVerb: 'filter', httpTimeout: '1s', managedResources: [{ name: 'example.com/gpu', ignoredByScheduler: true }] };
  const gpu = { containers: [{ name: 'c', image: 'nginx:1.27', resources: { limits: { 'example.com/gpu': '1' } } }] };
  const strict = world(slow, { DELAY_MS: '3000' });
  expect(strict.place(gpu).spec?.nodeName).toBeUndefined();
  expect(strict.said()[0]).toBe(`Post "${URL}/filter": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`);
  expect(strict.admin.get(PODS, 'default', 'web').status?.conditions?.find(({ type }) => type === 'PodScheduled')?.reason).toBe(
    'SchedulerError',
  );
  // Who does not ask for the resource is none of its business.
  strict.admin.create(PODS, pod('plain', {}));
  strict.cluster.sim.runFor(MINUTE);
  expect(strict.admin.get(PODS, 'default', 'plain').status?.phase).toBe('Running');
  const lax = world({ ...slow, ignorable: true }, { DELAY_MS: '3000' });
  expect(lax.place(gpu).status?.phase).toBe('Running');
});

it.each([
  [[{ urlPrefix: URL, prioritizeVerb: 'p' }], 'extenders[0].weight: Invalid value: 0: must have a positive weight applied to it'],
  [
    [
      { urlPrefix: URL, bindVerb: 'b' },
      { urlPrefix: URL, bindVerb: 'b' },
    ],
    'extenders: Invalid value: "found 2 extenders implementing bind": only one extender can implement bind',
  ],
  [[{ urlPrefix: URL, verb: 'p' }], 'unknown field "extenders[0].verb"'],
])('reads %j', (extenders, problem) => {
  expect(() => readConfiguration({ ...KIND, extenders })).toThrow(problem);
});
