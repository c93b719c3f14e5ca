import type { Pod, ReplicaSet } from '../../api/generated/types.ts';
import { controllerOf, keyOf, type ApiObject } from '../../api/meta.ts';
import { matchesSelector } from '../../api/selector.ts';
import type { EventRecorder } from '../../client/events.ts';
import type { Informer } from '../../client/informer.ts';
import { PODS } from '../../client/resources.ts';
import type { Task } from '../../os/task.ts';
import { SECOND } from '../../sim/time.ts';
import type { ControllerContext } from '../controller.ts';
import { claim } from '../controller-ref.ts';
import { Expectations } from '../expectations.ts';
import type { Informers } from '../informers.ts';
import { isPodActive, isPodReady, readySince } from '../pod-state.ts';
import { Reconciler } from '../reconciler.ts';
import { podsToDelete } from './deletion-order.ts';
import { createPod, deletePod, isNamespaceTerminating } from './pods.ts';
import { REPLICA_SET, type ReplicaKind } from './replica-kind.ts';
import { AT_ONCE, nextEvent, slowStart } from './slow-start.ts';
import { calculateStatus, writeStatus } from './status.ts';
import { Tallies, type Counts } from './tally.ts';

// replica_set.go: at most this many pods are made or deleted in one sync.
const BURST_REPLICAS = 500;

/** Keeps as many pods of each object as its spec asks for: of ReplicaSets, and of kinds that can be looked at as such. */
export class ReplicaController<T extends ApiObject> extends Reconciler {
  readonly #kind: ReplicaKind<T>;
  readonly #sets: Informer<T>;
  readonly #informers: Informers;
  readonly #recorder: EventRecorder;
  readonly #expectations: Expectations;
  readonly #tallies: Tallies;

