import { describe, expect, it } from 'vitest';
import type { Pod, Service } from '../api/generated/types.ts';
import { isConflict } from '../api/errors.ts';
import type { ApiObject } from '../api/meta.ts';
import { CONFIG_MAPS, PODS, SERVICES } from '../client/resources.ts';
import { TestServer, configMap, messageOf } from './test-server.ts';

const pod = (name: string): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default' },
  spec: { containers: [{ name: 'c', image: 'nginx' }] },
});
const service = (name: string, spec: Service['spec']): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'default' },
  ...(spec === undefined ? {} : { spec }),
});

describe('writes', () => {
  it('refuse a stale version and take a fresh one', () => {
    const { client } = new TestServer();
    const first = client.create(CONFIG_MAPS, configMap('a', { data: { k: '1' } }));
    client.update(CONFIG_MAPS, { ...first, data: { k: '2' } });
    const stale = (): unknown => client.update(CONFIG_MAPS, { ...first, data: { k: '3' } });
    expect(stale).toThrow(
      'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
    );
    try {
      stale();
    } catch (error) {
      expect(isConflict(error)).toBe(true);
    }
    const { resourceVersion: _version, ...metadata } = first.metadata;
    expect(client.update(CONFIG_MAPS, { ...first, metadata, data: { k: '3' } }).data).toEqual({ k: '3' });
  });

  it('do nothing when nothing changes', () => {
    const { client, store } = new TestServer();
    const created = client.create(CONFIG_MAPS, configMap('a', { data: { k: '1' } }));
    const before = store.revision;
    expect(client.update(CONFIG_MAPS, created).metadata.resourceVersion).toBe(created.metadata.resourceVersion);
    expect(store.revision).toBe(before);
  });

  it('never change what the caller hands over, nor what is stored', () => {
    const { client } = new TestServer();
    const given = pod('a');
    const text = JSON.stringify(given);
    const stored = client.create(PODS, given);
    expect(JSON.stringify(given)).toBe(text);
    const storedText = JSON.stringify(stored);
    client.patch(PODS, 'default', 'a', { metadata: { labels: { x: 'y' } } });
    client.delete(PODS, 'default', 'a');
    expect(JSON.stringify(stored)).toBe(storedText);
    expect(Object.isFrozen(stored.spec?.containers[0])).toBe(true);
  });

  it('with dryRun=All answer as if and write nothing', () => {
    const test = new TestServer();
    test.client.create(CONFIG_MAPS, configMap('there', { data: { k: '1' } }));
    const before = test.store.revision;
    const created = test.call('POST', '/api/v1/namespaces/default/services?dryRun=All', service('s', { ports: [{ port: 80 }] }));
    expect(created.code).toBe(201);
    expect((created.body as ApiObject).metadata.resourceVersion).toBeUndefined();
    expect(
      test.call(
        'PATCH',
        '/api/v1/namespaces/default/configmaps/there?dryRun=All',
        { data: { k: '2' } },
        { headers: { 'content-type': 'application/merge-patch+json' } },
      ).body,
    ).toMatchObject({
      data: { k: '2' },
    });
    expect(test.call('DELETE', '/api/v1/namespaces/default/configmaps/there?dryRun=All').code).toBe(200);
    expect(test.store.revision).toBe(before);
    expect(test.client.get(CONFIG_MAPS, 'default', 'there').data).toEqual({ k: '1' });
    // The address it would have got is still free.
    const clusterIP = (created.body as Service).spec?.clusterIP as string;
    expect(test.client.create(SERVICES, service('t', { clusterIP, ports: [{ port: 80 }] })).spec?.clusterIP).toBe(clusterIP);
  });

  it('generate names that differ', () => {
    const { client } = new TestServer();
    const names = Array.from(
      { length: 50 },
      () =>
        client.create(CONFIG_MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { generateName: 'x-', namespace: 'default' } }).metadata
          .name,
    );
    expect(new Set(names).size).toBe(50);
    for (const name of names) expect(name).toMatch(/^x-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  });

  it('need a namespace that lives', () => {
    const test = new TestServer();
    const missing = test.call('POST', '/api/v1/namespaces/nowhere/configmaps', { metadata: { name: 'a' } });
    expect(missing.code).toBe(404);
    expect(messageOf(missing)).toBe('namespaces "nowhere" not found');
    test.call('POST', '/api/v1/namespaces', { metadata: { name: 'going' } });
    test.call('DELETE', '/api/v1/namespaces/going');
    expect(messageOf(test.call('POST', '/api/v1/namespaces/going/configmaps', { metadata: { name: 'a' } }))).toBe(
      'configmaps "a" is forbidden: unable to create new content in namespace going because it is being terminated',
    );
    expect(messageOf(test.call('DELETE', '/api/v1/namespaces/default'))).toBe(
      'namespaces "default" is forbidden: this namespace may not be deleted',
    );
  });

  it('bind a pod once', () => {
    const { client } = new TestServer();
    client.create(PODS, pod('a'));
    const bind = (node: string): unknown =>
      client.createSub(PODS, 'default', 'a', 'binding', { metadata: { name: 'a' }, target: { kind: 'Node', name: node } });
    bind('n1');
    const bound = client.get(PODS, 'default', 'a');
    expect(bound.spec?.nodeName).toBe('n1');
    expect(bound.status?.conditions).toMatchObject([{ type: 'PodScheduled', status: 'True' }]);
    expect(() => bind('n2')).toThrow('Operation cannot be fulfilled on pods/binding "a": pod a is already assigned to node "n1"');
  });
});

