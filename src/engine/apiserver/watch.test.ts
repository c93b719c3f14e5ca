import { describe, expect, it } from 'vitest';
import type { Pod } from '../api/generated/types.ts';
import { CONFIG_MAPS, PODS } from '../client/resources.ts';
import { MINUTE } from '../sim/time.ts';
import { ADMIN, TestServer, collect, configMap } from './test-server.ts';

const revisions = (events: readonly string[]): number[] => events.map((event) => Number(event.slice(event.indexOf('@') + 1)));

describe('watch', () => {
  it('delivers later, in order, and once', () => {
    const { client, sim } = new TestServer();
    const { resourceVersion } = client.list(CONFIG_MAPS);
    const watch = collect(client.watch(CONFIG_MAPS, { resourceVersion }));
    for (let i = 0; i < 20; i++) {
      client.create(CONFIG_MAPS, configMap(`cm-${i}`));
      if (i % 3 === 0) sim.runFor(1);
    }
    const atOnce = watch.events.length;
    sim.runUntilQuiet();
    expect(atOnce).toBeLessThan(20);
    expect(watch.events).toHaveLength(20);
    expect(revisions(watch.events)).toEqual([...revisions(watch.events)].sort((a, b) => a - b));
  });

  it('shows each watcher the same history at a time of its own', () => {
    const test = new TestServer({ watchLatency: (watcher) => (watcher === 'slow' ? 50 : 1) });
    const slow = collect(test.client.as('slow').watch(CONFIG_MAPS, { resourceVersion: '0' }));
    const fast = collect(test.client.as('fast').watch(CONFIG_MAPS, { resourceVersion: '0' }));
    test.client.create(CONFIG_MAPS, configMap('a'));
    test.sim.runFor(10);
    expect([fast.events.length, slow.events.length]).toEqual([1, 0]);
    test.sim.runFor(50);
    expect(slow.events).toEqual(fast.events);
  });

  it('begins with what there is, or after a revision', () => {
    const { client, sim } = new TestServer();
    const a = client.create(CONFIG_MAPS, configMap('a'));
    client.create(CONFIG_MAPS, configMap('b'));
    const all = collect(client.watch(CONFIG_MAPS));
    const later = collect(client.watch(CONFIG_MAPS, { resourceVersion: a.metadata.resourceVersion as string }));
    sim.runUntilQuiet();
    expect(all.events.map((event) => event.split('@')[0])).toEqual(['ADDED a', 'ADDED b']);
    expect(later.events.map((event) => event.split('@')[0])).toEqual(['ADDED b']);
  });

  it('ends with 410 when the past has been compacted', () => {
    const { client, sim, store } = new TestServer();
    client.create(CONFIG_MAPS, configMap('a'));
    client.create(CONFIG_MAPS, configMap('b'));
    store.compact(store.revision);
    const watch = collect(client.watch(CONFIG_MAPS, { resourceVersion: '2' }));
    sim.runUntilQuiet();
    expect(watch.events).toEqual([`ERROR too old resource version: 2 (${store.compactRevision})`]);
    expect(watch.seen[0]?.object).toMatchObject({ code: 410, reason: 'Expired' });
    expect(watch.ended).toBe(true);
  });

  it('tells what enters and leaves a selection', () => {
    const { client, sim } = new TestServer();
    const { resourceVersion } = client.list(CONFIG_MAPS);
    const watch = collect(client.watch(CONFIG_MAPS, { namespace: 'default', resourceVersion, labelSelector: 'app=web' }));
    client.create(CONFIG_MAPS, configMap('a'));
    client.patch(CONFIG_MAPS, 'default', 'a', { metadata: { labels: { app: 'web' } } });
    client.patch(CONFIG_MAPS, 'default', 'a', { data: { k: 'v' } });
    client.patch(CONFIG_MAPS, 'default', 'a', { metadata: { labels: { app: 'api' } } });
    sim.runUntilQuiet();
    expect(watch.events.map((event) => event.split('@')[0])).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a']);
    // What left is shown as it was, at the revision at which it left.
    expect(watch.seen[2]?.object.metadata).toMatchObject({
      labels: { app: 'web' },
      resourceVersion: client.get(CONFIG_MAPS, 'default', 'a').metadata.resourceVersion,
    });
  });

  it('of one node sees its own pods only, from the binding on', () => {
    const { client, sim } = new TestServer();
    const pod = (name: string): Pod => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'default' },
      spec: { containers: [{ name: 'c', image: 'nginx' }] },
    });
    const watch = collect(client.as('n1/kubelet').watch(PODS, { fieldSelector: 'spec.nodeName=n1' }));
    for (const [name, node] of [
      ['a', 'n1'],
      ['b', 'n2'],
    ] as const) {
      client.create(PODS, pod(name));
      client.createSub(PODS, 'default', name, 'binding', { metadata: { name }, target: { kind: 'Node', name: node } });
    }
    sim.runUntilQuiet();
    expect(watch.events.map((event) => event.split('@')[0])).toEqual(['ADDED a']);
    expect(client.list(PODS, { fieldSelector: 'spec.nodeName=n2' }).items.map(({ metadata }) => metadata.name)).toEqual(['b']);
    client.delete(PODS, 'default', 'b', { gracePeriodSeconds: 0 });
    expect(client.list(PODS, { fieldSelector: 'spec.nodeName=n2' }).items).toEqual([]);
  });

  it('bookmarks, times out, and ends when the server stops', () => {
    const test = new TestServer();
    const watch = collect(test.client.watch(CONFIG_MAPS, { resourceVersion: '1' }));
    const short = test.server.answer({
      method: 'GET',
      path: '/api/v1/configmaps',
      query: { watch: 'true', timeoutSeconds: '5' },
      credentials: ADMIN,
    });
    const brief = collect(short.stream?.kind === 'watch' ? short.stream : undefined);
    test.sim.runFor(MINUTE + 1);
    expect(watch.events).toEqual([`BOOKMARK @${test.store.revision}`]);
    expect([watch.ended, brief.ended]).toEqual([false, true]);
    test.server.stop();
    test.sim.runFor(1);
    expect(watch.ended).toBe(true);
  });

  it('marks the end of the initial events on request', () => {
    const { client, sim, server } = new TestServer();
    client.create(CONFIG_MAPS, configMap('a'));
    const query = { watch: 'true', sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan', allowWatchBookmarks: 'true' };
    const { stream } = server.answer({ method: 'GET', path: '/api/v1/configmaps', query, credentials: ADMIN });
    const watch = collect(stream?.kind === 'watch' ? stream : undefined);
    sim.runUntilQuiet();
    expect(watch.seen.map(({ type }) => type)).toEqual(['ADDED', 'BOOKMARK']);
    expect(watch.seen[1]?.object.metadata.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' });
  });
});

