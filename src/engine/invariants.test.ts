import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Deployment, Pod, PodDisruptionBudget, StatefulSet } from './api/generated/types.ts';
import { StatusError } from './api/errors.ts';
import type { ApiObject } from './api/meta.ts';
import { OutsideClient, type DeleteOptions, type Resource } from './client/client.ts';
import {
  CONFIG_MAPS,
  DAEMON_SETS,
  DEPLOYMENTS,
  JOBS,
  PODS,
  POD_DISRUPTION_BUDGETS,
  REPLICA_SETS,
  STATEFUL_SETS,
} from './client/resources.ts';
import { ADMIN, Cluster } from './cluster.ts';
import type { Fault } from './faults/fault.ts';
import { parseScenario } from './scenario.ts';
import { MINUTE, SECOND, type Millis } from './sim/time.ts';

// What holds whatever is done and whatever breaks: random operations come in at the front door, random faults happen, and once
// they have stopped everything is as it was asked for. `INVARIANTS=10000` plays that many runs.
const environment = (globalThis as { process?: { env: Record<string, string | undefined> } }).process?.env ?? {};
const RUNS = Number(environment['INVARIANTS'] ?? 30);
const SCENARIO = parseScenario(
  {
    name: 'invariants',
    systemPods: false,
    controlPlane: false,
    nodes: [{ name: 'node-1' }, { name: 'node-2' }, { name: 'node-3' }],
    images: [0, 5, 20].map((seconds) => ({ name: `task:${seconds}`, crashAfter: seconds * SECOND, exitCode: 0 })),
  },
  'invariants',
);
const NAMESPACE = 'default';
const HELD = 'example.com/held';
const IMAGES = ['nginx:1.26', 'nginx:1.27', 'nginx:nosuch'];
const GOOD = 'nginx:1.28';
/** An object that somebody has done something to this short a time ago may be seen otherwise by who acts on it. */
const SEEN: Millis = 2 * SECOND;

/** One thing done, and how long the world goes on before the next: numbers, so that a failing run can be made smaller. */
type Step = readonly [kind: number, which: number, size: number, wait: number];
const steps = fc.array(fc.tuple(fc.nat(99), fc.nat(99), fc.nat(99), fc.nat(99)), { minLength: 3, maxLength: 25 });

test(`${RUNS} runs of random operations and faults`, { timeout: 60_000 + RUNS * 2_000 }, () => {
  fc.assert(
    fc.property(fc.nat(), steps, (seed, done) => {
      // Once in a while with a log and all of it again: the same seed is the same history.
      if (seed % 10 !== 0) run(seed, done, false);
      else expect(run(seed, done, true)).toBe(run(seed, done, true));
    }),
    {
      numRuns: RUNS,
      endOnFailure: environment['INVARIANTS_FAST'] !== undefined,
      ...(environment['INVARIANTS_SEED'] === undefined ? {} : { seed: Number(environment['INVARIANTS_SEED']) }),
    },
  );
});

function run(seed: number, done: readonly Step[], log: boolean): string {
  const world = new World(seed, log);
  for (const step of done) world.perform(step);
  world.mend();
  world.settle();
  world.check();
  return world.cluster.sim.log.hash();
}

class World {
  readonly cluster: Cluster;
  readonly #admin: OutsideClient;
  readonly #faults = new Set<string>();
  /** When a pod of a name was Ready last; unset while it is. */
  readonly #ready = new Map<string, Millis | undefined>();
  #names = 0;

  constructor(seed: number, log: boolean) {
    this.cluster = new Cluster({ scenario: SCENARIO, seed, log, freeze: log });
    this.#admin = new OutsideClient(this.cluster.apiserver, 'admin', ADMIN);
    const prefix = '/registry/pods/';
    this.cluster.store.watch({
      start: prefix,
      end: `${prefix}\uffff`,
      onEvent: ({ kv, prev }) => this.#observe(kv?.value as Pod | undefined, prev?.value as Pod | undefined),
    });
  }