it('shows times that nobody set, also where a component patches a status', () => {
  const { client } = new TestServer();
  client.create(PODS, pod('a'));
  const conditions = [{ type: 'PodScheduled', status: 'False', lastProbeTime: null }];
  client.patch(PODS, 'default', 'a', { status: { conditions } }, { sub: 'status' });
  expect(client.get(PODS, 'default', 'a').status?.conditions).toEqual([
    { type: 'PodScheduled', status: 'False', lastProbeTime: null, lastTransitionTime: null },
  ]);
});

describe('addresses of Services', () => {
  it('are taken once and come back', () => {
    const { client } = new TestServer();
    const first = client.create(SERVICES, service('a', { type: 'NodePort', ports: [{ port: 80, nodePort: 30080 }] }));
    const clusterIP = first.spec?.clusterIP as string;
    expect(clusterIP).toMatch(/^10\.(9[6-9]|10\d|11[01])\./);
    expect(() => client.create(SERVICES, service('b', { clusterIP, ports: [{ port: 80 }] }))).toThrow(
      `Service "b" is invalid: spec.clusterIPs: Invalid value: ["${clusterIP}"]: failed to allocate IP ${clusterIP}: provided IP is already allocated`,
    );
    const taking = (ip: string) => (): unknown => client.create(SERVICES, service('b', { clusterIP: ip, ports: [{ port: 80 }] }));
    expect(taking('192.168.1.1')).toThrow('failed to allocate IP 192.168.1.1: the provided network does not match the current range');
    expect(taking('10.96.0.0')).toThrow('the provided IP (10.96.0.0) is not in the valid range. The range of valid IPs is 10.96.0.0/12');
    expect(() => client.create(SERVICES, service('b', { type: 'NodePort', ports: [{ port: 80, nodePort: 30080 }] }))).toThrow(
      'Service "b" is invalid: spec.ports[0].nodePort: Invalid value: 30080: provided port is already allocated',
    );
    client.delete(SERVICES, 'default', 'a');
    expect(
      client.create(SERVICES, service('b', { type: 'NodePort', clusterIP, ports: [{ port: 80, nodePort: 30080 }] })).spec?.clusterIP,
    ).toBe(clusterIP);
  });

  it('stay when an update leaves them out, and node ports go with their type', () => {
    const { client } = new TestServer();
    const created = client.create(SERVICES, service('a', { type: 'NodePort', ports: [{ port: 80 }] }));
    const nodePort = created.spec?.ports?.[0]?.nodePort as number;
    const kept = client.update(SERVICES, service('a', { type: 'NodePort', ports: [{ port: 81 }] }));
    expect(kept.spec).toMatchObject({ clusterIP: created.spec?.clusterIP, ports: [{ port: 81, nodePort }] });
    const plain = client.patch(SERVICES, 'default', 'a', { spec: { type: 'ClusterIP' } });
    expect(plain.spec?.ports?.[0]?.nodePort).toBeUndefined();
    expect(client.create(SERVICES, service('b', { type: 'NodePort', ports: [{ port: 80, nodePort }] })).spec?.ports?.[0]?.nodePort).toBe(
      nodePort,
    );
  });

  it('are known to a server that starts anew', () => {
    const { client, server } = new TestServer();
    const { spec } = client.create(SERVICES, service('a', { ports: [{ port: 80 }] }));
    server.stop();
    expect(() => client.get(SERVICES, 'default', 'a')).toThrow('connection refused');
    server.start();
    expect(() => client.create(SERVICES, service('b', { clusterIP: spec?.clusterIP as string, ports: [{ port: 80 }] }))).toThrow(
      'provided IP is already allocated',
    );
  });
});
