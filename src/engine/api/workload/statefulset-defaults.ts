import type { PersistentVolumeClaim, StatefulSet } from '../generated/types.ts';
import { setPodTemplateDefaults } from '../pod/defaults.ts';
import { setClaimSpecDefaults } from '../storage/claim-defaults.ts';
import { claimWarnings } from '../storage/validate-claim.ts';
import { workloadWarnings } from './warnings.ts';

export function setStatefulSetDefaults({ spec }: StatefulSet): void {
  if (spec === undefined) return;
  spec.podManagementPolicy ||= 'OrderedReady';
  const strategy = (spec.updateStrategy ??= {});
  if (!strategy.type) {
    strategy.type = 'RollingUpdate';
    strategy.rollingUpdate ??= {};
  }
  if (strategy.type === 'RollingUpdate' && strategy.rollingUpdate !== undefined) {
    strategy.rollingUpdate.partition ??= 0;
  }
  const retention = (spec.persistentVolumeClaimRetentionPolicy ??= {});
  retention.whenDeleted ||= 'Retain';
  retention.whenScaled ||= 'Retain';
  spec.replicas ??= 1;
  spec.revisionHistoryLimit ??= 10;
  if (spec.template !== undefined) setPodTemplateDefaults(spec.template);
  for (const claim of spec.volumeClaimTemplates ?? []) setTemplateDefaults(claim);
}

function setTemplateDefaults(claim: PersistentVolumeClaim): void {
  claim.kind ||= 'PersistentVolumeClaim';
  claim.apiVersion ||= 'v1';
  claim.metadata ??= {};
  claim.spec ??= {};
  setClaimSpecDefaults(claim.spec);
  claim.status = { ...claim.status, phase: claim.status?.phase || 'Pending' };
  for (const condition of claim.status.conditions ?? []) {
    const times = condition as unknown as Record<string, unknown>;
    times['lastProbeTime'] ??= null;
    times['lastTransitionTime'] ??= null;
  }
}

export function statefulSetWarnings(set: StatefulSet, old: StatefulSet | undefined): string[] {
  const warnings: string[] = [];
  if (old === undefined || set.metadata.generation !== old.metadata.generation) {
    warnings.push(...workloadWarnings(set, old).filter((text) => !text.startsWith('metadata.name')));
    for (const [index, claim] of (set.spec?.volumeClaimTemplates ?? []).entries())
      warnings.push(...claimWarnings(claim.spec, `spec.volumeClaimTemplates[${index}]`));
  }
  if ((set.spec?.revisionHistoryLimit ?? 0) < 0)
    warnings.push('spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended');
  return warnings;
}