  perform([kind, which, size, wait]: Step): void {
    const ways = this.#ways();
    try {
      (ways[kind % ways.length] as (which: number, size: number) => void)(which, size);
    } catch (error) {
      // A refusal is an answer.
      if (!(error instanceof StatusError)) throw error;
    }
    this.cluster.sim.runFor(WAITS[wait % WAITS.length] as Millis);
  }

  /** Everything works again, nobody holds anything any more, and what is asked for can be had. */
  mend(): void {
    const { cluster } = this;
    for (const fault of this.#faults) cluster.fault(JSON.parse(fault) as Fault, true);
    this.#faults.clear();
    cluster.sim.runFor(MINUTE);
    for (const { metadata } of this.#all(CONFIG_MAPS))
      if (metadata.finalizers?.includes(HELD) === true) this.#patch(CONFIG_MAPS, metadata.name ?? '', { metadata: { finalizers: null } });
    for (const resource of [DEPLOYMENTS, REPLICA_SETS, STATEFUL_SETS, DAEMON_SETS])
      for (const { metadata, spec } of this.#all(resource as Resource<Deployment>))
        if (metadata.ownerReferences === undefined && spec?.template.spec?.containers[0]?.image === 'nginx:nosuch')
          this.#patch(resource as Resource<Deployment>, metadata.name ?? '', template(GOOD));
    cluster.sim.runFor(SECOND);
    // A StatefulSet does not replace a pod that never was ready, and a ReplicaSet none because of its image: who mended the template deletes it.
    for (const { metadata, spec } of this.#all(PODS))
      if (spec?.containers[0]?.image === 'nginx:nosuch') this.#admin.delete(PODS, NAMESPACE, metadata.name ?? '');
  }

  settle(): void {
    // What a program does is no work of the cluster: the longest Job has five times twenty seconds to run. A back-off is.
    this.cluster.sim.runFor(2 * MINUTE);
    expect(this.cluster.sim.runUntilQuiet(60 * MINUTE), 'the cluster does not become quiet').toBe(true);
    this.cluster.sim.runFor(2 * MINUTE);
    expect(this.cluster.sim.runUntilQuiet(60 * MINUTE), 'the cluster does not become quiet').toBe(true);
  }

  check(): void {
    const pods = this.#all(PODS);
    const owned = (owner: ApiObject): Pod[] =>
      pods.filter(
        ({ metadata, status }) =>
          metadata.ownerReferences?.some(({ uid, controller }) => controller === true && uid === owner.metadata.uid) === true &&
          status?.phase !== 'Succeeded' &&
          status?.phase !== 'Failed',
      );
    const nameOf = ({ kind, metadata }: ApiObject): string => `${kind} ${metadata.name ?? ''}`;

    for (const replicaSet of this.#all(REPLICA_SETS)) {
      const wanted = replicaSet.spec?.replicas ?? 1;
      expect([owned(replicaSet).length, replicaSet.status?.replicas, replicaSet.status?.readyReplicas ?? 0], nameOf(replicaSet)).toEqual([
        wanted,
        wanted,
        wanted,
      ]);
    }
    for (const deployment of this.#all(DEPLOYMENTS)) {
      const wanted = deployment.spec?.replicas ?? 1;
      const { replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = deployment.status ?? {};
      expect([replicas, updatedReplicas, availableReplicas], nameOf(deployment)).toEqual([wanted, wanted, wanted]);
    }
    for (const set of this.#all(STATEFUL_SETS)) {
      const names = Array.from({ length: set.spec?.replicas ?? 1 }, (_, i) => `${set.metadata.name ?? ''}-${i}`);
      expect(
        owned(set)
          .map(({ metadata }) => metadata.name ?? '')
          .toSorted(),
        nameOf(set),
      ).toEqual(names);
      expect(set.status?.readyReplicas ?? 0, nameOf(set)).toBe(names.length);
    }
    for (const set of this.#all(DAEMON_SETS)) {
      const nodes = owned(set).map(({ spec }) => spec?.nodeName);
      expect(nodes.toSorted(), nameOf(set)).toEqual(['node-1', 'node-2', 'node-3']);
      expect(set.status?.numberReady, nameOf(set)).toBe(3);
    }
    for (const job of this.#all(JOBS)) {
      const { conditions = [], succeeded = 0, active = 0, uncountedTerminatedPods } = job.status ?? {};
      const ends = conditions.filter(({ type, status }) => status === 'True' && (type === 'Complete' || type === 'Failed'));
      expect(
        ends.map(({ type }) => type),
        nameOf(job),
      ).toHaveLength(1);
      if (ends[0]?.type === 'Complete') expect(succeeded, nameOf(job)).toBe(job.spec?.completions ?? 1);
      expect([active, uncountedTerminatedPods ?? {}], nameOf(job)).toEqual([0, {}]);
    }

    for (const resource of [CONFIG_MAPS, DEPLOYMENTS, REPLICA_SETS, STATEFUL_SETS, DAEMON_SETS, JOBS, PODS] as Resource<ApiObject>[])
      for (const object of this.#all(resource))
        expect(object.metadata.deletionTimestamp, `${nameOf(object)} is never gone`).toBeUndefined();
    for (const pod of pods) expect(pod.metadata.finalizers ?? [], `${nameOf(pod)} is never let go`).toEqual([]);
    this.#identities();
  }

  /** No address and no identity twice. */
  #identities(): void {
    const alive = this.#all(PODS).filter(({ status }) => status?.phase === 'Running');
    const addresses = alive.map(({ status }) => status?.podIP);
    expect(addresses.length, `two pods have one address: ${addresses.join(' ')}`).toBe(new Set(addresses).size);
    const uids = alive.map(({ metadata }) => metadata.uid);
    expect(uids.length).toBe(new Set(uids).size);
  }

  #ways(): ((which: number, size: number) => void)[] {
    const create = <T extends ApiObject>(resource: Resource<T>, object: object): void => {
      this.#admin.create(resource, object as T);
    };
    const name = (kind: string): string => `${kind}-${this.#names++}`;
    const metadata = (given: string): object => ({ name: given, namespace: NAMESPACE });
    const anyOf = <T extends ApiObject>(resource: Resource<T>, which: number): string | undefined => {
      const free = this.#all(resource).filter(({ metadata: { ownerReferences } }) => ownerReferences === undefined);
      return free[which % free.length]?.metadata.name;
    };
    const pod = (which: number): Pod | undefined => {
      const pods = this.#all(PODS);
      return pods[which % pods.length];
    };
    const scalable = [DEPLOYMENTS, STATEFUL_SETS, REPLICA_SETS] as Resource<Deployment>[];
    const deletable = [...scalable, DAEMON_SETS, JOBS] as Resource<ApiObject>[];
    const common = (given: string, image: string): object => ({
      selector: { matchLabels: { app: given } },
      template: {
        metadata: { labels: { app: given } },
        spec: { terminationGracePeriodSeconds: 5, containers: [{ name: 'c', image }] },
      },
    });
    const budget = (given: string, minAvailable: number): void =>
      create(POD_DISRUPTION_BUDGETS, {
        metadata: metadata(given),
        spec: { minAvailable, selector: { matchLabels: { app: given } } },
      });
    const on = (fault: Fault): void => {
      const text = JSON.stringify(fault);
      const broken = this.#faults.has(text);
      this.cluster.fault(fault, broken);
      if (broken) this.#faults.delete(text);
      else this.#faults.add(text);
    };

    return [
      (which, size) => {
        const given = name('deployment');
        create(DEPLOYMENTS, { metadata: metadata(given), spec: { replicas: size % 5, ...common(given, IMAGES[which % 2] ?? GOOD) } });
        if (which % 3 === 0) budget(given, size % 4);
      },
      (which, size) => {
        const given = name('stateful');
        const podManagementPolicy = which % 4 === 3 ? 'Parallel' : 'OrderedReady';
        create(STATEFUL_SETS, {
          metadata: metadata(given),
          spec: { serviceName: given, replicas: size % 4, podManagementPolicy, ...common(given, IMAGES[which % 2] ?? GOOD) },
        });
        if (which % 3 === 0) budget(given, size % 4);
      },
      (_which, size) => {
        const given = name('replica');
        create(REPLICA_SETS, { metadata: metadata(given), spec: { replicas: size % 5, ...common(given, GOOD) } });
      },
      () => {
        const given = name('daemon');
        create(DAEMON_SETS, { metadata: metadata(given), spec: common(given, GOOD) });
      },
      (which, size) => {
        const image = SCENARIO.images[which % SCENARIO.images.length]?.name;
        const spec = { restartPolicy: 'Never', terminationGracePeriodSeconds: 1, containers: [{ name: 'c', image }] };
        create(JOBS, {
          metadata: metadata(name('job')),
          spec: {
            completions: 1 + (size % 5),
            parallelism: 1 + (which % 3),
            backoffLimit: 1000,
            completionMode: which % 2 === 0 ? 'Indexed' : 'NonIndexed',
            ...(which % 5 === 0 ? { podReplacementPolicy: 'Failed' } : {}),
            template: { spec },
          },
        });
      },
      (which, size) => {
        const resource = scalable[which % scalable.length] as Resource<Deployment>;
        const given = anyOf(resource, which);
        if (given !== undefined) this.#patch(resource, given, { spec: { replicas: size % 6 } });
      },
      (which, size) => {
        const resource = [DEPLOYMENTS, STATEFUL_SETS, DAEMON_SETS][which % 3] as Resource<Deployment>;
        const given = anyOf(resource, which);
        if (given !== undefined) this.#patch(resource, given, template(IMAGES[size % IMAGES.length] ?? GOOD));
      },
      (which, size) => {
        const resource = deletable[which % deletable.length] as Resource<ApiObject>;
        const given = anyOf(resource, which);
        const propagationPolicy = (['Background', 'Foreground', 'Orphan'] as const)[size % 3] ?? 'Background';
        // Orphans of a StatefulSet or a Job would belong to nobody, for ever: they are no invariant's concern.
        const options: DeleteOptions = propagationPolicy === 'Orphan' && resource.kind !== 'Deployment' ? {} : { propagationPolicy };
        if (given !== undefined) this.#admin.delete(resource, NAMESPACE, given, options);
      },
      (which, size) => {
        const given = pod(which)?.metadata.name;
        if (given !== undefined) this.#admin.delete(PODS, NAMESPACE, given, size % 4 === 0 ? { gracePeriodSeconds: 0 } : {});
      },
      (which) => this.#evict(which),
      (which) => this.#evict(which),
      (which, size) => {
        const given = name('held');
        create(CONFIG_MAPS, { metadata: { ...metadata(given), ...(size % 2 === 0 ? { finalizers: [HELD] } : {}) } });
        if (which % 2 === 0) this.#admin.delete(CONFIG_MAPS, NAMESPACE, given);
      },
      (which) => on({ fault: 'node-stopped', target: `node-${1 + (which % 3)}` }),
      (which) => on({ fault: 'component-stopped', target: ['controller-manager', 'scheduler'][which % 2] ?? '' }),
      (which) => on({ fault: 'component-stopped', target: `kubelet@node-${1 + (which % 3)}` }),
    ];
  }

  /** Evicts all pods of a budget at once, as a drain would; no more may go than the budget has to give. */
  #evict(which: number): void {
    const budgets = this.#all(POD_DISRUPTION_BUDGETS);
    const budget = budgets[which % budgets.length];
    if (budget === undefined) return;
    const given = budget.metadata.name ?? '';
    const allowed = this.#admin.get(POD_DISRUPTION_BUDGETS, NAMESPACE, given).status?.disruptionsAllowed ?? 0;
    let granted = 0;
    for (const pod of this.#all(PODS).filter(({ metadata }) => metadata.labels?.['app'] === given)) {
      const healthy = isReady(pod) && pod.metadata.deletionTimestamp === undefined;
      try {
        this.#admin.createSub(PODS, NAMESPACE, pod.metadata.name ?? '', 'eviction', {
          apiVersion: 'policy/v1',
          kind: 'Eviction',
          metadata: { name: pod.metadata.name, namespace: NAMESPACE },
        });
        if (healthy) granted++;
      } catch (error) {
        if (!(error instanceof StatusError)) throw error;
      }
    }
    expect(granted, `budget ${given} allowed ${allowed} disruptions`).toBeLessThanOrEqual(allowed);
    this.#fresh(budget, granted);
  }

  /** Where the budget was up to date, enough healthy pods are left. */
  #fresh({ metadata, spec, status }: PodDisruptionBudget, granted: number): void {
    if (granted === 0 || status?.observedGeneration !== metadata.generation) return;
    expect((status?.currentHealthy ?? 0) - granted, `budget ${metadata.name ?? ''}`).toBeGreaterThanOrEqual(
      Number(spec?.minAvailable ?? 0),
    );
  }

