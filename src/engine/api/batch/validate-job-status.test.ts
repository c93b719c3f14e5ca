import { expect, it } from 'vitest';
import type { Job, JobSpec, JobStatus } from '../generated/types.ts';
import { Findings } from '../validation.ts';
import { validateJobStatusUpdate } from './validate-job-status.ts';

function findingsOf(status: JobStatus, old: JobStatus = {}, spec: Partial<JobSpec> = {}): string[] {
  const job = (of: JobStatus): Job => ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'j' },
    spec: { template: {}, ...spec },
    status: of,
  });
  const findings = new Findings();
  validateJobStatusUpdate(job(status), job(old), findings);
  return findings.list.map(({ field, body }) => `${field}: ${body}`);
}
const conditions = (...types: string[]): NonNullable<JobStatus['conditions']> => types.map((type) => ({ type, status: 'True' }));
const startTime = '2026-01-05T09:00:00Z';
const completionTime = '2026-01-05T09:01:00Z';

it('lets a job end as the controller ends it', () => {
  expect(findingsOf({ startTime, completionTime, succeeded: 1, conditions: conditions('SuccessCriteriaMet', 'Complete') })).toEqual([]);
  expect(findingsOf({ startTime, failed: 1, conditions: conditions('FailureTarget', 'Failed') })).toEqual([]);
});

it('tells what does not go together in a job that has ended', () => {
  expect(findingsOf({ startTime, completionTime, conditions: conditions('Complete', 'Failed', 'SuccessCriteriaMet') })).toEqual([
    'status.conditions: Invalid value: cannot set Complete=True and Failed=true conditions',
    'status.conditions: Invalid value: cannot set Failed=True condition without the FailureTarget=true condition',
    'status.conditions: Invalid value: cannot set SuccessCriteriaMet=True and Failed=true conditions',
  ]);
  expect(findingsOf({ active: 1, uncountedTerminatedPods: { failed: ['u'] }, conditions: conditions('FailureTarget', 'Failed') })).toEqual([
    'status.active: Invalid value: 1: active>0 is invalid for finished job',
    'status.startTime: Required value: startTime is required for finished job',
    'status.uncountedTerminatedPods: Invalid value: {"Succeeded":null,"Failed":["u"]}: uncountedTerminatedPods needs to be empty for finished job',
  ]);
});

it('lets counters and times go one way alone', () => {
  expect(findingsOf({ ready: 2, active: 1 })).toEqual(['status.ready: Invalid value: 2: cannot set more ready pods than active']);
  expect(findingsOf({ succeeded: 1, startTime }, { succeeded: 2, failed: 1, startTime })).toEqual([
    'status.failed: Invalid value: 0: cannot decrease the failed counter',
    'status.succeeded: Invalid value: 1: cannot decrease the succeeded counter',
  ]);
  expect(findingsOf({}, { startTime })).toEqual(['status.startTime: Required value: startTime cannot be removed for unsuspended job']);
  expect(findingsOf({}, { startTime }, { suspend: true })).toEqual([]);
  expect(findingsOf({ startTime: completionTime }, { startTime, conditions: conditions('Suspended') })).toEqual([]);
});

it('knows which indexes a job has', () => {
  const indexed = { completionMode: 'Indexed', completions: 5, backoffLimitPerIndex: 1 };
  expect(findingsOf({ completedIndexes: '0-2', failedIndexes: '4' }, {}, indexed)).toEqual([]);
  expect(findingsOf({ completedIndexes: '0-2', failedIndexes: '1,4' }, {}, indexed)).toEqual([
    'status.failedIndexes: Invalid value: "1,4": failedIndexes and completedIndexes overlap at index: 1',
  ]);
  expect(findingsOf({ completedIndexes: '7' }, {}, indexed)).toEqual([
    'status.completedIndexes: Invalid value: "7": error parsing completedIndexes: too large index: "7"',
  ]);
  expect(findingsOf({ completedIndexes: '0' })).toEqual([
    'status.completedIndexes: Invalid value: "0": cannot set non-empty completedIndexes when non-indexed completion mode',
  ]);
});
