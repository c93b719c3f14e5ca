import { StatusError, isConflict } from '../../api/errors.ts';
import type { Pod, PodDisruptionBudget, PodDisruptionBudgetStatus } from '../../api/generated/types.ts';
import { keyOf } from '../../api/meta.ts';
import { labelSelectorRequirements, matchesSelector } from '../../api/selector.ts';
import type { EventRecorder } from '../../client/events.ts';
import type { Informer } from '../../client/informer.ts';
import { PODS, POD_DISRUPTION_BUDGETS, STATEFUL_SETS } from '../../client/resources.ts';
import type { WorkQueue } from '../../client/workqueue.ts';
import type { Task } from '../../os/task.ts';
import { MINUTE, formatTime, parseTime, type Millis } from '../../sim/time.ts';
import type { ControllerContext } from '../controller.ts';
import { ResourceMap } from '../garbage-collector/resource-map.ts';
import { goLabelSelector } from '../go-selector.ts';
import type { Informers } from '../informers.ts';
import { isPodTerminal, podCondition, withPodCondition } from '../pod-state.ts';
import { Reconciler, SyncError } from '../reconciler.ts';
import { ScaleClient } from '../scale-client.ts';
import { selectedPods } from '../selected-pods.ts';
import { expectedPods, type Scales } from './expected.ts';
import { countHealthy, disruptedPods, failedStatus, statusOf } from './status.ts';

/** How long a pod may say that it is about to be disrupted without being deleted (stalePodDisruptionTimeout). */
const STALE_AFTER: Millis = 2 * MINUTE;

/** Counts for each PodDisruptionBudget how many of its pods may be disrupted; the eviction API asks these numbers. */
export class DisruptionController extends Reconciler {
  readonly #informers: Informers;
  readonly #budgets: Informer<PodDisruptionBudget>;
  readonly #scales: Scales;
  readonly #recorder: EventRecorder;
  readonly #stale: WorkQueue;

  constructor(context: ControllerContext) {
    super(context, 'controller/disruption');
    const { informers } = context;
    this.#informers = informers;
    this.#recorder = context.recorder('controllermanager');
    this.#budgets = informers.of(POD_DISRUPTION_BUDGETS, { namespace: ({ metadata }) => [metadata.namespace ?? ''] });
    this.#scales = {
      informers,
      statefulSets: informers.of(STATEFUL_SETS),
      client: new ScaleClient(this.client, new ResourceMap(this.client)),
    };
    // Asked for here, so that they are filled before the first count.
    void [informers.replicaSets, informers.replicationControllers, informers.deployments];
    this.#stale = this.newQueue(this.actor, (key) => this.#syncStale(key));
    const changed = (budget: PodDisruptionBudget): void => this.queue.add(keyOf(budget));
    this.watch(this.#budgets, { added: changed, updated: changed, deleted: changed });
    this.watch(informers.pods, {
      added: (pod) => this.#podChanged(pod),
      updated: (pod) => this.#podChanged(pod),
      deleted: (pod) => this.#budgetChanged(pod),
    });
  }

  override start(): void {
    super.start();
    this.#stale.start();
  }

  override stop(): void {
    this.#stale.stop();
    super.stop();
  }

  protected *sync(key: string): Task<void> {
    const budget = this.#budgets.get(key);
    if (budget === undefined) return;
    try {
      yield* this.#count(key, budget);
    } catch (error) {
      if (isConflict(error) || !(error instanceof StatusError || error instanceof SyncError)) throw error;
      this.decide(`Cannot count the pods of budget ${budget.metadata.name ?? ''}, so nothing may be disrupted: ${error.message}`, budget);
      yield* this.#write(budget, failedStatus(budget, error.message, this.sim.now));
    }
  }

