import { describe, expect, it } from 'vitest';
import type { ApiObject } from '../../api/meta.ts';
import { collect, messageOf, TestServer } from '../test-server.ts';
import type { ApiResponse, WatchStream } from '../types.ts';

const SPEC = {
  type: 'object',
  required: ['cron'],
  properties: {
    cron: { type: 'string', maxLength: 20 },
    image: { type: 'string', default: 'busybox' },
    replicas: { type: 'integer', minimum: 1, maximum: 10, default: 1 },
    tags: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
    free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  },
  'x-kubernetes-validations': [
    { rule: 'self.replicas <= 5', message: 'too many' },
    { rule: 'self.replicas >= oldSelf.replicas', message: 'never fewer' },
  ],
};

function definition(spec: object = SPEC): object {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'tabs.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'tabs', kind: 'Tab', shortNames: ['tb'] },
      versions: ['v1', 'v1beta1'].map((name) => ({
        name,
        served: true,
        storage: name === 'v1',
        subresources: { status: {}, scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' } },
        additionalPrinterColumns: [{ name: 'Cron', type: 'string', jsonPath: '.spec.cron' }],
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: { spec, status: { type: 'object', properties: { replicas: { type: 'integer' } } } },
          },
        },
      })),
    },
  };
}

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const TABS = '/apis/example.com/v1/namespaces/default/tabs';
const tab = (name: string, spec: object): object => ({ apiVersion: 'example.com/v1', kind: 'Tab', metadata: { name }, spec });
const bodyOf = <T = ApiObject & { spec: Record<string, unknown>; status?: unknown }>(response: ApiResponse): T => response.body as T;

function withDefinition(): TestServer {
  const server = new TestServer();
  expect(server.call('POST', DEFINITIONS, definition()).code).toBe(201);
  return server;
}

