import type {
  CrossVersionObjectReference,
  HPAScalingRules,
  HorizontalPodAutoscaler,
  MetricIdentifier,
  MetricSpec,
  MetricTarget,
} from '../generated/types.ts';
import { isPathSegmentName } from '../names.ts';
import { validateContainerResourceName } from '../pod/validate-resources.ts';
import { parseQuantity, canonicalQuantity } from '../quantity.ts';
import { validateLabelSelector } from '../validate-selector.ts';
import type { Findings } from '../validation.ts';

const TYPES = ['ContainerResource', 'External', 'Object', 'Pods', 'Resource'];

export function validateAutoscaler({ spec }: HorizontalPodAutoscaler, findings: Findings): void {
  const { minReplicas, maxReplicas = 0, scaleTargetRef, metrics = [], behavior } = spec ?? ({} as NonNullable<typeof spec>);
  if (minReplicas !== undefined && minReplicas < 1) findings.invalid('spec.minReplicas', minReplicas, 'must be greater than or equal to 1');
  if (maxReplicas === 0) findings.required('spec.maxReplicas', 'must be set and greater than 0');
  else if (maxReplicas < 1) findings.invalid('spec.maxReplicas', maxReplicas, 'must be greater than or equal to 1');
  if (minReplicas !== undefined && maxReplicas < minReplicas)
    findings.invalid('spec.maxReplicas', maxReplicas, 'must be greater than or equal to `minReplicas`');
  validateReference(scaleTargetRef ?? { kind: '', name: '' }, true, 'spec.scaleTargetRef', findings);
  for (const [index, metric] of metrics.entries()) validateMetric(metric, `spec.metrics[${index}]`, findings);
  if (minReplicas === 0 && !metrics.some(({ type }) => type === 'Object' || type === 'External'))
    findings.forbidden('spec.metrics', 'must specify at least one Object or External metric to support scaling to zero replicas');
  if (behavior?.scaleUp !== undefined) validateRules(behavior.scaleUp, 'spec.behavior.scaleUp', findings);
  if (behavior?.scaleDown !== undefined) validateRules(behavior.scaleDown, 'spec.behavior.scaleDown', findings);
}

function validateReference(
  { kind, name, apiVersion = '' }: CrossVersionObjectReference,
  workload: boolean,
  path: string,
  findings: Findings,
): void {
  if (!kind) findings.required(`${path}.kind`);
  else for (const problem of isPathSegmentName(kind)) findings.invalid(`${path}.kind`, kind, problem);
  if (!name) findings.required(`${path}.name`);
  else for (const problem of isPathSegmentName(name)) findings.invalid(`${path}.name`, name, problem);
  const parts = apiVersion.split('/');
  if (parts.length > 2) findings.invalid(`${path}.apiVersion`, apiVersion, `unexpected GroupVersion string: ${apiVersion}`);
  else if (workload && (parts.length < 2 || parts[0] === '') && kind !== 'ReplicationController')
    findings.invalid(`${path}.apiVersion`, apiVersion, 'apiVersion must specify API group');
}

function validateRules(
  { stabilizationWindowSeconds: window, selectPolicy, policies, tolerance }: HPAScalingRules,
  path: string,
  findings: Findings,
): void {
  if (window !== undefined && window < 0)
    findings.invalid(`${path}.stabilizationWindowSeconds`, window, 'must be greater than or equal to zero');
  if (window !== undefined && window > 3600)
    findings.invalid(`${path}.stabilizationWindowSeconds`, window, 'must be less than or equal to 3600');
  const select = ['Disabled', 'Max', 'Min'];
  if (selectPolicy !== undefined && !select.includes(selectPolicy)) findings.notSupported(`${path}.selectPolicy`, selectPolicy, select);
  if ((policies ?? []).length === 0) findings.required(`${path}.policies`, 'must specify at least one Policy');
  for (const [index, { type = '', value = 0, periodSeconds = 0 }] of (policies ?? []).entries()) {
    const at = `${path}.policies[${index}]`;
    if (type !== 'Pods' && type !== 'Percent') findings.notSupported(`${at}.type`, type, ['Percent', 'Pods']);
    if (value <= 0) findings.invalid(`${at}.value`, value, 'must be greater than zero');
    if (periodSeconds <= 0) findings.invalid(`${at}.periodSeconds`, periodSeconds, 'must be greater than zero');
    if (periodSeconds > 1800) findings.invalid(`${at}.periodSeconds`, periodSeconds, 'must be less than or equal to 1800');
  }
  if (tolerance !== undefined && (parseQuantity(String(tolerance))?.nanos ?? 0n) < 0n)
    findings.invalid(`${path}.tolerance`, canonicalQuantity(String(tolerance)), 'must be greater or equal to 0');
}

