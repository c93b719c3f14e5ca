import { asGiven } from '../emptied.ts';
import { nonNegative } from '../checks.ts';
import { semanticallyEqual } from '../equality.ts';
import type { LabelSelector, PersistentVolumeClaim, StatefulSet, StatefulSetSpec, Volume } from '../generated/types.ts';
import { isDNS1123Label } from '../names.ts';
import { validateLabels } from '../object-meta.ts';
import { validatePodTemplate } from '../pod/validate-pod.ts';
import { matchesSelector } from '../selector.ts';
import { validateClaimTemplate } from '../storage/validate-claim.ts';
import { validateLabelSelector } from '../validate-selector.ts';
import type { Findings } from '../validation.ts';
import { validateIntOrPercent } from './deployment.ts';
import { inOrder, sortedLabels } from './template.ts';

const UPDATABLE =
  "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";

export function validateStatefulSet({ spec }: StatefulSet, findings: Findings): void {
  validateSpec(spec ?? ({} as StatefulSetSpec), true, findings);
}

export function validateStatefulSetUpdate(set: StatefulSet, old: StatefulSet, findings: Findings): void {
  const spec = set.spec ?? ({} as StatefulSetSpec);
  const before = old.spec ?? ({} as StatefulSetSpec);
  validateSpec(spec, false, findings);
  const fixed = ({
    replicas: _a,
    ordinals: _b,
    template: _c,
    updateStrategy: _d,
    revisionHistoryLimit: _e,
    persistentVolumeClaimRetentionPolicy: _f,
    minReadySeconds: _g,
    ...rest
  }: StatefulSetSpec): object => rest;
  if (!semanticallyEqual(fixed(spec), fixed(before))) findings.forbidden('spec', UPDATABLE);
}

export function validateStatefulSetStatus({ status }: StatefulSet, old: StatefulSet, findings: Findings): void {
  for (const field of [
    'replicas',
    'readyReplicas',
    'currentReplicas',
    'updatedReplicas',
    'availableReplicas',
    'observedGeneration',
    'collisionCount',
  ] as const)
    nonNegative(status?.[field], `status.${field}`, findings);
  const { replicas = 0, readyReplicas = 0, currentReplicas = 0, updatedReplicas = 0, availableReplicas = 0 } = status ?? {};
  const tooMany = 'cannot be greater than status.replicas';
  if (readyReplicas > replicas) findings.invalid('status.readyReplicas', readyReplicas, tooMany);
  if (currentReplicas > replicas) findings.invalid('status.currentReplicas', currentReplicas, tooMany);
  if (updatedReplicas > replicas) findings.invalid('status.updatedReplicas', updatedReplicas, tooMany);
  if (availableReplicas > replicas) findings.invalid('status.availableReplicas', availableReplicas, tooMany);
  if (availableReplicas > readyReplicas)
    findings.invalid('status.availableReplicas', availableReplicas, 'cannot be greater than status.readyReplicas');
  const collisions = old.status?.collisionCount;
  if (collisions !== undefined && (status?.collisionCount ?? -1) < collisions)
    findings.invalid('status.collisionCount', status?.collisionCount, 'cannot be decremented');
}

