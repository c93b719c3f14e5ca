import { StatusError, isNotFound } from '../../api/errors.ts';
import type { Node, Pod } from '../../api/generated/types.ts';
import type { Client } from '../../client/client.ts';
import { PODS } from '../../client/resources.ts';
import { CloudError } from '../../cloud/node-group.ts';
import { suspend, type Running, run, type Task } from '../../os/task.ts';
import { together } from '../../os/together.ts';
import type { Simulation } from '../../sim/simulation.ts';
import { SECOND, type Millis } from '../../sim/time.ts';
import type { ClusterState } from './cluster-state.ts';
import type { Flags } from './flags.ts';
import { gracePeriod, isDaemonSetPod, isMirrorPod } from './pods.ts';
import type { Recorder } from './recorder.ts';
import type { UnneededNode } from './scale-down.ts';
import { cleanTaint, DELETION_CANDIDATE, hasTaint, markDeletionCandidate, markToBeDeleted, TO_BE_DELETED } from './taints.ts';
import { utilizationText } from './utilization.ts';

// core/scaledown/actuation/drain.go.
const RETRY: Millis = 10 * SECOND;
const HEADROOM: Millis = 30 * SECOND;
const POLL: Millis = 5 * SECOND;
const EVICT_DAEMON_SET = 'cluster-autoscaler.kubernetes.io/enable-ds-eviction';

export interface ActuatorWorld {
  readonly sim: Simulation;
  readonly client: Client;
  readonly state: ClusterState;
  readonly flags: Flags;
  readonly recorder: Recorder;
  podsOn(node: string): readonly Pod[];
  decide(text: string, node: Node): void;
}

/** Takes nodes away: taints them, moves their pods by eviction, gives their machines back (core/scaledown/actuation). */
export class Actuator {
  /** Nodes that are being taken away. */
  readonly deleting = new Map<string, { readonly group: string; readonly drain: boolean }>();
  readonly #running = new Set<Running>();
  /** When a node last could not be taken away. */
  failedAt: Millis | undefined;

  constructor(readonly world: ActuatorWorld) {}

