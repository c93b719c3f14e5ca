import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerCondition,
  HorizontalPodAutoscalerSpec,
  HorizontalPodAutoscalerV1,
  MetricSpec,
  MetricStatus,
} from '../generated/types.ts';
import type { ApiObject } from '../meta.ts';
import { behaviorToGo, goToBehavior } from './v1-behavior.ts';
import { metricFromV1, metricStatusFromV1, metricStatusToV1, metricToV1 } from './v1-metrics.ts';

const ALPHA = 'autoscaling.alpha.kubernetes.io/';
// What version 1 has no fields for travels in annotations.
const METRICS = `${ALPHA}metrics`;
const CURRENT = `${ALPHA}current-metrics`;
const CONDITIONS = `${ALPHA}conditions`;
const BEHAVIOR = `${ALPHA}behavior`;
export const CARRIERS: readonly string[] = [METRICS, CURRENT, CONDITIONS, BEHAVIOR];

/** A stored autoscaler (v2) as `autoscaling/v1` shows it: one target of CPU, the rest as annotations. */
export function autoscalerToV1(stored: ApiObject): HorizontalPodAutoscalerV1 {
  const { metadata, spec, status } = stored as HorizontalPodAutoscaler;
  const { metrics = [], behavior, scaleTargetRef, minReplicas, maxReplicas } = spec ?? ({} as HorizontalPodAutoscalerSpec);
  const cpu = metrics.find(isCpu);
  const target = cpu?.resource?.target.averageUtilization;
  const others = metrics.filter((metric) => !isCpu(metric));
  const current = status?.currentMetrics ?? [];
  const conditions = status?.conditions ?? [];
  const notes = {
    ...(others.length === 0 ? {} : { [METRICS]: JSON.stringify(others.map(metricToV1)) }),
    ...(current.length === 0 ? {} : { [CURRENT]: JSON.stringify(current.map(metricStatusToV1)) }),
    ...(conditions.length === 0 ? {} : { [CONDITIONS]: JSON.stringify(conditions.map(inGoOrder)) }),
    ...(behavior === undefined ? {} : { [BEHAVIOR]: JSON.stringify(behaviorToGo(behavior)) }),
  };
  const noted = Object.keys(notes).length > 0;
  const cpuNow = current.find((one) => one.type === 'Resource' && one.resource?.name === 'cpu')?.resource?.current.averageUtilization;
  const object: Record<string, unknown> = {
    kind: 'HorizontalPodAutoscaler',
    apiVersion: 'autoscaling/v1',
    metadata: noted ? { ...metadata, annotations: { ...metadata.annotations, ...notes } } : metadata,
  };
  if (spec !== undefined) object['spec'] = defined({ scaleTargetRef, minReplicas, maxReplicas, targetCPUUtilizationPercentage: target });
  if (status !== undefined) {
    const { observedGeneration, lastScaleTime, currentReplicas, desiredReplicas } = status;
    object['status'] = defined({
      observedGeneration,
      lastScaleTime,
      currentReplicas: currentReplicas ?? 0,
      desiredReplicas: desiredReplicas ?? 0,
      currentCPUUtilizationPercentage: cpuNow,
    });
  }
  return object as unknown as HorizontalPodAutoscalerV1;
}

export function autoscalerFromV1(object: HorizontalPodAutoscalerV1): ApiObject {
  const { spec, status } = object;
  const {
    [METRICS]: metrics,
    [CURRENT]: current,
    [CONDITIONS]: conditions,
    [BEHAVIOR]: behavior,
    ...kept
  } = object.metadata.annotations ?? {};
  const metadata = { ...object.metadata };
  if (Object.keys(kept).length > 0) metadata.annotations = kept;
  else delete metadata.annotations;
  const stored: Record<string, unknown> = { kind: 'HorizontalPodAutoscaler', apiVersion: 'autoscaling/v2', metadata };
  if (spec !== undefined) {
    const { scaleTargetRef, minReplicas, maxReplicas, targetCPUUtilizationPercentage: percent } = spec;
    const target = { type: 'Utilization', averageUtilization: percent };
    const cpu = percent === undefined ? [] : [{ type: 'Resource', resource: { name: 'cpu', target } } as MetricSpec];
    const all = [...listOf(metrics).map(metricFromV1), ...cpu];
    const rules = parse(behavior);
    stored['spec'] = defined({
      scaleTargetRef,
      minReplicas,
      maxReplicas,
      metrics: all.length === 0 ? undefined : all,
      behavior: rules === undefined ? undefined : goToBehavior(rules),
    });
  }
  if (status !== undefined) {
    const { observedGeneration, lastScaleTime, currentReplicas, desiredReplicas, currentCPUUtilizationPercentage: percent } = status;
    const noted = listOf(current).map(metricStatusFromV1);
    // The field counts where it says something else than the annotation.
    const others = noted.filter(({ type, resource }) => type !== 'Resource' || resource?.name !== 'cpu');
    const known = noted.find(({ type, resource }) => type === 'Resource' && resource?.name === 'cpu');
    const cpu: MetricStatus[] =
      percent === undefined
        ? []
        : [
            {
              type: 'Resource',
              resource: {
                name: 'cpu',
                current: { averageValue: known?.resource?.current.averageValue ?? '0', averageUtilization: percent },
              },
            },
          ];
    const metricsNow = [...others, ...cpu];
    stored['status'] = defined({
      observedGeneration,
      lastScaleTime,
      currentReplicas: currentReplicas === 0 ? undefined : currentReplicas,
      desiredReplicas,
      currentMetrics: metricsNow.length === 0 ? null : metricsNow,
      conditions: conditions === undefined ? undefined : parse(conditions),
    });
  }
  return stored as unknown as ApiObject;
}

const isCpu = ({ type, resource }: MetricSpec): boolean =>
  type === 'Resource' && resource?.name === 'cpu' && resource.target.averageUtilization !== undefined;

function inGoOrder({ type, status, lastTransitionTime, reason, message }: HorizontalPodAutoscalerCondition): object {
  return defined({ type, status, lastTransitionTime, reason, message });
}

const defined = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

/** An annotation that anybody may have written: what is no JSON says nothing. */
function parse(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function listOf(text: string | undefined): Record<string, unknown>[] {
  const value = parse(text);
  return Array.isArray(value) ? value.filter((item): item is Record<string, unknown> => typeof item === 'object' && item !== null) : [];
}
