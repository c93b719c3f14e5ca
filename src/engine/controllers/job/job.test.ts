import { describe, expect, it } from 'vitest';
import { failure } from '../../api/errors.ts';
import { JOBS, PODS } from '../../client/resources.ts';
import { formatTime } from '../../sim/time.ts';
import { JobTestCluster } from './job-test-cluster.ts';

const done = 'SuccessCriteriaMet=True CompletionsReached: Reached expected number of succeeded pods';
const complete = 'Complete=True CompletionsReached: Reached expected number of succeeded pods';
const both = (reason: string, message: string): string[] => ['FailureTarget', 'Failed'].map((type) => `${type}=True ${reason}: ${message}`);
const limit = both('BackoffLimitExceeded', 'Job has reached the specified backoff limit');

describe('a Job with completions', () => {
  it('runs as many pods at a time as parallelism says, and ends with the last success', () => {
    const cluster = new JobTestCluster();
    cluster.job('three', { completions: 3, parallelism: 2 });
    expect(cluster.running('three')).toHaveLength(2);
    expect(cluster.get('three').status).toMatchObject({ active: 2, ready: 2, terminating: 0, uncountedTerminatedPods: {} });
    cluster.end(cluster.running('three')[0]!, 0);
    expect(cluster.running('three')).toHaveLength(2);
    cluster.end(cluster.running('three')[0]!, 0);
    // Two have succeeded: one more is wanted, and no second.
    expect(cluster.running('three')).toHaveLength(1);
    cluster.endOnly('three', 0);
    const { status } = cluster.get('three');
    expect(status).toMatchObject({ succeeded: 3, ready: 0, terminating: 0, completionTime: expect.any(String) });
    expect(status).not.toHaveProperty('active');
    expect(cluster.conditions('three')).toEqual([done, complete]);
    expect(cluster.said('three')).toEqual([...Array<string>(3).fill('SuccessfulCreate: Created pod: three-#'), 'Completed: Job completed']);
    expect(cluster.jobPods('three').map(({ metadata }) => metadata.finalizers)).toEqual([undefined, undefined, undefined]);
  });

  it('waits 10, 20, 40 seconds after failures, and gives up after the limit', () => {
    const cluster = new JobTestCluster();
    cluster.job('bad', { backoffLimit: 3 });
    const waits: number[] = [];
    for (let i = 0; i < 3; i++) {
      const failedAt = cluster.sim.now;
      cluster.endOnly('bad', 1);
      cluster.secondsToNext('bad');
      waits.push(Math.floor((cluster.sim.now - 2000 - failedAt) / 1000));
    }
    expect(waits).toEqual([10, 20, 40]);
    cluster.endOnly('bad', 1);
    expect(cluster.conditions('bad')).toEqual(limit);
    expect(cluster.get('bad').status).toMatchObject({ failed: 4 });
    expect(cluster.said('bad').at(-1)).toBe('BackoffLimitExceeded: Job has reached the specified backoff limit');
    cluster.run(3600);
    expect(cluster.jobPods('bad')).toHaveLength(4);
  });

  it('forgets failures with a success', () => {
    const cluster = new JobTestCluster();
    cluster.job('mixed', { completions: 3, backoffLimit: 6 });
    cluster.endOnly('mixed', 1);
    expect(cluster.secondsToNext('mixed')).toBeGreaterThan(5);
    cluster.endOnly('mixed', 1);
    expect(cluster.secondsToNext('mixed')).toBeGreaterThan(15);
    cluster.endOnly('mixed', 0);
    expect(cluster.running('mixed')).toHaveLength(1);
    cluster.endOnly('mixed', 1);
    expect(cluster.secondsToNext('mixed')).toBeLessThan(11);
  });

  it('tells of active pods while it waits', () => {
    const cluster = new JobTestCluster();
    cluster.job('pair', { completions: 4, parallelism: 2 });
    cluster.end(cluster.running('pair')[0]!, 1);
    expect(cluster.get('pair').status).toMatchObject({ active: 1, ready: 1, failed: 1 });
  });

  it('counts no pod twice over a restart of the manager', () => {
    const cluster = new JobTestCluster();
    cluster.job('twice', { completions: 2, parallelism: 2 });
    const [first, second] = cluster.running('twice');
    cluster.end(first!, 0);
    cluster.manager.stop();
    cluster.end(second!, 0);
    cluster.newManager().start();
    cluster.run(5);
    expect(cluster.get('twice').status).toMatchObject({ succeeded: 2 });
    expect(cluster.jobPods('twice')).toHaveLength(2);
  });
});

