import { nonNegative } from '../checks.ts';
import { semanticallyEqual } from '../equality.ts';
import type { Deployment, DeploymentStrategy, RollingUpdateDeployment } from '../generated/types.ts';
import { percentOf } from '../int-or-string.ts';
import { regexMessage } from '../names.ts';
import { inOrder, validateWorkloadSelector, validateWorkloadTemplate } from './template.ts';
import type { Findings } from '../validation.ts';

export function validateDeployment({ spec }: Deployment, findings: Findings): void {
  nonNegative(spec?.replicas, 'spec.replicas', findings);
  const selector = spec?.selector;
  validateWorkloadSelector(selector, 'deployment', findings);
  validateWorkloadTemplate(spec?.template, selector, findings);
  validateStrategy(spec?.strategy ?? {}, 'spec.strategy', findings);
  nonNegative(spec?.minReadySeconds, 'spec.minReadySeconds', findings);
  nonNegative(spec?.revisionHistoryLimit, 'spec.revisionHistoryLimit', findings);
  const deadline = spec?.progressDeadlineSeconds;
  nonNegative(deadline, 'spec.progressDeadlineSeconds', findings);
  if (deadline !== undefined && deadline <= (spec?.minReadySeconds ?? 0)) {
    findings.invalid('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds');
  }
}

export function validateDeploymentUpdate(deployment: Deployment, old: Deployment, findings: Findings): void {
  validateDeployment(deployment, findings);
  const selector = deployment.spec?.selector;
  if (!semanticallyEqual(selector, old.spec?.selector)) findings.invalid('spec.selector', inOrder(selector), 'field is immutable');
}

export function validateDeploymentStatus({ status = {} }: Deployment, old: Deployment, findings: Findings): void {
  for (const field of [
    'observedGeneration',
    'replicas',
    'updatedReplicas',
    'readyReplicas',
    'availableReplicas',
    'unavailableReplicas',
    'terminatingReplicas',
    'collisionCount',
  ] as const) {
    nonNegative(status[field], `status.${field}`, findings);
  }
  const { replicas = 0, updatedReplicas = 0, readyReplicas = 0, availableReplicas = 0 } = status;
  const tooMany = 'cannot be greater than status.replicas';
  if (updatedReplicas > replicas) findings.invalid('status.updatedReplicas', updatedReplicas, tooMany);
  if (readyReplicas > replicas) findings.invalid('status.readyReplicas', readyReplicas, tooMany);
  if (availableReplicas > replicas) findings.invalid('status.availableReplicas', availableReplicas, tooMany);
  if (availableReplicas > readyReplicas)
    findings.invalid('status.availableReplicas', availableReplicas, 'cannot be greater than readyReplicas');
  const collisions = old.status?.collisionCount;
  if (collisions !== undefined && (status.collisionCount ?? -1) < collisions) {
    findings.invalid('status.collisionCount', status.collisionCount, 'cannot be decremented');
  }
}

function validateStrategy({ type = '', rollingUpdate }: DeploymentStrategy, path: string, findings: Findings): void {
  if (type === 'Recreate') {
    if (rollingUpdate !== undefined) findings.forbidden(`${path}.rollingUpdate`, "may not be specified when strategy `type` is 'Recreate'");
  } else if (type === 'RollingUpdate') {
    if (rollingUpdate === undefined) findings.required(`${path}.rollingUpdate`, 'this should be defaulted and never be nil');
    else validateRollingUpdate(rollingUpdate, `${path}.rollingUpdate`, findings);
  } else {
    findings.notSupported(path, { Type: type, RollingUpdate: rollingUpdate === undefined ? null : internal(rollingUpdate) }, [
      'Recreate',
      'RollingUpdate',
    ]);
  }
}

function validateRollingUpdate({ maxSurge = 0, maxUnavailable = 0 }: RollingUpdateDeployment, path: string, findings: Findings): void {
  validateIntOrPercent(maxUnavailable, `${path}.maxUnavailable`, findings);
  validateIntOrPercent(maxSurge, `${path}.maxSurge`, findings);
  if (isNought(maxUnavailable) && isNought(maxSurge))
    findings.invalid(`${path}.maxUnavailable`, maxUnavailable, 'may not be 0 when `maxSurge` is 0');
  const percent = typeof maxUnavailable === 'string' ? percentOf(maxUnavailable) : undefined;
  if (percent !== undefined && percent > 100) findings.invalid(`${path}.maxUnavailable`, maxUnavailable, 'must not be greater than 100%');
}

const isNought = (value: number | string): boolean => (typeof value === 'number' ? value === 0 : percentOf(value) === 0);

export function validateIntOrPercent(value: number | string, path: string, findings: Findings): void {
  if (typeof value === 'number') return nonNegative(value, path, findings);
  if (percentOf(value) === undefined) {
    findings.invalid(
      path,
      value,
      regexMessage("a valid percent string must be a numeric string followed by an ending '%'", '[0-9]+%', '1%', '93%'),
    );
  }
}

// As the server holds it: numbers and texts in one struct.
function internal({ maxSurge = 0, maxUnavailable = 0 }: RollingUpdateDeployment): object {
  return { MaxUnavailable: maxUnavailable, MaxSurge: maxSurge };
}
