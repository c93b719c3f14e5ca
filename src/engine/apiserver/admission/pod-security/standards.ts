import type { ObjectMeta, PodSpec } from '../../../api/generated/types.ts';
import { BASELINE } from './baseline.ts';
import type { Check, CheckPod, Violation } from './check.ts';
import type { Demand } from './policy.ts';
import { RESTRICTED } from './restricted.ts';

/** What of a level, at a version, a pod does not keep: first the baseline's rules, then those of the restricted level. */
export function violations({ level, version }: Demand, spec: PodSpec, meta: ObjectMeta): Violation[] {
  if (level === 'privileged') return [];
  const restricted = level === 'restricted' ? inForce(RESTRICTED, version) : [];
  const overridden = new Set(restricted.map(({ overrides }) => overrides));
  return [...inForce(BASELINE, version).filter(({ id }) => !overridden.has(id)), ...restricted].flatMap(
    ({ check }) => check(spec, meta) ?? [],
  );
}

export const showReasons = (found: readonly Violation[]): string => found.map(({ reason }) => reason).join(', ');
export const showDetails = (found: readonly Violation[]): string => found.map(({ reason, detail }) => `${reason} (${detail})`).join(', ');

function inForce(checks: readonly Check[], version: number): { id: string; overrides: string | undefined; check: CheckPod }[] {
  return checks.flatMap(({ id, overrides, versions }) => {
    const revision = versions.findLast(({ since }) => since <= version);
    return revision === undefined ? [] : [{ id, overrides, check: revision.check }];
  });
}
