import { job } from '../../src/engine/api/kinds/job.ts';
import { podPrograms } from '../../src/workers/pod-programs.ts';
import { HOUR } from '../../src/engine/sim/time.ts';
import { openWith, request } from '../drive.ts';
import { measure, type Row } from '../measure.ts';

const COUNT = 1000;

/** Each runs every sixth hour at a minute of its own: 4,000 Jobs in the day, each with one pod that ends at once. */
export const row: Row = {
  title: '1,000 CronJobs for a virtual day, 20 nodes',
  heavy: true,
  lines: [
    { phase: 'create', field: 'cpu', unit: 'ms CPU' },
    { phase: 'a day', field: 'cpu', unit: 'ms CPU' },
  ],
  run() {
    const cluster = openWith(20, 110, { log: false, programs: podPrograms });
    cluster.sim.runUntilQuiet();
    const create = measure('create', () => {
      for (let i = 0; i < COUNT; i++)
        request(cluster, 'POST', '/apis/batch/v1/namespaces/default/cronjobs', {
          apiVersion: 'batch/v1',
          kind: 'CronJob',
          metadata: { name: `report-${i}` },
          spec: {
            schedule: `${i % 60} ${i % 6}-23/6 * * *`,
            jobTemplate: {
              spec: {
                template: {
                  spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox:1.36', command: ['echo', 'done'] }] },
                },
              },
            },
          },
        });
    });
    const day = measure('a day', () => {
      const steps = cluster.sim.steps;
      cluster.sim.runFor(24 * HOUR);
      const jobs = cluster.observe(job).length;
      return { virtual: 24 * HOUR, note: `${jobs} Jobs kept, ${(cluster.sim.steps - steps).toLocaleString('en')} events` };
    });
    return [create, day];
  },
};
