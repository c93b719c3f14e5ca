import { expect, it } from 'vitest';
import { METRICS_SERVER } from '../addons/metrics-server.ts';
import { ADMIN, openCluster } from '../cluster.ts';
import { parseScenario } from '../scenario.ts';
import { SECOND } from '../sim/time.ts';

const MANIFESTS = [
  ...METRICS_SERVER,
  {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'default' },
    spec: { containers: [{ name: 'c', image: 'nginx:1.27' }] },
  },
];

interface Metrics {
  metadata: { name: string };
  usage: { cpu: string; memory: string };
  containers: { name: string; usage: { cpu: string; memory: string } }[];
}

it('kubelets measure, metrics-server gathers, the API server passes on', () => {
  const cluster = openCluster({ scenario: parseScenario({ name: 'metrics', nodes: [{ name: 'node-1' }], manifests: MANIFESTS }, 'test') });
  cluster.sim.runFor(90 * SECOND);
  const list = (path: string): Metrics[] => {
    const { code, body } = cluster.apiserver.answer({ method: 'GET', path: `/apis/metrics.k8s.io/v1beta1${path}`, credentials: ADMIN });
    expect([code, body]).toMatchObject([200, {}]);
    return (body as { items: Metrics[] }).items;
  };
  const nodes = list('/nodes');
  expect(nodes.map(({ metadata }) => metadata.name)).toEqual([...cluster.machines.keys()].sort());
  for (const { usage } of nodes)
    expect([usage.cpu, usage.memory]).toEqual([expect.stringMatching(/^\d+[num]?$/), expect.stringMatching(/^\d+[KM]i$/)]);
  const [web] = list('/namespaces/default/pods');
  expect(web).toMatchObject({ metadata: { name: 'web' }, containers: [{ name: 'c', usage: { cpu: '1m', memory: '8Mi' } }] });
});
