import { asGiven } from '../emptied.ts';
import { nonNegative } from '../checks.ts';
import type { ReplicationController, ReplicationControllerSpec } from '../generated/types.ts';
import { validatePodTemplate } from '../pod/validate-pod.ts';
import type { Findings } from '../validation.ts';
import { sortedLabels } from './template.ts';

export function validateReplicationController({ spec }: ReplicationController, findings: Findings): void {
  const { minReadySeconds, selector = {}, replicas, template } = spec ?? ({} as ReplicationControllerSpec);
  nonNegative(minReadySeconds, 'spec.minReadySeconds', findings);
  const terms = Object.entries(selector);
  if (terms.length === 0) findings.required('spec.selector');
  if (replicas === undefined) findings.required('spec.replicas');
  nonNegative(replicas, 'spec.replicas', findings);
  if (template === undefined) return findings.required('spec.template');
  const labels = template.metadata?.labels;
  if (terms.length > 0 && !terms.every(([key, value]) => labels?.[key] === value))
    findings.invalid(
      'spec.template.metadata.labels',
      sortedLabels(template.metadata && asGiven(template.metadata, 'labels')),
      '`selector` does not match template `labels`',
    );
  validatePodTemplate(template, 'spec.template', findings);
  const policy = template.spec?.restartPolicy;
  if (policy !== 'Always') findings.notSupported('spec.template.spec.restartPolicy', policy ?? '', ['Always']);
  if (template.spec?.activeDeadlineSeconds !== undefined)
    findings.forbidden('spec.template.spec.activeDeadlineSeconds', 'activeDeadlineSeconds in ReplicationController is not Supported');
}

export function validateReplicationControllerStatus(
  { status }: ReplicationController,
  _old: ReplicationController,
  findings: Findings,
): void {
  for (const field of ['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas', 'observedGeneration'] as const)
    nonNegative(status?.[field], `status.${field}`, findings);
  const { replicas = 0, fullyLabeledReplicas = 0, readyReplicas = 0, availableReplicas = 0 } = status ?? {};
  const tooMany = 'cannot be greater than status.replicas';
  if (fullyLabeledReplicas > replicas) findings.invalid('status.fullyLabeledReplicas', fullyLabeledReplicas, tooMany);
  if (readyReplicas > replicas) findings.invalid('status.readyReplicas', readyReplicas, tooMany);
  if (availableReplicas > replicas) findings.invalid('status.availableReplicas', availableReplicas, tooMany);
  if (availableReplicas > readyReplicas)
    findings.invalid('status.availableReplicas', availableReplicas, 'cannot be greater than readyReplicas');
}
