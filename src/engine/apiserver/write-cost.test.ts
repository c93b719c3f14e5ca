import { expect, it, vi } from 'vitest';
import { KINDS } from '../api/kinds/index.ts';
import { apiVersion, type Kind } from '../api/kind.ts';
import { SAMPLES } from '../fuzz-samples.ts';
import { storagePrefix } from './route.ts';
import { configMap, TestServer } from './test-server.ts';
import type { WatchRequest } from './watch-request.ts';
import { Watches } from './watch.ts';

// What a write costs, counted and not timed: keys that it reads, watchers that it asks.

/** Kinds that every write of some other kind asks for: they are the cluster's rules, and there are as many as there are rules. */
const RULES = new Set([
  'ResourceQuota',
  'LimitRange',
  'PriorityClass',
  'StorageClass',
  'ValidatingAdmissionPolicy',
  'CustomResourceDefinition',
]);
const WRITTEN = KINDS.filter(
  ({ schema, verbs, view }) =>
    SAMPLES[schema] !== undefined && view === undefined && verbs.includes('create') && verbs.includes('patch') && verbs.includes('delete'),
);

function pathOf(kind: Kind, namespace: string): string {
  const root = kind.group === '' ? '/api/v1' : `/apis/${kind.group}/${kind.version}`;
  return kind.namespaced ? `${root}/namespaces/${namespace}/${kind.resource}` : `${root}/${kind.resource}`;
}

/** A server that holds so many objects of each kind, in the namespace written to and in another. */
function serverWith(count: number): TestServer {
  const server = new TestServer();
  server.call('POST', '/api/v1/namespaces', { metadata: { name: 'other' } });
  server.call('POST', '/api/v1/namespaces/other/serviceaccounts', { metadata: { name: 'default' } });
  for (const kind of WRITTEN) {
    if (RULES.has(kind.kind)) continue;
    for (let i = 0; i < count; i++) {
      const namespace = i % 2 === 0 ? 'default' : 'other';
      const name = `stored-${i}`;
      const metadata = {
        name,
        ...(kind.namespaced ? { namespace } : {}),
        uid: `uid-${i}`,
        resourceVersion: String(server.store.revision + 1),
        creationTimestamp: '2026-01-01T00:00:00Z',
      };
      const key = `${storagePrefix(kind)}${kind.namespaced ? `${namespace}/` : ''}${name}`;
      server.store.put(key, { ...SAMPLES[kind.schema], kind: kind.kind, apiVersion: apiVersion(kind), metadata });
    }
  }
  return server;
}

/** Keys that are read by a create, an update, a patch, an apply and a delete of one object of each kind. */
function keysRead(server: TestServer): Record<string, number> {
  const out: Record<string, number> = {};
  let read = 0;
  const get = server.store.get.bind(server.store);
  const range = server.store.range.bind(server.store);
  vi.spyOn(server.store, 'get').mockImplementation(((key: string, revision?: number) => (read++, get(key, revision))) as typeof get);
  vi.spyOn(server.store, 'range').mockImplementation((start, end, options) => {
    const found = range(start, end, options);
    read += found.kvs.length;
    return found;
  });
  for (const kind of WRITTEN) {
    const sample = SAMPLES[kind.schema] as { metadata?: { name?: string } };
    const name = sample.metadata?.name ?? 'written';
    const path = pathOf(kind, 'default');
    const body = { ...sample, apiVersion: apiVersion(kind), kind: kind.kind, metadata: { ...sample.metadata, name } };
    const step = (what: string, method: string, url: string, given?: object, type = 'application/json'): void => {
      read = 0;
      const response = server.call(method, url, given, { headers: { 'content-type': type } });
      expect(response.code, `${what} ${kind.kind}: ${JSON.stringify(response.body)}`).toBeLessThan(300);
      out[`${what} ${kind.kind}`] = read;
    };
    step('create', 'POST', path, body);
    step('update', 'PUT', `${path}/${name}`, { ...(server.call('GET', `${path}/${name}`).body as object) });
    step('patch', 'PATCH', `${path}/${name}`, { metadata: { labels: { turn: '2' } } }, 'application/merge-patch+json');
    const applied = { apiVersion: apiVersion(kind), kind: kind.kind, metadata: { name, labels: { turn: '3' } } };
    step('apply', 'PATCH', `${path}/${name}?fieldManager=test&force=true`, applied, 'application/apply-patch+yaml');
    step('delete', 'DELETE', `${path}/${name}`, { gracePeriodSeconds: 0 });
  }
  return out;
}

it('reads as many keys for a write as it would if nothing else were stored', () => {
  const [alone, crowded] = [keysRead(serverWith(0)), keysRead(serverWith(40))];
  const dearer = Object.entries(crowded).filter(([what, read]) => read > (alone[what] ?? 0));
  expect(dearer.map(([what, read]) => `${what}: ${alone[what]} → ${read}`)).toEqual([]);
});

it('asks no watcher that a write does not concern', () => {
  const { sim, store } = new TestServer();
  const watches = new Watches({ sim, store, kinds: KINDS, freeze: true });
  watches.start();
  let asked = 0;
  const watch = (kind: string, namespace: string, more: { name?: string; node?: string } = {}): void => {
    const request: WatchRequest = {
      kind: KINDS.find((one) => one.kind === kind) as Kind,
      get namespace() {
        asked++;
        return namespace;
      },
      from: store.revision,
      bookmarks: false,
      markInitialEnd: false,
      actor: 'test',
      ...more,
    };
    watches.open(request, () => []);
  };
  const write = (): [asked: number, waiting: number] => {
    const before = sim.pending;
    asked = 0;
    store.put('/registry/configmaps/default/written', configMap('written'));
    return [asked, sim.pending - before];
  };
  for (let i = 0; i < 1000; i++) {
    watch('ConfigMap', 'other');
    watch('Pod', '');
    watch('ConfigMap', 'default', { name: `another-${i}` });
    watch('Pod', '', { node: `node-${i}` });
  }
  expect(write()).toEqual([0, 0]);
  watch('ConfigMap', 'default');
  watch('ConfigMap', '');
  const [some, waiting] = write();
  expect(some).toBeGreaterThanOrEqual(2);
  expect(waiting).toBe(2);
});
