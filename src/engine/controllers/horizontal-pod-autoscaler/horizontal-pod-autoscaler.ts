import { StatusError } from '../../api/errors.ts';
import type { HorizontalPodAutoscaler, MetricStatus } from '../../api/generated/types.ts';
import { keyOf, type ApiObject } from '../../api/meta.ts';
import { parseQuantity } from '../../api/quantity.ts';
import type { Requirement } from '../../api/requirement.ts';
import { parseLabelSelector } from '../../api/selector.ts';
import type { Resource } from '../../client/client.ts';
import type { EventRecorder } from '../../client/events.ts';
import type { Informer } from '../../client/informer.ts';
import { HORIZONTAL_POD_AUTOSCALERS } from '../../client/resources.ts';
import type { Task } from '../../os/task.ts';
import { SECOND, type Millis } from '../../sim/time.ts';
import type { ControllerContext } from '../controller.ts';
import { ResourceMap } from '../garbage-collector/resource-map.ts';
import type { Informers } from '../informers.ts';
import { Reconciler, SyncError } from '../reconciler.ts';
import { ScaleClient, groupVersion, noKindMatch, type Scale } from '../scale-client.ts';
import { selectedPods } from '../selected-pods.ts';
import { MetricFailure, propose, type Scaled } from './metric-proposal.ts';
import { MetricsClient } from './metrics-client.ts';
import { normalize } from './normalize.ts';
import { Selectors } from './overlap.ts';
import type { Tolerances } from './replica-calculator.ts';
import { ScalingHistory } from './scaling-history.ts';
import { StatusDraft } from './status-draft.ts';

/** `--horizontal-pod-autoscaler-sync-period`: each autoscaler is looked at this often, and never sooner. */
const SYNC_PERIOD: Millis = 15 * SECOND;
/** `--horizontal-pod-autoscaler-tolerance`. */
const TOLERANCE = 0.1;

/** What the metrics of an autoscaler recommend together. */
interface Computed {
  readonly replicas: number;
  /** The metric that asks for so many. */
  readonly metric: string;
  readonly statuses: readonly MetricStatus[];
  /** Some could not be had. */
  readonly failure: string | undefined;
}

/** Sets the size of what it watches over by what is measured of its pods, or of anything else. */
export class HorizontalPodAutoscalerController extends Reconciler {
  readonly #informers: Informers;
  readonly #autoscalers: Informer<HorizontalPodAutoscaler>;
  readonly #recorder: EventRecorder;
  readonly #scales: ScaleClient;
  readonly #metrics: MetricsClient;
  readonly #history = new Map<string, ScalingHistory>();
  readonly #selectors = new Selectors();

