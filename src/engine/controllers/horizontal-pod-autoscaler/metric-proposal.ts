import type {
  CrossVersionObjectReference,
  MetricIdentifier,
  MetricSpec,
  MetricStatus,
  MetricTarget,
  MetricValueStatus,
} from '../../api/generated/types.ts';
import type { LabelSelector } from '../../api/meta.ts';
import { formatQuantity, quantityMilli } from '../../api/quantity.ts';
import { formatRequirements, labelSelectorRequirements } from '../../api/selector.ts';
import type { Task } from '../../os/task.ts';
import { goLabelSelector } from '../go-selector.ts';
import { SyncError } from '../reconciler.ts';
import type { MetricsClient, PodMetrics } from './metrics-client.ts';
import { replicasByMean, replicasByShare, replicasByTotal, replicasByUtilization, type Target } from './replica-calculator.ts';

/** What one metric recommends. `name`: how events call the metric. */
export interface Proposal {
  readonly replicas: number;
  readonly name: string;
  readonly status: MetricStatus;
}

/** Why a metric recommends nothing. `inner` tells it to the condition and the event of that reason, `message` to the event about all metrics. */
export class MetricFailure extends Error {
  constructor(
    readonly reason: string,
    readonly inner: string,
    message: string,
  ) {
    super(message);
  }
}

/** What is scaled, as its metrics are asked for. */
export interface Scaled extends Target {
  readonly namespace: string;
  /** The selector of the pods, in words. */
  readonly selector: string;
  readonly statusReplicas: number;
}

/** Asks for one metric and works out how many replicas it stands for (computeReplicasForMetric). */
export function propose(client: MetricsClient, scaled: Scaled, spec: MetricSpec): Task<Proposal> {
  const { type, resource, containerResource, pods, object, external } = spec;
  if (type === 'Resource' && resource !== undefined) {
    const failed = failing('FailedGetResourceMetric', `failed to get ${resource.name} resource metric value: `);
    return guarded(failed, byResource(client, scaled, resource.name, '', resource.target, false), (current) => ({
      type,
      resource: { name: resource.name, current },
    }));
  }
  if (type === 'ContainerResource' && containerResource !== undefined) {
    const { name, container, target } = containerResource;
    const failed = failing('FailedGetContainerResourceMetric', `failed to get ${container} container metric value: `);
    return guarded(failed, byResource(client, scaled, name, container, target, true), (current) => ({
      type,
      containerResource: { name, container, current },
    }));
  }
  if (type === 'Pods' && pods !== undefined) {
    const failed = failing('FailedGetPodsMetric', 'failed to get pods metric value: ');
    return guarded(failed, byPods(client, scaled, pods.metric, pods.target), (current) => ({
      type,
      pods: { metric: pods.metric, current },
    }));
  }
  if (type === 'Object' && object !== undefined) {
    const { describedObject, metric, target } = object;
    const shared = target.type === 'AverageValue' ? `failed to get ${metric.name} object metric: ` : '';
    const failed = failing('FailedGetObjectMetric', `failed to get object metric value: ${shared}`);
    // v1.36 leaves the object out of the status of a value that is shared out.
    const described = target.type === 'Value' ? describedObject : { kind: '', name: '' };
    return guarded(failed, byObject(client, scaled, describedObject, metric, target), (current) => ({
      type,
      object: { metric, describedObject: described, current },
    }));
  }
  if (type === 'External' && external !== undefined) {
    const { metric, target } = external;
    const what = target.averageValue === undefined ? `external metric ${metric.name}` : `${metric.name} external metric`;
    const failed = failing('FailedGetExternalMetric', `failed to get ${metric.name} external metric value: failed to get ${what}: `);
    return guarded(failed, byExternal(client, scaled, metric, target), (current) => ({ type, external: { metric, current } }));
  }
  const message = `unknown metric source type ${JSON.stringify(type)}`;
  throw new MetricFailure('InvalidMetricSourceType', message, message);
}

interface Measured {
  readonly replicas: number;
  readonly name: string;
  readonly current: MetricValueStatus;
}

function failing(reason: string, prefix: string): (inner: string) => MetricFailure {
  return (inner) => new MetricFailure(reason, inner, `${prefix}${inner}`);
}

function* guarded(
  failed: (inner: string) => MetricFailure,
  measuring: Task<Measured>,
  status: (current: MetricValueStatus) => MetricStatus,
): Task<Proposal> {
  try {
    const { replicas, name, current } = yield* measuring;
    return { replicas, name, status: status(current) };
  } catch (error) {
    if (!(error instanceof SyncError)) throw error;
    throw failed(error.message);
  }
}

