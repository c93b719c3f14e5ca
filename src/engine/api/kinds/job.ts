import { setJobDefaults } from '../batch/defaults.ts';
import { generateSelector } from '../batch/selector.ts';
import { validateJobStatusUpdate } from '../batch/validate-job-status.ts';
import { validateJob, validateJobUpdate } from '../batch/validate-job.ts';
import { jobWarnings } from '../batch/warnings.ts';
import type { Job } from '../generated/types.ts';
import { ALL_VERBS } from '../kind.ts';
import { ageColumn, column, nameColumn } from '../printing/column.ts';
import { humanDuration } from '../printing/duration.ts';
import { templateColumns } from '../printing/template.ts';
import { formatLabelSelector } from '../selector.ts';
import { parseTime } from '../../sim/time.ts';
import { defineKind, specStrategy, statusStrategy } from './define.ts';

export const job = defineKind<Job>({
  group: 'batch',
  version: 'v1',
  kind: 'Job',
  resource: 'jobs',
  singular: 'job',
  shortNames: [],
  categories: ['all'],
  namespaced: true,
  verbs: ALL_VERBS,
  schema: 'Job',
  nameRule: 'dns-subdomain',
  defaults: setJobDefaults,
  strategy: specStrategy<Job>({
    prepareForCreate: generateSelector,
    create: validateJob,
    update: validateJobUpdate,
    warnings: jobWarnings,
  }),
  subresources: { status: statusStrategy<Job>({ update: validateJobStatusUpdate }) },
  defaultPropagation: 'Orphan',
  fieldSelectors: { 'status.successful': ({ status }) => String(status?.succeeded ?? 0) },
  columns: [
    nameColumn(),
    column('Status', 'Status of the job.', jobStatus),
    column('Completions', 'JobStatus.succeeded', completions),
    column('Duration', 'Time required to complete the job.', duration),
    ageColumn(),
    ...templateColumns<Job>(),
    column(
      'Selector',
      'A label query over pods that should match the pod count. Normally, the system sets this field for you. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors',
      ({ spec }) => formatLabelSelector(spec?.selector),
      { wide: true },
    ),
  ],
  fidelity: { level: 'modelled' },
});

function jobStatus({ metadata, status }: Job): string {
  const holds = (type: string): boolean => status?.conditions?.some((one) => one.type === type && one.status === 'True') === true;
  if (holds('Complete')) return 'Complete';
  if (holds('Failed')) return 'Failed';
  if (metadata.deletionTimestamp) return 'Terminating';
  if (holds('Suspended')) return 'Suspended';
  if (holds('FailureTarget')) return 'FailureTarget';
  if (holds('SuccessCriteriaMet')) return 'SuccessCriteriaMet';
  return 'Running';
}

function completions({ spec, status }: Job): string {
  const done = status?.succeeded ?? 0;
  if (spec?.completions !== undefined) return `${done}/${spec.completions}`;
  const parallelism = spec?.parallelism ?? 0;
  return parallelism > 1 ? `${done}/1 of ${parallelism}` : `${done}/1`;
}

function duration({ status }: Job, now: number): string {
  const start = parseTime(status?.startTime);
  if (Number.isNaN(start)) return '';
  const end = parseTime(status?.completionTime);
  return humanDuration((Number.isNaN(end) ? now : end) - start);
}
