import { expect, it } from 'vitest';
import { NODES } from '../client/resources.ts';
import { OutsideClient } from '../client/client.ts';
import { ADMIN, openCluster } from '../cluster.ts';
import { parseScenario } from '../scenario.ts';
import { SECOND } from '../sim/time.ts';
import { clusterAutoscalerManifests } from '../addons/cluster-autoscaler/manifests.ts';

const GROUP = { name: 'small', min: 0, max: 3, cpu: '2' };
const read = (scenario: object): unknown => parseScenario({ name: 'cloud', ...scenario }, 'cloud.yaml');

it.each([
  [{ nodeGroups: [{ name: 'Small', max: 1 }] }, 'nodeGroups[0].name: must be lower-case letters'],
  [{ nodeGroups: [{ name: 'small' }] }, 'nodeGroups[0].max: is missing'],
  [{ nodeGroups: [{ name: 'small', min: 2, max: 1 }] }, 'nodeGroups[0].max: must be at least 2'],
  [{ nodeGroups: [{ ...GROUP, size: 4 }] }, 'nodeGroups[0].size: must be from min (0) to max (3)'],
  [
    { nodeGroups: [{ ...GROUP, labels: { 'node-role.kubernetes.io/worker': '' } }] },
    'nodeGroups[0].labels: node-role.kubernetes.io/worker is none',
  ],
  [{ nodeGroups: [{ ...GROUP, colour: 'red' }] }, 'nodeGroups[0].colour: unknown'],
  [{ nodeGroups: [GROUP, GROUP] }, 'nodeGroups[1].name: there is a node group small already'],
  [{ clusterAutoscaler: [] }, 'clusterAutoscaler: has nothing to scale'],
  [{ nodeGroups: [GROUP], clusterAutoscaler: ['--expander=cheapest'] }, 'clusterAutoscaler: expander cheapest not supported'],
  [{ nodeGroups: [GROUP], clusterAutoscaler: ['--scan-interval=soon'] }, 'invalid argument "soon" for "--scan-interval" flag'],
  [{ nodeGroups: [GROUP], clusterAutoscaler: ['--gce-concurrent-refreshes=1'] }, 'unknown flag: --gce-concurrent-refreshes'],
])('refuses %j', (scenario, problem) => {
  expect(() => read(scenario)).toThrow(problem);
});

it('boots machines of the start, and clears away the Nodes of those that were given back', () => {
  const scenario = parseScenario({ name: 'cloud', nodes: [], systemPods: false, nodeGroups: [{ ...GROUP, size: 2, zone: 'zone-1' }] }, 'x');
  const cluster = openCluster({ scenario, freeze: true });
  const admin = new OutsideClient(cluster.apiserver, 'me', ADMIN);
  const nodes = (): string[] => admin.list(NODES).items.map(({ metadata }) => metadata.name ?? '');
  const [, node] = admin.list(NODES).items;
  expect(nodes()).toHaveLength(3);
  expect(node?.metadata.labels).toMatchObject({ 'topology.kubernetes.io/zone': 'zone-1' });
  expect(node?.spec?.providerID).toBe(`cloud:///zone-1/small/${node?.metadata.name ?? ''}`);

  const machine = cluster.machines.get(node?.metadata.name ?? '');
  machine?.stop();
  cluster.sim.runFor(70 * SECOND);
  const taints = (): (string | undefined)[] => admin.get(NODES, undefined, machine?.name ?? '').spec?.taints?.map(({ key }) => key) ?? [];
  expect(taints()).toContain('node.cloudprovider.kubernetes.io/shutdown');
  machine?.start();
  cluster.sim.runFor(20 * SECOND);
  expect(taints()).toEqual([]);

  for (const manifest of clusterAutoscalerManifests(['--scale-down-unneeded-time=1m']))
    cluster.request({ ...post(manifest), credentials: ADMIN, actor: 'me' }, ({ code }) => expect(code).toBe(201));
  cluster.sim.runFor(300 * SECOND);
  expect(nodes()).toEqual(['control-plane']);
  expect([...cluster.machines.keys()]).toEqual(['control-plane']);
  const states = cluster.sim.log.entries.flatMap((entry) => (entry.verb === 'machine' ? [entry.detail.state] : []));
  expect(states).toEqual(['running', 'running', 'shutting down', 'shutting down', 'gone', 'gone']);
});

function post(body: { kind: string; apiVersion: string; metadata: { namespace?: string } }) {
  const root = body.apiVersion === 'v1' ? '/api/v1' : `/apis/${body.apiVersion}`;
  const { namespace } = body.metadata;
  return {
    method: 'POST' as const,
    path: `${root}${namespace === undefined ? '' : `/namespaces/${namespace}`}/${body.kind.toLowerCase()}s`,
    body,
  };
}
