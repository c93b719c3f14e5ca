import { StatusError, isNotFound } from '../../api/errors.ts';
import type { Pod } from '../../api/generated/types.ts';
import { NODES, PODS } from '../../client/resources.ts';
import { SECOND, type Millis } from '../../sim/time.ts';
import type { ControllerContext } from '../controller.ts';
import type { Informers } from '../informers.ts';
import { Reconciler } from '../reconciler.ts';
import type { Task } from '../../os/task.ts';
import { disrupt } from './disruption.ts';
import { NOT_READY, UNREACHABLE, hasTaint } from './taints.ts';

// gc_controller.go.
const CHECK_PERIOD: Millis = 20 * SECOND;
const QUARANTINE: Millis = 40 * SECOND;

/** Takes away pods that nobody else will: too many finished ones, those of nodes that are gone, those never scheduled. */
export class PodGarbageCollector extends Reconciler {
  readonly #informers: Informers;
  readonly #threshold: number;
  /** Nodes that pods speak of and that are not there, with the time since when. */
  readonly #missing = new Map<string, Millis>();

  constructor(context: ControllerContext) {
    super(context, 'controller/pod-garbage-collector');
    this.#informers = context.informers;
    this.#threshold = context.settings.terminatedPodThreshold;
    void context.informers.pods;
    void context.informers.nodes;
    this.every(CHECK_PERIOD, () => this.#collect());
  }

  /** This controller works by the clock alone. */
  protected sync(): void {}

  *#collect(): Task<void> {
    yield* this.#collectFinished();
    yield* this.#collectOutOfService();
    yield* this.#collectOrphaned();
    for (const pod of this.#informers.pods.by('garbage', 'unscheduled')) {
      yield* this.#remove(pod, 'PodGC: unscheduled terminating pod', 'it is being deleted and was never scheduled');
    }
  }

  *#collectFinished(): Task<void> {
    if (this.#threshold <= 0) return;
    const surplus = this.#informers.pods.count('garbage', 'finished') - this.#threshold;
    if (surplus <= 0) return;
    const born = ({ metadata }: Pod): string => `${metadata.creationTimestamp ?? ''}/${metadata.name ?? ''}`;
    const oldest = this.#informers.pods.by('garbage', 'finished').sort((a, b) => (born(a) < born(b) ? -1 : 1));
    for (const pod of oldest.slice(0, surplus)) yield* this.#remove(pod, undefined, `more than ${this.#threshold} pods have finished`);
  }

  *#collectOutOfService(): Task<void> {
    for (const node of this.#informers.nodes.list()) {
      const outOfService = (node.spec?.taints ?? []).some(({ key }) => key === 'node.kubernetes.io/out-of-service');
      const ready = node.status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'True';
      if (!outOfService || ready || !(hasTaint(node, NOT_READY, 'NoExecute') || hasTaint(node, UNREACHABLE, 'NoExecute'))) continue;
      for (const pod of this.#informers.pods.by('node', node.metadata.name ?? '')) {
        if (pod.metadata.deletionTimestamp !== undefined)
          yield* this.#remove(pod, 'PodGC: node is out-of-service', `node ${node.metadata.name ?? ''} is out of service`);
      }
    }
  }

  *#collectOrphaned(): Task<void> {
    const { pods, nodes } = this.#informers;
    const { now } = this.sim;
    const absent = pods.valuesOf('node').filter((name) => nodes.get(name) === undefined);
    for (const name of this.#missing.keys()) if (!absent.includes(name)) this.#missing.delete(name);
    for (const name of absent) {
      const since = this.#missing.get(name);
      if (since === undefined) this.#missing.set(name, now);
      if (since === undefined || now - since < QUARANTINE || (yield* this.#exists(name))) continue;
      for (const pod of pods.by('node', name))
        yield* this.#remove(pod, 'PodGC: node no longer exists', `its node ${name} no longer exists`);
    }
  }

  *#exists(node: string): Task<boolean> {
    try {
      yield* this.client.get(NODES, undefined, node);
      return true;
    } catch (error) {
      if (isNotFound(error)) return false;
      if (error instanceof StatusError) return true;
      throw error;
    }
  }

  *#remove(pod: Pod, message: string | undefined, because: string): Task<void> {
    this.decide(`Removes pod ${pod.metadata.name ?? ''}: ${because}.`, pod);
    try {
      const { namespace, name = '' } = pod.metadata;
      if (message === undefined) yield* this.client.delete(PODS, namespace, name, { gracePeriodSeconds: 0 });
      else yield* disrupt(this.client, pod, { reason: 'DeletionByPodGC', message, fail: true }, this.sim.now, { gracePeriodSeconds: 0 });
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
    }
  }
}
