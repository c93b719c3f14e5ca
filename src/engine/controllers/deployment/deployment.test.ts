import { describe, expect, it } from 'vitest';
import type { Deployment } from '../../api/generated/types.ts';
import { DEPLOYMENTS, REPLICA_SETS } from '../../client/resources.ts';
import { TestCluster, deploymentOf } from '../test-cluster.ts';

const get = (cluster: TestCluster, name = 'web'): Deployment => cluster.admin.get(DEPLOYMENTS, 'default', name);
const patch = (cluster: TestCluster, body: object): unknown =>
  cluster.admin.patch(DEPLOYMENTS, 'default', 'web', body, { type: 'strategic-merge' });
const setImage = (cluster: TestCluster, image: string): unknown =>
  patch(cluster, { spec: { template: { spec: { containers: [{ name: 'nginx', image }] } } } });
const conditions = (deployment: Deployment): string[] =>
  (deployment.status?.conditions ?? []).map(
    ({ type, status, reason, message }) => `${type}=${status} ${reason ?? ''} ${(message ?? '').replace(/web-[a-z0-9]+/, 'web-#')}`,
  );
const sizes = (cluster: TestCluster): number[] => cluster.sets('web').map(({ spec }) => spec?.replicas ?? -1);

describe('a rollout', () => {
  it('goes from apply to available', () => {
    const cluster = new TestCluster();
    cluster.settle();
    cluster.apply(deploymentOf('web', { replicas: 3 }));
    cluster.settle();
    const web = get(cluster);
    expect(web.status).toMatchObject({
      replicas: 3,
      updatedReplicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      terminatingReplicas: 0,
      observedGeneration: 1,
    });
    expect(web.status).not.toHaveProperty('unavailableReplicas');
    expect(web.metadata.annotations).toEqual({ 'deployment.kubernetes.io/revision': '1' });
    expect(conditions(web)).toEqual([
      'Available=True MinimumReplicasAvailable Deployment has minimum availability.',
      'Progressing=True NewReplicaSetAvailable ReplicaSet "web-#" has successfully progressed.',
    ]);
    expect(cluster.events('Deployment')).toEqual(['Normal ScalingReplicaSet: Scaled up replica set web-# from 0 to 3']);
    expect(cluster.events('ReplicaSet').filter((text) => text === 'Normal SuccessfulCreate: Created pod: web-#')).toHaveLength(3);
  });

  it.each([
    // replicas, surge, unavailable → old, new of a rollout whose pods never become ready
    [10, '25%', '25%', [8, 5]],
    [3, '50%', '50%', [2, 3]],
    [1, 0, '25%', [0, 1]],
    [4, 1, 0, [4, 1]],
    [4, 0, 1, [3, 1]],
    [2, '25%', '25%', [2, 1]],
    [10, '100%', '100%', [0, 10]],
  ])('of %i with surge %s and unavailable %s stops where the arithmetic says', (replicas, maxSurge, maxUnavailable, wanted) => {
    const cluster = new TestCluster();
    cluster.apply(deploymentOf('web', { replicas, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } } }));
    cluster.settle();
    setImage(cluster, 'nginx:bad');
    cluster.settle();
    expect(sizes(cluster)).toEqual(wanted);
  });

  it('tells its steps as upstream does', () => {
    const cluster = new TestCluster();
    cluster.apply(deploymentOf('web', { replicas: 3, strategy: { rollingUpdate: { maxSurge: '50%', maxUnavailable: '50%' } } }));
    cluster.settle();
    setImage(cluster, 'nginx:bad');
    cluster.settle();
    expect(cluster.events('Deployment')).toEqual([
      'Normal ScalingReplicaSet: Scaled up replica set web-# from 0 to 3',
      'Normal ScalingReplicaSet: Scaled up replica set web-# from 0 to 2',
      'Normal ScalingReplicaSet: Scaled down replica set web-# from 3 to 2',
      'Normal ScalingReplicaSet: Scaled up replica set web-# from 2 to 3',
    ]);
    expect(get(cluster).status).toMatchObject({
      replicas: 5,
      updatedReplicas: 3,
      readyReplicas: 2,
      availableReplicas: 2,
      unavailableReplicas: 3,
    });
    expect(conditions(get(cluster))[1]).toMatch(/^Progressing=True ReplicaSetUpdated/);
  });

  it('spreads a change of size over the ReplicaSets in proportion', () => {
    const cluster = new TestCluster();
    cluster.apply(deploymentOf('web', { replicas: 10, strategy: { rollingUpdate: { maxSurge: 3, maxUnavailable: 2 } } }));
    cluster.settle();
    setImage(cluster, 'nginx:bad');
    cluster.settle();
    expect(sizes(cluster)).toEqual([8, 5]);
    patch(cluster, { spec: { replicas: 15 } });
    cluster.settle();
    // The example of the documentation: three of the five go to the old ReplicaSet, two to the new.
    expect(sizes(cluster)).toEqual([11, 7]);
    expect(cluster.sets('web').map(({ metadata }) => metadata.annotations?.['deployment.kubernetes.io/max-replicas'])).toEqual([
      '18',
      '18',
    ]);
  });

  it('re-uses the old ReplicaSet when it is undone, and keeps the revisions it stood for', () => {
    const cluster = new TestCluster();
    cluster.apply(deploymentOf('web', { replicas: 2, image: 'nginx:1' }));
    cluster.settle();
    const [first] = cluster.sets('web');
    setImage(cluster, 'nginx:2');
    cluster.settle();
    setImage(cluster, 'nginx:1');
    cluster.settle();
    const sets = cluster.sets('web');
    expect(sets.map(({ metadata }) => metadata.annotations?.['deployment.kubernetes.io/revision'])).toEqual(['2', '3']);
    expect(sets[1]?.metadata.name).toBe(first?.metadata.name);
    expect(sets[1]?.metadata.annotations?.['deployment.kubernetes.io/revision-history']).toBe('1');
    expect(sizes(cluster)).toEqual([0, 2]);
    expect(get(cluster).metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('3');
  });

  it('hashes anew when the name is taken by another template', () => {
    const cluster = new TestCluster();
    cluster.apply(deploymentOf('web'));
    cluster.settle();
    const [rs] = cluster.sets('web');
    cluster.admin.delete(DEPLOYMENTS, 'default', 'web', { propagationPolicy: 'Background' });
    cluster.settle();
    const labels = { app: 'other' };
    cluster.admin.create(REPLICA_SETS, {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name: rs?.metadata.name ?? '', namespace: 'default' },
      spec: {
        replicas: 0,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'x' }] } },
      },
    });
    cluster.apply(deploymentOf('web'));
    cluster.settle();
    expect(get(cluster).status).toMatchObject({ collisionCount: 1, availableReplicas: 1 });
    expect(cluster.sets('web').map(({ metadata }) => metadata.name)).not.toContain(rs?.metadata.name);
  });

  it('keeps changes back while paused', () => {
    const cluster = new TestCluster();
    cluster.apply(deploymentOf('web', { replicas: 2 }));
    cluster.settle();
    patch(cluster, { spec: { paused: true } });
    cluster.settle();
    setImage(cluster, 'nginx:2');
    cluster.settle();
    expect(cluster.sets('web')).toHaveLength(1);
    expect(conditions(get(cluster))).toEqual([
      'Available=True MinimumReplicasAvailable Deployment has minimum availability.',
      'Progressing=Unknown DeploymentPaused Deployment is paused',
    ]);
    patch(cluster, { spec: { replicas: 4 } });
    cluster.settle();
    expect(sizes(cluster)).toEqual([4]);
    patch(cluster, { spec: { paused: false } });
    cluster.settle();
    expect(sizes(cluster)).toEqual([0, 4]);
    expect(conditions(get(cluster))[1]).toBe('Progressing=True NewReplicaSetAvailable ReplicaSet "web-#" has successfully progressed.');
  });

  it('reports an exceeded progress deadline', () => {
    const cluster = new TestCluster();
    cluster.apply(deploymentOf('web', { progressDeadlineSeconds: 3 }));
    cluster.settle();
    setImage(cluster, 'nginx:bad');
    cluster.settle();
    expect(conditions(get(cluster))[1]).toMatch(/^Progressing=True/);
    cluster.run(6);
    expect(conditions(get(cluster))).toEqual([
      'Available=True MinimumReplicasAvailable Deployment has minimum availability.',
      'Progressing=False ProgressDeadlineExceeded ReplicaSet "web-#" has timed out progressing.',
    ]);
    setImage(cluster, 'nginx:1.27');
    cluster.settle();
    expect(conditions(get(cluster))[1]).toMatch(/^Progressing=True NewReplicaSetAvailable/);
  });

  it('waits for minReadySeconds', () => {
    const cluster = new TestCluster();
    cluster.apply(deploymentOf('web', { replicas: 2, minReadySeconds: 5 }));
    cluster.run(3);
    expect(get(cluster).status).toMatchObject({ readyReplicas: 2, unavailableReplicas: 2 });
    cluster.settle();
    expect(get(cluster).status).toMatchObject({ availableReplicas: 2 });
  });

  it('deletes old revisions past the limit', () => {
    const cluster = new TestCluster();
    cluster.apply(deploymentOf('web', { revisionHistoryLimit: 1 }));
    for (const image of ['nginx:2', 'nginx:3', 'nginx:4']) {
      cluster.settle();
      setImage(cluster, image);
    }
    cluster.settle();
    expect(cluster.sets('web').map(({ metadata }) => metadata.annotations?.['deployment.kubernetes.io/revision'])).toEqual(['3', '4']);
  });

  it('by Recreate makes no new pod before the last old one is gone', () => {
    const cluster = new TestCluster();
    cluster.apply(deploymentOf('web', { replicas: 3, strategy: { type: 'Recreate' } }));
    cluster.settle();
    const old = new Set(cluster.podsOf('web').map(({ metadata }) => metadata.uid));
    let together = false;
    cluster.pods.on({
      added: ({ metadata }) => {
        if (!old.has(metadata.uid) && cluster.podsOf('web').some((pod) => old.has(pod.metadata.uid))) together = true;
      },
    });
    setImage(cluster, 'nginx:2');
    cluster.settle();
    expect(sizes(cluster)).toEqual([0, 3]);
    expect(together).toBe(false);
    expect(get(cluster).status).toMatchObject({ availableReplicas: 3, updatedReplicas: 3 });
  });
});

it('the same seed gives the same log', () => {
  const run = (seed: number): string => {
    const cluster = new TestCluster({ seed });
    cluster.apply(deploymentOf('web', { replicas: 4 }));
    cluster.settle();
    setImage(cluster, 'nginx:2');
    cluster.settle();
    return cluster.sim.log.hash();
  };
  expect(run(7)).toBe(run(7));
  expect(run(7)).not.toBe(run(8));
});
