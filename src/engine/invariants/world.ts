import type { Pod, PodDisruptionBudget } from '../api/generated/types.ts';
import { StatusError } from '../api/errors.ts';
import type { ApiObject } from '../api/meta.ts';
import { OutsideClient, type Resource } from '../client/client.ts';
import { CONFIG_MAPS, DAEMON_SETS, DEPLOYMENTS, PODS, POD_DISRUPTION_BUDGETS, REPLICA_SETS, STATEFUL_SETS } from '../client/resources.ts';
import { ADMIN, Cluster } from '../cluster.ts';
import { FaultProblem, type Fault } from '../faults/fault.ts';
import { parseScenario } from '../scenario.ts';
import { MINUTE, SECOND, type Millis } from '../sim/time.ts';
import { check, Disagreement } from './check.ts';
import { ANY_FAULT } from './faults.ts';
import { BAD, GOOD, HELD, NAMESPACE, OPERATIONS, TASKS, template, type Operable, type Scaled } from './operations.ts';

const NODES = ['node-1', 'node-2', 'node-3'];
const SCENARIO = parseScenario(
  { name: 'invariants', systemPods: false, controlPlane: false, nodes: NODES.map((name) => ({ name })), images: TASKS },
  'invariants',
);
/** An object that somebody has done something to this short a time ago may be seen otherwise by who acts on it. */
const SEEN: Millis = 2 * SECOND;
/** Mostly short: an idle minute costs as much as an operation. Now and then long enough for a lost node's pods to be evicted. */
const SHORT: readonly Millis[] = [0, 50, 50, 300, SECOND, SECOND, 3 * SECOND, 3 * SECOND];
const LONG: readonly Millis[] = [10 * SECOND, 10 * SECOND, 10 * SECOND, 30 * SECOND, 30 * SECOND, MINUTE, MINUTE, 6 * MINUTE];
const WAITS: readonly Millis[] = [...SHORT, ...SHORT, ...LONG];
/** How long back-offs and taints may hold things up. */
const REST: Millis = 40 * MINUTE;

/** One thing done, and how long the world goes on before the next: numbers, so that a failing run can be made smaller. */
export type Step = readonly [kind: number, which: number, size: number, wait: number];

/** A cluster to which random things are done and in which random things break, and what has to be true of it whatever they are. */
export class InvariantWorld implements Operable {
  readonly cluster: Cluster;
  readonly admin: OutsideClient;
  /** When a pod of a name was Ready last; unset while it is. */
  readonly #ready = new Map<string, Millis | undefined>();
  #names = 0;

  constructor(seed: number, log: boolean) {
    this.cluster = new Cluster({ scenario: SCENARIO, seed, log, freeze: log });
    this.admin = new OutsideClient(this.cluster.apiserver, 'admin', ADMIN);
    const prefix = '/registry/pods/';
    this.cluster.store.watch({
      start: prefix,
      end: `${prefix}\uffff`,
      onEvent: ({ kv, prev }) => this.#observe(kv?.value as Pod | undefined, prev?.value as Pod | undefined),
    });
  }

  perform([kind, which, size, wait]: Step): void {
    const at = kind % (OPERATIONS.length + ANY_FAULT.length);
    const fault = ANY_FAULT[at - OPERATIONS.length];
    try {
      if (fault === undefined) OPERATIONS[at]?.(this, which, size);
      else this.#breakOrMend(fault(which, size, this.pod(which)?.metadata.name));
    } catch (error) {
      // A refusal is an answer.
      if (!(error instanceof StatusError || error instanceof FaultProblem)) throw error;
    }
    this.cluster.sim.runFor(WAITS[wait % WAITS.length] as Millis);
  }

  /** Everything works again, nobody holds anything any more, and what is asked for can be had. */
  mend(): void {
    const { cluster } = this;
    for (const fault of cluster.faults.active) cluster.fault(fault, true);
    // A standby takes over within seventeen seconds.
    cluster.sim.runFor(20 * SECOND);
    for (const { metadata } of this.all(CONFIG_MAPS))
      if (metadata.finalizers?.includes(HELD) === true) this.patch(CONFIG_MAPS, metadata.name ?? '', { metadata: { finalizers: null } });
    for (const resource of [DEPLOYMENTS, REPLICA_SETS, STATEFUL_SETS, DAEMON_SETS] as readonly Resource<Scaled>[])
      for (const { metadata, spec } of this.all(resource))
        if (metadata.ownerReferences === undefined && spec?.template?.spec?.containers[0]?.image === BAD)
          this.patch(resource, metadata.name ?? '', template(GOOD));
    cluster.sim.runFor(SECOND);
    // A StatefulSet does not replace a pod that never was ready, and a ReplicaSet none because of its image: who mended the template deletes it.
    for (const { metadata, spec } of this.all(PODS))
      if (spec?.containers[0]?.image === BAD) this.admin.delete(PODS, NAMESPACE, metadata.name ?? '');
  }

