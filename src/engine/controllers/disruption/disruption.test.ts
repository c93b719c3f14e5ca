import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StatusError } from '../../api/errors.ts';
import type { Pod, PodDisruptionBudget } from '../../api/generated/types.ts';
import { CRON_JOBS, DEPLOYMENTS, PODS, POD_DISRUPTION_BUDGETS } from '../../client/resources.ts';
import { formatTime } from '../../sim/time.ts';
import { TestCluster, deploymentOf } from '../test-cluster.ts';

type Spec = NonNullable<PodDisruptionBudget['spec']>;

class World {
  readonly cluster = new TestCluster();

  get admin(): TestCluster['admin'] {
    return this.cluster.admin;
  }

  deploy(replicas: number, spec: Partial<Spec>): void {
    this.cluster.apply(deploymentOf('web', { replicas }));
    this.cluster.settle();
    this.budget(spec);
  }

  budget(spec: Partial<Spec>, name = 'web'): void {
    this.admin.create(POD_DISRUPTION_BUDGETS, {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name, namespace: 'default' },
      spec: { selector: { matchLabels: { app: 'web' } }, ...spec },
    });
    this.cluster.settle();
  }

  bare(name: string, controller?: object): void {
    this.cluster.settle();
    this.admin.create(PODS, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name,
        namespace: 'default',
        labels: { app: 'web' },
        ...(controller === undefined ? {} : { ownerReferences: [controller as never] }),
      },
      spec: { containers: [{ name: 'c', image: 'nginx' }] },
    });
    this.cluster.settle();
  }

  get status(): NonNullable<PodDisruptionBudget['status']> {
    return this.admin.get(POD_DISRUPTION_BUDGETS, 'default', 'web').status ?? {};
  }

  /** `healthy/expected, wanted, allowed: reason`. */
  get line(): string {
    const { currentHealthy, expectedPods, desiredHealthy, disruptionsAllowed, conditions = [] } = this.status;
    const [condition] = conditions;
    return `${currentHealthy}/${expectedPods} healthy, ${desiredHealthy} wanted, ${disruptionsAllowed} allowed: ${condition?.reason}${condition?.message ? ` ${condition.message}` : ''}`;
  }

  evict(pod: Pod | undefined): string {
    const name = pod?.metadata.name ?? '';
    try {
      this.admin.createSub(PODS, 'default', name, 'eviction', { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name } });
      return 'evicted';
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      return error.status.details?.causes?.[0]?.message ?? error.message;
    }
  }
}