  stop(): void {
    for (const one of this.#running) one.kill();
    this.#running.clear();
    this.deleting.clear();
  }

  /** Marks all of them first, so that no pod moves from one to the next. False when that failed; then nothing is taken away. */
  *start(empty: readonly UnneededNode[], drain: readonly UnneededNode[]): Task<boolean> {
    for (const [list, drained] of [
      [empty, false],
      [drain, true],
    ] as const) {
      // prettier-ignore
      if (!(yield* this.#mark(list))) return false;
      for (const one of list) this.#take(one, drained);
    }
    return true;
  }

  /** Asks pods to prefer other nodes than those that may go, and takes that back where a node is needed. */
  *updateCandidates(nodes: readonly Node[], unneeded: ReadonlySet<string>): Task<void> {
    const { client, flags, sim, state } = this.world;
    let budget = flags['max-bulk-soft-taint-count'];
    for (const wanted of [false, true])
      for (const node of nodes) {
        const marked = hasTaint(node, DELETION_CANDIDATE);
        if (state.cloud.groupOf(node.spec?.providerID) === undefined || hasTaint(node, TO_BE_DELETED)) continue;
        if (unneeded.has(node.metadata.name ?? '') !== wanted || marked === wanted || budget-- <= 0) continue;
        try {
          if (wanted) yield* markDeletionCandidate(client, node, sim.now);
          else yield* cleanTaint(client, node, DELETION_CANDIDATE, false);
        } catch (error) {
          // Tried again in the next loop.
          if (!(error instanceof StatusError)) throw error;
        }
      }
  }

  *#mark(list: readonly UnneededNode[]): Task<boolean> {
    const { client, flags, recorder, sim } = this.world;
    const marked: Node[] = [];
    for (const { node } of list) {
      try {
        yield* markToBeDeleted(client, node, sim.now, flags['cordon-node-before-terminating']);
        marked.push(node);
        recorder.event(node, 'Normal', 'ScaleDown', 'marked the node as toBeDeleted/unschedulable');
      } catch (error) {
        if (!(error instanceof StatusError)) throw error;
        const text = `failed to mark the node as toBeDeleted/unschedulable: ${error.message}`;
        recorder.event(node, 'Warning', 'ScaleDownFailed', text);
        for (const other of marked) yield* this.#unmark(other);
        return false;
      }
    }
    return true;
  }

  #take(one: UnneededNode, drain: boolean): void {
    const { recorder, decide } = this.world;
    const { node, group } = one;
    const { name = '' } = node.metadata;
    decide(`Takes node ${name} away${drain ? ', after moving its pods' : ': it is empty'}.`, node);
    const pods = one.move.map(({ metadata }) => metadata.name ?? '').join(',');
    const text = `Scale-down: removing node ${name}, utilization: ${utilizationText(one.use)}, pods to reschedule: ${pods}`;
    if (drain) recorder.status('Normal', 'ScaleDown', text);
    else recorder.status('Normal', 'ScaleDownEmpty', `Scale-down: removing empty node ${JSON.stringify(name)}`);
    this.deleting.set(name, { group, drain });
    const running = run(
      this.#delete(one, drain),
      () => this.#running.delete(running),
      (error) => {
        throw error;
      },
    );
    this.#running.add(running);
  }

  *#delete({ node, group }: UnneededNode, drain: boolean): Task<void> {
    const { sim, flags, recorder, state } = this.world;
    const { name = '' } = node.metadata;
    yield* pause(sim, flags['node-delete-delay-after-taint']);
    const why = (yield* this.#clear(name, drain)) ?? this.#giveBack(node, group);
    if (why === undefined) {
      recorder.event(node, 'Normal', 'ScaleDown', 'nodes removed by cluster autoscaler');
      if (drain) recorder.status('Normal', 'ScaleDown', `Scale-down: node ${name} removed with drain`);
      else recorder.status('Normal', 'ScaleDownEmpty', `Scale-down: empty node ${name} removed`);
    } else {
      this.failedAt = sim.now;
      const what = drain ? 'failed to drain and delete node' : 'failed to delete empty node';
      recorder.event(node, 'Warning', 'ScaleDownFailed', `${what}: ${why}`);
      yield* this.#unmark(state.cloud.instance(node.spec?.providerID ?? '') === undefined ? undefined : node);
    }
    this.deleting.delete(name);
  }

  /** Moves the pods; a text says why it could not be done. */
  *#clear(name: string, drain: boolean): Task<string | undefined> {
    const { sim, flags, podsOn } = this.world;
    const pods = podsOn(name).filter((pod) => !isMirrorPod(pod));
    const byDefault = flags[drain ? 'daemonset-eviction-for-occupied-nodes' : 'daemonset-eviction-for-empty-nodes'];
    const ofDaemonSets = pods.filter((pod) => {
      const wish = pod.metadata.annotations?.[EVICT_DAEMON_SET];
      return isDaemonSetPod(pod) && (wish === undefined ? byDefault : wish === 'true');
    });
    const others = drain ? pods.filter((pod) => !isDaemonSetPod(pod)) : [];
    const until = sim.now + flags['max-pod-eviction-time'];
    const results = yield* together([
      ...others.map((pod) => this.#evict(pod, until, true)),
      ...ofDaemonSets.map((pod) => this.#evict(pod, until, false)),
    ]);
    const errors = results.slice(0, others.length).filter((result) => result !== undefined);
    if (errors.length > 0) return `Failed to drain node /${name}, due to following errors: [${errors.join(' ')}]`;
    const patience = sim.now + flags['max-graceful-termination-sec'] * SECOND + HEADROOM;
    while (sim.now < patience) {
      const left = yield* this.#stillOn(name, others);
      if (!left) return undefined;
      yield* pause(sim, POLL);
    }
    return `Failed to drain node /${name}: pods remaining after timeout`;
  }

  *#stillOn(node: string, pods: readonly Pod[]): Task<boolean> {
    for (const { metadata } of pods) {
      try {
        const now = yield* this.world.client.get(PODS, metadata.namespace, metadata.name ?? '');
        if (now.spec?.nodeName === node) return true;
      } catch (error) {
        if (!(error instanceof StatusError)) throw error;
        if (!isNotFound(error)) return true;
      }
    }
    return false;
  }

  *#evict(pod: Pod, until: Millis, needed: boolean): Task<string | undefined> {
    const { sim, client, flags, recorder } = this.world;
    const { name = '', namespace = '' } = pod.metadata;
    recorder.event(pod, 'Normal', 'ScaleDown', 'deleting pod for node scale down');
    const gracePeriodSeconds = Math.min(gracePeriod(pod), flags['max-graceful-termination-sec']);
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace }, deleteOptions: { gracePeriodSeconds } };
    let last = '';
    do {
      try {
        yield* client.createSub(PODS, namespace, name, 'eviction', eviction);
        return undefined;
      } catch (error) {
        if (!(error instanceof StatusError)) throw error;
        if (isNotFound(error)) return undefined;
        last = error.message;
      }
      yield* pause(sim, RETRY);
    } while (sim.now < until);
    if (needed) recorder.event(pod, 'Warning', 'ScaleDownFailed', 'failed to delete pod for ScaleDown');
    return `failed to evict pod ${namespace}/${name} within allowed timeout (last error: ${last})`;
  }

  #giveBack(node: Node, name: string): string | undefined {
    const group = this.world.state.cloud.groups.find(({ spec }) => spec.name === name);
    try {
      group?.deleteInstances([node.spec?.providerID ?? '']);
      return undefined;
    } catch (error) {
      if (!(error instanceof CloudError)) throw error;
      return `failed to delete nodes from group ${name}: ${error.message}`;
    }
  }

  *#unmark(node: Node | undefined): Task<void> {
    if (node === undefined) return;
    const { client, flags } = this.world;
    try {
      yield* cleanTaint(client, node, TO_BE_DELETED, flags['cordon-node-before-terminating']);
    } catch (error) {
      // The Node is gone, or keeps its taint until five minutes are over.
      if (!(error instanceof StatusError)) throw error;
    }
  }
}

/** Part of work under way. */
function* pause(sim: Simulation, duration: Millis): Task<void> {
  yield* suspend<void>((resume) => {
    const timer = sim.after(duration, () => resume());
    return () => timer.cancel();
  });
}
