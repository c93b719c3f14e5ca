import { describe, expect, it } from 'vitest';
import type { CronJob, CronJobSpec, Job } from '../../api/generated/types.ts';
import { CRON_JOBS, EVENTS, JOBS } from '../../client/resources.ts';
import { MINUTE, formatTime } from '../../sim/time.ts';
import { JobTestCluster } from '../job/job-test-cluster.ts';

/** Its clock begins a second past a full hour. */
class CronTestCluster extends JobTestCluster {
  cron(spec: Partial<CronJobSpec>, name = 'tick'): void {
    const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox:1.36' }] } };
    const jobTemplate = { metadata: { labels: { from: name } }, spec: { backoffLimit: 0, template } };
    this.admin.create<CronJob>(CRON_JOBS, {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: { name, namespace: 'default' },
      spec: { schedule: '*/5 * * * *', jobTemplate, ...spec },
    });
    this.run(1);
  }

  minutes(count: number): void {
    this.sim.runFor(count * MINUTE);
  }

  jobs(): Job[] {
    return [...this.admin.list(JOBS, { namespace: 'default', labelSelector: 'from' }).items];
  }

  /** The minutes of the hour for which jobs are there. */
  served(): number[] {
    return this.jobs().map(({ metadata }) => Number(metadata.name?.replace(/^.*-/, '')) % 60);
  }

  finishAll(exitCode = 0): void {
    for (const { metadata } of this.jobs()) for (const pod of this.running(metadata.name ?? '')) this.end(pod, exitCode);
  }

  cronJob(name = 'tick'): CronJob {
    return this.admin.get(CRON_JOBS, 'default', name);
  }

  told(name = 'tick'): string[] {
    return this.admin
      .list(EVENTS)
      .items.filter(({ involvedObject }) => involvedObject.kind === 'CronJob' && involvedObject.name === name)
      .sort((a, b) => Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion))
      .map(({ reason, message }) => `${reason ?? ''}: ${(message ?? '').replace(/-\d{7,}/g, '-#')}`);
  }
}

