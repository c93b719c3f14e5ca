import { expect, it } from 'vitest';
import { KINDS } from '../api/kinds/index.ts';
import type { Service } from '../api/generated/types.ts';
import { Client, OutsideClient } from '../client/client.ts';
import { Informer } from '../client/informer.ts';
import { CONFIG_MAPS, NAMESPACES, SERVICES } from '../client/resources.ts';
import { Store } from '../etcd/store.ts';
import { Simulation } from '../sim/simulation.ts';
import { SECOND } from '../sim/time.ts';
import { Balancer } from './balancer.ts';
import { ApiServer } from './server.ts';
import { ADMIN, configMap } from './test-server.ts';

function world(): { sim: Simulation; servers: ApiServer[]; balancer: Balancer; admin: OutsideClient } {
  const sim = new Simulation({ seed: 1 });
  const store = new Store(sim);
  const make = (name: string): ApiServer => new ApiServer({ name, sim, store, kinds: KINDS, kubelets: () => undefined, freeze: true });
  const servers = ['apiserver', 'apiserver-2', 'apiserver-3'].map(make);
  const balancer = new Balancer(sim, servers);
  const admin = new OutsideClient(balancer, 'admin', ADMIN);
  admin.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } });
  return { sim, servers, balancer, admin };
}

it('what one server has written all the others know: objects, addresses, names that are taken', () => {
  const { admin } = world();
  const service = (name: string): Service => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'default' },
    spec: { type: 'NodePort', ports: [{ port: 80 }] },
  });
  const made = Array.from({ length: 12 }, (_, i) => admin.create(SERVICES, service(`s${i}`)));
  expect(new Set(made.map(({ spec }) => spec?.clusterIP)).size).toBe(12);
  expect(new Set(made.map(({ spec }) => spec?.ports?.[0]?.nodePort)).size).toBe(12);
  expect(new Set(made.map(({ metadata }) => metadata.uid)).size).toBe(12);
  const taken = made[0]?.spec?.clusterIP as string;
  const again = { ...service('again'), spec: { clusterIP: taken, ports: [{ port: 80 }] } };
  for (let i = 0; i < 3; i++) expect(() => admin.create(SERVICES, again)).toThrow('provided IP is already allocated');
  admin.delete(SERVICES, 'default', 's0');
  admin.create(SERVICES, again);
});

it('clients go on when a server stops, as long as one is left', () => {
  const { sim, servers, balancer, admin } = world();
  const informer = new Informer(sim, new Client(balancer, 'informer', ADMIN), CONFIG_MAPS);
  informer.start();
  admin.create(CONFIG_MAPS, configMap('a'));
  sim.runFor(SECOND);
  for (const [i, server] of servers.slice(0, 2).entries()) {
    server.stop();
    admin.create(CONFIG_MAPS, configMap(`b${i}`));
    sim.runFor(60 * SECOND);
    expect(informer.get(`default/b${i}`)).toBeDefined();
  }
  servers[2]?.stop();
  expect(() => admin.list(CONFIG_MAPS)).toThrow('connection refused');
  servers[0]?.start();
  admin.create(CONFIG_MAPS, configMap('c'));
  sim.runFor(60 * SECOND);
  expect(informer.get('default/c')).toBeDefined();
});
