import { expect, it } from 'vitest';
import type { Deployment, Event, Pod } from '../../api/generated/types.ts';
import { OutsideClient } from '../../client/client.ts';
import { CONFIG_MAPS, DEPLOYMENTS, EVENTS, NODES, PODS, POD_DISRUPTION_BUDGETS } from '../../client/resources.ts';
import { ADMIN, openCluster, type Cluster } from '../../cluster.ts';
import { parseScenario } from '../../scenario.ts';
import { MINUTE, SECOND } from '../../sim/time.ts';
import { readFlags } from './flags.ts';

interface World {
  readonly cluster: Cluster;
  readonly admin: OutsideClient;
  readonly nodes: () => string[];
  readonly events: (reason: string) => string[];
}

function world(nodeGroups: object[], flags: string[] = []): World {
  const scenario = parseScenario({ name: 'ca', nodes: [], systemPods: false, nodeGroups, clusterAutoscaler: flags }, 'ca.yaml');
  const cluster = openCluster({ scenario, freeze: true });
  const admin = new OutsideClient(cluster.apiserver, 'me', ADMIN);
  return {
    cluster,
    admin,
    nodes: () => admin.list(NODES).items.map(({ metadata }) => metadata.name ?? '').filter((name) => name !== 'control-plane'),
    events: (reason) => admin.list<Event>(EVENTS).items.filter((event) => event.reason === reason).map(({ message }) => message ?? ''),
  }; // prettier-ignore
}

const pod = (cpu: string, extra: object = {}): NonNullable<Pod['spec']> => ({
  containers: [{ name: 'c', image: 'nginx:1.27', resources: { requests: { cpu } } }],
  ...extra,
});

const deployment = (replicas: number, cpu: string, extra: object = {}): Deployment => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    replicas,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: pod(cpu, extra) },
  },
});

const SMALL = { name: 'small', min: 0, max: 10, cpu: '2', memory: '4Gi', bootTime: 30, price: 0.1 };
const LARGE = { name: 'large', min: 0, max: 10, cpu: '8', memory: '16Gi', bootTime: 30, price: 0.5 };

it.each([
  // Three pods of one core: two small nodes leave a quarter of their cores unused, a large one five eighths.
  ['least-waste', 'small-'],
  ['price', 'small-'],
  ['most-pods,least-waste', 'small-'],
  ['priority', 'large-'],
])('expander %s', (expander, chosen) => {
  const { cluster, admin, nodes } = world([LARGE, SMALL], [`--expander=${expander}`]);
  admin.create(CONFIG_MAPS, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'cluster-autoscaler-priority-expander', namespace: 'kube-system' },
    data: { priorities: '10:\n  - .*\n50:\n  - large.*\n' },
  });
  admin.create(DEPLOYMENTS, deployment(3, '1'));
  cluster.sim.runFor(MINUTE);
  expect(new Set(nodes().map((name) => name.slice(0, -5)))).toEqual(new Set([chosen]));
});

it('shares an order between groups that differ in their zone only', () => {
  const zone = (name: string) => ({ ...SMALL, name, zone: name, max: 3 });
  const { cluster, admin, events } = world([zone('a'), zone('b')], ['--balance-similar-node-groups']);
  admin.create(DEPLOYMENTS, deployment(5, '1500m'));
  cluster.sim.runFor(2 * MINUTE);
  const shared = /: \[\{(\w) 0->3 \(max: 3\)\} \{(\w) 0->2 \(max: 3\)\}\]$/.exec(events('TriggeredScaleUp')[0] ?? '');
  expect(shared?.slice(1).sort()).toEqual(['a', 'b']);
});

it('looks after the groups of --nodes alone, between these sizes', () => {
  const { cluster, admin, nodes, events } = world([SMALL, LARGE], ['--nodes=1:2:small']);
  admin.create(DEPLOYMENTS, deployment(5, '1500m'));
  cluster.sim.runFor(2 * MINUTE);
  expect(nodes().map((name) => name.slice(0, -5))).toEqual(['small-', 'small-']);
  expect(events('NotTriggerScaleUp')).toContain("pod didn't trigger scale-up: 1 max node group size reached");
  const wrong = 'invalid node group spec: max size must be greater or equal to min size';
  expect(readFlags(['--nodes=2:1:small'])).toBe(`failed to parse node group spec: ${wrong}`);
  expect(readFlags(['--node-group-auto-discovery=x'])).toContain('the groups of this cloud need no discovery');
});

it('asks the plugins of the scheduler: pods that keep away from one another need a node each', () => {
  const term = { labelSelector: { matchLabels: { app: 'web' } }, topologyKey: 'kubernetes.io/hostname' };
  const { cluster, admin, nodes, events } = world([{ ...SMALL, max: 3 }]);
  const affinity = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } };
  admin.create(DEPLOYMENTS, deployment(4, '100m', { affinity }));
  cluster.sim.runFor(2 * MINUTE);
  expect(nodes()).toHaveLength(3);
  expect(events('TriggeredScaleUp')).toContain('pod triggered scale-up: [{small 0->3 (max: 3)}]');
  expect(events('NotTriggerScaleUp')).toEqual(["pod didn't trigger scale-up: 1 max node group size reached"]);
});

