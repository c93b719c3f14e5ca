import { expect, it } from 'vitest';
import type { ReplicationController } from '../api/generated/types.ts';
import { PODS, REPLICATION_CONTROLLERS } from '../client/resources.ts';
import { TestCluster } from './test-cluster.ts';

function make(cluster: TestCluster, replicas: number): void {
  cluster.admin.create<ReplicationController>(REPLICATION_CONTROLLERS, {
    apiVersion: 'v1',
    kind: 'ReplicationController',
    metadata: { name: 'rs', namespace: 'default' },
    spec: {
      replicas,
      selector: { app: 'rs' },
      template: { metadata: { labels: { app: 'rs', tier: 'web' } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } },
    },
  });
  cluster.settle();
}
const scale = (cluster: TestCluster, replicas: number): unknown =>
  cluster.admin.patch(REPLICATION_CONTROLLERS, 'default', 'rs', { spec: { replicas } }, { type: 'merge' });

it('a ReplicationController keeps its pods by the logic of ReplicaSets', () => {
  const cluster = new TestCluster();
  make(cluster, 3);
  const rc = cluster.admin.get(REPLICATION_CONTROLLERS, 'default', 'rs');
  expect(rc.status).toEqual({ replicas: 3, fullyLabeledReplicas: 3, readyReplicas: 3, availableReplicas: 3, observedGeneration: 1 });
  // Looked at as a ReplicaSet, it stays what it is.
  expect(rc.spec?.selector).toEqual({ app: 'rs' });
  expect(cluster.podsOf('rs')[0]?.metadata.ownerReferences).toMatchObject([
    { apiVersion: 'v1', kind: 'ReplicationController', name: 'rs' },
  ]);
  cluster.admin.delete(PODS, 'default', cluster.podsOf('rs')[0]?.metadata.name ?? '');
  cluster.settle();
  expect(cluster.podsOf('rs')).toHaveLength(3);
  scale(cluster, 1);
  cluster.settle();
  expect(cluster.podsOf('rs')).toHaveLength(1);
  expect(cluster.admin.get(REPLICATION_CONTROLLERS, 'default', 'rs').status?.replicas).toBe(1);
  expect(new Set(cluster.events('ReplicationController'))).toEqual(
    new Set(['Normal SuccessfulCreate: Created pod: rs-#', 'Normal SuccessfulDelete: Deleted pod: rs-#']),
  );
});

it('a ReplicationController adopts what it selects, and a pod with other labels is released', () => {
  const cluster = new TestCluster();
  make(cluster, 2);
  const [pod] = cluster.podsOf('rs');
  const relabel = (app: string): unknown =>
    cluster.admin.patch(PODS, 'default', pod?.metadata.name ?? '', { metadata: { labels: { app } } }, { type: 'merge' });
  relabel('else');
  cluster.settle();
  expect(cluster.admin.get(PODS, 'default', pod?.metadata.name ?? '').metadata.ownerReferences).toBeUndefined();
  expect(cluster.podsOf('rs')).toHaveLength(2);
  scale(cluster, 3);
  relabel('rs');
  cluster.settle();
  expect(cluster.podsOf('rs')).toHaveLength(3);
});