function validateSpec(spec: StatefulSetSpec, isNew: boolean, findings: Findings): void {
  const { podManagementPolicy: policy, updateStrategy: strategy = {} } = spec;
  if (!policy) findings.required('spec.podManagementPolicy');
  else if (policy !== 'OrderedReady' && policy !== 'Parallel')
    findings.invalid('spec.podManagementPolicy', policy, "must be 'OrderedReady' or 'Parallel'");
  const internal = strategy.rollingUpdate && {
    Partition: strategy.rollingUpdate.partition ?? 0,
    MaxUnavailable: strategy.rollingUpdate.maxUnavailable ?? null,
  };
  switch (strategy.type) {
    case undefined:
    case '':
      findings.required('spec.updateStrategy');
      break;
    case 'OnDelete':
      if (internal !== undefined)
        findings.invalid('spec.updateStrategy.rollingUpdate', internal, "only allowed for updateStrategy 'RollingUpdate'");
      break;
    case 'RollingUpdate':
      if (strategy.rollingUpdate !== undefined) {
        nonNegative(strategy.rollingUpdate.partition, 'spec.updateStrategy.rollingUpdate.partition', findings);
        const { maxUnavailable } = strategy.rollingUpdate;
        if (maxUnavailable !== undefined)
          validateIntOrPercent(maxUnavailable, 'spec.updateStrategy.rollingUpdate.maxUnavailable', findings);
      }
      break;
    default:
      findings.invalid(
        'spec.updateStrategy',
        { Type: strategy.type, RollingUpdate: internal ?? null },
        "must be 'RollingUpdate' or 'OnDelete'",
      );
  }
  const retention = spec.persistentVolumeClaimRetentionPolicy;
  for (const field of ['whenDeleted', 'whenScaled'] as const) {
    const value = retention?.[field];
    if (retention !== undefined && value !== 'Retain' && value !== 'Delete')
      findings.notSupported(`spec.persistentVolumeClaimRetentionPolicy.${field}`, value ?? '', ['Retain', 'Delete']);
  }
  nonNegative(spec.replicas, 'spec.replicas', findings);
  nonNegative(spec.minReadySeconds, 'spec.minReadySeconds', findings);
  nonNegative(spec.ordinals?.start, 'spec.ordinals.start', findings);
  // On updates they must not change, and are not looked at.
  if (isNew) {
    for (const [index, claim] of (spec.volumeClaimTemplates ?? []).entries())
      validateClaimTemplate(claim, `spec.volumeClaimTemplates[${index}]`, findings);
  }
  if (spec.serviceName)
    for (const problem of isDNS1123Label(spec.serviceName)) findings.invalid('spec.serviceName', spec.serviceName, problem);
  validateSelector(spec.selector, findings);
  validateTemplate(spec, findings);
  const restart = spec.template?.spec?.restartPolicy;
  if (restart !== 'Always') findings.notSupported('spec.template.spec.restartPolicy', restart ?? '', ['Always']);
  if (spec.template?.spec?.activeDeadlineSeconds !== undefined)
    findings.forbidden('spec.template.spec.activeDeadlineSeconds', 'activeDeadlineSeconds in StatefulSet is not Supported');
}

function validateSelector(selector: LabelSelector | undefined, findings: Findings): void {
  if (selector === undefined) return findings.required('spec.selector');
  validateLabelSelector(selector, 'spec.selector', findings);
  if (Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions ?? []).length === 0)
    findings.invalid('spec.selector', {}, 'empty selector is invalid for statefulset');
}

function validateTemplate(spec: StatefulSetSpec, findings: Findings): void {
  const { selector, template } = spec;
  const labels = template?.metadata?.labels;
  let matches: boolean;
  try {
    matches = selector !== undefined && matchesSelector(selector, labels);
  } catch {
    findings.add('FieldValueInvalid', 'spec.selector', `Invalid value: ${JSON.stringify(inOrder(selector))}`);
    return;
  }
  if (template === undefined) return findings.required('spec.template');
  const empty = selector !== undefined && Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions ?? []).length === 0;
  if (!matches && !empty)
    findings.invalid(
      'spec.template.metadata.labels',
      sortedLabels(template?.metadata && asGiven(template.metadata, 'labels')),
      '`selector` does not match template `labels`',
    );
  // Twice, as upstream looks at them: the causes show it.
  validateLabels(labels, 'spec.template.labels', findings);
  validatePodTemplate(withClaims(template, spec.volumeClaimTemplates ?? []), 'spec.template', findings);
}

// Claims of the templates are volumes by their names.
function withClaims(template: StatefulSetSpec['template'], claims: readonly PersistentVolumeClaim[]): StatefulSetSpec['template'] {
  if (template.spec === undefined) return template;
  const names = new Set(claims.map(({ metadata }) => metadata?.name ?? ''));
  const own = (template.spec.volumes ?? []).filter(({ name }) => !names.has(name));
  const made: Volume[] = [...names].map((name) => ({ name, persistentVolumeClaim: { claimName: name } }));
  return { ...template, spec: { ...template.spec, volumes: [...made, ...own] } };
}
