import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Job } from '../../api/generated/types.ts';
import { JOBS, PODS } from '../../client/resources.ts';
import { JobTestCluster } from './job-test-cluster.ts';
import { countOf, parseIndexes } from './indexes.ts';

// What holds whatever happens to the pods and to the manager: the job ends, it counts exactly what succeeded, and it holds no pod.

const act = fc.record({
  what: fc.constantFrom('succeed', 'fail', 'delete', 'restart', 'suspend', 'resume'),
  which: fc.nat(7),
  seconds: fc.nat(40),
});
const spec = fc.record({
  completions: fc.integer({ min: 1, max: 4 }),
  parallelism: fc.integer({ min: 1, max: 3 }),
  indexed: fc.boolean(),
  podReplacementPolicy: fc.constantFrom('TerminatingOrFailed', 'Failed'),
  seed: fc.nat(1000),
});

it('a Job ends with exactly its completions, over failures, deletions, suspensions and restarts of the manager', () => {
  fc.assert(
    fc.property(spec, fc.array(act, { maxLength: 12 }), ({ indexed, seed, ...rest }, acts) => {
      const cluster = new JobTestCluster({ seed });
      let { manager } = cluster;
      cluster.job('any', { ...rest, backoffLimit: 100, completionMode: indexed ? 'Indexed' : 'NonIndexed' });
      let [suspended, ended] = [false, false];
      const suspend = (to: boolean): void => {
        cluster.admin.patch(JOBS, 'default', 'any', { spec: { suspend: to } }, { type: 'merge' });
        suspended = to;
      };
      for (const { what, which, seconds } of acts) {
        const running = cluster.running('any');
        const pod = running[which % Math.max(1, running.length)];
        if (what === 'restart') {
          manager.stop();
          cluster.run(seconds);
          manager = cluster.newManager();
          manager.start();
        } else if (what === 'suspend' || what === 'resume') suspend(what === 'suspend');
        else if (pod === undefined) cluster.run(seconds);
        else if (what === 'delete') cluster.admin.delete(PODS, 'default', pod.metadata.name ?? '');
        else cluster.end(pod, what === 'fail' ? 1 : 0);
        // While it is under way it never runs more than it may.
        cluster.run(2);
        expect(cluster.running('any').length).toBeLessThanOrEqual(rest.parallelism);
      }
      if (suspended) suspend(false);
      for (let i = 0; i < 200 && !ended; i++) {
        const [pod] = cluster.running('any');
        if (pod === undefined) cluster.run(30);
        else cluster.end(pod, 0);
        ended = cluster.conditions('any').some((line) => line.startsWith('Complete=True'));
      }
      cluster.run(5);
      const { status } = cluster.get('any');
      expect(ended).toBe(true);
      expect(status).toMatchObject({ succeeded: rest.completions, ready: 0, terminating: 0, uncountedTerminatedPods: {} });
      expect(status?.active).toBeUndefined();
      if (indexed) expect(countOf(parseIndexes(status?.completedIndexes, rest.completions))).toBe(rest.completions);
      const pods = cluster.jobPods('any');
      expect(pods.filter(({ metadata }) => metadata.finalizers !== undefined)).toEqual([]);
      expect(pods.filter((pod) => pod.status?.phase === 'Succeeded')).toHaveLength(rest.completions);
      expect(status?.failed ?? 0).toBeGreaterThanOrEqual(pods.filter((pod) => pod.status?.phase === 'Failed').length);
    }),
    { numRuns: 30 },
  );
}, 60_000);

it('never makes a pod twice, however soon it looks again', () => {
  for (let seed = 0; seed < 20; seed++) {
    const cluster = new JobTestCluster({ seed });
    const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox:1.36' }] } };
    const metadata = { name: 'soon', namespace: 'default' };
    cluster.admin.create<Job>(JOBS, { apiVersion: 'batch/v1', kind: 'Job', metadata, spec: { completions: 3, parallelism: 3, template } });
    // A changed spec is looked at at once; the cache of pods may not know yet what was made.
    for (let i = 1; i <= 5; i++) {
      cluster.sim.runFor(i);
      cluster.admin.patch(JOBS, 'default', 'soon', { spec: { activeDeadlineSeconds: 1000 + i } }, { type: 'merge' });
    }
    cluster.run(3);
    expect(cluster.jobPods('soon')).toHaveLength(3);
  }
});
