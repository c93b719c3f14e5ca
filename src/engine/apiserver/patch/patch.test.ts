import { describe, expect, test } from 'vitest';
import { KINDS } from '../../api/kinds/index.ts';
import type { Kind } from '../../api/kind.ts';
import type { JsonObject } from '../../api/meta.ts';
import { freeze } from '../values.ts';
import { applyPatch, JSON_PATCH, MERGE_PATCH, patchObject, STRATEGIC_MERGE_PATCH } from './index.ts';

const deployment = KINDS.find(({ kind }) => kind === 'Deployment') as Kind;
const WEB = {
  name: 'web',
  image: 'web:1',
  env: [
    { name: 'A', value: '1' },
    { name: 'B', value: '2' },
  ],
  ports: [{ containerPort: 80 }, { containerPort: 443 }],
  args: ['x', 'y'],
};
const LOG = { name: 'log', image: 'log:1' };
const stored = freeze({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', labels: { app: 'web' }, finalizers: ['a/b', 'c/d'] },
  spec: {
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } },
    template: { spec: { containers: [WEB, LOG], volumes: [{ name: 'tmp', emptyDir: {} }], tolerations: [{ key: 'a' }] } },
  },
}) as unknown as JsonObject;

const pod = (patch: object): Record<string, unknown> => {
  const object = applyPatch(stored, { spec: { template: { spec: patch } } }, STRATEGIC_MERGE_PATCH, deployment) as never as {
    spec: { template: { spec: Record<string, unknown> } };
  };
  return object.spec.template.spec;
};
const web = (patch: object): Record<string, unknown> =>
  (pod({ containers: [{ name: 'web', ...patch }] })['containers'] as Record<string, unknown>[]).find(
    ({ name }) => name === 'web',
  ) as Record<string, unknown>;
const refusal = (patch: string | object, type: string): { code: number; message: string } => {
  try {
    patchObject(stored, patch, type, deployment, 'Warn');
  } catch (error) {
    return { code: (error as { code: number }).code, message: (error as Error).message };
  }
  return { code: 200, message: '' };
};

describe('strategic merge', () => {
  test('lists merge by their key; new elements come first', () => {
    expect(pod({ containers: [{ name: 'log', image: 'log:2' }] })['containers']).toEqual([WEB, { name: 'log', image: 'log:2' }]);
    expect(pod({ containers: [{ name: 'new', image: 'new:1' }] })['containers']).toEqual([{ name: 'new', image: 'new:1' }, WEB, LOG]);
    expect(
      web({
        env: [
          { name: 'B', value: null },
          { name: 'C', value: '3' },
        ],
      })['env'],
    ).toEqual([{ name: 'A', value: '1' }, { name: 'B' }, { name: 'C', value: '3' }]);
  });
  test('lists without a key are replaced', () => {
    expect(web({ args: ['z'] })['args']).toEqual(['z']);
    expect(pod({ tolerations: [{ key: 'b' }] })['tolerations']).toEqual([{ key: 'b' }]);
  });
  test('$patch: delete and replace', () => {
    expect(pod({ containers: [{ name: 'log', $patch: 'delete' }] })['containers']).toEqual([WEB]);
    expect(pod({ containers: [{ $patch: 'replace' }, { name: 'only' }] })['containers']).toEqual([{ name: 'only' }]);
    const labels = applyPatch(stored, { metadata: { labels: { $patch: 'replace', x: 'y' } } }, STRATEGIC_MERGE_PATCH, deployment)[
      'metadata'
    ] as JsonObject;
    expect(labels['labels']).toEqual({ x: 'y' });
  });
  test('$retainKeys, $setElementOrder, $deleteFromPrimitiveList', () => {
    expect(pod({ volumes: [{ $retainKeys: ['name', 'hostPath'], name: 'tmp', hostPath: { path: '/x' } }] })['volumes']).toEqual([
      { name: 'tmp', hostPath: { path: '/x' } },
    ]);
    expect(pod({ '$setElementOrder/containers': [{ name: 'log' }, { name: 'web' }] })['containers']).toEqual([LOG, WEB]);
    const metadata = applyPatch(
      stored,
      { metadata: { '$deleteFromPrimitiveList/finalizers': ['a/b'] } },
      STRATEGIC_MERGE_PATCH,
      deployment,
    )['metadata'] as JsonObject;
    expect(metadata['finalizers']).toEqual(['c/d']);
  });
  test('is refused as upstream', () => {
    expect(refusal({ spec: { template: { spec: { containers: [{ name: 'web', $patch: 'nope' }] } } } }, STRATEGIC_MERGE_PATCH)).toEqual({
      code: 500,
      message: 'unknown patch type: nope in map: map[$patch:nope name:web]',
    });
    expect(refusal({ spec: { template: { spec: { containers: 'text' } } } }, STRATEGIC_MERGE_PATCH)).toEqual({
      code: 422,
      message:
        ' "" is invalid: patch: Invalid value: "map[spec:map[template:map[spec:map[containers:text]]]]": cannot restore slice from string',
    });
    expect(refusal('{', STRATEGIC_MERGE_PATCH)).toEqual({ code: 400, message: 'unexpected end of JSON input' });
  });
});

