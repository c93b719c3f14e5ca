import { expect, it } from 'vitest';
import type { EndpointSlice, Service } from '../../api/generated/types.ts';
import { ENDPOINTS, ENDPOINT_SLICES, PODS, SERVICES } from '../../client/resources.ts';
import { TestCluster, deploymentOf } from '../test-cluster.ts';

const service = (spec: Service['spec'] = {}): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'default', labels: { team: 'blue' } },
  spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }], ...spec },
});
const slices = (cluster: TestCluster): readonly EndpointSlice[] =>
  cluster.admin.list(ENDPOINT_SLICES, { namespace: 'default', labelSelector: 'kubernetes.io/service-name=web' }).items;

function serving(replicas: number, spec?: Service['spec']): TestCluster {
  const cluster = new TestCluster();
  cluster.admin.create(SERVICES, service(spec));
  cluster.apply(deploymentOf('web', { replicas }));
  cluster.settle();
  return cluster;
}

it('a Service without pods has one empty slice', () => {
  const cluster = new TestCluster();
  cluster.admin.create(SERVICES, service());
  cluster.settle();
  expect(slices(cluster)).toHaveLength(1);
  expect(slices(cluster)[0]?.endpoints ?? []).toEqual([]);
  expect(cluster.admin.get(ENDPOINTS, 'default', 'web').subsets ?? []).toEqual([]);
});

it('ready pods are endpoints with node, zone and target', () => {
  const cluster = serving(2);
  const [slice] = slices(cluster);
  expect(slices(cluster)).toHaveLength(1);
  expect(slice?.metadata).toMatchObject({
    generateName: 'web-',
    labels: {
      team: 'blue',
      'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
      'kubernetes.io/service-name': 'web',
    },
    ownerReferences: [{ apiVersion: 'v1', kind: 'Service', name: 'web', controller: true, blockOwnerDeletion: true }],
  });
  expect(slice?.ports).toEqual([{ name: '', port: 8080, protocol: 'TCP' }]);
  expect(slice?.endpoints).toHaveLength(2);
  const [pod] = cluster.podsOf('web');
  expect(slice?.endpoints?.find(({ targetRef }) => targetRef?.name === pod?.metadata.name)).toEqual({
    addresses: [pod?.status?.podIP],
    conditions: { ready: true, serving: true, terminating: false },
    nodeName: pod?.spec?.nodeName,
    zone: `zone-${pod?.spec?.nodeName ?? ''}`,
    targetRef: { kind: 'Pod', namespace: 'default', name: pod?.metadata.name, uid: pod?.metadata.uid },
  });
  const { subsets, metadata } = cluster.admin.get(ENDPOINTS, 'default', 'web');
  expect(subsets).toMatchObject([{ addresses: [{}, {}], ports: [{ port: 8080, protocol: 'TCP' }] }]);
  expect(metadata.labels).toEqual({ team: 'blue', 'endpoints.kubernetes.io/managed-by': 'endpoint-controller' });
});

it('an unready pod is listed as such, a terminating one still serves', () => {
  const cluster = new TestCluster({ readies: () => false });
  cluster.admin.create(SERVICES, service());
  cluster.apply(deploymentOf('web'));
  cluster.settle();
  expect(slices(cluster)[0]?.endpoints?.[0]?.conditions).toEqual({ ready: false, serving: false, terminating: false });
  expect(cluster.admin.get(ENDPOINTS, 'default', 'web').subsets?.[0]).toMatchObject({ notReadyAddresses: [{}] });

  const other = serving(1);
  const [pod] = other.podsOf('web');
  other.admin.delete(PODS, 'default', pod?.metadata.name ?? '');
  other.sim.runFor(50);
  const found = slices(other)[0]?.endpoints?.find(({ targetRef }) => targetRef?.uid === pod?.metadata.uid);
  expect(found?.conditions).toEqual({ ready: false, serving: true, terminating: true });
});

it('a slice holds a hundred endpoints', () => {
  const cluster = serving(130);
  const sizes = slices(cluster).map(({ endpoints = [] }) => endpoints.length);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(100);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(130);
  expect(sizes.length).toBeLessThanOrEqual(3);
});

it('slices follow the pods, and go with the Service', () => {
  const cluster = serving(3);
  const [before] = slices(cluster);
  for (const { metadata } of cluster.podsOf('web'))
    cluster.admin.patch(PODS, 'default', metadata.name ?? '', { metadata: { labels: { app: 'else' } } }, { type: 'merge' });
  cluster.settle();
  const replaced = new Set(cluster.podsOf('web').map(({ metadata }) => metadata.uid));
  expect(new Set(slices(cluster)[0]?.endpoints?.map(({ targetRef }) => targetRef?.uid))).toEqual(replaced);
  expect(slices(cluster)[0]?.metadata.name).toBe(before?.metadata.name);
  cluster.admin.delete(SERVICES, 'default', 'web');
  cluster.settle();
  expect(slices(cluster)).toEqual([]);
  expect(cluster.admin.list(ENDPOINTS, { namespace: 'default' }).items.map(({ metadata }) => metadata.name)).not.toContain('web');
});

it('what somebody else deletes or changes is put back', () => {
  const cluster = serving(1);
  const name = slices(cluster)[0]?.metadata.name ?? '';
  cluster.admin.delete(ENDPOINT_SLICES, 'default', name);
  cluster.settle();
  expect(slices(cluster)[0]?.endpoints).toHaveLength(1);
  cluster.admin.patch(ENDPOINT_SLICES, 'default', slices(cluster)[0]?.metadata.name ?? '', { endpoints: [] }, { type: 'merge' });
  cluster.settle();
  expect(slices(cluster)[0]?.endpoints).toHaveLength(1);
});

it('a named port leads where each pod declares it; publishNotReadyAddresses makes all ready', () => {
  const cluster = new TestCluster({ readies: () => false });
  cluster.settle();
  cluster.admin.create(
    SERVICES,
    service({ clusterIP: 'None', ports: [{ name: 'http', port: 80, targetPort: 'web' }], publishNotReadyAddresses: true }),
  );
  const make = (name: string, containerPort?: number): unknown =>
    cluster.admin.create(PODS, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'default', labels: { app: 'web' } },
      spec: {
        containers: [{ name: 'c', image: 'x', ...(containerPort === undefined ? {} : { ports: [{ name: 'web', containerPort }] }) }],
      },
    });
  make('a', 8080);
  make('b', 9090);
  make('c');
  cluster.settle();
  const seen = slices(cluster).map(({ ports, endpoints }) => [
    ports?.[0]?.port,
    endpoints?.map(({ targetRef, conditions }) => `${targetRef?.name ?? ''} ${String(conditions?.ready)}`),
  ]);
  expect(seen.sort()).toEqual([
    [8080, ['a true']],
    [9090, ['b true']],
  ]);
  expect(slices(cluster)[0]?.metadata.labels).toHaveProperty(['service.kubernetes.io/headless'], '');
});
