import { asGiven } from '../emptied.ts';
import { nonNegative } from '../checks.ts';
import { semanticallyEqual } from '../equality.ts';
import type { DaemonSet, DaemonSetSpec } from '../generated/types.ts';
import { percentOf } from '../int-or-string.ts';
import { validatePodTemplate } from '../pod/validate-pod.ts';
import { matchesSelector } from '../selector.ts';
import { validateLabelSelector } from '../validate-selector.ts';
import type { Findings } from '../validation.ts';
import { validateIntOrPercent } from './deployment.ts';
import { inOrder, sortedLabels } from './template.ts';

export function validateDaemonSet({ spec }: DaemonSet, findings: Findings): void {
  validateSpec(spec ?? ({} as DaemonSetSpec), findings);
}

export function validateDaemonSetUpdate({ spec }: DaemonSet, old: DaemonSet, findings: Findings): void {
  if (!semanticallyEqual(spec?.selector, old.spec?.selector))
    findings.invalid('spec.selector', inOrder(spec?.selector), 'field is immutable');
  validateSpec(spec ?? ({} as DaemonSetSpec), findings);
}

export function validateDaemonSetStatus({ status }: DaemonSet, old: DaemonSet, findings: Findings): void {
  for (const field of [
    'currentNumberScheduled',
    'numberMisscheduled',
    'desiredNumberScheduled',
    'numberReady',
    'observedGeneration',
    'updatedNumberScheduled',
    'numberAvailable',
    'numberUnavailable',
  ] as const)
    nonNegative(status?.[field], `status.${field}`, findings);
  const collisions = old.status?.collisionCount;
  if (collisions !== undefined && (status?.collisionCount ?? -1) < collisions)
    findings.invalid('status.collisionCount', status?.collisionCount, 'cannot be decremented');
}

function validateSpec(spec: DaemonSetSpec, findings: Findings): void {
  const { selector, template } = spec;
  // v1.36: of a missing one only what follows is said, that it matches no labels.
  validateLabelSelector(selector, 'spec.selector', findings);
  const labels = template?.metadata?.labels;
  const empty = selector !== undefined && Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions ?? []).length === 0;
  let matches = true;
  try {
    matches = selector !== undefined && matchesSelector(selector, labels);
  } catch {
    // A malformed selector was reported; it selects everything here.
  }
  if (!matches && !empty)
    findings.invalid(
      'spec.template.metadata.labels',
      sortedLabels(template?.metadata && asGiven(template.metadata, 'labels')),
      '`selector` does not match template `labels`',
    );
  if (empty) findings.invalid('spec.selector', {}, 'empty selector is invalid for daemonset');
  validatePodTemplate(template ?? {}, 'spec.template', findings);
  const policy = template?.spec?.restartPolicy;
  if (policy !== 'Always') findings.notSupported('spec.template.spec.restartPolicy', policy ?? '', ['Always']);
  if (template?.spec?.activeDeadlineSeconds !== undefined)
    findings.forbidden('spec.template.spec.activeDeadlineSeconds', 'activeDeadlineSeconds in DaemonSet is not Supported');
  nonNegative(spec.minReadySeconds, 'spec.minReadySeconds', findings);
  validateStrategy(spec.updateStrategy ?? {}, findings);
  nonNegative(spec.revisionHistoryLimit, 'spec.revisionHistoryLimit', findings);
}

function validateStrategy({ type = '', rollingUpdate }: NonNullable<DaemonSetSpec['updateStrategy']>, findings: Findings): void {
  const path = 'spec.updateStrategy';
  if (type === 'OnDelete') return;
  if (type !== 'RollingUpdate') {
    const shown =
      rollingUpdate === undefined ? null : { MaxUnavailable: rollingUpdate.maxUnavailable ?? 0, MaxSurge: rollingUpdate.maxSurge ?? 0 };
    return findings.notSupported(path, { Type: type, RollingUpdate: shown }, ['RollingUpdate', 'OnDelete']);
  }
  if (rollingUpdate === undefined) return findings.required(`${path}.rollingUpdate`);
  const { maxUnavailable = 0, maxSurge = 0 } = rollingUpdate;
  const at = `${path}.rollingUpdate`;
  validateIntOrPercent(maxUnavailable, `${at}.maxUnavailable`, findings);
  validateIntOrPercent(maxSurge, `${at}.maxSurge`, findings);
  const nought = (value: number | string): boolean => (typeof value === 'number' ? value === 0 : (percentOf(value) ?? 0) === 0);
  const hasUnavailable = !nought(maxUnavailable);
  const hasSurge = !nought(maxSurge);
  if (hasUnavailable && hasSurge) findings.invalid(`${at}.maxSurge`, maxSurge, 'may not be set when maxUnavailable is non-zero');
  if (!hasUnavailable && !hasSurge) findings.required(`${at}.maxUnavailable`, 'cannot be 0 when maxSurge is 0');
  for (const [field, value] of [
    ['maxUnavailable', maxUnavailable],
    ['maxSurge', maxSurge],
  ] as const) {
    const percent = typeof value === 'string' ? percentOf(value) : undefined;
    if (percent !== undefined && percent > 100) findings.invalid(`${at}.${field}`, value, 'must not be greater than 100%');
  }
}
