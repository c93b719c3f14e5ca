import type { CronJob, Job } from '../../api/generated/types.ts';
import { MINUTE, type Millis } from '../../sim/time.ts';
import { newControllerRef } from '../controller-ref.ts';
import type { Zone } from './zone-time.ts';

const SCHEDULED = 'batch.kubernetes.io/cronjob-scheduled-timestamp';

/** One name for one time, so that no time is served twice: minutes since 1970. */
export function jobName({ metadata }: CronJob, due: Millis): string {
  return `${metadata.name ?? ''}-${Math.floor(due / MINUTE)}`;
}

/** The job of a time, as the template says. */
export function jobFor(cronJob: CronJob, due: Millis, zone: Zone): Job {
  const { metadata, spec } = cronJob.spec.jobTemplate;
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: jobName(cronJob, due),
      namespace: cronJob.metadata.namespace ?? '',
      ...(metadata?.labels === undefined ? {} : { labels: metadata.labels }),
      annotations: { ...metadata?.annotations, [SCHEDULED]: zone.format(due) },
      ownerReferences: [newControllerRef(cronJob)],
    },
    ...(spec === undefined ? {} : { spec }),
  };
}
