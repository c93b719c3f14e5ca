import { expect, it } from 'vitest';
import type { ResourceQuota } from '../../api/generated/types.ts';
import type { Resource } from '../../client/client.ts';
import { DEPLOYMENTS, PODS, RESOURCE_CLAIMS } from '../../client/resources.ts';
import { TestCluster, deploymentOf } from '../test-cluster.ts';

const QUOTAS: Resource<ResourceQuota> = { group: '', version: 'v1', resource: 'resourcequotas', kind: 'ResourceQuota', namespaced: true };

it('counts what is there when a quota comes, and anew when something goes', () => {
  const cluster = new TestCluster();
  cluster.apply(deploymentOf('web', { replicas: 2 }));
  cluster.settle();
  cluster.admin.create(QUOTAS, {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'q', namespace: 'default' },
    spec: { hard: { pods: '2', 'count/deployments.apps': '5', secrets: '3' } },
  });
  cluster.settle();
  const used = (): unknown => cluster.admin.get(QUOTAS, 'default', 'q').status?.used;
  expect(used()).toEqual({ 'count/deployments.apps': '1', pods: '2', secrets: '0' });
  cluster.admin.patch(DEPLOYMENTS, 'default', 'web', { spec: { replicas: 3 } });
  cluster.settle();
  expect(cluster.podsOf('web')).toHaveLength(2);
  cluster.admin.delete(DEPLOYMENTS, 'default', 'web');
  cluster.settle();
  expect(cluster.admin.list(PODS, { namespace: 'default' }).items).toHaveLength(0);
  expect(used()).toEqual({ 'count/deployments.apps': '0', pods: '0', secrets: '0' });
});

it('counts devices by their class, and refuses a claim for more', () => {
  const cluster = new TestCluster();
  const { admin } = cluster;
  const settle = (): void => cluster.settle();
  const hard = { 'gpu.deviceclass.resource.k8s.io/devices': '4', 'count/resourceclaims.resource.k8s.io': '9' };
  admin.create(QUOTAS, { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'q', namespace: 'default' }, spec: { hard } });
  settle();
  const claim = (name: string, request: object): void => {
    const requests = [{ name: 'r', ...request }];
    const metadata = { name, namespace: 'default' };
    admin.create(RESOURCE_CLAIMS, {
      apiVersion: 'resource.k8s.io/v1',
      kind: 'ResourceClaim',
      metadata,
      spec: { devices: { requests } },
    } as never);
  };
  const way = (name: string, count: number) => ({ name, deviceClassName: 'gpu', count });
  claim('any', { firstAvailable: [way('many', 3), way('few', 1)] });
  settle();
  expect(admin.get(QUOTAS, 'default', 'q').status?.used).toEqual({
    'gpu.deviceclass.resource.k8s.io/devices': '3',
    'count/resourceclaims.resource.k8s.io': '1',
  });
  expect(() => claim('all', { exactly: { deviceClassName: 'gpu', allocationMode: 'All' } })).toThrow(
    'exceeded quota: q, requested: gpu.deviceclass.resource.k8s.io/devices=32, used: gpu.deviceclass.resource.k8s.io/devices=3, limited: gpu.deviceclass.resource.k8s.io/devices=4',
  );
});