describe('DisruptionController', () => {
  it.each<[number, Partial<Spec>, string]>([
    [3, { minAvailable: 2 }, '3/3 healthy, 2 wanted, 1 allowed: SufficientPods'],
    [3, { minAvailable: 3 }, '3/3 healthy, 3 wanted, 0 allowed: InsufficientPods'],
    // A percentage is rounded up: half of three is two.
    [3, { minAvailable: '50%' }, '3/3 healthy, 2 wanted, 1 allowed: SufficientPods'],
    [3, { maxUnavailable: '50%' }, '3/3 healthy, 1 wanted, 2 allowed: SufficientPods'],
    [3, { maxUnavailable: 1 }, '3/3 healthy, 2 wanted, 1 allowed: SufficientPods'],
    [3, { maxUnavailable: 0 }, '3/3 healthy, 3 wanted, 0 allowed: InsufficientPods'],
    [0, { minAvailable: 0 }, '0/0 healthy, 0 wanted, 0 allowed: InsufficientPods'],
  ])('counts the pods of a Deployment of %i with %j', (replicas, spec, line) => {
    const world = new World();
    world.deploy(replicas, spec);
    expect(world.line).toBe(line);
    expect(world.status.observedGeneration).toBe(1);
  });

  it('counts against the scale that was asked for, not against the pods there are', () => {
    const world = new World();
    world.cluster.readies = (): boolean => false;
    world.deploy(4, { maxUnavailable: 1 });
    expect(world.line).toBe('0/4 healthy, 3 wanted, 0 allowed: InsufficientPods');
    expect(world.evict(world.cluster.podsOf('web')[0])).toBe('The disruption budget web needs 3 healthy pods and has 0 currently');
    world.admin.patch(POD_DISRUPTION_BUDGETS, 'default', 'web', { spec: { unhealthyPodEvictionPolicy: 'AlwaysAllow' } });
    expect(world.evict(world.cluster.podsOf('web')[0])).toBe('evicted');
  });

  it('counts a Deployment once, however many ReplicaSets its pods are of', () => {
    const world = new World();
    world.deploy(4, { maxUnavailable: 1 });
    world.admin.patch(DEPLOYMENTS, 'default', 'web', { spec: { template: { spec: { containers: [{ name: 'nginx', image: 'bad' }] } } } });
    world.cluster.settle();
    expect(world.cluster.sets('web').map(({ spec }) => spec?.replicas)).toEqual([3, 2]);
    expect(world.line).toBe('3/4 healthy, 3 wanted, 0 allowed: InsufficientPods');
  });

  it('takes an eviction into account until the pod is gone, and gives it back after two minutes if it stays', () => {
    const world = new World();
    world.deploy(3, { minAvailable: 2 });
    const [first, second] = world.cluster.podsOf('web');
    // The controller has not seen yet that one of the three is going.
    expect([world.evict(first), world.evict(second)]).toEqual([
      'evicted',
      'The disruption budget web does not allow evicting pods currently',
    ]);
    world.cluster.settle();
    expect(world.line).toBe('3/3 healthy, 2 wanted, 1 allowed: SufficientPods');
    expect(world.status.disruptedPods).toBeUndefined();

    // An eviction that was allowed, and whose delete never came.
    const [stays] = world.cluster.podsOf('web');
    const budget = world.admin.get(POD_DISRUPTION_BUDGETS, 'default', 'web');
    const disruptedPods = { [stays?.metadata.name ?? '']: formatTime(world.cluster.sim.now) };
    world.admin.updateStatus(POD_DISRUPTION_BUDGETS, { ...budget, status: { ...budget.status, disruptedPods } });
    world.cluster.run(119);
    expect(world.line).toBe('2/3 healthy, 2 wanted, 0 allowed: InsufficientPods');
    world.cluster.run(3);
    expect(world.line).toBe('3/3 healthy, 2 wanted, 1 allowed: SufficientPods');
    expect(world.cluster.events('Pod')).toContain(
      "Warning NotDeleted: Pod was expected by PDB default/default to be deleted but it wasn't",
    );
  });

  it('allows nothing, and says why, where the scale of a controller cannot be found', () => {
    const world = new World();
    const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'nginx' }] } };
    const { metadata } = world.admin.create(CRON_JOBS, {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name: 'x', namespace: 'default' },
      spec: { schedule: '0 0 1 1 *', jobTemplate: { spec: { template } } },
    });
    const owner = { apiVersion: 'batch/v1', kind: 'CronJob', name: 'x', uid: metadata.uid, controller: true };
    world.bare('a', owner);
    world.budget({ maxUnavailable: 1 });
    expect(world.line).toBe('0/0 healthy, 0 wanted, 0 allowed: SyncFailed cronjobs.batch does not implement the scale subresource');
    expect(world.cluster.events('PodDisruptionBudget')).toContain(
      'Warning CalculateExpectedPodCountFailed: Failed to calculate the number of expected pods: cronjobs.batch does not implement the scale subresource',
    );
  });

  it('says so where a budget has no pods, pods without a controller, or a pod two budgets', () => {
    const world = new World();
    world.budget({ maxUnavailable: '50%' });
    expect(world.cluster.events('PodDisruptionBudget')).toEqual(['Normal NoPods: No matching pods found']);
    world.bare('a');
    expect(world.cluster.events('PodDisruptionBudget').join('\n')).toContain(
      '(selector: &LabelSelector{MatchLabels:map[string]string{app: web,},MatchExpressions:[]LabelSelectorRequirement{},}) were found to be unmanaged.',
    );
    expect(world.line).toBe('1/0 healthy, 0 wanted, 0 allowed: InsufficientPods');
    world.budget({ minAvailable: 1 }, 'other');
    world.bare('b');
    expect(world.cluster.events('Pod').join('\n')).toContain(
      'MultiplePodDisruptionBudgets: Pod "default"/"b" matches multiple PodDisruptionBudgets.  Chose "web" arbitrarily.',
    );
  });

  it('takes back the word of a pod that was to be disrupted and was not', () => {
    const world = new World();
    world.bare('a');
    const pod = world.admin.get(PODS, 'default', 'a');
    const lastTransitionTime = formatTime(world.cluster.sim.now);
    const target = { type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler', lastTransitionTime };
    world.admin.updateStatus(PODS, { ...pod, status: { ...pod.status, conditions: [...(pod.status?.conditions ?? []), target] } });
    const said = (): string | undefined =>
      world.admin.get(PODS, 'default', 'a').status?.conditions?.find(({ type }) => type === 'DisruptionTarget')?.status;
    world.cluster.run(118);
    expect(said()).toBe('True');
    world.cluster.run(4);
    expect(said()).toBe('False');
  });

  it('never lets evictions take more pods than the budget has, whatever order they come in', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 0, max: 6 }),
        fc.array(fc.nat({ max: 60 }), { minLength: 1, maxLength: 12 }),
        (replicas, minAvailable, evictions) => {
          const world = new World();
          world.deploy(replicas, { minAvailable });
          const healthy = (): number =>
            world.cluster
              .podsOf('web')
              .filter(
                ({ metadata, status }) =>
                  metadata.deletionTimestamp === undefined &&
                  status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
              ).length;
          for (const pause of evictions) {
            const pods = world.cluster.podsOf('web').filter(({ status }) => status?.phase === 'Running');
            if (pods.length > 0) world.evict(pods[pause % pods.length]);
            expect(healthy()).toBeGreaterThanOrEqual(Math.min(replicas, minAvailable));
            world.cluster.sim.runFor(pause * 10);
          }
          world.cluster.settle();
          expect(healthy()).toBe(replicas);
        },
      ),
      { numRuns: 60 },
    );
  }, 30_000);
});
