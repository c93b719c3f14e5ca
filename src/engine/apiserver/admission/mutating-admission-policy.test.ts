import { expect, it } from 'vitest';
import type { ApiObject } from '../../api/meta.ts';
import { configMap, messageOf, TestServer } from '../test-server.ts';
import type { ApiResponse } from '../types.ts';

const ROOT = '/apis/admissionregistration.k8s.io/v1';
const MAPS = '/api/v1/namespaces/default/configmaps';

interface Policy {
  readonly name?: string;
  readonly apply?: string;
  readonly patch?: string;
  readonly resources?: readonly string[];
  readonly groups?: readonly string[];
  readonly versions?: readonly string[];
  readonly spec?: object;
  readonly binding?: object;
}

function install(server: TestServer, { name = 'p', apply, patch, resources, groups, versions, spec, binding }: Policy): void {
  const post = (resource: string, kind: string, body: object): void => {
    const object = { apiVersion: 'admissionregistration.k8s.io/v1', kind, metadata: { name }, spec: body };
    expect(messageOf(server.call('POST', `${ROOT}/${resource}`, object))).toBe('');
  };
  const mutation =
    patch === undefined
      ? { patchType: 'ApplyConfiguration', applyConfiguration: { expression: apply } }
      : { patchType: 'JSONPatch', jsonPatch: { expression: patch } };
  const rule = {
    operations: ['CREATE', 'UPDATE'],
    apiGroups: groups ?? [''],
    apiVersions: versions ?? ['v1'],
    resources: resources ?? ['configmaps'],
  };
  post('mutatingadmissionpolicies', 'MutatingAdmissionPolicy', {
    reinvocationPolicy: 'Never',
    matchConstraints: { resourceRules: [rule] },
    mutations: [mutation],
    ...spec,
  });
  post('mutatingadmissionpolicybindings', 'MutatingAdmissionPolicyBinding', { policyName: name, ...binding });
}

function withPolicy(...policies: readonly Policy[]): TestServer {
  const server = new TestServer();
  for (const policy of policies) install(server, policy);
  return server;
}

const create = (server: TestServer, name: string, more: Parameters<typeof configMap>[1] = {}): ApiResponse =>
  server.call('POST', MAPS, configMap(name, more));
const labelsOf = ({ body }: ApiResponse): unknown => (body as ApiObject).metadata.labels;

it('lays what an expression makes over the object', () => {
  const server = withPolicy({ apply: 'Object{metadata: Object.metadata{labels: {"added": "yes"}}}' });
  const made = create(server, 'x', { labels: { team: 'a' } });
  expect(messageOf(made)).toBe('');
  expect(labelsOf(made)).toEqual({ added: 'yes', team: 'a' });
});

it('patches, knowing variables, parameters and conditions', () => {
  const server = withPolicy({
    patch: '[JSONPatch{op: "add", path: "/metadata/labels/" + jsonpatch.escapeKey("a.b/c"), value: variables.most}]',
    spec: {
      paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
      variables: [{ name: 'most', expression: 'params.data.most' }],
      matchConditions: [{ name: 'labelled', expression: 'has(object.metadata.labels)' }],
    },
    binding: { paramRef: { name: 'params', parameterNotFoundAction: 'Deny' } },
  });
  const refused = create(server, 'x', { labels: { c: 'd' } });
  expect(refused.code).toBe(403);
  expect(messageOf(refused)).toBe(
    "policy 'p' with binding 'p' denied request: failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction",
  );
  server.store.put('/registry/configmaps/default/params', configMap('params', { data: { most: '7' } }));
  expect(labelsOf(create(server, 'y', { labels: { c: 'd' } }))).toEqual({ 'a.b/c': '7', c: 'd' });
  // Without labels the condition does not hold.
  expect(labelsOf(create(server, 'z'))).toBeUndefined();
});