  constructor(context: ControllerContext, kind: ReplicaKind<T>) {
    super(context, kind.actor);
    this.#kind = kind;
    this.#sets = kind.informer(context.informers);
    this.#informers = context.informers;
    this.#recorder = context.recorder(kind.component);
    this.#expectations = new Expectations(context.sim);
    this.#tallies = new Tallies(context.informers.pods);
    this.watch(this.#sets, {
      added: (rs) => this.queue.add(keyOf(rs)),
      updated: (rs) => this.queue.add(keyOf(rs)),
      deleted: (rs) => {
        this.#expectations.forget(keyOf(rs));
        this.#tallies.forget(kind.view(rs));
        this.queue.add(keyOf(rs));
      },
    });
    this.watch(context.informers.pods, {
      added: (pod) => this.#podAdded(pod),
      updated: (pod, old) => this.#podUpdated(pod, old),
      deleted: (pod) => this.#podDeleted(pod),
    });
  }

  override stop(): void {
    super.stop();
    this.#tallies.clear();
  }

  protected *sync(key: string): Task<void> {
    const rs = this.#find(key);
    if (rs === undefined) return this.#expectations.forget(key);

    const mayManage = this.#expectations.satisfied(key);
    // As they are now: what comes and goes while this sync works is for the next one to tell.
    const counts = { ...this.#tallies.of(rs) };
    const adopted = yield* this.#claimPods(rs, counts);
    const have = counts.active + adopted.length;

    let failure: Error | undefined;
    if (mayManage && rs.metadata.deletionTimestamp === undefined) {
      try {
        yield* this.#manageReplicas(key, rs, have, () => this.#activePods(rs, counts, adopted));
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        failure = error;
      }
    }
    const slow = (rs.spec?.minReadySeconds ?? 0) > 0 ? this.#activePods(rs, counts, adopted) : undefined;
    const updated = yield* writeStatus(this.client, this.#kind, rs, calculateStatus(rs, counts, adopted, slow, failure, this.sim.now));
    if (failure !== undefined) throw failure;

    if (slow !== undefined) this.#awaitAvailability(key, updated, slow);
  }

  /** Releases pods that the selector no longer covers, adopts orphans that it does. Returns the adopted ones. */
  *#claimPods(rs: ReplicaSet, counts: Counts): Task<Pod[]> {
    const { namespace = '', uid = '' } = rs.metadata;
    const { pods } = this.#informers;
    if (rs.spec === undefined || (counts.strangers === 0 && pods.count('orphan', namespace) === 0)) return [];
    const { selector } = rs.spec;
    const strangers =
      counts.strangers === 0 ? [] : pods.by('controller', uid).filter((pod) => !matchesSelector(selector, pod.metadata.labels));
    return yield* claim({
      client: this.client,
      resource: PODS,
      owner: rs,
      ownerResource: this.#kind.resource,
      selector,
      candidates: [...strangers, ...pods.by('orphan', namespace)].filter(isPodActive),
      tell: (text, pod) => this.decide(text, pod),
    });
  }

  /** The pods that count towards the replicas. */
  #activePods(rs: ReplicaSet, { strangers }: Counts, adopted: readonly Pod[]): Pod[] {
    const active = this.#informers.pods.by('controller', rs.metadata.uid ?? '').filter(isPodActive);
    const own = strangers === 0 ? active : active.filter((pod) => matchesSelector(rs.spec?.selector, pod.metadata.labels));
    return adopted.length === 0 ? own : [...own, ...adopted];
  }

  *#manageReplicas(key: string, rs: ReplicaSet, have: number, active: () => Pod[]): Task<void> {
    const wanted = rs.spec?.replicas ?? 1;
    const missing = wanted - have;
    if (missing > 0) yield* this.#createPods(key, rs, have, Math.min(missing, BURST_REPLICAS));
    else if (missing < 0) yield* this.#deletePods(key, rs, active(), Math.min(-missing, BURST_REPLICAS));
  }

  *#createPods(key: string, rs: ReplicaSet, have: number, missing: number): Task<void> {
    this.decide(`Wants ${rs.spec?.replicas ?? 1} pods and has ${have}: creates ${missing}.`, rs);
    // Pods are expected before the first is made, so that no sync in between makes them again.
    this.#expectations.expectCreations(key, missing);
    const { client } = this;
    const recorder = this.#recorder;
    const create = function* (): Task<void> {
      try {
        yield* createPod(client, recorder, rs);
      } catch (error) {
        // The namespace is going away: nothing can be made there, and nothing needs to be.
        if (!isNamespaceTerminating(error)) throw error;
      }
    };
    const { made, failure } = yield* slowStart(missing, create, () => nextEvent(this.sim));
    if (made < missing) this.#expectations.creationObserved(key, missing - made);
    if (failure !== undefined) throw failure;
  }

  *#deletePods(key: string, rs: ReplicaSet, active: readonly Pod[], surplus: number): Task<void> {
    const chosen = podsToDelete(active, () => this.#relatedPods(rs), surplus, this.sim.now);
    this.decide(
      `Wants ${rs.spec?.replicas ?? 1} pods and has ${active.length}: deletes ${chosen.map((pod) => pod.metadata.name ?? '').join(', ')}.`,
      rs,
    );
    this.#expectations.expectDeletions(
      key,
      chosen.map((pod) => pod.metadata.uid ?? ''),
    );
    let failure: Error | undefined;
    for (const [i, pod] of chosen.entries()) {
      if (i > 0 && i % AT_ONCE === 0) yield* nextEvent(this.sim);
      const problem = yield* deletePod(this.client, this.#recorder, rs, pod);
      if (problem === undefined) continue;
      this.#expectations.deletionObserved(key, pod.metadata.uid ?? '');
      if (problem !== 'gone') failure ??= problem;
    }
    if (failure !== undefined) throw failure;
  }

  /** Pods of all ReplicaSets under the same owner: a node that already holds several of them gives up one first. */
  #relatedPods(rs: ReplicaSet): Pod[] {
    const owner = controllerOf(rs);
    const family: readonly ApiObject[] = owner === undefined ? [rs] : this.#sets.by('controller', owner.uid);
    return family.flatMap((relative) => this.#informers.pods.by('controller', relative.metadata.uid ?? ''));
  }

  /** With minReadySeconds, a ready pod becomes available by the mere passing of time: the sync has to come again. */
  #awaitAvailability(key: string, rs: ReplicaSet, active: readonly Pod[]): void {
    const minReadySeconds = rs.spec?.minReadySeconds ?? 0;
    const { readyReplicas = 0, availableReplicas = 0 } = rs.status ?? {};
    if (minReadySeconds === 0 || readyReplicas === availableReplicas) return;
    const { now } = this.sim;
    const due = active.map((pod) => readySince(pod) + minReadySeconds * SECOND - now).filter((wait) => wait > 0);
    if (due.length > 0) this.queue.addAfter(key, Math.min(...due));
  }

  #podAdded(pod: Pod): void {
    this.#tallies.changed(pod);
    // After a restart of the manager a pod can turn up that is already being deleted.
    if (pod.metadata.deletionTimestamp !== undefined) return this.#podGoing(pod);
    const rs = this.#ownerOf(pod);
    if (rs !== undefined) {
      this.#expectations.creationObserved(keyOf(rs));
      return this.queue.add(keyOf(rs));
    }
    if (controllerOf(pod) === undefined) this.#addMatching(pod);
  }

  #podUpdated(pod: Pod, old: Pod): void {
    this.#tallies.changed(pod, old);
    const relabelled = pod.metadata.labels !== old.metadata.labels;
    if (pod.metadata.deletionTimestamp !== undefined) {
      this.#podGoing(pod);
      return;
    }
    const changedOwner = controllerOf(pod)?.uid !== controllerOf(old)?.uid;
    if (changedOwner) {
      const former = this.#ownerOf(old);
      if (former !== undefined) this.queue.add(keyOf(former));
    }
    const rs = this.#ownerOf(pod);
    if (rs !== undefined) {
      this.queue.add(keyOf(rs));
      const { minReadySeconds = 0 } = rs.spec ?? {};
      if (minReadySeconds > 0 && !isPodReady(old) && isPodReady(pod)) this.queue.addAfter(keyOf(rs), minReadySeconds * SECOND + SECOND);
      return;
    }
    if (controllerOf(pod) === undefined && (relabelled || changedOwner)) this.#addMatching(pod);
  }

  #podDeleted(pod: Pod): void {
    this.#tallies.removed(pod);
    this.#podGoing(pod);
  }

  #podGoing(pod: Pod): void {
    const rs = this.#ownerOf(pod);
    if (rs === undefined) return;
    this.#expectations.deletionObserved(keyOf(rs), pod.metadata.uid ?? '');
    this.queue.add(keyOf(rs));
  }

  #find(key: string): ReplicaSet | undefined {
    const found = this.#sets.get(key);
    return found === undefined ? undefined : this.#kind.view(found);
  }

  #ownerOf(pod: Pod): ReplicaSet | undefined {
    const owner = controllerOf(pod);
    if (owner === undefined || owner.kind !== this.#kind.resource.kind) return undefined;
    const rs = this.#find(`${pod.metadata.namespace ?? ''}/${owner.name}`);
    return rs?.metadata.uid === owner.uid ? rs : undefined;
  }

  /** An orphan interests every ReplicaSet of its namespace that selects it. */
  #addMatching(pod: Pod): void {
    if (pod.metadata.labels === undefined) return;
    for (const set of this.#sets.by('namespace', pod.metadata.namespace ?? '')) {
      const rs = this.#kind.view(set);
      if (rs.spec !== undefined && matchesSelector(rs.spec.selector, pod.metadata.labels)) this.queue.add(keyOf(rs));
    }
  }
}

export class ReplicaSetController extends ReplicaController<ReplicaSet> {
  constructor(context: ControllerContext) {
    super(context, REPLICA_SET);
  }
}
