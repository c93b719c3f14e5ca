import { expect, it } from 'vitest';
import type { Deployment, Lease } from './api/generated/types.ts';
import { OutsideClient } from './client/client.ts';
import { DEPLOYMENTS, LEASES } from './client/resources.ts';
import { ADMIN, openCluster } from './cluster.ts';
import { parseScenario } from './scenario.ts';
import { SECOND } from './sim/time.ts';

it('a control plane of three goes on while one of each is left', () => {
  const scenario = parseScenario({ name: 'ha', controlPlaneReplicas: 3, nodes: [{ name: 'worker-1' }] }, 'ha');
  const cluster = openCluster({ scenario });
  const admin = new OutsideClient(cluster.apiserver, 'admin', ADMIN);
  const holder = (name: string): string | undefined => admin.get<Lease>(LEASES, 'kube-system', name).spec?.holderIdentity;
  const leaders = (): (string | undefined)[] => ['kube-controller-manager', 'kube-scheduler'].map(holder);
  const before = leaders();
  const running = (name: string): number | undefined => admin.get<Deployment>(DEPLOYMENTS, 'default', name).status?.readyReplicas;
  const deploy = (name: string): void => {
    const labels = { app: name };
    admin.create<Deployment>(DEPLOYMENTS, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace: 'default' },
      spec: {
        replicas: 2,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'nginx' }] } },
      },
    });
    cluster.sim.runFor(90 * SECOND);
  };
  deploy('one');
  expect(running('one')).toBe(2);
  for (const target of ['apiserver', 'controller-manager', 'scheduler']) cluster.fault({ fault: 'component-stopped', target });
  deploy('two');
  expect(running('two')).toBe(2);
  expect(leaders().map((now, i) => now !== before[i])).toEqual([true, true]);
  for (const target of ['apiserver-2', 'controller-manager-2', 'scheduler-2']) cluster.fault({ fault: 'component-stopped', target });
  deploy('three');
  expect(running('three')).toBe(2);
  // The first come back and stand by.
  for (const target of ['apiserver', 'controller-manager', 'scheduler']) cluster.fault({ fault: 'component-stopped', target }, true);
  cluster.fault({ fault: 'component-stopped', target: 'apiserver-3' });
  deploy('four');
  expect(running('four')).toBe(2);
});
