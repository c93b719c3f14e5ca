import type { CronJob, Job } from '../generated/types.ts';
import { isDNS1123Label } from '../names.ts';
import { templateWarnings } from '../pod/template-warnings.ts';

const REMARK =
  'metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended';

function nameWarnings(name: string): string[] {
  const problems = isDNS1123Label(name);
  return problems.length === 0 ? [] : [`${REMARK}: [${problems.join(' ')}]`];
}

export function jobWarnings({ metadata, spec }: Job, old: Job | undefined): string[] {
  const warnings = old === undefined ? nameWarnings(metadata.name ?? '') : [];
  if (spec?.template !== undefined && old?.metadata.generation !== metadata.generation)
    warnings.push(...templateWarnings(spec.template, 'spec.template.'));
  return warnings;
}

export function cronJobWarnings({ metadata, spec }: CronJob, old: CronJob | undefined): string[] {
  const warnings = old === undefined ? nameWarnings(metadata.name ?? '') : [];
  const template = spec?.jobTemplate?.spec?.template;
  if (template !== undefined && old?.metadata.generation !== metadata.generation)
    warnings.push(...templateWarnings(template, 'spec.jobTemplate.spec.template.'));
  if ((spec?.schedule ?? '').includes('TZ'))
    warnings.push(
      'cannot use TZ or CRON_TZ in schedule, use timeZone field instead. see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#time-zones',
    );
  return warnings;
}
