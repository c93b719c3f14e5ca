import { setCronJobDefaults } from '../batch/defaults.ts';
import { validateCronJob, validateCronJobUpdate } from '../batch/validate-cronjob.ts';
import { cronJobWarnings } from '../batch/warnings.ts';
import type { CronJob } from '../generated/types.ts';
import { ALL_VERBS } from '../kind.ts';
import { ageColumn, column, nameColumn } from '../printing/column.ts';
import { ageSince } from '../printing/duration.ts';
import { formatLabelSelector } from '../selector.ts';
import { defineKind, specStrategy, statusStrategy } from './define.ts';

const names = ({ spec }: CronJob, field: 'name' | 'image'): string =>
  (spec?.jobTemplate?.spec?.template?.spec?.containers ?? []).map((container) => container[field] ?? '').join(',');

export const cronJob = defineKind<CronJob>({
  group: 'batch',
  version: 'v1',
  kind: 'CronJob',
  resource: 'cronjobs',
  singular: 'cronjob',
  shortNames: ['cj'],
  categories: ['all'],
  namespaced: true,
  verbs: ALL_VERBS,
  schema: 'CronJob',
  nameRule: 'dns-subdomain',
  defaults: setCronJobDefaults,
  strategy: specStrategy<CronJob>({ create: validateCronJob, update: validateCronJobUpdate, warnings: cronJobWarnings }),
  subresources: { status: statusStrategy<CronJob>() },
  columns: [
    nameColumn(),
    column('Schedule', 'CronJobSpec.schedule', ({ spec }) => spec?.schedule ?? ''),
    column('Timezone', 'CronJobSpec.timeZone', ({ spec }) => spec?.timeZone ?? '<none>'),
    column('Suspend', 'CronJobSpec.suspend', ({ spec }) => (spec?.suspend === true ? 'True' : 'False'), { type: 'boolean' }),
    column('Active', 'CronJobStatus.active', ({ status }) => (status?.active ?? []).length, { type: 'integer' }),
    column('Last Schedule', 'CronJobStatus.lastScheduleTime', ({ status }, now) =>
      status?.lastScheduleTime ? ageSince(status.lastScheduleTime, now) : '<none>',
    ),
    ageColumn(),
    column('Containers', 'Names of each container in the template.', (object) => names(object, 'name'), { wide: true }),
    column('Images', 'Images referenced by each container in the template.', (object) => names(object, 'image'), { wide: true }),
    column(
      'Selector',
      'A label query over pods that should match the pod count. Normally, the system sets this field for you. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors',
      ({ spec }) => formatLabelSelector(spec?.jobTemplate?.spec?.selector),
      { wide: true },
    ),
  ],
  fidelity: { level: 'modelled' },
});
