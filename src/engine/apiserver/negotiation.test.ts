import { expect, test } from 'vitest';
import { KINDS } from '../api/kinds/index.ts';
import { discovery } from './discovery.ts';
import { negotiate } from './negotiation.ts';
import { openapi } from './openapi/index.ts';

const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';

test('Accept: the best of what is offered', () => {
  expect(negotiate(undefined, 'object')).toEqual({ format: 'json' });
  expect(negotiate(`${TABLE},application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json`, 'list')).toEqual({
    format: 'json',
    as: { kind: 'Table', version: 'v1' },
  });
  expect(negotiate('application/vnd.kubernetes.protobuf,application/json', 'object')).toEqual({ format: 'json' });
  expect(negotiate('text/html,application/json;q=0.5', 'object')).toEqual({ format: 'json' });
  expect(negotiate('application/yaml,application/json', 'object')).toEqual({ format: 'yaml' });
  expect(negotiate('application/json;as=Table;v=v2;g=meta.k8s.io,application/json', 'object')).toEqual({ format: 'json' });
});

test('Accept: refusals', () => {
  expect(() => negotiate('image/png', 'object')).toThrow(
    /^406: Not Acceptable\n\nAvailable representations: application\/json, application\/yaml, application\/vnd\.kubernetes\.protobuf$/,
  );
  expect(() => negotiate('image/png', 'list')).toThrow(/stream=watch$/);
  expect(() => negotiate('application/json;as=Nope;v=v1;g=meta.k8s.io', 'object')).toThrow('only the following media types are accepted');
  expect(() => negotiate(TABLE, 'other')).toThrow('only the following media types are accepted');
});

test('discovery in both forms names every kind', () => {
  const handle = discovery(KINDS);
  const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';
  const apps = handle('/apis/apps/v1', '')?.body as { resources: { name: string }[] };
  expect(apps.resources.map(({ name }) => name).filter((name) => !/^(daemon|stateful)/.test(name))).toEqual([
    'controllerrevisions', 'deployments', 'deployments/scale', 'deployments/status', 'replicasets', 'replicasets/scale', 'replicasets/status',
  ]); // prettier-ignore
  const groups = handle('/apis', aggregated)?.body as {
    items: { metadata: { name: string }; versions: { resources: { resource: string }[] }[] }[];
  };
  const aggregatedApps = groups.items.find(({ metadata }) => metadata.name === 'apps');
  expect(aggregatedApps?.versions[0]?.resources.map(({ resource }) => resource)).toEqual(
    apps.resources.map(({ name }) => name).filter((name) => !name.includes('/')),
  );
  const pods = handle('/api/v1', '')?.body as { resources: { name: string; storageVersionHash?: string }[] };
  expect(pods.resources.find(({ name }) => name === 'pods')?.storageVersionHash).toBe('xPOwRZ+Yhw8=');
  expect(handle('/apis/nope', '')).toBeUndefined();
  expect(handle('/api/v1/pods', '')).toBeUndefined();
});

test('OpenAPI v3: every reference leads somewhere, merge keys and kinds are marked', () => {
  const handle = openapi(KINDS, () => ({ DeploymentSpec: { replicas: 'How many.' } }));
  const index = handle('/openapi/v3', '')?.body as { paths: Record<string, { serverRelativeURL: string }> };
  expect(index.paths['apis/apps/v1']?.serverRelativeURL).toMatch(/^\/openapi\/v3\/apis\/apps\/v1\?hash=[0-9A-F]+$/);
  for (const key of Object.keys(index.paths)) {
    const document = handle(`/openapi/v3/${key}`, '')?.body as { components: { schemas: Record<string, unknown> } };
    const names = new Set(Object.keys(document.components.schemas));
    for (const [, name] of JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) expect(names).toContain(name);
  }
  const document = handle('/openapi/v3/apis/apps/v1', '')?.body as {
    components: { schemas: Record<string, { properties: Record<string, object> } & Record<string, unknown>> };
    paths: Record<string, Record<string, { 'x-kubernetes-group-version-kind': object }>>;
  };
  const { components, paths } = document;
  expect(components.schemas['io.k8s.api.apps.v1.Deployment']?.['x-kubernetes-group-version-kind']).toEqual([
    { group: 'apps', version: 'v1', kind: 'Deployment' },
  ]);
  expect(components.schemas['io.k8s.api.core.v1.PodSpec']?.properties['containers']).toMatchObject({
    'x-kubernetes-patch-merge-key': 'name',
    'x-kubernetes-patch-strategy': 'merge',
  });
  expect(components.schemas['io.k8s.api.apps.v1.DeploymentSpec']?.properties['replicas']).toMatchObject({
    description: 'How many.',
    format: 'int32',
  });
  expect(paths['/apis/apps/v1/namespaces/{namespace}/deployments/{name}']?.['patch']?.['x-kubernetes-group-version-kind']).toEqual({
    group: 'apps',
    version: 'v1',
    kind: 'Deployment',
  });
});