describe('a Job as a work queue', () => {
  it('starts nothing after the first success, and ends with the last pod', () => {
    const cluster = new JobTestCluster();
    cluster.job('queue', { parallelism: 3 });
    expect(cluster.running('queue')).toHaveLength(3);
    cluster.end(cluster.running('queue')[0]!, 0);
    cluster.end(cluster.running('queue')[0]!, 1);
    expect(cluster.running('queue')).toHaveLength(1);
    expect(cluster.conditions('queue')).toEqual([]);
    cluster.endOnly('queue', 0);
    expect(cluster.conditions('queue')).toEqual([done, complete]);
    expect(cluster.get('queue').status).toMatchObject({ succeeded: 2, failed: 1 });
    expect(cluster.jobPods('queue')).toHaveLength(3);
  });
});

describe('podFailurePolicy', () => {
  const rules = [
    { action: 'FailJob', onExitCodes: { containerName: 'c', operator: 'In', values: [42] } },
    { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
  ];

  it('ends the job at once where a rule says so', () => {
    const cluster = new JobTestCluster();
    cluster.job('policy', { podFailurePolicy: { rules } });
    cluster.endOnly('policy', 42);
    const why = 'Container c for pod default/policy-# failed with exit code 42 matching FailJob rule at index 0';
    expect(cluster.conditions('policy')).toEqual(both('PodFailurePolicy', why));
    expect(cluster.get('policy').status).toMatchObject({ failed: 1 });
  });

  it('does not count what is ignored', () => {
    const cluster = new JobTestCluster();
    cluster.job('policy', { backoffLimit: 0, podFailurePolicy: { rules } });
    for (let i = 0; i < 3; i++) {
      cluster.end(cluster.running('policy')[0]!, 143, { conditions: [{ type: 'DisruptionTarget', status: 'True' }] });
      cluster.run(60);
    }
    expect(cluster.conditions('policy')).toEqual([]);
    expect(cluster.get('policy').status?.failed).toBeUndefined();
    cluster.endOnly('policy', 1);
    expect(cluster.conditions('policy')).toEqual(limit);
  });
});

describe('the end of a Job', () => {
  it('comes at its deadline, with its pods', () => {
    const cluster = new JobTestCluster();
    cluster.job('late', { activeDeadlineSeconds: 30 });
    cluster.run(20);
    expect(cluster.running('late')).toHaveLength(1);
    cluster.run(15);
    expect(cluster.jobPods('late')).toEqual([]);
    expect(cluster.conditions('late')).toEqual(both('DeadlineExceeded', 'Job was active longer than specified deadline'));
    expect(cluster.said('late')).toEqual([
      'SuccessfulCreate: Created pod: late-#',
      'SuccessfulDelete: Deleted pod: late-#',
      'DeadlineExceeded: Job was active longer than specified deadline',
    ]);
  });

  it('by restarts, where the containers are restarted in place', () => {
    const cluster = new JobTestCluster();
    cluster.job('again', { backoffLimit: 2, restartPolicy: 'OnFailure' });
    const [pod] = cluster.running('again');
    const restarted = (restartCount: number): void => {
      const fresh = cluster.admin.get(PODS, 'default', pod?.metadata.name ?? '');
      const containerStatuses = [{ name: 'c', image: 'b', imageID: '', ready: true, restartCount }];
      cluster.admin.updateStatus(PODS, { ...fresh, status: { ...fresh.status, containerStatuses } });
      cluster.run(3);
    };
    restarted(1);
    expect(cluster.conditions('again')).toEqual([]);
    restarted(2);
    expect(cluster.conditions('again')).toEqual(limit);
    expect(cluster.jobPods('again')).toEqual([]);
  });

  it('waits for pods that are still ending', () => {
    const cluster = new JobTestCluster();
    cluster.job('slow', { parallelism: 2, completions: 2, backoffLimit: 0 });
    const [bad, other] = cluster.running('slow');
    // The other's kubelet is silent: it never ends.
    cluster.dead.add(other?.spec?.nodeName ?? '');
    cluster.end(bad!, 1);
    expect(cluster.conditions('slow')).toEqual(limit.slice(0, 1));
    expect(cluster.get('slow').status).toMatchObject({ terminating: 1 });
    cluster.admin.delete(PODS, 'default', other?.metadata.name ?? '', { gracePeriodSeconds: 0 });
    cluster.run(3);
    expect(cluster.conditions('slow')).toEqual(limit);
    expect(cluster.get('slow').status).toMatchObject({ terminating: 0, failed: 2 });
  });

  it('takes its pods along when it is deleted, or leaves them free', () => {
    const cluster = new JobTestCluster();
    cluster.job('gone');
    cluster.job('left');
    cluster.admin.delete(JOBS, 'default', 'gone', { propagationPolicy: 'Background' });
    cluster.admin.delete(JOBS, 'default', 'left', { propagationPolicy: 'Orphan' });
    cluster.run(10);
    expect(cluster.jobPods('gone')).toEqual([]);
    expect(cluster.jobPods('left').map(({ metadata }) => [metadata.ownerReferences, metadata.finalizers])).toEqual([
      [undefined, undefined],
    ]);
  });
});

describe('a suspended Job', () => {
  it('has no pods, and starts anew when it goes on', () => {
    const cluster = new JobTestCluster();
    cluster.job('big', { completions: 4, parallelism: 2 });
    cluster.end(cluster.running('big')[0]!, 0);
    const started = cluster.get('big').status?.startTime;
    cluster.patch('big', { suspend: true });
    expect(cluster.jobPods('big').map(({ status }) => status?.phase)).toEqual(['Succeeded']);
    expect(cluster.conditions('big')).toEqual(['Suspended=True JobSuspended: Job suspended']);
    expect(cluster.get('big').status).toMatchObject({ succeeded: 1, ready: 0, terminating: 0 });
    expect(cluster.get('big').status?.startTime).toBeUndefined();
    cluster.run(60);
    cluster.patch('big', { suspend: false });
    expect(cluster.running('big')).toHaveLength(2);
    expect(cluster.conditions('big')).toEqual(['Suspended=False JobResumed: Job resumed']);
    expect(cluster.get('big').status?.startTime).not.toBe(started);
    // Deleted by the controller itself, the pods do not count as failures.
    expect(cluster.get('big').status?.failed).toBeUndefined();
    expect(cluster.said('big').filter((line) => /^(Suspended|Resumed)/.test(line))).toEqual([
      'Suspended: Job suspended',
      'Resumed: Job resumed',
    ]);
  });

  it('may be told where its pods are to go, and what they are to get', () => {
    const cluster = new JobTestCluster();
    cluster.job('big', {});
    const container = { name: 'c', image: 'busybox:1.36' };
    const patch = (spec: object, image = container.image): void =>
      cluster.patch('big', {
        template: { spec: { ...spec, containers: [{ ...container, image, resources: { requests: { cpu: '2' } } }] } },
      });
    const nodeSelector = { disk: 'fast' };
    expect(() => patch({ nodeSelector })).toThrow('spec.template: Invalid value');
    cluster.patch('big', { suspend: true });
    expect(() => patch({ nodeSelector }, 'busybox:1.37')).toThrow('field is immutable');
    expect(() => patch({ affinity: { podAffinity: {} } })).toThrow('field is immutable');
    patch({ nodeSelector, affinity: { nodeAffinity: {} } });
    cluster.patch('big', { suspend: false });
    const [pod] = cluster.running('big');
    expect(pod?.spec).toMatchObject({ nodeSelector, containers: [{ resources: { requests: { cpu: '2' } } }] });
  });

  it('does not start before it is told to', () => {
    const cluster = new JobTestCluster();
    cluster.job('later', { suspend: true, activeDeadlineSeconds: 5 });
    cluster.run(30);
    expect(cluster.get('later').status?.startTime).toBeUndefined();
    cluster.patch('later', { suspend: false });
    expect(cluster.running('later')).toHaveLength(1);
    expect(cluster.get('later').status?.startTime).toBe(formatTime(cluster.sim.now - 3000));
  });
});

describe('podReplacementPolicy', () => {
  it.each([
    ['TerminatingOrFailed', 2],
    ['Failed', 1],
  ])('%s', (podReplacementPolicy, pods) => {
    const cluster = new JobTestCluster();
    cluster.job('moving', { podReplacementPolicy, backoffLimit: 6 });
    const [pod] = cluster.running('moving');
    cluster.dead.add(pod?.spec?.nodeName ?? '');
    cluster.admin.delete(PODS, 'default', pod?.metadata.name ?? '');
    cluster.run(30);
    expect(cluster.jobPods('moving')).toHaveLength(pods);
  });
});

it('tries again ever more slowly where pods are refused, and says why', () => {
  let refused = 0;
  const cluster = new JobTestCluster({
    refuse: ({ method, path }) => {
      if (method !== 'POST' || path !== '/api/v1/namespaces/default/pods') return undefined;
      refused++;
      return { code: 403, headers: {}, body: failure(403, 'Forbidden', 'pods "no-" is forbidden: exceeded quota: q').status };
    },
  });
  cluster.job('no');
  cluster.run(60);
  // After 1, 2, 4, 8, 16 and 32 seconds.
  expect(refused).toBe(6);
  expect(cluster.said('no')).toEqual(['FailedCreate: Error creating: pods "no-" is forbidden: exceeded quota: q']);
  expect(cluster.get('no').status).toMatchObject({ ready: 0, terminating: 0, startTime: expect.any(String) });
});

it('leaves a Job that another controller manages alone', () => {
  const cluster = new JobTestCluster();
  cluster.job('theirs', { managedBy: 'example.com/queue' });
  cluster.run(10);
  expect(cluster.jobPods('theirs')).toEqual([]);
  expect(cluster.get('theirs').status).toEqual({});
});

it('goes ttlSecondsAfterFinished after its end, with its pods', () => {
  const cluster = new JobTestCluster();
  cluster.job('short', { ttlSecondsAfterFinished: 60 });
  cluster.endOnly('short', 0);
  cluster.settle();
  cluster.run(50);
  expect(cluster.jobPods('short')).toHaveLength(1);
  cluster.run(12);
  expect(cluster.jobPods('short')).toEqual([]);
  expect(cluster.admin.list(JOBS).items).toEqual([]);
});

it('adopts a pod that its selector covers, and holds it', () => {
  const cluster = new JobTestCluster();
  const labels = { app: 'mine' };
  cluster.admin.create(PODS, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'lone', namespace: 'default', labels },
    spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox:1.36' }] },
  });
  cluster.run(2);
  const template = { metadata: { labels }, spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox:1.36' }] } };
  const spec = { manualSelector: true, selector: { matchLabels: labels }, template };
  cluster.admin.create(JOBS, { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'adopter', namespace: 'default' }, spec });
  cluster.run(4);
  const lone = cluster.admin.get(PODS, 'default', 'lone');
  expect(lone.metadata).toMatchObject({
    ownerReferences: [{ kind: 'Job', name: 'adopter' }],
    finalizers: ['batch.kubernetes.io/job-tracking'],
  });
  expect(cluster.admin.list(PODS, { namespace: 'default' }).items).toHaveLength(1);
});
