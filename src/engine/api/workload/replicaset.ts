import { nonNegative } from '../checks.ts';
import { semanticallyEqual } from '../equality.ts';
import type { ReplicaSet } from '../generated/types.ts';
import { inOrder, validateWorkloadSelector, validateWorkloadTemplate } from './template.ts';
import type { Findings } from '../validation.ts';

export function validateReplicaSet({ spec }: ReplicaSet, findings: Findings): void {
  nonNegative(spec?.replicas, 'spec.replicas', findings);
  nonNegative(spec?.minReadySeconds, 'spec.minReadySeconds', findings);
  const selector = spec?.selector;
  validateWorkloadSelector(selector, 'deployment', findings);
  validateWorkloadTemplate(spec?.template, selector, findings);
}

export function validateReplicaSetUpdate(set: ReplicaSet, old: ReplicaSet, findings: Findings): void {
  validateReplicaSet(set, findings);
  const selector = set.spec?.selector;
  if (!semanticallyEqual(selector, old.spec?.selector)) findings.invalid('spec.selector', inOrder(selector), 'field is immutable');
}

export function validateReplicaSetStatus({ status }: ReplicaSet, _old: ReplicaSet, findings: Findings): void {
  for (const field of [
    'replicas',
    'fullyLabeledReplicas',
    'readyReplicas',
    'availableReplicas',
    'terminatingReplicas',
    'observedGeneration',
  ] as const) {
    nonNegative(status?.[field], `status.${field}`, findings);
  }
  const { replicas = 0, fullyLabeledReplicas = 0, readyReplicas = 0, availableReplicas = 0 } = status ?? {};
  const tooMany = 'cannot be greater than status.replicas';
  if (fullyLabeledReplicas > replicas) findings.invalid('status.fullyLabeledReplicas', fullyLabeledReplicas, tooMany);
  if (readyReplicas > replicas) findings.invalid('status.readyReplicas', readyReplicas, tooMany);
  if (availableReplicas > replicas) findings.invalid('status.availableReplicas', availableReplicas, tooMany);
  if (availableReplicas > readyReplicas)
    findings.invalid('status.availableReplicas', availableReplicas, 'cannot be greater than readyReplicas');
}
