import { describe, expect, it } from 'vitest';
import { KINDS } from '../api/kinds/index.ts';
import type { ConfigMap } from '../api/generated/types.ts';
import { ApiServer } from '../apiserver/server.ts';
import { Store } from '../etcd/store.ts';
import { Simulation } from '../sim/simulation.ts';
import { Client, OutsideClient } from './client.ts';
import { EventRecorder } from './events.ts';
import { Informer } from './informer.ts';
import { CONFIG_MAPS, EVENTS, NAMESPACES } from './resources.ts';

function world(): { sim: Simulation; server: ApiServer; store: Store; client: OutsideClient; inside: Client } {
  const sim = new Simulation({ seed: 1 });
  const store = new Store(sim);
  const server = new ApiServer({ sim, store, kinds: KINDS, kubelets: () => undefined, freeze: true });
  const client = new OutsideClient(server, 'test', { kind: 'certificate', user: 'admin', groups: ['system:masters'] });
  client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'here' } });
  return { sim, server, store, client, inside: new Client(server, 'test', client.credentials) };
}
const configMap = (name: string, owner: string): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'here', labels: { owner } },
});

describe('an informer', () => {
  it('lists, follows, keeps its indexes, and lags', () => {
    const { sim, client, inside } = world();
    client.create(CONFIG_MAPS, configMap('a', 'alice'));
    const informer = new Informer(sim, inside, CONFIG_MAPS, { indexes: { owner: ({ metadata }) => [metadata.labels?.['owner'] ?? ''] } });
    const told: string[] = [];
    const stop = informer.on({
      added: ({ metadata }) => told.push(`+${metadata.name ?? ''}`),
      updated: ({ metadata }) => told.push(`~${metadata.name ?? ''}`),
      deleted: ({ metadata }) => told.push(`-${metadata.name ?? ''}`),
    });
    informer.start();
    expect(informer.synced).toBe(true);
    client.create(CONFIG_MAPS, configMap('b', 'bob'));
    expect(informer.get('here/b')).toBeUndefined();
    sim.runUntilQuiet();
    expect(informer.get('here/b')).toBeDefined();
    client.patch(CONFIG_MAPS, 'here', 'b', { metadata: { labels: { owner: 'alice' } } }, { type: 'merge' });
    client.delete(CONFIG_MAPS, 'here', 'a');
    sim.runUntilQuiet();
    expect(told).toEqual(['+a', '+b', '~b', '-a']);
    expect(informer.by('owner', 'alice').map(({ metadata }) => metadata.name)).toEqual(['b']);
    expect([informer.count('owner', 'bob'), informer.valuesOf('owner')]).toEqual([0, ['alice']]);
    stop();
    client.delete(CONFIG_MAPS, 'here', 'b');
    sim.runUntilQuiet();
    expect(told).toHaveLength(4);
  });

  it('catches up after the API server was away, also with what was deleted meanwhile', () => {
    const { sim, server, store, client, inside } = world();
    for (const name of ['a', 'b']) client.create(CONFIG_MAPS, configMap(name, 'x'));
    const informer = new Informer(sim, inside, CONFIG_MAPS);
    const gone: string[] = [];
    informer.on({ deleted: ({ metadata }) => gone.push(metadata.name ?? '') });
    informer.start();
    server.stop();
    sim.runFor(10_000);
    server.start();
    client.delete(CONFIG_MAPS, 'here', 'a');
    client.create(CONFIG_MAPS, configMap('c', 'x'));
    store.compact(store.revision);
    sim.runFor(60_000);
    expect([...informer.list()].map(({ metadata }) => metadata.name).filter((name) => name !== 'kube-root-ca.crt')).toEqual(['b', 'c']);
    expect(gone).toEqual(['a']);
  });
});

describe('an event recorder', () => {
  const recorded = (): { sim: Simulation; client: OutsideClient; recorder: EventRecorder; about: ConfigMap } => {
    const { sim, client, inside } = world();
    return {
      sim,
      client,
      recorder: new EventRecorder(sim, inside, { component: 'tester' }),
      about: client.create(CONFIG_MAPS, configMap('a', 'x')),
    };
  };

  it('counts repetitions', () => {
    const { sim, client, recorder, about } = recorded();
    for (let i = 0; i < 3; i++) {
      recorder.event(about, 'Warning', 'Broken', 'it broke');
      sim.runFor(5000);
    }
    const { items } = client.list(EVENTS, { namespace: 'here' });
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({
      count: 3,
      reason: 'Broken',
      message: 'it broke',
      source: { component: 'tester' },
      involvedObject: { kind: 'ConfigMap', name: 'a' },
    });
    expect(Date.parse(items[0]?.lastTimestamp ?? '') - Date.parse(items[0]?.firstTimestamp ?? '')).toBe(10_000);
  });

  it('combines the tenth of similar events, and holds back a flood', () => {
    const { client, recorder, about } = recorded();
    for (let i = 0; i < 40; i++) recorder.event(about, 'Normal', 'Step', `step ${i}`);
    const { items } = client.list(EVENTS, { namespace: 'here' });
    const combined = items.filter(({ message }) => message?.startsWith('(combined from similar events): ') === true);
    expect([items.length, combined.length]).toEqual([10, 1]);
    // 25 in all: nine alone, sixteen combined.
    expect(combined[0]?.count).toBe(16);
  });
});

it('discovery names every resource once', () => {
  const { inside } = world();
  const found = inside.discover();
  expect(found.find(({ resource }) => resource === 'deployments')).toMatchObject({
    group: 'apps',
    version: 'v1',
    kind: 'Deployment',
    namespaced: true,
  });
  expect(found.find(({ resource }) => resource === 'nodes')).toMatchObject({ group: '', version: 'v1', kind: 'Node', namespaced: false });
  expect(new Set(found.map(({ group, resource }) => `${group}/${resource}`)).size).toBe(found.length);
});
