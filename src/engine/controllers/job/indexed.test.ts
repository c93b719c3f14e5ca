import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countOf, firstFree, formatIndexes, includes, overlapOf, parseIndexes, withIndexes } from './indexes.ts';
import { JobTestCluster } from './job-test-cluster.ts';
import { indexedPrefix } from './template.ts';

const indexed = { completionMode: 'Indexed' };
const failures = 'batch.kubernetes.io/job-index-failure-count';

describe('an indexed Job', () => {
  it('gives each pod its index, and lists those that are done', () => {
    const cluster = new JobTestCluster();
    cluster.job('idx', { ...indexed, completions: 5, parallelism: 4 });
    const pod = cluster.runningOf('idx', 2);
    expect(pod.metadata.name).toMatch(/^idx-2-[a-z0-9]{5}$/);
    expect(pod.metadata.labels).toMatchObject({ 'batch.kubernetes.io/job-completion-index': '2' });
    expect(pod.spec?.hostname).toBe('idx-2');
    expect(pod.spec?.containers[0]?.env).toEqual([
      {
        name: 'JOB_COMPLETION_INDEX',
        valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: "metadata.labels['batch.kubernetes.io/job-completion-index']" } },
      },
    ]);
    for (const index of [2, 0, 3]) cluster.end(cluster.runningOf('idx', index), 0);
    expect(cluster.get('idx').status).toMatchObject({ completedIndexes: '0,2,3', succeeded: 3 });
    cluster.end(cluster.runningOf('idx', 1), 1);
    expect(cluster.secondsToNext('idx')).toBeGreaterThan(5);
    for (const index of [1, 4]) cluster.end(cluster.runningOf('idx', index), 0);
    expect(cluster.get('idx').status).toMatchObject({ completedIndexes: '0-4', succeeded: 5, failed: 1 });
    expect(cluster.conditions('idx')[1]).toContain('Complete=True');
  });

  it('keeps one pod of an index, and none of an index that it has no more', () => {
    const cluster = new JobTestCluster();
    cluster.job('idx', { ...indexed, completions: 3, parallelism: 3 });
    cluster.patch('idx', { completions: 2, parallelism: 2 });
    expect(cluster.running('idx').map(({ spec }) => spec?.hostname)).toEqual(['idx-0', 'idx-1']);
  });

  it('with a limit for each index fails the index alone, and the others go on', () => {
    const cluster = new JobTestCluster();
    cluster.job('per', { ...indexed, completions: 2, parallelism: 2, backoffLimitPerIndex: 1 });
    expect(cluster.runningOf('per', 0).metadata.annotations?.[failures]).toBe('0');
    cluster.end(cluster.runningOf('per', 0), 1);
    expect(cluster.get('per').status).toMatchObject({ failedIndexes: '', active: 1 });
    cluster.secondsToNext('per');
    expect(cluster.runningOf('per', 0).metadata.annotations?.[failures]).toBe('1');
    cluster.end(cluster.runningOf('per', 0), 1);
    expect(cluster.get('per').status).toMatchObject({ failedIndexes: '0' });
    expect(cluster.conditions('per')).toEqual([]);
    cluster.end(cluster.runningOf('per', 1), 0);
    expect(cluster.conditions('per')).toEqual(
      ['FailureTarget', 'Failed'].map((type) => `${type}=True FailedIndexes: Job has failed indexes`),
    );
    expect(cluster.get('per').status).toMatchObject({ completedIndexes: '1', failedIndexes: '0', succeeded: 1, failed: 2 });
  });

  it('gives up with too many failed indexes, and an index by its policy', () => {
    const cluster = new JobTestCluster();
    const rules = [{ action: 'FailIndex', onExitCodes: { operator: 'In', values: [7] } }];
    cluster.job('max', {
      ...indexed,
      completions: 4,
      parallelism: 4,
      backoffLimitPerIndex: 3,
      maxFailedIndexes: 1,
      podFailurePolicy: { rules },
    });
    cluster.end(cluster.runningOf('max', 1), 7);
    expect(cluster.get('max').status).toMatchObject({ failedIndexes: '1' });
    cluster.end(cluster.runningOf('max', 3), 7);
    const why = 'MaxFailedIndexesExceeded: Job has exceeded the specified maximal number of failed indexes';
    expect(cluster.conditions('max')).toEqual([`FailureTarget=True ${why}`, `Failed=True ${why}`]);
    expect(cluster.jobPods('max').map(({ status }) => status?.phase)).toEqual(['Failed', 'Failed']);
  });

  it('succeeds early by its success policy', () => {
    const cluster = new JobTestCluster();
    const rules = [{ succeededIndexes: '0,2-3', succeededCount: 2 }];
    cluster.job('leader', { ...indexed, completions: 5, parallelism: 5, successPolicy: { rules } });
    cluster.end(cluster.runningOf('leader', 1), 0);
    cluster.end(cluster.runningOf('leader', 3), 0);
    expect(cluster.conditions('leader')).toEqual([]);
    cluster.end(cluster.runningOf('leader', 0), 0);
    const why = 'SuccessPolicy: Matched rules at index 0';
    expect(cluster.conditions('leader')).toEqual([`SuccessCriteriaMet=True ${why}`, `Complete=True ${why}`]);
    expect(cluster.get('leader').status).toMatchObject({ completedIndexes: '0,1,3', succeeded: 3 });
    // Those that were cut off did not fail.
    expect(cluster.get('leader').status?.failed).toBeUndefined();
    expect(cluster.running('leader')).toEqual([]);
  });
});

describe('indexes as a text', () => {
  const sets = fc.uniqueArray(fc.nat(40), { maxLength: 30 });

  it('reads what it writes, and knows what is in it', () => {
    fc.assert(
      fc.property(sets, sets, (a, b) => {
        const both = withIndexes(withIndexes([], a), b);
        expect(parseIndexes(formatIndexes(both), 41)).toEqual(both);
        const union = new Set([...a, ...b]);
        expect(countOf(both)).toBe(union.size);
        expect(overlapOf(withIndexes([], a), withIndexes([], b))).toBe(a.filter((index) => b.includes(index)).length);
        for (let index = 0; index <= 41; index++) expect(includes(both, index)).toBe(union.has(index));
        const free = Array.from({ length: 41 }, (_, index) => index).filter((index) => !union.has(index));
        expect(firstFree(both, 7, 41)).toEqual(free.slice(0, 7));
      }),
    );
  });

  it('writes two in a row with a comma, and leaves out what a smaller job no longer has', () => {
    expect(formatIndexes(withIndexes([], [0, 1, 3, 5, 6, 7]))).toBe('0,1,3,5-7');
    expect(formatIndexes(parseIndexes('0,1,3,5-9,12', 7))).toBe('0,1,3,5,6');
  });

  it('cuts the name of a pod, not its index', () => {
    expect(indexedPrefix('a'.repeat(63), 12)).toBe(`${'a'.repeat(54)}-12-`);
  });
});
