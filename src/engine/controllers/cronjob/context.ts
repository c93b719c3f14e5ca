import type { CronJob, CronJobStatus, Job } from '../../api/generated/types.ts';
import type { Client } from '../../client/client.ts';
import type { EventRecorder } from '../../client/events.ts';
import type { Millis } from '../../sim/time.ts';

/** What one sync knows of its cron job, and with what it acts. */
export interface CronSync {
  readonly cronJob: CronJob;
  /** The jobs that it controls. */
  readonly jobs: readonly Job[];
  readonly now: Millis;
  readonly client: Client;
  readonly recorder: EventRecorder;
  readonly decide: (text: string) => void;
  /** The status has been written. */
  readonly wrote: (cronJob: CronJob) => void;
  /** A job has been deleted. */
  readonly deleted: (job: Job) => void;
}

/** The status while a sync works on it. */
export interface StatusDraft extends CronJobStatus {
  active: NonNullable<CronJobStatus['active']>;
}
