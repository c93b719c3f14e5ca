import { checkName, legacyIP } from '../checks.ts';
import type { Container, Pod, PodSpec, Toleration } from '../generated/types.ts';
import { semanticallyEqual } from '../equality.ts';
import { isQualifiedName } from '../names.ts';
import type { Findings } from '../validation.ts';
import { validateClaimStatuses } from './validate-claim-statuses.ts';
import { validatePod } from './validate-pod.ts';
import { validateTolerations } from './validate-scheduling.ts';
import { specDifference } from './spec-difference.ts';

const UPDATABLE = [
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
].join(',');

/** A pod is what it is: little of its spec may change once it exists. */
export function validatePodUpdate(pod: Pod, old: Pod, findings: Findings): void {
  validatePod(pod, findings, false);
  const spec: PodSpec = pod.spec ?? { containers: [] };
  const before: PodSpec = old.spec ?? { containers: [] };
  for (const field of ['containers', 'initContainers'] as const) {
    if ((spec[field] ?? []).length !== (before[field] ?? []).length)
      return findings.forbidden(`spec.${field}`, 'pod updates may not add or remove containers');
    for (const [index, { image }] of (spec[field] ?? []).entries()) if (!image) findings.required(`spec.${field}[${index}].image`);
  }
  if (!validDeadline(spec, before, findings)) return;
  validateAddedTolerations(spec.tolerations ?? [], before.tolerations ?? [], findings);
  const gates = new Set((before.schedulingGates ?? []).map(({ name }) => name));
  const added = (spec.schedulingGates ?? []).find(({ name }) => !gates.has(name));
  if (added !== undefined)
    findings.forbidden('spec.schedulingGates', `only deletion is allowed, but found new scheduling gate '${added.name}'`);
  const munged = munge(spec, before);
  if (!semanticallyEqual(munged, before)) {
    findings.forbidden('spec', `pod updates may not change fields other than ${UPDATABLE}\n${specDifference(before, munged)}`);
  }
}

/** On `/status`: what kubelets report has to be well-formed, too. */
export function validatePodStatus(pod: Pod, _old: Pod, findings: Findings): void {
  const { status } = pod;
  for (const [index, { type = '' }] of (status?.conditions ?? []).entries()) {
    checkName(type, `status.conditions[${index}].Type`, isQualifiedName, findings);
  }
  validateClaimStatuses(pod, findings);
  for (const [index, { ip = '' }] of (status?.podIPs ?? []).entries()) legacyIP(ip, `status.podIPs[${index}]`, findings);
}

function validDeadline(spec: PodSpec, before: PodSpec, findings: Findings): boolean {
  const path = 'spec.activeDeadlineSeconds';
  const now = spec.activeDeadlineSeconds;
  const then = before.activeDeadlineSeconds;
  if (now !== undefined) {
    if (now < 0 || now > 2147483647) {
      findings.invalid(path, now, 'must be between 0 and 2147483647, inclusive');
      return false;
    }
    if (then !== undefined && then < now) {
      findings.invalid(path, now, 'must be less than or equal to previous value');
      return false;
    }
  } else if (then !== undefined) findings.invalid(path, undefined, 'must not update from a positive integer to nil value');
  return true;
}

function validateAddedTolerations(now: readonly Toleration[], before: readonly Toleration[], findings: Findings): void {
  const plain = (toleration: Toleration): object => ({ ...toleration, tolerationSeconds: undefined });
  for (const old of before) {
    if (!now.some((toleration) => semanticallyEqual(plain(toleration), plain(old)))) {
      findings.forbidden('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds');
      return;
    }
  }
  validateTolerations(now, 'spec.tolerations', findings);
}

/** The new spec with all that may change put back: what still differs was changed against the rules. */
function munge(spec: PodSpec, before: PodSpec): PodSpec {
  const images = (now: readonly Container[], then: readonly Container[]): Container[] =>
    now.map((container, index) => {
      const image = then[index]?.image;
      const { image: _, ...rest } = container;
      return image === undefined ? rest : { ...rest, image };
    });
  const munged: PodSpec = { ...spec, containers: images(spec.containers ?? [], before.containers ?? []) };
  if (spec.initContainers !== undefined) munged.initContainers = images(spec.initContainers, before.initContainers ?? []);
  restore(munged, before, 'activeDeadlineSeconds');
  restore(munged, before, 'tolerations');
  restore(munged, before, 'schedulingGates');
  if ((before.terminationGracePeriodSeconds ?? 0) < 0 && spec.terminationGracePeriodSeconds === 1)
    restore(munged, before, 'terminationGracePeriodSeconds');
  // A pod that is held back by gates may still be told where it can run, as long as that narrows the choice.
  if ((before.schedulingGates ?? []).length > 0) restoreGated(munged, spec, before);
  return munged;
}

function restore<K extends keyof PodSpec>(munged: PodSpec, before: PodSpec, field: K): void {
  if (before[field] === undefined) delete munged[field];
  else munged[field] = before[field];
}

function restoreGated(munged: PodSpec, spec: PodSpec, before: PodSpec): void {
  const kept = Object.entries(before.nodeSelector ?? {}).every(([key, value]) => spec.nodeSelector?.[key] === value);
  if (kept) restore(munged, before, 'nodeSelector');
  const required = before.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const withoutNode = ({ affinity }: PodSpec): object => ({ ...affinity, nodeAffinity: undefined });
  if (required === undefined && semanticallyEqual(withoutNode(spec), withoutNode(before))) restore(munged, before, 'affinity');
}