it('leaves a group alone that cannot deliver, and takes another', () => {
  const { cluster, admin, nodes, events } = world([{ ...SMALL, stock: 0 }, LARGE]);
  admin.create(DEPLOYMENTS, deployment(2, '1'));
  cluster.sim.runFor(2 * MINUTE);
  expect(events('ScaleUpFailed')).toEqual([
    'Failed adding 1 nodes to group small due to OutOfResource.InsufficientInstanceCapacity; source errors: There is no capacity left for machines of node group small',
  ]);
  expect(nodes().map((name) => name.slice(0, -5))).toEqual(['large-']);
  const status = admin.get(CONFIG_MAPS, 'kube-system', 'cluster-autoscaler-status').data?.['status'] ?? '';
  expect(status).toContain('errorCode: InsufficientInstanceCapacity');
  expect(status).toContain('status: Backoff');
});

it('keeps to the number of nodes that there may be', () => {
  const { cluster, admin, nodes, events } = world([SMALL], ['--max-nodes-total=3']);
  admin.create(DEPLOYMENTS, deployment(10, '1'));
  cluster.sim.runFor(2 * MINUTE);
  expect(nodes()).toHaveLength(2);
  expect(events('MaxNodesTotalReached')).toEqual(['Max total nodes in cluster reached: 3']);
  expect(events('NotTriggerScaleUp')[0]).toBe("pod didn't trigger scale-up: max total nodes in cluster reached");
});

it.each([
  ['pod with local storage present', { volumes: [{ name: 'v', emptyDir: {} }] }, false],
  ['not enough pod disruption budget to move', {}, true],
])('a node stays: %s', (why, extra, budget) => {
  const { cluster, admin, nodes } = world([{ ...SMALL, size: 2 }], ['--scale-down-unneeded-time=1m']);
  admin.create(DEPLOYMENTS, deployment(2, '100m', extra));
  if (budget)
    admin.create(POD_DISRUPTION_BUDGETS, {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'web', namespace: 'default' },
      spec: { maxUnavailable: 0, selector: { matchLabels: { app: 'web' } } },
    });
  cluster.sim.runFor(5 * MINUTE);
  expect(nodes()).toHaveLength(2);
  const said = cluster.sim.log.entries.flatMap((entry) => (entry.verb === 'decide' ? [entry.detail.text] : []));
  expect(said.some((text) => text.includes(`cannot be removed: ${why}`))).toBe(true);
});

it('a bare pod, a node that is marked and a group at its least keep a node; what a node has left goes back to the pods', () => {
  const { cluster, admin, nodes } = world([{ ...SMALL, size: 3, min: 1 }], ['--scale-down-unneeded-time=1m']);
  const [bare = '', marked = ''] = nodes();
  admin.create(PODS, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'bare', namespace: 'default' },
    spec: pod('100m', { nodeName: bare }),
  });
  admin.patch(NODES, undefined, marked, { metadata: { annotations: { 'cluster-autoscaler.kubernetes.io/scale-down-disabled': 'true' } } });
  cluster.sim.runFor(5 * MINUTE);
  expect(nodes()).toEqual([bare, marked].sort());
  admin.delete(PODS, 'default', 'bare');
  admin.patch(NODES, undefined, marked, { metadata: { annotations: { 'cluster-autoscaler.kubernetes.io/scale-down-disabled': 'false' } } });
  cluster.sim.runFor(10 * MINUTE);
  expect(nodes()).toHaveLength(1);
});

it('takes a node back into use when a pod will not leave it', () => {
  const { cluster, admin, nodes, events } = world(
    [{ ...SMALL, size: 2 }],
    ['--scale-down-unneeded-time=1m', '--max-pod-eviction-time=20s'],
  );
  admin.create(DEPLOYMENTS, deployment(2, '100m'));
  cluster.sim.runUntilTrue(() => events('ScaleDown').some((text) => text.startsWith('marked')), 5 * MINUTE);
  // A budget that comes between plan and deed.
  admin.create(POD_DISRUPTION_BUDGETS, {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'web', namespace: 'default' },
    spec: { minAvailable: 2, selector: { matchLabels: { app: 'web' } } },
  });
  cluster.sim.runFor(40 * SECOND);
  expect(events('ScaleDownFailed').join('\n')).toMatch(
    /failed to drain and delete node: Failed to drain node \/small-\w+, due to following errors: \[failed to evict pod default\/web-\S+ within allowed timeout \(last error: Cannot evict pod as it would violate the pod's disruption budget\.\)\]/,
  );
  expect(nodes()).toHaveLength(2);
  expect(admin.list(NODES).items.filter(({ spec }) => spec?.unschedulable === true)).toEqual([]);
});

it('runs the same twice', () => {
  const hash = (): string => {
    const { cluster, admin } = world(
      [SMALL, LARGE],
      ['--expander=random', '--scale-down-unneeded-time=1m', '--scale-down-delay-after-add=1m'],
    );
    admin.create(DEPLOYMENTS, deployment(5, '1'));
    cluster.sim.runFor(3 * MINUTE);
    admin.patch(DEPLOYMENTS, 'default', 'web', { spec: { replicas: 1 } });
    cluster.sim.runFor(5 * MINUTE);
    return cluster.sim.log.hash();
  };
  expect(hash()).toBe(hash());
});