describe('merge patch', () => {
  test('merges maps, removes by null, replaces lists', () => {
    const patched = applyPatch(stored, { metadata: { labels: { app: null, x: 'y' }, finalizers: ['e/f'] } }, MERGE_PATCH, deployment);
    expect(patched['metadata']).toEqual({ name: 'web', labels: { x: 'y' }, finalizers: ['e/f'] });
  });
  test('is refused as upstream, and warned about', () => {
    expect(refusal('null', MERGE_PATCH)).toEqual({ code: 400, message: 'Invalid JSON Patch' });
    expect(refusal('[]', MERGE_PATCH)).toEqual({
      code: 400,
      message: 'error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}',
    });
    expect(refusal({ metadata: { name: null } }, MERGE_PATCH)).toEqual({
      code: 400,
      message: 'the name of the object (web based on URL) was undeterminable: name must be provided',
    });
    expect(refusal({ metadata: { labels: { a: 5 } } }, MERGE_PATCH).message).toMatch(
      /: json: cannot unmarshal number into Go struct field ObjectMeta\.metadata\.labels of type string$/,
    );
    expect(patchObject(stored, { bogus: 1 }, MERGE_PATCH, deployment, 'Warn').warnings).toEqual(['unknown field "bogus"']);
  });
});

describe('JSON patch', () => {
  const labels = (operations: object[]): unknown =>
    (applyPatch(stored, operations, JSON_PATCH, deployment)['metadata'] as JsonObject)['labels'];

  test('applies its operations', () => {
    expect(
      labels([
        { op: 'add', path: '/metadata/labels/x', value: 'y' },
        { op: 'test', path: '/metadata/labels/x', value: 'y' },
      ]),
    ).toEqual({ app: 'web', x: 'y' });
    expect(labels([{ op: 'copy', from: '/metadata/labels/nope', path: '/metadata/labels/z' }])).toEqual({ app: 'web', z: null });
  });
  test.each([
    [[{ op: 'remove', path: '/metadata/labels/nope' }]],
    [[{ op: 'test', path: '/metadata/name', value: 'no' }]],
    [[{ op: 'add', path: '/metadata/annotations/x', value: 'y' }]],
    [[{ op: 'add' }]],
    [[{ path: '/metadata/name' }]],
  ])('%j is refused', (operations) => {
    expect(refusal(operations, JSON_PATCH)).toEqual({
      code: 422,
      message: 'the server rejected our request due to an error in our request',
    });
  });
});

test('other types of patch are refused', () => {
  expect(refusal({}, 'application/json')).toEqual({ code: 415, message: '415: Unsupported Media Type' });
  expect(refusal('kind: Deployment', 'application/apply-patch+yaml')).toMatchObject({
    code: 415,
    message: expect.stringContaining('server-side apply'),
  });
});
