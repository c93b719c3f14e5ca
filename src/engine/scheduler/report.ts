import { StatusError } from '../api/errors.ts';
import type { Pod, PodCondition } from '../api/generated/types.ts';
import type { Client } from '../client/client.ts';
import { SeriesRecorder } from '../client/event-series.ts';
import { PODS } from '../client/resources.ts';
import type { Seq } from '../sim/log.ts';
import type { Simulation } from '../sim/simulation.ts';
import { formatTime } from '../sim/time.ts';
import type { Task } from '../os/task.ts';
import type { Attempt } from './attempt.ts';
import type { Candidate } from './framework.ts';
import { explain } from './explanation.ts';
import type { QueuedPod } from './queue.ts';

// Events are cut to the length that validation allows.
const MAX_EVENT = 1024;

/** What the scheduler tells the world: log entries, events, conditions. */
export class Reporter {
  readonly #recorders = new Map<string, SeriesRecorder>();
  #started = false;

  constructor(
    readonly sim: Simulation,
    readonly client: Client,
    readonly actor: string,
    /** Name of the machine or pod it runs on: part of `reportingInstance`. */
    readonly host = 'control-plane',
  ) {}

  start(): void {
    this.#started = true;
    for (const recorder of this.#recorders.values()) recorder.start();
  }

  stop(): void {
    this.#started = false;
    for (const recorder of this.#recorders.values()) recorder.stop();
  }

  /** One entry for each attempt, with every verdict and score. 0 when the log is off. */
  logAttempt(queued: QueuedPod, found: Attempt): Seq {
    const { sim } = this;
    if (!sim.log.enabled) return 0;
    const { name = '', namespace, uid } = queued.info.pod.metadata;
    return sim.append(this.actor, 'schedule', explain(queued, found), {
      ref: { kind: 'Pod', name, ...(namespace === undefined ? {} : { namespace }), ...(uid === undefined ? {} : { uid }) },
    });
  }

  scheduled(pod: Pod, nodeName: string, profile: string): void {
    const { namespace = 'default', name = '' } = pod.metadata;
    // Every pod keeps this text for an hour: joined it is one string, put together from pieces it would keep them all.
    const message = ['Successfully assigned ', namespace, '/', name, ' to ', nodeName].join('');
    this.#event(profile, pod, 'Normal', 'Scheduled', 'Binding', message);
  }

  *failedScheduling(
    pod: Pod,
    reason: 'Unschedulable' | 'SchedulerError',
    message: string,
    nominatedNodeName: string | undefined,
    profile: string,
  ): Task<void> {
    this.#event(profile, pod, 'Warning', 'FailedScheduling', 'Scheduling', message);
    const before = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
    const sameNomination = nominatedNodeName === undefined || nominatedNodeName === (pod.status?.nominatedNodeName ?? '');
    const { generation } = pod.metadata;
    if (
      before?.status === 'False' &&
      before.reason === reason &&
      before.message === message &&
      before.observedGeneration === generation &&
      sameNomination
    )
      return;
    const condition = this.#condition(pod, 'PodScheduled', 'False', reason, message);
    yield* this.#patchStatus(pod, {
      conditions: [condition],
      ...(sameNomination ? {} : { nominatedNodeName: nominatedNodeName === '' ? null : nominatedNodeName }),
    });
  }

  /** A deleted pod is not tried any more. */
  skipped(pod: Pod, profile: string): void {
    const { namespace = 'default', name = '' } = pod.metadata;
    this.#event(profile, pod, 'Warning', 'FailedScheduling', 'Scheduling', `skip schedule deleting pod: ${namespace}/${name}`);
  }

  /** Its devices are given out, and not ready yet. */
  awaitsDevices(pod: Pod, nodeName: string, profile: string): void {
    const text = `waiting for binding conditions for device on node ${nodeName}`;
    this.#event(profile, pod, 'Normal', 'BindingConditionsPending', 'Scheduling', text);
  }

  /** The node that the pod will probably go to; '' takes that back. */
  *nominate(pod: Pod, nodeName: string): Task<void> {
    if ((pod.status?.nominatedNodeName ?? '') === nodeName) return;
    yield* this.#patchStatus(pod, { nominatedNodeName: nodeName === '' ? null : nodeName });
  }

  /** Tells the victims why they have to go, and deletes them. `inMemory`: has it given way before it was bound? */
  *preempt(schedulerName: string, preemptor: Pod, { node, victims }: Candidate, inMemory: (uid: string) => boolean): Task<void> {
    for (const { pod } of victims) {
      const { name = '', namespace, uid } = pod.metadata;
      if (pod.metadata.deletionTimestamp !== undefined) continue;
      const said = `Preempted by pod ${preemptor.metadata.uid ?? ''} on node ${node}`;
      if (inMemory(uid ?? '')) {
        this.#event(schedulerName, pod, 'Normal', 'Preempted', 'Preempting', `${said} (in kube-scheduler memory).`);
        continue;
      }
      const why = `${schedulerName}: preempting to accommodate a higher priority pod`;
      const condition = this.#condition(pod, 'DisruptionTarget', 'True', 'PreemptionByScheduler', why);
      yield* this.#patchStatus(pod, { conditions: [condition] });
      try {
        yield* this.client.delete(PODS, namespace, name, uid === undefined ? {} : { preconditions: { uid } });
      } catch (error) {
        if (!(error instanceof StatusError)) throw error;
        continue;
      }
      this.#event(schedulerName, pod, 'Normal', 'Preempted', 'Preempting', said);
    }
  }

  /** podutil.UpdatePodCondition: the time of transition changes with the status only. */
  #condition(pod: Pod, type: string, status: 'True' | 'False', reason: string, message: string): PodCondition {
    const before = pod.status?.conditions?.find((condition) => condition.type === type);
    const { generation } = pod.metadata;
    return {
      type,
      status,
      reason,
      message,
      // Upstream's client always sends it, and the server keeps the null.
      lastProbeTime: null as unknown as string,
      lastTransitionTime:
        before?.status === status && before.lastTransitionTime !== undefined ? before.lastTransitionTime : formatTime(this.sim.now),
      ...(generation === undefined ? {} : { observedGeneration: generation }),
    };
  }

  *#patchStatus(pod: Pod, status: object): Task<void> {
    const { name = '', namespace, uid } = pod.metadata;
    try {
      yield* this.client.patch(PODS, namespace, name, { metadata: { uid }, status }, { sub: 'status' });
    } catch (error) {
      // Gone, or the server is away: the next attempt tells again.
      if (!(error instanceof StatusError)) throw error;
    }
  }

  #event(profile: string, pod: Pod, type: 'Normal' | 'Warning', reason: string, action: string, message: string): void {
    const text = message.length > MAX_EVENT ? `${message.slice(0, MAX_EVENT - 4)} ...` : message;
    this.#recorder(profile).event(pod, type, reason, action, text);
  }

  /** Each profile tells its events in its own name. */
  #recorder(profile: string): SeriesRecorder {
    let recorder = this.#recorders.get(profile);
    if (recorder === undefined) {
      this.#recorders.set(profile, (recorder = new SeriesRecorder(this.sim, this.client, profile, `${profile}-${this.host}`)));
      if (this.#started) recorder.start();
    }
    return recorder;
  }
}