  *#count(key: string, budget: PodDisruptionBudget): Task<void> {
    const { now } = this.sim;
    const recorder = this.#recorder;
    const pods = this.#podsOf(budget);
    if (pods.length === 0) recorder.event(budget, 'Normal', 'NoPods', 'No matching pods found');
    let expected;
    try {
      expected = yield* expectedPods(this.#scales, budget, pods);
    } catch (error) {
      if (error instanceof Error)
        recorder.event(
          budget,
          'Warning',
          'CalculateExpectedPodCountFailed',
          `Failed to calculate the number of expected pods: ${error.message}`,
        );
      throw error;
    }
    const { unmanaged, ...counted } = expected;
    if (unmanaged) recorder.event(budget, 'Warning', 'UnmanagedPods', unmanagedPods(budget));
    const { disrupted, late, recheck } = disruptedPods(budget, pods, now);
    const { namespace = '' } = budget.metadata;
    // v1.36 names the namespace twice, and not the budget.
    for (const pod of late)
      recorder.event(pod, 'Warning', 'NotDeleted', `Pod was expected by PDB ${namespace}/${namespace} to be deleted but it wasn't`);
    const currentHealthy = countHealthy(pods, disrupted, now);
    const status = statusOf(budget, { ...counted, currentHealthy, disruptedPods: disrupted }, now);
    if (status !== undefined) {
      const allowed = status.disruptionsAllowed ?? 0;
      this.decide(
        `Budget ${budget.metadata.name ?? ''}: ${currentHealthy} of ${counted.expectedPods} pods are healthy and ${counted.desiredHealthy} have to be, so ${allowed} may be disrupted.`,
        budget,
      );
      yield* this.#write(budget, status);
    }
    if (recheck !== undefined) this.queue.addAfter(key, recheck - now, { background: true });
  }

  *#write(budget: PodDisruptionBudget, status: PodDisruptionBudgetStatus): Task<void> {
    yield* this.client.updateStatus(POD_DISRUPTION_BUDGETS, { ...budget, status });
  }

  #podsOf({ metadata, spec }: PodDisruptionBudget): Pod[] {
    if (spec?.selector === undefined) return [];
    try {
      return selectedPods(this.#informers, metadata.namespace ?? '', labelSelectorRequirements(spec.selector));
    } catch (error) {
      throw new SyncError((error as Error).message, { cause: error });
    }
  }

  #podChanged(pod: Pod): void {
    this.#budgetChanged(pod);
    const wait = this.#staleIn(pod);
    if (wait !== undefined) this.#stale.addAfter(keyOf(pod), wait, { background: true });
  }

  #budgetChanged(pod: Pod): void {
    const { namespace = '', name = '', labels } = pod.metadata;
    const budgets = this.#budgets.by('namespace', namespace).filter(({ spec }) => matchesSelector(spec?.selector, labels));
    const [first] = budgets;
    if (first === undefined) return;
    if (budgets.length > 1) {
      const chosen = JSON.stringify(first.metadata.name ?? '');
      this.#recorder.event(
        pod,
        'Warning',
        'MultiplePodDisruptionBudgets',
        `Pod ${JSON.stringify(namespace)}/${JSON.stringify(name)} matches multiple PodDisruptionBudgets.  Chose ${chosen} arbitrarily.`,
      );
    }
    this.queue.add(keyOf(first));
  }

  /** A pod that was to be disrupted and is still there is none any more (KEP-3329). */
  *#syncStale(key: string): Task<void> {
    const pod = this.#informers.pods.get(key);
    const wait = pod === undefined ? undefined : this.#staleIn(pod);
    if (pod === undefined || wait === undefined) return;
    if (wait > 0) return this.#stale.addAfter(key, wait, { background: true });
    const { generation } = pod.metadata;
    const condition = {
      type: 'DisruptionTarget',
      status: 'False',
      lastTransitionTime: formatTime(this.sim.now),
      ...(pod.status?.observedGeneration === undefined || generation === undefined ? {} : { observedGeneration: generation }),
    };
    this.decide(`Pod ${pod.metadata.name ?? ''} was to be disrupted, but nobody has deleted it: it is no target any more.`, pod);
    yield* this.client.updateStatus(PODS, {
      ...pod,
      status: { ...pod.status, conditions: withPodCondition(pod.status?.conditions, condition) },
    });
  }

  /** In how many ms its condition is stale; `undefined` where it has none that could be. */
  #staleIn(pod: Pod): Millis | undefined {
    const condition = podCondition(pod, 'DisruptionTarget');
    if (pod.metadata.deletionTimestamp !== undefined || condition?.status !== 'True' || isPodTerminal(pod)) return undefined;
    // The kubelet may take as long as it likes.
    if (condition.reason === 'TerminationByKubelet') return undefined;
    return Math.max(0, parseTime(condition.lastTransitionTime) + STALE_AFTER - this.sim.now);
  }
}

function unmanagedPods({ spec }: PodDisruptionBudget): string {
  return `Pods selected by this PodDisruptionBudget (selector: ${goLabelSelector(spec?.selector)}) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.`;
}