  #observe(pod: Pod | undefined, previous: Pod | undefined): void {
    const { now } = this.cluster.sim;
    const name = (pod ?? previous)?.metadata.name ?? '';
    const was = previous !== undefined && isReady(previous);
    const is = pod !== undefined && isReady(pod);
    if (pod !== undefined && previous === undefined) this.#inOrder(pod);
    if (is) this.#ready.set(name, undefined);
    else if (was) this.#ready.set(name, now);
  }

  /** An OrderedReady StatefulSet makes a pod only when those before it are ready, as far as it could know. */
  #inOrder({ metadata }: Pod): void {
    const owner = metadata.ownerReferences?.find(({ kind }) => kind === 'StatefulSet');
    const [, set, ordinal] = /^(.*)-(\d+)$/.exec(metadata.name ?? '') ?? [];
    if (owner === undefined || ordinal === undefined) return;
    const stored = (this.#all(STATEFUL_SETS) as readonly StatefulSet[]).find(({ metadata: { uid } }) => uid === owner.uid);
    if (stored === undefined || stored.spec?.podManagementPolicy === 'Parallel') return;
    for (let i = 0; i < Number(ordinal); i++) {
      const before = `${set ?? ''}-${i}`;
      const since = this.#ready.has(before) ? this.#ready.get(before) : Number.NEGATIVE_INFINITY;
      if (since !== undefined && since < this.cluster.sim.now - SEEN)
        throw new Error(`${metadata.name ?? ''} is made while ${before} is not ready`);
    }
  }

  #patch<T extends ApiObject>(resource: Resource<T>, name: string, body: object): void {
    this.#admin.patch(resource, NAMESPACE, name, body, { type: 'merge' });
  }

  #all<T extends ApiObject>(resource: Resource<T>): readonly T[] {
    return this.#admin.list(resource, { namespace: NAMESPACE }).items;
  }
}

const WAITS: readonly Millis[] = [0, 0, 50, 50, SECOND, SECOND, 3 * SECOND, 3 * SECOND, 10 * SECOND, 30 * SECOND, MINUTE, 6 * MINUTE];

function template(image: string): object {
  return { spec: { template: { spec: { containers: [{ name: 'c', image }] } } } };
}

function isReady({ status }: Pod): boolean {
  return status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') === true;
}
