import type { Job, JobSpec, Pod, PodStatus } from '../../api/generated/types.ts';
import { keyOf } from '../../api/meta.ts';
import { EVENTS, JOBS, PODS } from '../../client/resources.ts';
import { SECOND, formatTime } from '../../sim/time.ts';
import { TestCluster, type TestClusterOptions } from '../test-cluster.ts';

/** A cluster whose pods end when a test says so. */
export class JobTestCluster extends TestCluster {
  constructor(options: TestClusterOptions = {}) {
    super(options);
    this.run(1);
  }

  job(name: string, spec: Omit<Partial<JobSpec>, 'template'> & { restartPolicy?: string } = {}): void {
    const { restartPolicy = 'Never', ...rest } = spec;
    const template = { spec: { restartPolicy, containers: [{ name: 'c', image: 'busybox:1.36' }] } };
    this.admin.create<Job>(JOBS, {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name, namespace: 'default' },
      spec: { ...rest, template },
    });
    this.run(3);
  }

  get(name: string): Job {
    return this.admin.get(JOBS, 'default', name);
  }

  patch(name: string, spec: object): void {
    this.admin.patch(JOBS, 'default', name, { spec }, { type: 'merge' });
    this.run(3);
  }

  jobPods(name: string): Pod[] {
    return [...this.admin.list(PODS, { namespace: 'default', labelSelector: `job-name=${name}` }).items];
  }

  /** Those that have not ended. */
  running(name: string): Pod[] {
    return this.jobPods(name).filter(({ status, metadata }) => status?.phase === 'Running' && metadata.deletionTimestamp === undefined);
  }

  runningOf(name: string, index: number): Pod {
    const pod = this.running(name).find(
      ({ metadata }) => metadata.annotations?.['batch.kubernetes.io/job-completion-index'] === String(index),
    );
    if (pod === undefined) throw new Error(`no pod of index ${index} runs`);
    return pod;
  }

  /** Ends a pod's container, and lets the controllers see it. */
  end(pod: Pod, exitCode: number, status: Partial<PodStatus> = {}): void {
    const { namespace, name = '' } = pod.metadata;
    const finishedAt = formatTime(this.sim.now);
    const fresh = this.admin.get(PODS, namespace, name);
    this.admin.updateStatus(PODS, {
      ...fresh,
      status: {
        ...fresh.status,
        phase: exitCode === 0 ? 'Succeeded' : 'Failed',
        conditions: [{ type: 'Ready', status: 'False', lastTransitionTime: finishedAt }],
        containerStatuses: [
          { name: 'c', image: 'busybox:1.36', imageID: '', ready: false, restartCount: 0, state: { terminated: { exitCode, finishedAt } } },
        ],
        ...status,
      },
    });
    this.run(3);
  }

  /** Ends the only running pod. */
  endOnly(name: string, exitCode: number): void {
    const [pod, ...others] = this.running(name);
    if (pod === undefined || others.length > 0) throw new Error(`${others.length + Number(pod !== undefined)} pods run`);
    this.end(pod, exitCode);
  }

  /** Seconds until a new pod of the job is there. */
  secondsToNext(name: string, limit = 3600): number {
    const before = new Set(this.jobPods(name).map(keyOf));
    const from = this.sim.now;
    const came = (): boolean => this.jobPods(name).some((pod) => !before.has(keyOf(pod)));
    while (!came() && this.sim.now < from + limit * SECOND) this.run(0.1);
    const waited = Math.round((this.sim.now - from) / SECOND);
    this.run(2);
    return waited;
  }

  /** `Type=Status Reason: message`. */
  conditions(name: string): string[] {
    return (this.get(name).status?.conditions ?? []).map(
      ({ type, status, reason, message }) =>
        `${type}=${status} ${reason ?? ''}: ${(message ?? '').replace(/(\/\w+-)[a-z0-9-]{5,}/g, '$1#')}`,
    );
  }

  /** What was said of a job, in order: `Reason: message`. */
  said(name: string): string[] {
    return this.admin
      .list(EVENTS)
      .items.filter(({ involvedObject }) => involvedObject.kind === 'Job' && involvedObject.name === name)
      .sort((a, b) => Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion))
      .map(({ reason, message }) => `${reason ?? ''}: ${(message ?? '').replace(/-[a-z0-9]{5}$/, '-#')}`);
  }
}