describe('a CronJob', () => {
  it('makes a job at each time, and keeps three that succeeded and one that failed', () => {
    const cluster = new CronTestCluster();
    const due = cluster.sim.now - 1000 + 5 * MINUTE;
    cluster.cron({});
    cluster.settle();
    cluster.minutes(5);
    const [job] = cluster.jobs();
    expect(job?.metadata).toMatchObject({
      name: `tick-${due / MINUTE}`,
      labels: { from: 'tick' },
      annotations: { 'batch.kubernetes.io/cronjob-scheduled-timestamp': formatTime(due) },
      ownerReferences: [{ kind: 'CronJob', name: 'tick', controller: true, blockOwnerDeletion: true }],
    });
    expect(cluster.cronJob().status).toMatchObject({
      lastScheduleTime: formatTime(due),
      active: [{ kind: 'Job', name: job?.metadata.name }],
    });
    cluster.finishAll();
    expect(cluster.cronJob().status).toEqual({ lastScheduleTime: formatTime(due), lastSuccessfulTime: expect.any(String) });
    for (let i = 0; i < 8; i++) {
      cluster.minutes(5);
      cluster.finishAll(i % 2);
    }
    expect(cluster.served()).toEqual([20, 30, 40, 45]);
    expect(cluster.jobs().filter(({ status }) => status?.failed === 1)).toHaveLength(1);
    expect(cluster.told().slice(0, 2)).toEqual([
      'SuccessfulCreate: Created job tick-#',
      'SawCompletedJob: Saw completed job: tick-#, condition: Complete',
    ]);
    expect(cluster.told()).toContain('SawCompletedJob: Saw completed job: tick-#, condition: Failed');
    expect(cluster.told()).not.toContainEqual(expect.stringMatching(/^(MissingJob|UnexpectedJob)/));
  });

  it.each([
    ['Allow', [5, 10, 15]],
    ['Forbid', [5]],
    ['Replace', [15]],
  ])('%s', (concurrencyPolicy, expected) => {
    const cluster = new CronTestCluster();
    cluster.cron({ concurrencyPolicy });
    cluster.minutes(16);
    expect(cluster.served()).toEqual(expected);
    const told = new Set(cluster.told().map((line) => line.replace(/:.*/, '')));
    if (concurrencyPolicy === 'Forbid') expect(told).toEqual(new Set(['SuccessfulCreate', 'JobAlreadyActive']));
    if (concurrencyPolicy === 'Replace') expect(told).toEqual(new Set(['SuccessfulCreate', 'SuccessfulDelete']));
    if (concurrencyPolicy === 'Allow') expect(cluster.cronJob().status?.active).toHaveLength(3);
  });

  it('catches up once with what it missed, or not at all past the deadline', () => {
    const cluster = new CronTestCluster();
    cluster.cron({}, 'late');
    cluster.cron({ startingDeadlineSeconds: 30 }, 'strict');
    cluster.manager.stop();
    cluster.minutes(17);
    cluster.newManager().start();
    cluster.run(5);
    expect(cluster.jobs().map(({ metadata }) => metadata.labels?.['from'])).toEqual(['late']);
    expect(cluster.served()).toEqual([15]);
    cluster.minutes(5);
    expect(cluster.served()).toEqual([15, 20, 20]);
  });

  it('says so when it missed very many', () => {
    const cluster = new CronTestCluster();
    cluster.cron({ schedule: '* * * * *' });
    cluster.manager.stop();
    cluster.minutes(125);
    cluster.newManager().start();
    cluster.run(5);
    expect(cluster.served()).toEqual([5]);
    expect(cluster.told()[0]).toBe(
      'TooManyMissedTimes: too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew',
    );
  });

  it('makes nothing while it is suspended, nor by a schedule that never comes', () => {
    const cluster = new CronTestCluster();
    cluster.cron({ suspend: true });
    cluster.cron({ schedule: '59 23 31 2 *' }, 'never');
    cluster.minutes(30);
    expect(cluster.jobs()).toEqual([]);
    expect(cluster.told('never')).toEqual([
      'InvalidSchedule: invalid schedule: 59 23 31 2 * : time difference between two schedules is less than 1 second',
    ]);
    cluster.admin.patch(CRON_JOBS, 'default', 'tick', { spec: { suspend: false } }, { type: 'merge' });
    cluster.run(2);
    // The latest of the times that passed meanwhile is made up for.
    expect(cluster.served()).toEqual([30]);
  });

  it('follows a new schedule, by the clocks of its zone', () => {
    const cluster = new CronTestCluster();
    cluster.cron({ schedule: '@yearly' });
    // In Kathmandu clocks are 5:45 ahead.
    const spec = { schedule: '50 * * * *', timeZone: 'Asia/Kathmandu' };
    cluster.admin.patch(CRON_JOBS, 'default', 'tick', { spec }, { type: 'merge' });
    cluster.minutes(10);
    expect(cluster.served()).toEqual([5]);
    expect(cluster.jobs()[0]?.metadata.annotations?.['batch.kubernetes.io/cronjob-scheduled-timestamp']).toMatch(/:50:00\+05:45$/);
  });

  it('does not know jobs that others made in its name, and goes with its own', () => {
    const cluster = new CronTestCluster();
    cluster.cron({ schedule: '@yearly' });
    const { metadata, spec } = cluster.cronJob();
    cluster.admin.create<Job>(JOBS, {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: {
        name: 'by-hand',
        namespace: 'default',
        labels: { from: 'tick' },
        ownerReferences: [{ apiVersion: 'batch/v1', kind: 'CronJob', name: 'tick', uid: metadata.uid ?? '', controller: true }],
      },
      ...(spec.jobTemplate.spec === undefined ? {} : { spec: spec.jobTemplate.spec }),
    });
    cluster.run(3);
    cluster.finishAll();
    expect(cluster.told()).toEqual(['UnexpectedJob: Saw a job that the controller did not create or forgot: by-hand']);
    expect(cluster.cronJob().status).toEqual({ lastSuccessfulTime: expect.any(String) });
    cluster.admin.delete(CRON_JOBS, 'default', 'tick', { propagationPolicy: 'Background' });
    cluster.run(5);
    expect(cluster.jobs()).toEqual([]);
  });
});
