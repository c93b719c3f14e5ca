import { describe, expect, test } from 'vitest';
import type { ApiObject, ManagedFieldsEntry, Status } from '../../api/meta.ts';
import { CONFIG_MAPS } from '../../client/resources.ts';
import { configMap, messageOf, TestServer } from '../test-server.ts';
import type { ApiResponse } from '../types.ts';

const PATH = '/api/v1/namespaces/default/configmaps/conf';
const APPLY = { 'content-type': 'application/apply-patch+yaml' };

const conf = (data: Record<string, string> | undefined, labels?: Record<string, string>): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'conf', ...(labels === undefined ? {} : { labels }) },
  ...(data === undefined ? {} : { data }),
});
const apply = (api: TestServer, manager: string, body: object | string, more = ''): ApiResponse =>
  api.call('PATCH', `${PATH}?fieldManager=${manager}${more}`, body, { headers: APPLY });
const dataOf = (response: ApiResponse): unknown => (response.body as { data?: unknown }).data;
const managersOf = (response: ApiResponse): string[] =>
  ((response.body as ApiObject).metadata.managedFields ?? []).map(
    ({ manager, operation, subresource, fieldsV1 }: ManagedFieldsEntry) =>
      `${manager} ${operation}${subresource === undefined ? '' : ` ${subresource}`} ${JSON.stringify(fieldsV1)}`,
  );

describe('server-side apply', () => {
  test('creates, keeps to what it set before, and takes away what it no longer sets', () => {
    const api = new TestServer();
    expect(apply(api, 'one', conf({ a: '1', b: '2' })).code).toBe(201);
    const again = apply(api, 'one', conf({ a: '1' }));
    expect(again.code).toBe(200);
    expect(dataOf(again)).toEqual({ a: '1' });
    expect(managersOf(again)).toEqual(['one Apply {"f:data":{"f:a":{}}}']);
  });

  test('keeps a field as long as anybody sets it', () => {
    const api = new TestServer();
    apply(api, 'one', conf({ a: '1' }));
    apply(api, 'two', conf({ a: '1' }));
    expect(dataOf(apply(api, 'one', conf(undefined)))).toEqual({ a: '1' });
    expect(dataOf(apply(api, 'two', conf(undefined)))).toBeUndefined();
  });

  test('refuses to change what others manage, unless forced', () => {
    const api = new TestServer();
    api.call('POST', '/api/v1/namespaces/default/configmaps?fieldManager=creator', conf({ a: '1', b: '2' }));
    const refused = apply(api, 'one', conf({ a: '9', b: '9' }));
    expect(refused.code).toBe(409);
    expect(messageOf(refused)).toBe('Apply failed with 2 conflicts: conflicts with "creator" using v1:\n- .data.a\n- .data.b');
    expect((refused.body as Status).details?.causes?.[0]).toEqual({
      reason: 'FieldManagerConflict',
      message: 'conflict with "creator" using v1',
      field: '.data.a',
    });
    const forced = apply(api, 'one', conf({ a: '9' }), '&force=true');
    expect(managersOf(forced)).toEqual(['one Apply {"f:data":{"f:a":{}}}', 'creator Update {"f:data":{".":{},"f:b":{}}}']);
  });

  test('who applies what is there already co-owns it, without a time; applying it again writes nothing', () => {
    const api = new TestServer();
    apply(api, 'one', conf({ a: '1' }));
    const first = apply(api, 'two', conf({ a: '1' }));
    const { managedFields } = (first.body as ApiObject).metadata;
    expect(managedFields?.map(({ manager, time }) => [manager, time !== undefined])).toEqual([
      ['two', false],
      ['one', true],
    ]);
    const second = apply(api, 'two', conf({ a: '1' }));
    expect((second.body as ApiObject).metadata.resourceVersion).toBe((first.body as ApiObject).metadata.resourceVersion);
  });

  test('an object that lost its managers belongs to before-first-apply', () => {
    const api = new TestServer();
    apply(api, 'one', conf({ a: '1' }));
    const patch = { headers: { 'content-type': 'application/merge-patch+json' } };
    expect(managersOf(api.call('PATCH', PATH, { metadata: { managedFields: [{}] } }, patch))).toEqual([]);
    expect(messageOf(apply(api, 'two', conf({ a: '2' })))).toBe(
      'Apply failed with 1 conflict: conflict with "before-first-apply" using v1: .data.a',
    );
  });

  test('dry run changes nothing', () => {
    const api = new TestServer();
    expect(apply(api, 'one', conf({ a: '1' }), '&dryRun=All').code).toBe(201);
    expect(api.call('GET', PATH).code).toBe(404);
  });

  test.each([
    ['', {}, 422, 'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch'],
    ['one', { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'conf' } }, 400, 'invalid object type: /v1, Kind=Secret'],
    ['one', { ...conf({}), metadata: { name: 'conf', managedFields: [{}] } }, 400, 'metadata.managedFields must be nil'],
    [
      'one',
      { ...conf({}), bogus: 1 },
      500,
      'failed to create typed patch object (/conf; /v1, Kind=ConfigMap): .bogus: field not declared in schema',
    ],
    [
      'one',
      { apiVersion: 'v1', kind: 'ConfigMap' },
      400,
      'the name of the object (conf based on URL) was undeterminable: name must be provided',
    ],
  ])('refuses as %j %j', (manager, body, code, message) => {
    const response = apply(new TestServer(), manager, body);
    expect([response.code, messageOf(response)]).toEqual([code, message]);
  });

  test('lists merge by their keys, and an item goes when nobody sets it any more', () => {
    const api = new TestServer();
    const path = '/api/v1/namespaces/default/services/web?fieldManager=';
    const service = (...ports: number[]): object => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web' },
      spec: { ports: ports.map((port) => ({ name: `p${port}`, port })) },
    });
    const portsOf = (response: ApiResponse): number[] =>
      (response.body as { spec: { ports: { port: number }[] } }).spec.ports.map(({ port }) => port);
    api.call('PATCH', `${path}one`, service(80, 81), { headers: APPLY });
    expect(portsOf(api.call('PATCH', `${path}two`, service(90), { headers: APPLY }))).toEqual([80, 81, 90]);
    expect(portsOf(api.call('PATCH', `${path}one`, service(81), { headers: APPLY }))).toEqual([81, 90]);
  });
});

