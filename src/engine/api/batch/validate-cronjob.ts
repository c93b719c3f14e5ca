import { nonNegative } from '../checks.ts';
import type { CronJob, CronJobSpec } from '../generated/types.ts';
import type { Findings } from '../validation.ts';
import { inOrder } from '../workload/template.ts';
import { scheduleError } from './schedule.ts';
import { zoneError } from './time-zone.ts';
import { validateSpecWithoutSelector } from './validate-job.ts';

// Names of its jobs are eleven characters longer, and have to be labels.
const MAX_NAME = 52;

export function validateCronJob({ metadata, spec }: CronJob, findings: Findings): void {
  validateSpec(spec ?? ({} as CronJobSpec), true, findings);
  if ((metadata.name ?? '').length > MAX_NAME)
    findings.invalid('metadata.name', metadata.name, `must be no more than ${MAX_NAME} characters`);
}

export function validateCronJobUpdate({ spec }: CronJob, old: CronJob, findings: Findings): void {
  validateSpec(spec ?? ({} as CronJobSpec), spec?.timeZone !== old.spec?.timeZone, findings);
}

function validateSpec(spec: CronJobSpec, checkZone: boolean, findings: Findings): void {
  const { schedule, timeZone, concurrencyPolicy, jobTemplate } = spec;
  if (!schedule) findings.required('spec.schedule');
  else {
    const fault = scheduleError(schedule);
    if (fault !== undefined) findings.invalid('spec.schedule', schedule, fault);
    if (schedule.includes('TZ') && timeZone !== undefined) {
      findings.invalid('spec.schedule', schedule, 'cannot use both timeZone field and TZ or CRON_TZ in schedule');
    } else if (schedule.includes('TZ')) {
      findings.invalid('spec.schedule', schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead');
    }
  }
  nonNegative(spec.startingDeadlineSeconds, 'spec.startingDeadlineSeconds', findings);
  if (timeZone !== undefined && checkZone) {
    const fault = zoneError(timeZone);
    if (fault !== undefined) findings.invalid('spec.timeZone', timeZone, fault);
  }
  const policies = ['Allow', 'Forbid', 'Replace'];
  if (!concurrencyPolicy) findings.required('spec.concurrencyPolicy');
  else if (!policies.includes(concurrencyPolicy)) findings.notSupported('spec.concurrencyPolicy', concurrencyPolicy, policies);
  const at = 'spec.jobTemplate';
  const template = jobTemplate?.spec;
  if (template?.selector !== undefined)
    findings.invalid(`${at}.spec.selector`, inOrder(template.selector), '`selector` will be auto-generated');
  validateSpecWithoutSelector(template ?? ({} as NonNullable<typeof template>), `${at}.spec`, findings);
  if (template?.manualSelector === true) findings.notSupported(`${at}.spec.manualSelector`, true, ['nil', 'false']);
  nonNegative(spec.successfulJobsHistoryLimit, 'spec.successfulJobsHistoryLimit', findings);
  nonNegative(spec.failedJobsHistoryLimit, 'spec.failedJobsHistoryLimit', findings);
}