describe('the log', () => {
  it('names a cause for every step from request to watcher', () => {
    const { client, sim } = new TestServer();
    const acted: number[] = [];
    const stream = client.as('controller/x').watch(CONFIG_MAPS, { resourceVersion: '1' });
    stream.subscribe({
      event: () => acted.push(client.as('controller/x').create(CONFIG_MAPS, configMap('from-controller')) === undefined ? 0 : 1),
      end: () => {},
    });
    sim.log.subscribe(() => {});
    const before = sim.log.entries.length;
    client.as('kubectl/alice').create(CONFIG_MAPS, configMap('a'));
    sim.runUntilTrue(() => acted.length > 0);
    const last = sim.log.entries.slice(before).find(({ verb, ref }) => verb === 'commit' && ref?.name === 'from-controller');
    expect(sim.log.why(last?.seq ?? 0).map(({ verb, actor, target }) => `${verb} ${actor} > ${target ?? ''}`)).toEqual([
      'request controller/x > apiserver',
      'notify apiserver > controller/x',
      'commit apiserver > etcd',
      'request kubectl/alice > apiserver',
    ]);
  });

  it('is the same for the same seed', () => {
    const run = (seed: number): string => {
      const { client, sim } = new TestServer({ seed });
      collect(client.watch(PODS));
      for (let i = 0; i < 10; i++) {
        client.create(PODS, {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { generateName: 'p-', namespace: 'default' },
          spec: { containers: [{ name: 'c', image: 'nginx' }] },
        });
        sim.runFor(1);
      }
      client.deleteCollection(PODS, 'default');
      sim.runUntilQuiet();
      return sim.log.hash();
    };
    expect(run(7)).toBe(run(7));
    expect(run(7)).not.toBe(run(8));
  });
});