describe('custom resources', () => {
  it('are served as soon as their definition is established', () => {
    const server = new TestServer();
    expect(server.call('GET', TABS).code).toBe(404);
    server.call('POST', DEFINITIONS, definition());
    const { status } = bodyOf<{ status: { conditions: { type: string; status: string }[] } }>(
      server.call('GET', `${DEFINITIONS}/tabs.example.com`),
    );
    expect(status.conditions.map(({ type, status: value }) => `${type}=${value}`)).toEqual(['NamesAccepted=True', 'Established=True']);
    expect(server.call('GET', TABS).body).toMatchObject({ kind: 'TabList', items: [] });
    const group = server.call('GET', '/apis/example.com').body as { preferredVersion: { version: string } };
    expect(group.preferredVersion.version).toBe('v1');
    const openapi = JSON.stringify(server.call('GET', '/openapi/v3/apis/example.com/v1').body);
    expect(openapi).toContain('com.example.v1.Tab');
    expect(openapi).not.toContain('custom:');
  });

  it('are pruned, defaulted and shown in every version', () => {
    const server = withDefinition();
    const created = server.call('POST', TABS, tab('a', { cron: '*', odd: 1, free: { x: { y: 1 } } }));
    expect(String(created.headers['warning'])).toContain('unknown field \\"spec.odd\\"');
    expect(bodyOf(created).spec).toEqual({ cron: '*', image: 'busybox', replicas: 1, free: { x: { y: 1 } } });
    const other = server.call('GET', TABS.replace('/v1/', '/v1beta1/') + '/a');
    expect(bodyOf(other)).toMatchObject({ apiVersion: 'example.com/v1beta1', spec: { cron: '*' } });
    const strict = server.call('POST', `${TABS}?fieldValidation=Strict`, tab('b', { cron: '*', odd: 1 }));
    expect(messageOf(strict)).toBe('Tab in version "v1" cannot be handled as a Tab: strict decoding error: unknown field "spec.odd"');
  });

  it('are checked by schema and rules', () => {
    const server = withDefinition();
    const refused = (spec: object): string => messageOf(server.call('POST', TABS, tab('a', spec)));
    expect(refused({ cron: '*', replicas: 7 })).toBe('Tab.example.com "a" is invalid: spec: Invalid value: too many');
    expect(refused({ cron: '*', tags: ['x', 'x'] })).toBe('Tab.example.com "a" is invalid: spec.tags[1]: Duplicate value: "x"');
    expect(refused({})).toContain('spec.cron: Required value, <nil>: Invalid value: null: some validation rules were not checked');
    expect(server.call('POST', TABS, tab('a', { cron: '*', replicas: 3 })).code).toBe(201);
    const patch = { headers: { 'content-type': 'application/merge-patch+json' } };
    expect(messageOf(server.call('PATCH', `${TABS}/a`, { spec: { replicas: 2 } }, patch))).toContain('never fewer');
  });

  it('have status, scale, tables and watches', () => {
    const server = withDefinition();
    server.call('POST', TABS, { ...tab('a', { cron: '*' }), status: { replicas: 5 } });
    const patch = { headers: { 'content-type': 'application/merge-patch+json' } };
    const watch = collect(
      server.server.answer({
        method: 'GET',
        path: TABS,
        query: { watch: '1' },
        credentials: { kind: 'certificate', user: 'a', groups: ['system:masters'] },
      }).stream as WatchStream,
    );
    expect(bodyOf(server.call('GET', `${TABS}/a`)).status).toBeUndefined();
    server.call('PATCH', `${TABS}/a/status`, { status: { replicas: 1 }, spec: { cron: 'no' } }, patch);
    expect(bodyOf(server.call('GET', `${TABS}/a`))).toMatchObject({
      metadata: { generation: 1 },
      spec: { cron: '*' },
      status: { replicas: 1 },
    });
    server.call('PATCH', `${TABS}/a/scale`, { spec: { replicas: 4 } }, patch);
    expect(bodyOf(server.call('GET', `${TABS}/a`))).toMatchObject({ metadata: { generation: 2 }, spec: { replicas: 4 } });
    const table = server.call('GET', TABS, undefined, { headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' } });
    expect((table.body as { rows: { cells: unknown[] }[] }).rows.map(({ cells }) => cells)).toEqual([['a', '*']]);
    server.sim.runFor(100);
    expect(watch.events.map((event) => event.split('@')[0])).toEqual(['ADDED a', 'MODIFIED a', 'MODIFIED a']);
  });

  it('are applied by the lists of their schema', () => {
    const server = withDefinition();
    const apply = (manager: string, tags: string[]): ApiResponse =>
      server.call('PATCH', `${TABS}/a?fieldManager=${manager}`, tab('a', { cron: '*', tags }), {
        headers: { 'content-type': 'application/apply-patch+yaml' },
      });
    expect(apply('one', ['x']).code).toBe(201);
    expect(bodyOf(apply('two', ['y'])).spec['tags']).toEqual(['x', 'y']);
    expect(bodyOf(apply('one', [])).spec['tags']).toEqual(['y']);
  });

  it('go with their definition', () => {
    const server = withDefinition();
    server.call('POST', TABS, tab('a', { cron: '*' }));
    const held = { ...tab('held', { cron: '*' }), metadata: { name: 'held', finalizers: ['example.com/hold'] } };
    server.call('POST', TABS, held);
    expect(server.call('DELETE', `${DEFINITIONS}/tabs.example.com`).code).toBe(200);
    expect(server.call('GET', `${TABS}/a`).code).toBe(404);
    const waiting = JSON.stringify(server.call('GET', `${DEFINITIONS}/tabs.example.com`).body);
    expect(waiting).toContain('CustomResource deletion is in progress');
    const patch = { headers: { 'content-type': 'application/merge-patch+json' } };
    server.call('PATCH', `${TABS}/held`, { metadata: { finalizers: null } }, patch);
    expect(server.call('GET', `${DEFINITIONS}/tabs.example.com`).code).toBe(404);
    expect(server.call('GET', TABS).code).toBe(404);
  });

  it('do not take names that others have', () => {
    const server = withDefinition();
    const rival = JSON.parse(JSON.stringify(definition()).replaceAll('tabs', 'tables')) as object;
    server.call('POST', DEFINITIONS, rival);
    const { status } = bodyOf<{ status: { conditions: { type: string; status: string; reason: string; message: string }[] } }>(
      server.call('GET', `${DEFINITIONS}/tables.example.com`),
    );
    expect(status.conditions.map(({ type, status: value, reason }) => `${type}=${value} ${reason}`)).toEqual([
      'NamesAccepted=False ListKindConflict',
      'Established=False NotAccepted',
    ]);
    server.call('DELETE', `${DEFINITIONS}/tabs.example.com`);
    expect(server.call('GET', TABS.replace('tabs', 'tables')).code).toBe(200);
  });
});

describe('definitions', () => {
  it('are refused with all their faults', () => {
    const server = new TestServer();
    const refused = (spec: object): string => messageOf(server.call('POST', DEFINITIONS, definition(spec)));
    expect(refused({ type: 'object', properties: { a: {} } })).toContain(
      'spec.validation.openAPIV3Schema.properties[spec].properties[a].type: Required value: must not be empty for specified object fields',
    );
    expect(refused({ type: 'object', 'x-kubernetes-validations': [{ rule: 'self.x > 1' }] })).toContain("undefined field 'x'");
  });
});