it('refuses where a mutation cannot be made, unless it is to be ignored', () => {
  const patch = '[JSONPatch{op: "add", path: "/data/added", value: "x"}]';
  const refused = create(withPolicy({ patch }), 'x');
  expect(refused.code).toBe(403);
  expect(messageOf(refused)).toBe(
    `policy 'p' with binding 'p' denied request: JSON Patch: add operation does not apply: doc is missing path: "/data/added": missing value`,
  );
  expect(create(withPolicy({ patch, spec: { failurePolicy: 'Ignore' } }), 'x').code).toBe(201);
  const test = '[JSONPatch{op: "test", path: "/metadata/name", value: "y"}, JSONPatch{op: "add", path: "/immutable", value: true}]';
  expect((create(withPolicy({ patch: test }), 'x').body as { immutable?: boolean }).immutable).toBeUndefined();
});

it('refuses what is not of the type, misplaced, or would be replaced whole', () => {
  const told = (apply: string, more: Partial<Policy> = {}, path = MAPS, body: object = configMap('x')): string =>
    messageOf(withPolicy({ apply, ...more }).call('POST', path, body));
  expect(told('Object{bad: 1}')).toContain(
    'error applying patch: failed to convert patch object to typed object: .bad: field not declared in schema',
  );
  expect(told('Object{metadata: Object.spec{labels: {"a": "b"}}}')).toContain(
    'type mismatch: unexpected type name "Object.spec", expected "Object.metadata", which matches field name path from root Object type',
  );
  const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 's' }, spec: { ports: [{ port: 80 }], selector: { a: 'b' } } };
  expect(
    told('Object{spec: Object.spec{selector: {"c": "d"}}}', { resources: ['services'] }, '/api/v1/namespaces/default/services', service),
  ).toContain('invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: .spec.selector');
});

it('asks those again that want it, when another has changed the object since', () => {
  const seesB =
    'Object{metadata: Object.metadata{labels: {"seen": has(object.metadata.labels) && "b" in object.metadata.labels ? "yes" : "no"}}}';
  const addsB = 'Object{metadata: Object.metadata{labels: {"b": "1"}}}';
  const labels = (policy: string): unknown =>
    labelsOf(create(withPolicy({ name: 'a', apply: seesB, spec: { reinvocationPolicy: policy } }, { name: 'b', apply: addsB }), 'x'));
  expect(labels('Never')).toEqual({ b: '1', seen: 'no' });
  expect(labels('IfNeeded')).toEqual({ b: '1', seen: 'yes' });
});

it('changes an object in the version that the policy asks for', () => {
  const server = withPolicy({
    apply: 'Object{spec: Object.spec{targetCPUUtilizationPercentage: 55}}',
    groups: ['autoscaling'],
    versions: ['v1'],
    resources: ['horizontalpodautoscalers'],
  });
  const made = server.call('POST', '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers', {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'h' },
    spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' }, maxReplicas: 3 },
  });
  expect(messageOf(made)).toBe('');
  expect((made.body as { spec?: { metrics?: unknown } }).spec?.metrics).toEqual([
    { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 55 } } },
  ]);
});

it('refuses a policy whose mutations are no mutations', () => {
  const server = new TestServer();
  const spec = (mutation: object, operations = ['CREATE']): object => ({
    reinvocationPolicy: 'Never',
    matchConstraints: { resourceRules: [{ operations, apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] }] },
    mutations: [mutation],
  });
  const told = (body: object): string =>
    messageOf(
      server.call('POST', `${ROOT}/mutatingadmissionpolicies`, {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'MutatingAdmissionPolicy',
        metadata: { name: 'p' },
        spec: body,
      }),
    );
  const patch = (expression: string): object => ({ patchType: 'JSONPatch', jsonPatch: { expression } });
  expect(told(spec(patch('1')))).toContain('must evaluate to list(JSONPatch) but got int');
  expect(told(spec(patch('[JSONPatch{op: 1}]')))).toContain("expected type of field 'op' is 'string' but provided type is 'int'");
  expect(told(spec({ patchType: 'ApplyConfiguration', applyConfiguration: { expression: 'Foo{}' } }))).toContain(
    "undeclared reference to 'Foo' (in container '')",
  );
  expect(told(spec(patch('[]'), ['DELETE']))).toContain(
    'spec.matchConstraints.resourceRules.operations: Unsupported value: "DELETE": supported values: "*", "CONNECT", "CREATE", "UPDATE"',
  );
});
