import { describe, expect, it } from 'vitest';
import type { Deployment, Namespace, Pod } from '../api/generated/types.ts';
import { isNotFound } from '../api/errors.ts';
import { CONFIG_MAPS, DEPLOYMENTS, NAMESPACES, PODS } from '../client/resources.ts';
import { SECOND, parseTime } from '../sim/time.ts';
import { TestServer, collect, configMap, messageOf } from './test-server.ts';

const pod = (spec: Partial<NonNullable<Pod['spec']>> = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'a', namespace: 'default' },
  spec: { containers: [{ name: 'c', image: 'nginx' }], ...spec },
});
const deployment: Deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } },
  },
} as Deployment;

function exists(get: () => unknown): boolean {
  try {
    get();
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

describe('deletion of pods', () => {
  it('waits for the kubelet when there is one', () => {
    const { client, sim } = new TestServer();
    client.create(PODS, pod({ nodeName: 'n1' }));
    client.delete(PODS, 'default', 'a');
    const going = client.get(PODS, 'default', 'a');
    expect(going.metadata.deletionGracePeriodSeconds).toBe(30);
    expect(parseTime(going.metadata.deletionTimestamp)).toBe(sim.now + 30 * SECOND);
    expect(going.metadata.generation).toBe(2);
    // A second deletion changes nothing unless it is in more of a hurry.
    client.delete(PODS, 'default', 'a', { gracePeriodSeconds: 60 });
    expect(client.get(PODS, 'default', 'a')).toBe(going);
    client.delete(PODS, 'default', 'a', { gracePeriodSeconds: 5 });
    expect(parseTime(client.get(PODS, 'default', 'a').metadata.deletionTimestamp)).toBe(sim.now + 5 * SECOND);
    client.delete(PODS, 'default', 'a', { gracePeriodSeconds: 0 });
    expect(exists(() => client.get(PODS, 'default', 'a'))).toBe(false);
  });

  it('is instant without a node, and watchers see the mark before the end', () => {
    const { client, sim } = new TestServer();
    const { metadata } = client.create(PODS, pod());
    const watch = collect(client.watch(PODS, { namespace: 'default', resourceVersion: metadata.resourceVersion as string }));
    client.delete(PODS, 'default', 'a');
    sim.runUntilQuiet();
    const version = Number(metadata.resourceVersion);
    expect(watch.events).toEqual([`MODIFIED a@${version + 1}`, `DELETED a@${version + 2}`]);
  });
});

describe('finalizers', () => {
  it('hold an object until the last has gone', () => {
    const test = new TestServer();
    const { client } = test;
    client.create(CONFIG_MAPS, configMap('a', { finalizers: ['example.com/x', 'example.com/y'] }));
    client.delete(CONFIG_MAPS, 'default', 'a');
    expect(client.get(CONFIG_MAPS, 'default', 'a').metadata.deletionTimestamp).toBeDefined();
    const again = test.call('POST', '/api/v1/namespaces/default/configmaps', { metadata: { name: 'a' } });
    expect(messageOf(again)).toBe('object is being deleted: configmaps "a" already exists');
    client.patch(CONFIG_MAPS, 'default', 'a', { metadata: { finalizers: ['example.com/y'] } }, { type: 'merge' });
    expect(exists(() => client.get(CONFIG_MAPS, 'default', 'a'))).toBe(true);
    client.patch(CONFIG_MAPS, 'default', 'a', { metadata: { finalizers: null } }, { type: 'merge' });
    expect(exists(() => client.get(CONFIG_MAPS, 'default', 'a'))).toBe(false);
  });

  it.each([
    ['Foreground', ['foregroundDeletion']],
    ['Orphan', ['orphan']],
    ['Background', undefined],
  ] as const)('are what %s propagation leaves', (propagationPolicy, finalizers) => {
    const { client } = new TestServer();
    client.create(DEPLOYMENTS, deployment);
    client.delete(DEPLOYMENTS, 'default', 'web', { propagationPolicy });
    if (finalizers === undefined) expect(exists(() => client.get(DEPLOYMENTS, 'default', 'web'))).toBe(false);
    else
      expect(client.get(DEPLOYMENTS, 'default', 'web').metadata).toMatchObject({
        finalizers,
        deletionGracePeriodSeconds: 0,
        generation: 2,
      });
  });

  it('of a namespace live in its spec', () => {
    const { client } = new TestServer();
    const created = client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'n' } });
    expect(created.spec?.finalizers).toEqual(['kubernetes']);
    client.delete(NAMESPACES, undefined, 'n');
    const going = client.get(NAMESPACES, undefined, 'n');
    expect(going.status?.phase).toBe('Terminating');
    expect(() => client.delete(NAMESPACES, undefined, 'n')).toThrow('The system is ensuring all content is removed from this namespace.');
    const empty: Namespace = { ...going, spec: { finalizers: [] } };
    client.transport.answer({ method: 'PUT', path: '/api/v1/namespaces/n/finalize', body: empty, credentials: client.credentials });
    expect(exists(() => client.get(NAMESPACES, undefined, 'n'))).toBe(false);
  });
});

describe('preconditions', () => {
  it('protect another object of the same name', () => {
    const { client } = new TestServer();
    const { metadata } = client.create(CONFIG_MAPS, configMap('a'));
    expect(() => client.delete(CONFIG_MAPS, 'default', 'a', { preconditions: { uid: 'other' } })).toThrow(
      `Operation cannot be fulfilled on ConfigMap "a": the UID in the precondition (other) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`,
    );
    client.delete(CONFIG_MAPS, 'default', 'a', { preconditions: { uid: metadata.uid as string } });
  });
});

it('a collection goes by selector', () => {
  const { client } = new TestServer();
  for (const [name, app] of [
    ['a', 'x'],
    ['b', 'y'],
    ['c', 'x'],
  ] as const)
    client.create(CONFIG_MAPS, configMap(name, { labels: { app } }));
  client.deleteCollection(CONFIG_MAPS, 'default', { labelSelector: 'app=x' });
  expect(client.list(CONFIG_MAPS).items.map(({ metadata }) => metadata.name)).toEqual(['b']);
});
