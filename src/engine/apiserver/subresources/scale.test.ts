import { expect, it } from 'vitest';
import type { ApiObject } from '../../api/meta.ts';
import { messageOf, TestServer } from '../test-server.ts';

const PATH = '/apis/apps/v1/namespaces/default/deployments';
const APPLY = { 'content-type': 'application/apply-patch+yaml' };

it('applies the number of a Scale, and remembers who set it', () => {
  const server = new TestServer();
  const labels = { app: 'web' };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'nginx' }] } };
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: { selector: { matchLabels: labels }, template },
  };
  server.call('PATCH', `${PATH}/web?fieldManager=me`, deployment, { headers: APPLY });
  const scale = (replicas: number): object => ({
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: { name: 'web' },
    spec: { replicas },
  });
  const applied = server.call('PATCH', `${PATH}/web/scale?fieldManager=scaler`, scale(3), { headers: APPLY });
  expect(applied.body).toMatchObject({ kind: 'Scale', spec: { replicas: 3 } });
  const { metadata } = server.call('GET', `${PATH}/web`).body as ApiObject;
  expect(metadata.managedFields?.find(({ manager }) => manager === 'scaler')).toMatchObject({
    operation: 'Apply',
    subresource: 'scale',
    fieldsV1: { 'f:spec': { 'f:replicas': {} } },
  });
  const other = server.call('PATCH', `${PATH}/web/scale?fieldManager=other`, scale(5), { headers: APPLY });
  expect([other.code, messageOf(other)]).toEqual([
    409,
    'Apply failed with 1 conflict: conflict with "scaler" with subresource "scale": .spec.replicas',
  ]);
  expect(server.call('PATCH', `${PATH}/web/scale?fieldManager=other&force=true`, scale(5), { headers: APPLY }).body).toMatchObject({
    spec: { replicas: 5 },
  });
  expect(server.call('PATCH', `${PATH}/web/scale?fieldManager=other`, deployment, { headers: APPLY }).code).toBe(400);
});