function* byResource(
  client: MetricsClient,
  scaled: Scaled,
  resource: string,
  container: string,
  { averageValue, averageUtilization }: MetricTarget,
  ofContainer: boolean,
): Task<Measured> {
  const { namespace, selector } = scaled;
  const metrics = (what: string): Task<PodMetrics> =>
    within(
      `failed to get ${resource} ${what}: unable to get metrics for resource ${resource}: `,
      client.resource(resource, namespace, selector, container),
    );
  if (averageValue !== undefined) {
    const measured = yield* metrics('usage');
    const { replicas, usage } = calculated(`failed to get ${resource} usage: `, () =>
      replicasByMean(scaled, measured, resource, milli(averageValue)),
    );
    return { replicas, name: `${resource} resource`, current: { averageValue: quantity(usage) } };
  }
  if (averageUtilization === undefined)
    throw new SyncError(
      'invalid resource metric source: neither an average utilization target nor an average value (usage) target was set',
    );
  const measured = yield* metrics('utilization');
  const { replicas, utilization, raw } = calculated(`failed to get ${resource} utilization: `, () =>
    replicasByUtilization(scaled, measured, resource, container, averageUtilization),
  );
  const name = `${resource} ${ofContainer ? 'container resource' : 'resource'} utilization (percentage of request)`;
  return { replicas, name, current: { averageUtilization: utilization, averageValue: quantity(raw) } };
}

function* byPods(client: MetricsClient, scaled: Scaled, { name, selector }: MetricIdentifier, target: MetricTarget): Task<Measured> {
  const metrics = yield* within(
    `unable to get metric ${name}: `,
    client.pods(name, scaled.namespace, scaled.selector, selectorText(selector)),
  );
  const { replicas, usage } = replicasByMean(scaled, metrics, '', milli(target.averageValue));
  return { replicas, name: `pods metric ${name}`, current: { averageValue: quantity(usage) } };
}

function* byObject(
  client: MetricsClient,
  scaled: Scaled,
  described: CrossVersionObjectReference,
  { name, selector }: MetricIdentifier,
  { type, value, averageValue }: MetricTarget,
): Task<Measured> {
  if (type !== 'Value' && type !== 'AverageValue')
    throw new SyncError('invalid object metric source: neither a value target nor an average value target was set');
  // v1.36 puts the failure where the object's name belongs, and the name behind.
  const usage = yield* within(
    `unable to get metric ${name}: ${described.kind} on ${scaled.namespace} ${described.name}/`,
    client.object(name, scaled.namespace, described, selectorText(selector)),
  );
  if (type === 'Value') {
    const replicas = replicasByTotal(scaled, usage, milli(value));
    return { replicas, name: `${described.kind} metric ${name}`, current: { value: quantity(usage) } };
  }
  const shared = replicasByShare(scaled.statusReplicas, scaled.tolerances, usage, milli(averageValue));
  return {
    replicas: shared.replicas,
    name: `external metric ${name}(${goLabelSelector(selector)})`,
    current: { averageValue: quantity(shared.usage) },
  };
}

function* byExternal(client: MetricsClient, scaled: Scaled, { name, selector }: MetricIdentifier, target: MetricTarget): Task<Measured> {
  const { value, averageValue } = target;
  const called = `external metric ${name}(${goLabelSelector(selector)})`;
  const values = yield* within(
    `unable to get external metric ${scaled.namespace}/${name}/${goLabelSelector(selector)}: `,
    client.external(name, scaled.namespace, selectorText(selector)),
  );
  const usage = values.reduce((sum, each) => sum + each, 0n);
  if (averageValue !== undefined) {
    const shared = replicasByShare(scaled.statusReplicas, scaled.tolerances, usage, milli(averageValue));
    return { replicas: shared.replicas, name: called, current: { averageValue: quantity(shared.usage) } };
  }
  return { replicas: replicasByTotal(scaled, usage, milli(value)), name: called, current: { value: quantity(usage) } };
}

/** Puts words before what goes wrong in a task. */
function* within<T>(prefix: string, task: Task<T>): Task<T> {
  try {
    return yield* task;
  } catch (error) {
    if (!(error instanceof SyncError)) throw error;
    throw new SyncError(`${prefix}${error.message}`, { cause: error });
  }
}

function calculated<T>(prefix: string, calculate: () => T): T {
  try {
    return calculate();
  } catch (error) {
    if (!(error instanceof SyncError)) throw error;
    throw new SyncError(`${prefix}${error.message}`, { cause: error });
  }
}

function selectorText(selector: LabelSelector | undefined): string {
  return selector === undefined ? '' : formatRequirements(labelSelectorRequirements(selector));
}

function milli(text: string | undefined): bigint {
  return BigInt(quantityMilli(text));
}

/** `resource.NewMilliQuantity`. */
function quantity(thousandths: bigint): string {
  return formatQuantity({ nanos: thousandths * 1_000_000n, format: 'DecimalSI' });
}
