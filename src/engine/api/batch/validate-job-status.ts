import { nonNegative } from '../checks.ts';
import type { Job, JobSpec, JobStatus } from '../generated/types.ts';
import type { Findings } from '../validation.ts';
import { countIndexes, firstCommonIndex } from './indexes.ts';

/** What a job's status may say, whoever writes it: the controller of the cluster, or another one (KEP-4368). */
export function validateJobStatusUpdate({ spec = {} as JobSpec, status = {} }: Job, { status: old = {} }: Job, findings: Findings): void {
  validateCounters(status, findings);
  validateEnd(status, findings);
  if (status.completedIndexes !== old.completedIndexes || status.failedIndexes !== old.failedIndexes)
    validateIndexes(spec, status, findings);
  if ((status.terminating ?? 0) > 0 && isFinished(status))
    findings.invalid('status.terminating', status.terminating, 'terminating>0 is invalid for finished job');
  if ((status.ready ?? 0) > (status.active ?? 0)) findings.invalid('status.ready', status.ready, 'cannot set more ready pods than active');
  if (holds(status, 'SuccessCriteriaMet')) {
    for (const type of ['Failed', 'FailureTarget'])
      if (holds(status, type)) conditions(`cannot set SuccessCriteriaMet=True and ${type}=true conditions`, findings);
  } else if (spec.successPolicy !== undefined && holds(status, 'Complete')) {
    conditions('cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True', findings);
  }
  validateChange(spec, status, old, findings);
}

/** Whether a condition of the status is true. */
export function holds({ conditions: list }: JobStatus, type: string): boolean {
  return list?.some((condition) => condition.type === type && condition.status === 'True') === true;
}

function isFinished(status: JobStatus): boolean {
  return holds(status, 'Complete') || holds(status, 'Failed');
}

function validateCounters(status: JobStatus, findings: Findings): void {
  for (const field of ['active', 'succeeded', 'failed', 'ready'] as const) nonNegative(status[field], `status.${field}`, findings);
  const seen = new Set<string>();
  for (const field of ['succeeded', 'failed'] as const) {
    for (const [index, uid] of (status.uncountedTerminatedPods?.[field] ?? []).entries()) {
      const at = `status.uncountedTerminatedPods.${field}[${index}]`;
      if (uid === '') findings.invalid(at, uid, 'must not be empty');
      else if (seen.has(uid)) findings.duplicate(at, uid);
      seen.add(uid);
    }
  }
}

/** The conditions that end a job, and what else has to be so then. */
function validateEnd(status: JobStatus, findings: Findings): void {
  const { completionTime, startTime, active = 0, uncountedTerminatedPods: uncounted } = status;
  const [complete, failed, target] = [holds(status, 'Complete'), holds(status, 'Failed'), holds(status, 'FailureTarget')];
  if (complete && failed) conditions('cannot set Complete=True and Failed=true conditions', findings);
  if (complete && target) conditions('cannot set Complete=True and FailureTarget=true conditions', findings);
  if (completionTime && !complete)
    findings.invalid('status.completionTime', completionTime, 'cannot set completionTime when there is no Complete=True condition');
  if (complete && !completionTime) findings.required('status.completionTime', 'completionTime is required for Complete jobs');
  if (startTime && completionTime && Date.parse(completionTime) < Date.parse(startTime))
    findings.invalid('status.completionTime', completionTime, 'completionTime cannot be set before startTime');
  if (failed && !target) conditions('cannot set Failed=True condition without the FailureTarget=true condition', findings);
  if (complete && !holds(status, 'SuccessCriteriaMet'))
    conditions('cannot set Complete=True condition without the SuccessCriteriaMet=true condition', findings);
  if (!complete && !failed) return;
  if (active > 0) findings.invalid('status.active', active, 'active>0 is invalid for finished job');
  if (!startTime) findings.required('status.startTime', 'startTime is required for finished job');
  const [counted, uncountedFailures] = [uncounted?.succeeded ?? [], uncounted?.failed ?? []];
  if (counted.length + uncountedFailures.length > 0) {
    const shown = { Succeeded: uncounted?.succeeded ?? null, Failed: uncounted?.failed ?? null };
    findings.invalid('status.uncountedTerminatedPods', shown, 'uncountedTerminatedPods needs to be empty for finished job');
  }
}

function validateIndexes({ completions, completionMode, backoffLimitPerIndex }: JobSpec, status: JobStatus, findings: Findings): void {
  const { completedIndexes = '', failedIndexes } = status;
  let wellFormed = completions !== undefined;
  const parse = (field: 'completedIndexes' | 'failedIndexes', text: string): void => {
    const counted = countIndexes(text, completions ?? 0);
    if (typeof counted !== 'string') return;
    wellFormed = false;
    findings.invalid(`status.${field}`, text, `error parsing ${field}: ${counted}`);
  };
  if (completions !== undefined) parse('completedIndexes', completedIndexes);
  if (completions !== undefined && backoffLimitPerIndex !== undefined && failedIndexes !== undefined) parse('failedIndexes', failedIndexes);
  if (completedIndexes !== '' && completionMode !== 'Indexed')
    findings.invalid('status.completedIndexes', completedIndexes, 'cannot set non-empty completedIndexes when non-indexed completion mode');
  if (failedIndexes === undefined) return;
  if (backoffLimitPerIndex === undefined)
    findings.invalid('status.failedIndexes', failedIndexes, 'cannot set non-null failedIndexes when backoffLimitPerIndex is null');
  const common = wellFormed ? firstCommonIndex(completedIndexes, failedIndexes) : undefined;
  if (common !== undefined)
    findings.invalid('status.failedIndexes', failedIndexes, `failedIndexes and completedIndexes overlap at index: ${common}`);
}

/** What must not be taken back. */
function validateChange(spec: JobSpec, status: JobStatus, old: JobStatus, findings: Findings): void {
  for (const type of ['Failed', 'Complete', 'FailureTarget'])
    if (holds(old, type) && !holds(status, type)) conditions(`cannot disable the terminal ${type}=True condition`, findings);
  const decreases = (field: 'failed' | 'succeeded'): void => {
    const [now, before] = [status[field] ?? 0, old[field] ?? 0];
    if (now < before) findings.invalid(`status.${field}`, now, `cannot decrease the ${field} counter`);
  };
  decreases('failed');
  // An indexed job that is made smaller forgets successes.
  if (spec.completionMode !== 'Indexed' || spec.completions !== spec.parallelism) decreases('succeeded');
  if (status.completionTime && old.completionTime && status.completionTime !== old.completionTime)
    findings.invalid('status.completionTime', status.completionTime, 'completionTime cannot be mutated');
  // Suspending and resuming set the clock anew.
  const resumed = holds(old, 'Suspended') && !holds(status, 'Suspended');
  if (old.startTime && old.startTime !== status.startTime && spec.suspend !== true && !resumed)
    findings.required('status.startTime', 'startTime cannot be removed for unsuspended job');
  const met = holds(status, 'SuccessCriteriaMet');
  if (holds(old, 'SuccessCriteriaMet') && !met) conditions('cannot disable the SuccessCriteriaMet=True condition', findings);
  if (holds(old, 'Complete') && !holds(old, 'SuccessCriteriaMet') && met)
    conditions('cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions', findings);
}

/** Of the conditions the finding shows no value. */
function conditions(text: string, findings: Findings): void {
  findings.add('FieldValueInvalid', 'status.conditions', `Invalid value: ${text}`);
}