  /** Lets the world go on until all is as it was asked for. */
  settle(): void {
    const { sim } = this.cluster;
    const until = sim.now + REST;
    for (let turn = 20 * SECOND; ; turn = MINUTE) {
      // What a program does is no work of the cluster: a Job's pods may run for a while. A back-off is.
      sim.runFor(turn);
      if (!sim.runUntilQuiet(REST)) throw new Error('the cluster does not become quiet');
      try {
        return check((resource) => this.all(resource), NODES);
      } catch (error) {
        // A node's pressure outlasts its cause by five minutes, and a failed DaemonSet pod comes back more and more slowly.
        if (!(error instanceof Disagreement) || sim.now > until) throw error;
      }
    }
  }

  name(kind: string): string {
    return `${kind}-${this.#names++}`;
  }

  anyOf<T extends ApiObject>(resource: Resource<T>, which: number): string | undefined {
    const free = this.all(resource).filter(({ metadata: { ownerReferences } }) => ownerReferences === undefined);
    return free[which % free.length]?.metadata.name;
  }

  pod(which: number): Pod | undefined {
    const pods = this.all(PODS);
    return pods[which % pods.length];
  }

  create<T extends ApiObject>(resource: Resource<T>, object: object): void {
    this.admin.create(resource, object as T);
  }

  patch<T extends ApiObject>(resource: Resource<T>, name: string, body: object): void {
    this.admin.patch(resource, NAMESPACE, name, body, { type: 'merge' });
  }

  all<T extends ApiObject>(resource: Resource<T>): readonly T[] {
    return this.admin.list(resource, { namespace: NAMESPACE }).items;
  }

  /** Evicts all pods of a budget at once, as a drain would; no more may go than the budget has to give. */
  evict(which: number): void {
    const budgets = this.all(POD_DISRUPTION_BUDGETS);
    const budget = budgets[which % budgets.length];
    if (budget === undefined) return;
    const given = budget.metadata.name ?? '';
    const allowed = this.admin.get(POD_DISRUPTION_BUDGETS, NAMESPACE, given).status?.disruptionsAllowed ?? 0;
    let granted = 0;
    for (const pod of this.all(PODS).filter(({ metadata }) => metadata.labels?.['app'] === given)) {
      const healthy = isReady(pod) && pod.metadata.deletionTimestamp === undefined;
      const { name } = pod.metadata;
      try {
        this.admin.createSub(PODS, NAMESPACE, name ?? '', 'eviction', {
          apiVersion: 'policy/v1',
          kind: 'Eviction',
          metadata: { name, namespace: NAMESPACE },
        });
        if (healthy) granted++;
      } catch (error) {
        if (!(error instanceof StatusError)) throw error;
      }
    }
    if (granted > allowed) throw new Error(`budget ${given} allowed ${allowed} disruptions, ${granted} were granted`);
    this.#enoughAreLeft(budget, granted);
  }

  /** Where the budget was up to date, enough healthy pods are left. */
  #enoughAreLeft({ metadata, spec, status }: PodDisruptionBudget, granted: number): void {
    if (granted === 0 || status?.observedGeneration !== metadata.generation) return;
    const left = (status?.currentHealthy ?? 0) - granted;
    const least = Number(spec?.minAvailable ?? 0);
    if (left < least) throw new Error(`budget ${metadata.name ?? ''} wants ${least} healthy pods, ${left} are left`);
  }

  #breakOrMend(fault: Fault | undefined): void {
    if (fault === undefined) return;
    const broken = this.cluster.faults.active.find((each) => each.fault === fault.fault && each.target === fault.target);
    this.cluster.fault(broken ?? fault, broken !== undefined);
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
    const stored = this.all(STATEFUL_SETS).find(({ metadata: { uid } }) => uid === owner.uid);
    if (stored === undefined || stored.spec?.podManagementPolicy === 'Parallel') return;
    for (let i = 0; i < Number(ordinal); i++) {
      const before = `${set ?? ''}-${i}`;
      const since = this.#ready.has(before) ? this.#ready.get(before) : Number.NEGATIVE_INFINITY;
      if (since !== undefined && since < this.cluster.sim.now - SEEN)
        throw new Error(`${metadata.name ?? ''} is made while ${before} is not ready`);
    }
  }
}

function isReady({ status }: Pod): boolean {
  return status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') === true;
}