describe('managedFields', () => {
  test('follow updates by whoever makes them, and status apart', () => {
    const api = new TestServer();
    api.call('POST', '/api/v1/namespaces', { metadata: { name: 'shop', labels: { a: '1' } } }, { headers: { 'user-agent': 'curl/8' } });
    const merge = { headers: { 'content-type': 'application/merge-patch+json', 'user-agent': 'other/1' } };
    api.call('PATCH', '/api/v1/namespaces/shop', { metadata: { labels: { a: '2', b: '1' } } }, merge);
    api.call('PATCH', '/api/v1/namespaces/shop/status', { status: { conditions: [{ type: 'X', status: 'True' }] } }, merge);
    expect(managersOf(api.call('GET', '/api/v1/namespaces/shop'))).toEqual([
      'curl Update {"f:metadata":{"f:labels":{".":{},"f:kubernetes.io/metadata.name":{}}}}',
      'other Update {"f:metadata":{"f:labels":{"f:a":{},"f:b":{}}}}',
      expect.stringMatching(/^other Update status \{"f:status":\{"f:conditions":\{".":\{\},"k:\{\\"type\\":\\"X\\"\}"/),
    ]);
  });

  test('are worked out from the versions when somebody looks, thousands of writes later too', () => {
    const api = new TestServer();
    const { client } = api;
    client.as('controller/one').create(CONFIG_MAPS, configMap('conf', { data: { n: '0' } }));
    for (let n = 1; n <= 3000; n++)
      client.as(n % 2 === 0 ? 'controller/one' : 'scheduler').patch(CONFIG_MAPS, 'default', 'conf', { data: { n: String(n) } });
    client.as('scheduler').patch(CONFIG_MAPS, 'default', 'conf', { data: { extra: '1' } });
    expect(managersOf(api.call('GET', PATH))).toEqual([
      'kube-controller-manager Update {"f:data":{".":{},"f:n":{}}}',
      'kube-scheduler Update {"f:data":{"f:extra":{}}}',
    ]);
    expect(client.get(CONFIG_MAPS, 'default', 'conf').metadata.managedFields).toBeUndefined();
  });
});
