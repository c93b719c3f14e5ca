import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Simulation } from '../sim/simulation.ts';
import { Store } from './store.ts';

const KEY = fc.constantFrom('/a/1', '/a/2', '/a/3', '/a/30', '/b/1', '/b/2', '/c');
const STEP = fc.oneof(
  fc.record({ do: fc.constant('put' as const), key: KEY }),
  fc.record({ do: fc.constant('delete' as const), key: KEY }),
  fc.record({ do: fc.constant('delete-range' as const), key: KEY }),
  fc.record({ do: fc.constant('compact' as const), key: KEY }),
);

it('shows the present and every kept revision as a plain map would, piece by piece and counted', () => {
  fc.assert(
    fc.property(fc.array(STEP, { maxLength: 60 }), fc.nat(4), (steps, limit) => {
      const store = new Store(new Simulation({ seed: 1 }));
      const past = new Map<number, Map<string, unknown>>();
      const present = new Map<string, unknown>();
      for (const [turn, { do: what, key }] of steps.entries()) {
        if (what === 'put') present.set(key, store.put(key, turn + 1).value);
        else if (what === 'delete') {
          store.delete(key);
          present.delete(key);
        } else if (what === 'delete-range') {
          store.txn([], [{ op: 'delete', key: '/a/', end: key }], []);
          for (const one of present.keys()) if (one >= '/a/' && one < key) present.delete(one);
        } else if (store.revision > store.compactRevision) store.compact(store.revision);
        past.set(store.revision, new Map(present));
      }
      for (const [revision, then] of [[0, present] as const, ...past].filter(([at]) => at === 0 || at >= store.compactRevision)) {
        const wanted = [...then].filter(([key]) => key >= '/a/2' && key < '/c').sort(([a], [b]) => (a < b ? -1 : 1));
        const found = store.range('/a/2', '/c', { revision, limit });
        expect(found.kvs.map(({ key, value }) => [key, value])).toEqual(limit === 0 ? wanted : wanted.slice(0, limit));
        expect([found.count, found.more]).toEqual([wanted.length, limit > 0 && wanted.length > limit]);
      }
    }),
  );
});

it('is restored to a snapshot: keys have the revisions of then, its own goes on, and nobody reads or watches what was before', () => {
  const store = new Store(new Simulation({ seed: 1 }));
  const seen: string[] = [];
  let restored = 0;
  store.put('/a', 1);
  store.put('/b', 1);
  const { kvs, revision } = store.range('', '');
  store.put('/a', 2);
  store.delete('/b');
  store.put('/c', 1);
  const before = store.revision;
  store.watchPrefix('/', 0, (event) => seen.push(`${event.type} ${event.key} ${event.revision}`));
  store.onRestore(() => restored++);
  store.restore(kvs);
  expect(store.range('', '').kvs.map(({ key, value, modRevision }) => [key, value, modRevision])).toEqual([
    ['/a', 1, 2],
    ['/b', 1, 3],
  ]);
  expect([revision, before, store.revision, restored]).toEqual([3, 6, 7, 1]);
  expect(seen).toEqual(['DELETE /c 7', 'PUT /a 7', 'PUT /b 7']);
  expect(() => store.get('/a', before)).toThrow('required revision has been compacted');
  // Who looks back sees what was there then.
  expect(store.range('', '', { revision: before, compacted: true }).kvs.map(({ key, value }) => [key, value])).toEqual([
    ['/a', 2],
    ['/c', 1],
  ]);
});
