import { describe, expect, it } from 'vitest';
import type { Pod, StatefulSet } from '../../api/generated/types.ts';
import { CONTROLLER_REVISIONS, PERSISTENT_VOLUME_CLAIMS, PODS, STATEFUL_SETS } from '../../client/resources.ts';
import { TestCluster } from '../test-cluster.ts';

function statefulSet(spec: Partial<NonNullable<StatefulSet['spec']>> = {}): StatefulSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db', namespace: 'default' },
    spec: {
      serviceName: 'db',
      replicas: 3,
      selector: { matchLabels: { app: 'db' } },
      template: { metadata: { labels: { app: 'db' } }, spec: { containers: [{ name: 'c', image: 'db:1' }] } },
      ...spec,
    },
  };
}

const claimTemplate = {
  metadata: { name: 'data' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
} as unknown as NonNullable<NonNullable<StatefulSet['spec']>['volumeClaimTemplates']>[number];

class World {
  readonly cluster = new TestCluster();
  /** What happened to the pods, in order: `+db-0`, `ready db-0`, `-db-0`. */
  readonly history: string[] = [];

  constructor() {
    this.cluster.pods.on({
      added: ({ metadata }) => this.history.push(`+${metadata.name ?? ''}`),
      updated: (pod, old) => {
        const ready = ({ status }: Pod): boolean =>
          status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true;
        if (ready(pod) && !ready(old)) this.history.push(`ready ${pod.metadata.name ?? ''}`);
      },
      deleted: ({ metadata }) => this.history.push(`-${metadata.name ?? ''}`),
    });
  }

  get admin(): TestCluster['admin'] {
    return this.cluster.admin;
  }
  get pods(): Pod[] {
    return [...this.cluster.podsOf('db')].sort((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1));
  }
  get status(): StatefulSet['status'] {
    return this.admin.get(STATEFUL_SETS, 'default', 'db').status;
  }
  images(): (string | undefined)[] {
    return this.pods.map(({ spec }) => spec?.containers[0]?.image);
  }
  names(): (string | undefined)[] {
    return this.pods.map(({ metadata }) => metadata.name);
  }
  patch(spec: object): void {
    this.admin.patch(STATEFUL_SETS, 'default', 'db', { spec });
    this.cluster.settle();
  }
  setImage(image: string): void {
    this.patch({ template: { spec: { containers: [{ name: 'c', image }] } } });
  }
  /** What has happened since the last look. */
  since(): string[] {
    return this.history.splice(0);
  }
}

describe('a StatefulSet', () => {
  it('makes its pods one after the other, each with its name, and takes them away from the top', () => {
    const world = new World();
    world.admin.create(STATEFUL_SETS, statefulSet());
    world.cluster.settle();
    expect(world.since()).toEqual(['+db-0', 'ready db-0', '+db-1', 'ready db-1', '+db-2', 'ready db-2']);
    const [pod] = world.pods;
    expect(pod).toMatchObject({
      metadata: { name: 'db-0', labels: { 'statefulset.kubernetes.io/pod-name': 'db-0', 'apps.kubernetes.io/pod-index': '0' } },
      spec: { hostname: 'db-0', subdomain: 'db' },
    });
    expect(world.status).toMatchObject({
      replicas: 3,
      readyReplicas: 3,
      currentReplicas: 3,
      updatedReplicas: 3,
      availableReplicas: 3,
      collisionCount: 0,
    });
    expect(pod?.metadata.labels?.['controller-revision-hash']).toBe(world.status?.currentRevision);
    expect(world.cluster.events('StatefulSet')).toEqual(
      [0, 1, 2].map((i) => `Normal SuccessfulCreate: Create Pod db-${i} in StatefulSet db successful`),
    );
    world.patch({ replicas: 1 });
    expect(world.since()).toEqual(['-db-2', '-db-1']);
    world.admin.delete(PODS, 'default', 'db-0');
    world.cluster.settle();
    expect(world.since()).toEqual(['-db-0', '+db-0', 'ready db-0']);
    world.patch({ ordinals: { start: 2 } });
    expect(world.names()).toEqual(['db-2']);
  });

  it('stands still where one pod does not become ready, and does not with Parallel', () => {
    const world = new World();
    world.cluster.readies = ({ metadata }) => metadata.name !== 'db-1';
    world.admin.create(STATEFUL_SETS, statefulSet());
    world.cluster.settle();
    expect(world.names()).toEqual(['db-0', 'db-1']);
    world.admin.delete(STATEFUL_SETS, 'default', 'db', { propagationPolicy: 'Background' });
    world.cluster.settle();
    expect(world.names()).toEqual([]);
    world.since();
    world.admin.create(STATEFUL_SETS, statefulSet({ podManagementPolicy: 'Parallel' }));
    world.cluster.settle();
    expect(world.since().slice(0, 3)).toEqual(['+db-0', '+db-1', '+db-2']);
  });

  it('rolls from the highest ordinal down, as far as the partition', () => {
    const world = new World();
    world.admin.create(STATEFUL_SETS, statefulSet());
    world.cluster.settle();
    world.since();
    world.patch({ updateStrategy: { rollingUpdate: { partition: 2 } } });
    world.setImage('db:2');
    expect(world.images()).toEqual(['db:1', 'db:1', 'db:2']);
    expect(world.since()).toEqual(['-db-2', '+db-2', 'ready db-2']);
    expect(world.status).toMatchObject({ currentReplicas: 2, updatedReplicas: 1 });
    // A pod below the partition comes back as it was.
    world.admin.delete(PODS, 'default', 'db-0');
    world.cluster.settle();
    expect(world.images()).toEqual(['db:1', 'db:1', 'db:2']);
    world.since();
    world.patch({ updateStrategy: { rollingUpdate: { partition: 0 } } });
    expect(world.since()).toEqual(['-db-1', '+db-1', 'ready db-1', '-db-0', '+db-0', 'ready db-0']);
    expect(world.status?.currentRevision).toBe(world.status?.updateRevision);
    // Back to what was: the old revision gets a new number.
    const before = world.admin.list(CONTROLLER_REVISIONS, { namespace: 'default' }).items;
    world.setImage('db:1');
    const after = world.admin.list(CONTROLLER_REVISIONS, { namespace: 'default' }).items;
    expect(after.map(({ metadata }) => metadata.name).sort()).toEqual(before.map(({ metadata }) => metadata.name).sort());
    expect(after.map(({ revision }) => revision).sort()).toEqual([2, 3]);
  });

  it('rolls several at a time with maxUnavailable, and none with OnDelete', () => {
    const world = new World();
    world.admin.create(STATEFUL_SETS, statefulSet({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 2 } } }));
    world.cluster.settle();
    world.since();
    world.setImage('db:2');
    expect(world.since().slice(0, 2).sort()).toEqual(['-db-1', '-db-2']);
    expect(world.images()).toEqual(['db:2', 'db:2', 'db:2']);
    world.admin.patch(
      STATEFUL_SETS,
      'default',
      'db',
      { spec: { updateStrategy: { type: 'OnDelete', rollingUpdate: null } } },
      { type: 'merge' },
    );
    world.setImage('db:3');
    expect(world.images()).toEqual(['db:2', 'db:2', 'db:2']);
    world.admin.delete(PODS, 'default', 'db-1');
    world.cluster.settle();
    expect(world.images()).toEqual(['db:2', 'db:3', 'db:2']);
  });

  it('gives each pod its claim, which stays, or goes where the policy says so', () => {
    const world = new World();
    world.admin.create(STATEFUL_SETS, statefulSet({ replicas: 2, volumeClaimTemplates: [claimTemplate] }));
    world.cluster.settle();
    const claims = (): (string | undefined)[] =>
      world.admin.list(PERSISTENT_VOLUME_CLAIMS, { namespace: 'default' }).items.map(({ metadata }) => metadata.name);
    expect(claims()).toEqual(['data-db-0', 'data-db-1']);
    expect(world.pods[1]?.spec?.volumes?.[0]).toEqual({ name: 'data', persistentVolumeClaim: { claimName: 'data-db-1' } });
    expect(world.admin.get(PERSISTENT_VOLUME_CLAIMS, 'default', 'data-db-0').metadata.labels).toEqual({ app: 'db' });
    world.patch({ replicas: 1 });
    expect(claims()).toEqual(['data-db-0', 'data-db-1']);
    world.patch({ replicas: 2, persistentVolumeClaimRetentionPolicy: { whenScaled: 'Delete', whenDeleted: 'Retain' } });
    world.patch({ replicas: 1 });
    world.cluster.run(60);
    const { metadata } = world.admin.get(PERSISTENT_VOLUME_CLAIMS, 'default', 'data-db-0');
    expect(metadata.ownerReferences).toBeUndefined();
    // Whether it goes for good its protection decides; it is marked at least.
    const left = world.admin
      .list(PERSISTENT_VOLUME_CLAIMS, { namespace: 'default' })
      .items.find((claim) => claim.metadata.name === 'data-db-1');
    expect(left === undefined || left.metadata.deletionTimestamp !== undefined).toBe(true);
  });
});