  constructor(context: ControllerContext) {
    super(context, 'controller/horizontal-pod-autoscaler');
    const { informers } = context;
    this.#informers = informers;
    this.#autoscalers = informers.of(HORIZONTAL_POD_AUTOSCALERS);
    void informers.pods;
    this.#recorder = context.recorder('horizontal-pod-autoscaler');
    this.#scales = new ScaleClient(this.client, new ResourceMap(this.client));
    this.#metrics = new MetricsClient(this.client, (version, kind) => this.#scales.resourceOf(version, kind));
    const changed = (autoscaler: HorizontalPodAutoscaler): void => this.#enqueue(keyOf(autoscaler), autoscaler);
    this.watch(this.#autoscalers, {
      added: changed,
      updated: changed,
      deleted: (autoscaler) => this.#selectors.forget(keyOf(autoscaler)),
    });
  }

  override stop(): void {
    super.stop();
    this.#history.clear();
    this.#selectors.clear();
  }

  protected *sync(key: string): Task<void> {
    const autoscaler = this.#autoscalers.get(key);
    if (autoscaler === undefined) {
      this.#history.delete(key);
      return;
    }
    try {
      yield* this.#reconcile(key, autoscaler);
    } catch (error) {
      // What fails is not tried again sooner: its turn comes with the next period.
      if (!(error instanceof StatusError || error instanceof SyncError)) throw error;
      this.decide(error.message, autoscaler);
    }
    this.#enqueue(key, autoscaler);
  }

  #enqueue(key: string, { metadata }: HorizontalPodAutoscaler): void {
    this.#selectors.register(key, metadata.namespace ?? '');
    // A period has no cause but the clock.
    this.sim.causedBy(0, () => this.queue.addAfter(key, SYNC_PERIOD, { background: true }));
  }

  *#reconcile(key: string, autoscaler: HorizontalPodAutoscaler): Task<void> {
    const { now } = this.sim;
    const draft = new StatusDraft(autoscaler, now);
    const { spec, metadata } = autoscaler;
    const { scaleTargetRef, behavior, maxReplicas: max, minReplicas: min = 1 } = spec;
    const reference = `${scaleTargetRef.kind}/${metadata.namespace ?? ''}/${scaleTargetRef.name}`;
    const target = yield* this.#target(draft, reference);
    const { scale, resource } = target;
    draft.condition('AbleToScale', true, 'SucceededGetScale', "the HPA controller was able to get the target's current scale");
    const current = scale.spec?.replicas ?? 0;
    const history = this.#history.get(key) ?? new ScalingHistory();
    this.#history.set(key, history);
    history.begin(current, now);

    let desired = 0;
    let reason = '';
    let computed: Computed | undefined;
    if (current === 0 && min !== 0) {
      draft.condition('ScalingActive', false, 'ScalingDisabled', 'scaling is disabled since the replica count of the target is zero');
    } else if (current > max) {
      [desired, reason] = [max, 'Current number of replicas above Spec.MaxReplicas'];
    } else if (current < min) {
      [desired, reason] = [min, 'Current number of replicas below Spec.MinReplicas'];
    } else {
      try {
        computed = yield* this.#compute(key, draft, scale);
      } catch (error) {
        if (!(error instanceof SyncError)) throw error;
        draft.currentSize(current);
        yield* this.#tellFailure(draft);
        this.#recorder.event(autoscaler, 'Warning', 'FailedComputeMetricsReplicas', error.message);
        throw new SyncError(`failed to compute desired number of replicas based on listed metrics for ${reference}: ${error.message}`, {
          cause: error,
        });
      }
      const wanted = computed.replicas;
      if (wanted > current) reason = `${computed.metric} above target`;
      if (wanted < current) reason = 'All metrics below target';
      const normalized = normalize(behavior, { current, desired: wanted, min, max, now }, history);
      draft.condition('AbleToScale', true, ...normalized.able);
      draft.condition('ScalingLimited', normalized.limited, ...normalized.limit);
      desired = normalized.replicas;
      this.decide(
        `${metadata.name ?? ''}: ${computed.metric} asks for ${wanted} replicas of ${reference}, which has ${current}: ${desired === current ? 'nothing to do' : `sets ${desired}`} (${normalized.able[0]}, ${normalized.limit[0]}).`,
        autoscaler,
      );
    }
    const rescale = desired !== current && !(current === 0 && min !== 0);
    if (rescale) yield* this.#rescale(draft, { scale, resource, current, desired, reason, reference, history });
    else desired = current;
    draft.sizes(current, desired, computed?.statuses, rescale);
    yield* this.#write(draft);
    if (computed?.failure !== undefined) throw new SyncError(computed.failure);
  }

  /** The scale of what it watches over, and which resource that is. */
  *#target(draft: StatusDraft, reference: string): Task<{ scale: Scale; resource: Resource<ApiObject> }> {
    const { autoscaler } = draft;
    const { kind, name, apiVersion = '' } = autoscaler.spec.scaleTargetRef;
    const { namespace = '' } = autoscaler.metadata;
    let failure: string;
    let message: string;
    const resource = this.#scales.resourceOf(apiVersion, kind);
    if (resource === undefined) {
      ({ message: failure } = noKindMatch(kind, groupVersion(apiVersion).group));
      message = `unable to determine resource for scale target reference: ${failure}`;
    } else {
      try {
        return { scale: yield* this.#scales.get(resource, namespace, name), resource };
      } catch (error) {
        if (!(error instanceof StatusError)) throw error;
        failure = error.message;
        message = `failed to query scale subresource for ${reference}: ${failure}`;
      }
    }
    this.#recorder.event(autoscaler, 'Warning', 'FailedGetScale', failure);
    const told = `the HPA controller was unable to get the target's current scale: ${failure}`;
    draft.condition('AbleToScale', false, 'FailedGetScale', told);
    yield* this.#tellFailure(draft);
    throw new SyncError(message);
  }

  *#compute(key: string, draft: StatusDraft, scale: Scale): Task<Computed> {
    const { autoscaler, now } = draft;
    const { namespace = '' } = autoscaler.metadata;
    const selector = scale.status?.selector ?? '';
    const pods = selectedPods(this.#informers, namespace, this.#selector(key, draft, selector));
    const counting = this.#selectors.counting(namespace, pods);
    if (counting.length > 1) {
      const message = `pods by selector ${selector} are controlled by multiple HPAs: [${counting.join(' ')}]`;
      this.#recorder.event(autoscaler, 'Warning', 'AmbiguousSelector', message);
      draft.condition('ScalingActive', false, 'AmbiguousSelector', message);
      throw new SyncError(message);
    }
    const replicas = scale.spec?.replicas ?? 0;
    const statusReplicas = scale.status?.replicas ?? 0;
    const scaled: Scaled = { namespace, selector, pods, replicas, statusReplicas, tolerances: tolerancesOf(autoscaler), now };
    return yield* this.#all(draft, scaled);
  }

  /** The highest of what the metrics recommend. One that fails stands in the way of shrinking alone. */
  *#all(draft: StatusDraft, scaled: Scaled): Task<Computed> {
    const { autoscaler } = draft;
    const { metrics = [] } = autoscaler.spec;
    const statuses: MetricStatus[] = [];
    const failures: MetricFailure[] = [];
    let [replicas, metric] = [0, ''];
    for (const spec of metrics) {
      try {
        const proposal = yield* propose(this.#metrics, scaled, spec);
        statuses.push(proposal.status);
        if (replicas === 0 || proposal.replicas > replicas) [replicas, metric] = [proposal.replicas, proposal.name];
      } catch (error) {
        if (!(error instanceof MetricFailure)) throw error;
        this.#recorder.event(autoscaler, 'Warning', error.reason, error.inner);
        failures.push(error);
        // Its place in the status stays, with nothing in it.
        statuses.push({ type: '' });
      }
    }
    const [first] = failures;
    const failure =
      first === undefined
        ? undefined
        : `invalid metrics (${failures.length} invalid out of ${metrics.length}), first error is: ${first.message}`;
    if (first !== undefined && failure !== undefined && (failures.length >= metrics.length || replicas < scaled.replicas)) {
      draft.condition('ScalingActive', false, first.reason, `the HPA was unable to compute the replica count: ${first.inner}`);
      throw new SyncError(failure);
    }
    draft.condition('ScalingActive', true, 'ValidMetricFound', `the HPA was able to successfully calculate a replica count from ${metric}`);
    return { replicas, metric, statuses, failure };
  }

  #selector(key: string, draft: StatusDraft, text: string): Requirement[] {
    const { autoscaler } = draft;
    if (text === '') {
      const message = 'selector is required';
      this.#recorder.event(autoscaler, 'Warning', 'SelectorRequired', message);
      draft.condition('ScalingActive', false, 'InvalidSelector', "the HPA target's scale is missing a selector");
      throw new SyncError(message);
    }
    try {
      const requirements = parseLabelSelector(text);
      this.#selectors.set(key, requirements);
      return requirements;
    } catch (error) {
      const message = `couldn't convert selector into a corresponding internal selector object: ${(error as Error).message}`;
      this.#recorder.event(autoscaler, 'Warning', 'InvalidSelector', message);
      draft.condition('ScalingActive', false, 'InvalidSelector', message);
      throw new SyncError(message, { cause: error });
    }
  }

  *#rescale(
    draft: StatusDraft,
    change: {
      scale: Scale;
      resource: Resource<ApiObject>;
      current: number;
      desired: number;
      reason: string;
      reference: string;
      history: ScalingHistory;
    },
  ): Task<void> {
    const { autoscaler, now } = draft;
    const { scale, resource, current, desired, reason, reference, history } = change;
    try {
      yield* this.#scales.set(resource, scale, desired);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      this.#recorder.event(autoscaler, 'Warning', 'FailedRescale', `New size: ${desired}; reason: ${reason}; error: ${error.message}`);
      draft.condition(
        'AbleToScale',
        false,
        'FailedUpdateScale',
        `the HPA controller was unable to update the target scale: ${error.message}`,
      );
      draft.currentSize(current);
      yield* this.#tellFailure(draft);
      throw new SyncError(`failed to rescale ${reference}: ${error.message}`, { cause: error });
    }
    draft.condition('AbleToScale', true, 'SucceededRescale', `the HPA controller was able to update the target scale to ${desired}`);
    this.#recorder.event(autoscaler, 'Normal', 'SuccessfulRescale', `New size: ${desired}; reason: ${reason}`);
    history.scaled(autoscaler.spec.behavior, current, desired, now);
  }

  /** What went wrong counts, also where it cannot be written down. */
  *#tellFailure(draft: StatusDraft): Task<void> {
    try {
      yield* this.#write(draft);
    } catch (error) {
      if (!(error instanceof SyncError)) throw error;
      this.decide(error.message, draft.autoscaler);
    }
  }

  *#write(draft: StatusDraft): Task<void> {
    if (!draft.changed) return;
    const { autoscaler } = draft;
    try {
      yield* this.client.updateStatus(HORIZONTAL_POD_AUTOSCALERS, { ...autoscaler, status: draft.value });
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      this.#recorder.event(autoscaler, 'Warning', 'FailedUpdateStatus', error.message);
      throw new SyncError(`failed to update status for ${autoscaler.metadata.name ?? ''}: ${error.message}`, { cause: error });
    }
  }
}

/** KEP-4951: each direction may have a tolerance of its own. */
function tolerancesOf({ spec: { behavior } }: HorizontalPodAutoscaler): Tolerances {
  const read = (text: string | undefined): number => {
    const amount = text === undefined ? undefined : parseQuantity(String(text));
    return amount === undefined ? TOLERANCE : Number(amount.nanos) / 1e9;
  };
  return { up: read(behavior?.scaleUp?.tolerance), down: read(behavior?.scaleDown?.tolerance) };
}
