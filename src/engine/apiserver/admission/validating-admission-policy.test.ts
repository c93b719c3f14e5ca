import { expect, it } from 'vitest';
import { configMap, messageOf, TestServer } from '../test-server.ts';
import type { ApiResponse } from '../types.ts';

const ROOT = '/apis/admissionregistration.k8s.io/v1';
const MAPS = '/api/v1/namespaces/default/configmaps';

function withPolicy(spec: object, binding: object = {}): TestServer {
  const server = new TestServer();
  const rules = [{ operations: ['*'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] }];
  const post = (resource: string, kind: string, name: string, body: object): ApiResponse =>
    server.call('POST', `${ROOT}/${resource}`, { apiVersion: 'admissionregistration.k8s.io/v1', kind, metadata: { name }, spec: body });
  const policy = post('validatingadmissionpolicies', 'ValidatingAdmissionPolicy', 'p', {
    matchConstraints: { resourceRules: rules },
    ...spec,
  });
  expect(messageOf(policy)).toBe('');
  post('validatingadmissionpolicybindings', 'ValidatingAdmissionPolicyBinding', 'b', {
    policyName: 'p',
    validationActions: ['Deny'],
    ...binding,
  });
  return server;
}

it('refuses what an expression does not hold for', () => {
  const server = withPolicy({ validations: [{ expression: 'int(object.data.n) <= 3' }] });
  const create = (data: Record<string, string>): ApiResponse => server.call('POST', MAPS, configMap('x', { data }));
  const refused = create({ n: '5' });
  expect(refused.code).toBe(422);
  expect(messageOf(refused)).toBe(
    `configmaps "x" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: failed expression: int(object.data.n) <= 3`,
  );
  expect(messageOf(create({ m: '5' }))).toContain("expression 'int(object.data.n) <= 3' resulted in error: no such key: n");
  expect(create({ n: '2' }).code).toBe(201);
});

it('knows variables, conditions, parameters and who asks', () => {
  const server = withPolicy(
    {
      paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
      matchConditions: [{ name: 'not-params', expression: 'object.metadata.name != "params"' }],
      variables: [{ name: 'most', expression: 'int(params.data.most)' }],
      validations: [
        {
          expression: 'size(object.data) <= variables.most',
          messageExpression: '"at most " + string(variables.most) + " for " + request.userInfo.username',
          reason: 'Forbidden',
        },
      ],
    },
    { paramRef: { name: 'params', parameterNotFoundAction: 'Deny' } },
  );
  const create = (name: string, data: Record<string, string>): ApiResponse => server.call('POST', MAPS, configMap(name, { data }));
  expect(messageOf(create('x', { a: '' }))).toContain('no params found for policy binding with `Deny` parameterNotFoundAction');
  server.store.put('/registry/configmaps/default/params', { ...configMap('params', { data: { most: '1' } }) });
  expect(create('x', { a: '' }).code).toBe(201);
  const refused = create('y', { a: '', b: '' });
  expect(refused.code).toBe(403);
  expect(messageOf(refused)).toContain('denied request: at most 1 for kubernetes-admin');
});

it('warns where a binding only warns, and lets pass what it is told to ignore', () => {
  const warning = withPolicy({ validations: [{ expression: 'false', message: 'never' }] }, { validationActions: ['Warn'] });
  const response = warning.call('POST', MAPS, configMap('x'));
  expect(response.code).toBe(201);
  expect(String(response.headers['warning'])).toContain("Validation failed for ValidatingAdmissionPolicy 'p' with binding 'b': never");
  const ignoring = withPolicy({ failurePolicy: 'Ignore', validations: [{ expression: 'object.data.missing == "x"' }] });
  expect(ignoring.call('POST', MAPS, configMap('x')).code).toBe(201);
});

it('refuses a policy whose expressions cannot be compiled', () => {
  const server = new TestServer();
  const body = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: 'p' },
    spec: {
      matchConstraints: { resourceRules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] }] },
      validations: [{ expression: 'nope == 1' }],
    },
  };
  expect(messageOf(server.call('POST', `${ROOT}/validatingadmissionpolicies`, body))).toContain("undeclared reference to 'nope'");
});
