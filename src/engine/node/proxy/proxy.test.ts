import { expect, it } from 'vitest';
import type { EndpointSlice, Service } from '../../api/generated/types.ts';
import { OutsideClient } from '../../client/client.ts';
import { ENDPOINT_SLICES, SERVICES } from '../../client/resources.ts';
import { ADMIN, openCluster } from '../../cluster.ts';
import type { Verdict } from '../../network/network.ts';
import { parseScenario } from '../../scenario.ts';
import { SECOND } from '../../sim/time.ts';

const OUTSIDE = '203.0.113.10';

/** Two nodes; both endpoints of the service are on node-1 unless said. */
function world(spec: object, endpoints: object[] = [endpoint('10.244.0.2'), endpoint('10.244.0.3')]) {
  const nodes = [{ name: 'node-1' }, { name: 'node-2' }];
  const cluster = openCluster({ scenario: parseScenario({ name: 'proxy', controlPlane: false, systemPods: false, nodes }, 'test') });
  const client = new OutsideClient(cluster.apiserver, 'kubectl/test', ADMIN);
  const service = client.create(SERVICES, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'default' },
    spec: { type: 'NodePort', ports: [{ port: 80 }], ...spec },
  } as Service);
  client.create(ENDPOINT_SLICES, {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'web', namespace: 'default', labels: { 'kubernetes.io/service-name': 'web' } },
    addressType: 'IPv4',
    ports: [{ port: 8080 }],
    endpoints,
  } as EndpointSlice);
  cluster.sim.runFor(5 * SECOND);
  return {
    sim: cluster.sim,
    ask(node: string, to: 'cluster' | 'node', source: string): Verdict {
      const machine = cluster.machines.get(node);
      if (machine === undefined) throw new Error(`no ${node}`);
      const ip = to === 'cluster' ? (service.spec?.clusterIP ?? '') : machine.address;
      return machine.proxy.translate(source, ip, to === 'cluster' ? 80 : (service.spec?.ports?.[0]?.nodePort ?? 0), 'TCP');
    },
  };
}

function endpoint(ip: string, conditions: object = { ready: true }): object {
  return { addresses: [ip], nodeName: 'node-1', conditions };
}

it('spreads over ready endpoints and refuses where there is none', () => {
  const { ask } = world({});
  expect(ask('node-2', 'cluster', '10.244.1.5')).toMatchObject({ kind: 'forward', port: 8080, masquerade: false });
  expect(ask('node-2', 'node', OUTSIDE)).toMatchObject({ kind: 'forward', masquerade: true });
  const empty = world({}, [endpoint('10.244.0.2', { ready: false })]);
  expect(empty.ask('node-1', 'cluster', '10.244.1.5').kind).toBe('reject');
});

it('falls back on endpoints that end but still serve', () => {
  const { ask } = world({}, [endpoint('10.244.0.2', { ready: false, serving: true, terminating: true })]);
  expect(ask('node-1', 'cluster', '10.244.1.5')).toMatchObject({ kind: 'forward', ip: '10.244.0.2' });
});

it('keeps Local traffic on the node: dropped where it has no endpoint, the caller seen as it is', () => {
  const outer = world({ externalTrafficPolicy: 'Local' });
  expect(outer.ask('node-1', 'node', OUTSIDE)).toMatchObject({ kind: 'forward', masquerade: false });
  expect(outer.ask('node-2', 'node', OUTSIDE).kind).toBe('drop');
  expect(outer.ask('node-2', 'cluster', '10.244.1.5').kind).toBe('forward');
  // The policy is for callers from outside: on the node itself everything is reached.
  expect(outer.ask('node-2', 'node', '192.168.0.11').kind).toBe('forward');
  const inner = world({ internalTrafficPolicy: 'Local' });
  expect(inner.ask('node-1', 'cluster', '10.244.0.9').kind).toBe('forward');
  expect(inner.ask('node-2', 'cluster', '10.244.1.5').kind).toBe('drop');
});

it('sends a client back to its endpoint for as long as the affinity lasts', () => {
  const { sim, ask } = world({ sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } } });
  const seen = (times: number): Set<unknown> =>
    new Set(Array.from({ length: times }, () => (ask('node-1', 'cluster', '10.244.1.5') as { ip: string }).ip));
  expect(seen(20).size).toBe(1);
  const later = new Set<unknown>();
  for (let i = 0; i < 20; i++) {
    sim.runFor(61 * SECOND);
    for (const ip of seen(1)) later.add(ip);
  }
  expect(later.size).toBe(2);
});

it('hides a pod from itself behind the node when the Service leads it back to itself', () => {
  const { ask } = world({}, [endpoint('10.244.0.2')]);
  expect(ask('node-1', 'cluster', '10.244.0.2')).toMatchObject({ kind: 'forward', masquerade: true });
});