function validateMetric(metric: MetricSpec, path: string, findings: Findings): void {
  const { type = '', object, pods, resource, containerResource, external } = metric;
  if (type === '') findings.required(`${path}.type`, 'must specify a metric source type');
  if (!TYPES.includes(type)) findings.notSupported(`${path}.type`, type, TYPES);
  const only = 'must populate the given metric source only';
  const seen: string[] = [];
  const expected = type.charAt(0).toLowerCase() + type.slice(1);
  const source = (field: string, value: object | undefined, check: () => void): void => {
    if (value === undefined) return;
    seen.push(field);
    if (seen.length === 1) check();
  };
  source('object', object, () => {
    const at = `${path}.object`;
    validateReference(object?.describedObject ?? { kind: '', name: '' }, false, `${at}.describedObject`, findings);
    validateIdentifier(object?.metric, `${at}.metric`, findings);
    const { value, averageValue } = validateTarget(object?.target, `${at}.target`, findings);
    if (value === undefined && averageValue === undefined)
      findings.required(`${at}.target.averageValue`, 'must set either a target value or averageValue');
  });
  source('external', external, () => {
    const at = `${path}.external`;
    validateIdentifier(external?.metric, `${at}.metric`, findings);
    const { value, averageValue } = validateTarget(external?.target, `${at}.target`, findings);
    if (value === undefined && averageValue === undefined)
      findings.required(`${at}.target.averageValue`, 'must set either a target value for metric or a per-pod target');
    if (value !== undefined && averageValue !== undefined)
      findings.forbidden(`${at}.target.value`, 'may not set both a target value for metric and a per-pod target');
  });
  source('pods', pods, () => {
    const at = `${path}.pods`;
    validateIdentifier(pods?.metric, `${at}.metric`, findings);
    const { averageValue } = validateTarget(pods?.target, `${at}.target`, findings);
    if (averageValue === undefined) findings.required(`${at}.target.averageValue`, 'must specify a positive target averageValue');
  });
  const forResource = (field: 'resource' | 'containerResource'): void => {
    const at = `${path}.${field}`;
    const own = metric[field];
    if (!own?.name) findings.required(`${at}.name`, 'must specify a resource name');
    else if (field === 'containerResource') validateContainerResourceName(own.name, `${at}.name`, findings);
    if (field === 'containerResource' && !containerResource?.container) findings.required(`${at}.container`, 'must specify a container');
    const { averageUtilization, averageValue } = validateTarget(own?.target, `${at}.target`, findings);
    if (averageUtilization === undefined && averageValue === undefined)
      findings.required(`${at}.target.averageUtilization`, 'must set either a target raw value or a target utilization');
    if (averageUtilization !== undefined && averageValue !== undefined)
      findings.forbidden(`${at}.target.averageValue`, 'may not set both a target raw value and a target utilization');
  };
  source('resource', resource, () => forResource('resource'));
  source('containerResource', containerResource, () => forResource('containerResource'));
  if (!TYPES.includes(type)) findings.notSupported(`${path}.type`, type, TYPES);
  else if (!seen.includes(expected)) findings.required(`${path}.${expected}`, 'must populate information for the given metric source');
  if (seen.length !== 1) for (const field of seen) if (field !== expected) findings.forbidden(`${path}.${field}`, only);
}

function validateTarget(target: MetricTarget | undefined, path: string, findings: Findings): Partial<MetricTarget> {
  const { type = '', value, averageValue, averageUtilization } = target ?? ({} as Partial<MetricTarget>);
  if (type === '') findings.required(`${path}.type`, 'must specify a metric target type');
  if (!['Utilization', 'Value', 'AverageValue'].includes(type))
    findings.invalid(`${path}.type`, type, 'must be either Utilization, Value, or AverageValue');
  for (const [field, amount] of [
    ['value', value],
    ['averageValue', averageValue],
  ] as const) {
    if (amount !== undefined && (parseQuantity(amount)?.nanos ?? 1n) <= 0n)
      findings.invalid(`${path}.${field}`, canonicalQuantity(amount), 'must be positive');
  }
  if (averageUtilization !== undefined && averageUtilization < 1)
    findings.invalid(`${path}.averageUtilization`, averageUtilization, 'must be greater than 0');
  return target ?? {};
}

function validateIdentifier(metric: MetricIdentifier | undefined, path: string, findings: Findings): void {
  if (!metric?.name) findings.required(`${path}.name`, 'must specify a metric name');
  else for (const problem of isPathSegmentName(metric.name)) findings.invalid(`${path}.name`, metric.name, problem);
  validateLabelSelector(metric?.selector, `${path}.selector`, findings);
}
