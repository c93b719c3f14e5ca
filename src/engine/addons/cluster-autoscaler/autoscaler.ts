import { StatusError, isNotFound } from '../../api/errors.ts';
import type { ConfigMap, DaemonSet, Node, Pod, PodDisruptionBudget } from '../../api/generated/types.ts';
import type { Client } from '../../client/client.ts';
import { Informer } from '../../client/informer.ts';
import { CONFIG_MAPS, DAEMON_SETS, NODES, POD_DISRUPTION_BUDGETS, PODS } from '../../client/resources.ts';
import type { Cloud } from '../../cloud/cloud.ts';
import { run, type Running, type Task } from '../../os/task.ts';
import { isTerminal } from '../../scheduler/pod-info.ts';
import type { Simulation, Timer } from '../../sim/simulation.ts';
import { MINUTE, SECOND, parseTime, type Millis } from '../../sim/time.ts';
import { Actuator } from './actuator.ts';
import { ClusterState } from './cluster-state.ts';
import { DisruptionBudgets } from './disruption-budgets.ts';
import { PRIORITY_CONFIG_MAP } from './expanders/priority.ts';
import type { Flags } from './flags.ts';
import { managedGroups } from './managed-groups.ts';
import { isDaemonSetPod, isMirrorPod, isUnschedulable, priorityOf } from './pods.ts';
import { Recorder } from './recorder.ts';
import { Planner } from './scale-down.ts';
import { scaleUp, scaleUpToMinSize, type ScaleUpWorld } from './scale-up.ts';
import { copyOf, Snapshot, unplaced } from './snapshot.ts';
import { emptyStatus, Status, writeStatus } from './status.ts';
import { cleanTaint, hasTaint, TO_BE_DELETED } from './taints.ts';
import { isReady, namedLike, templates } from './templates.ts';
import { Unregistered } from './unregistered.ts';

export interface AutoscalerOptions {
  readonly sim: Simulation;
  readonly client: Client;
  readonly cloud: Cloud;
  readonly flags: Flags;
  /** A line for the program's log. */
  say(text: string): void;
}

// static_autoscaler.go: pods may have company coming. loop/trigger.go: so long a change is news.
const YOUNG: Millis = 2 * SECOND;
const NEWS: Millis = 10 * SECOND;
/** Virtual time that a loop takes; after one that did something the next follows at once. */
const LOOP: Millis = 200;
const SYNC_POLL: Millis = 100;

/** Looks every ten seconds, or when a pod finds no place, whether there are too few nodes or too many (core/static_autoscaler.go). */
export class Autoscaler {
  readonly #snapshot: Snapshot;
  readonly #state: ClusterState;
  readonly #status: Status;
  readonly #recorder: Recorder;
  readonly #planner: Planner;
  readonly #actuator: Actuator;
  readonly #unregistered: Unregistered;
  readonly #scaleUp: ScaleUpWorld;
  readonly #nodes: Informer<Node>;
  readonly #pods: Informer<Pod>;
  readonly #daemonSets: Informer<DaemonSet>;
  readonly #budgets: Informer<PodDisruptionBudget>;
  #timer: Timer | undefined;
  #turn: Running | undefined;
  /** A pod has found no place since the last loop began. */
  #called = false;
  #cleaned = false;
  #scaledUpAt = -Infinity;
  #deletedAt = -Infinity;

  constructor(readonly options: AutoscalerOptions) {
    const { sim, client, flags } = options;
    const cloud = managedGroups(options.cloud, flags.nodes);
    const recorder = (this.#recorder = new Recorder(sim, client));
    const snapshot = (this.#snapshot = new Snapshot(sim, client));
    const state = (this.#state = new ClusterState(cloud, flags, recorder));
    this.#status = new Status(state, flags);
    this.#nodes = new Informer(sim, client, NODES);
    this.#pods = new Informer(sim, client, PODS, { indexes: { node: ({ spec }) => [spec?.nodeName ?? ''] } });
    this.#daemonSets = new Informer(sim, client, DAEMON_SETS);
    this.#budgets = new Informer(sim, client, POD_DISRUPTION_BUDGETS);
    const decide = (text: string, about?: Node): void => {
      options.say(text);
      const { name = '' } = about?.metadata ?? {};
      if (sim.log.enabled) sim.append(client.actor, 'decide', { text }, about === undefined ? {} : { ref: { kind: 'Node', name } });
    };
    this.#scaleUp = { snapshot, state, flags, recorder, random: sim.random(`${client.actor}/expander`), decide };
    this.#actuator = new Actuator({ sim, client, state, flags, recorder, decide, podsOn: (node) => this.#pods.by('node', node) });
    this.#planner = new Planner({ snapshot, state, flags, decide, deleting: this.#actuator.deleting });
    this.#unregistered = new Unregistered(state, flags, recorder);
    const seen = (pod: Pod): void => this.#seePod(pod);
    this.#pods.on({ added: seen, updated: seen });
  }

  start(): void {
    for (const informer of this.#informers()) informer.start();
    this.#again(0);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#turn?.kill();
    this.#actuator.stop();
    for (const informer of this.#informers()) informer.stop();
  }

  #informers(): readonly { readonly synced: boolean; start(): void; stop(): void }[] {
    return [...this.#snapshot.informers, this.#daemonSets, this.#budgets, this.#nodes, this.#pods];
  }

  #seePod(pod: Pod): void {
    if (!this.options.flags['frequent-loops-enabled'] || !isUnschedulable(pod)) return;
    const since = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled')?.lastTransitionTime ?? '';
    if (parseTime(since) + NEWS < this.options.sim.now) return;
    this.#called = true;
    if (this.#timer?.pending === true) this.#again(LOOP);
  }

  #again(delay: Millis): void {
    const { sim } = this.options;
    this.#timer?.cancel();
    this.#timer = sim.causedBy(0, () => sim.after(delay, () => this.#loop(), { background: true }));
  }

  #loop(): void {
    const { sim, flags } = this.options;
    if (!this.#informers().every(({ synced }) => synced)) return this.#again(SYNC_POLL);
    const began = sim.now;
    this.#called = false;
    this.#turn = run(
      this.#runOnce(began),
      () => {
        const busy = this.#called || (flags['frequent-loops-enabled'] && (this.#scaledUpAt >= began || this.#deletedAt >= began));
        this.#again(busy ? LOOP : flags['scan-interval']);
      },
      (error) => {
        if (!(error instanceof StatusError)) throw error;
        this.options.say(`Failed to run once: ${error.message}`);
        this.#again(flags['scan-interval']);
      },
    );
  }

  *#runOnce(now: Millis): Task<void> {
    const { client, flags } = this.options;
    yield* this.#prepare(now);
    const nodes = [...this.#nodes.list()];
    this.#fillSnapshot(nodes);
    const found = templates(this.options.cloud, nodes, [...this.#daemonSets.list()], this.#snapshot);
    this.#state.update(nodes, now);
    try {
      yield* this.#scale(nodes, found, now);
    } finally {
      const candidates = new Map<string, number>();
      for (const { group } of this.#planner.unneeded.values()) candidates.set(group, (candidates.get(group) ?? 0) + 1);
      if (flags['write-status-configmap']) {
        const text = this.#status.text(now, candidates, this.#planner.lookedAt);
        this.#recorder.statusMap = yield* writeStatus(client, flags, text, now);
      }
    }
  }

  /** Before the first look: what a predecessor has left behind. */
  *#prepare(now: Millis): Task<void> {
    const { client, flags } = this.options;
    if (this.#cleaned) return;
    if (flags['write-status-configmap']) this.#recorder.statusMap = yield* writeStatus(client, flags, emptyStatus(now), now);
    for (const node of this.#nodes.list()) {
      if (!hasTaint(node, TO_BE_DELETED)) continue;
      yield* cleanTaint(client, node, TO_BE_DELETED, flags['cordon-node-before-terminating']);
      this.#recorder.event(node, 'Normal', 'ClusterAutoscalerCleanup', 'marking the node as schedulable');
    }
    this.#cleaned = true;
  }

  *#scale(nodes: readonly Node[], found: ReturnType<typeof templates>, now: Millis): Task<void> {
    const { flags } = this.options;
    this.#unregistered.remove(now);
    if (!this.#state.isHealthy()) {
      this.#planner.clear();
      this.#recorder.status('Warning', 'ClusterUnhealthy', 'Cluster is unhealthy');
      return;
    }
    this.#unregistered.removeFailed();
    if (this.#unregistered.fixSizes(now)) return;

    const settled = this.#addUpcoming(nodes, found, now);
    const pods = this.#podsToHelp(now);
    const wait = pods.length > 0 && pods.every((pod) => parseTime(pod.metadata.creationTimestamp ?? '') + YOUNG > now);
    if (pods.length > 0 && !wait && this.#mayGrow(nodes, pods)) {
      const priorities = flags.expander.split(',').includes('priority') ? yield* this.#priorities() : undefined;
      // Those on their way count as well.
      const all = this.#snapshot.nodes.flatMap(({ node }) => (node === undefined ? [] : [node]));
      if (scaleUp(this.#scaleUp, { now, pods, nodes: all, templates: found, priorities })) this.#scaledUpAt = now;
    }
    if (flags['scale-down-enabled']) yield* this.#scaleDown(settled, wait, now);
    if (flags['enforce-node-group-min-size'] && scaleUpToMinSize(this.#scaleUp, now)) this.#scaledUpAt = now;
  }

  *#scaleDown(nodes: readonly Node[], wait: boolean, now: Millis): Task<void> {
    const { flags } = this.options;
    this.#planner.update(nodes, new DisruptionBudgets(this.#budgets.list()), now);
    const cooling =
      wait ||
      this.#scaledUpAt + flags['scale-down-delay-after-add'] > now ||
      (this.#actuator.failedAt ?? -Infinity) + flags['scale-down-delay-after-failure'] > now ||
      this.#deletedAt + flags['scale-down-delay-after-delete'] > now;
    if (!cooling) {
      const { empty, drain } = this.#planner.nodesToDelete(nodes, now);
      if (empty.length + drain.length > 0) {
        if (yield* this.#actuator.start(empty, drain)) this.#deletedAt = now;
        else this.#actuator.failedAt = now;
      }
    }
    const current = nodes.map((node) => this.#nodes.get(node.metadata.name ?? '') ?? node);
    yield* this.#actuator.updateCandidates(current, new Set(this.#planner.unneeded.keys()));
  }

  #mayGrow(nodes: readonly Node[], pods: readonly Pod[]): boolean {
    const most = this.options.flags['max-nodes-total'];
    if (most === 0 || nodes.filter(isReady).length < most) return true;
    this.#recorder.status('Warning', 'MaxNodesTotalReached', `Max total nodes in cluster reached: ${most}`);
    for (const pod of pods)
      this.#recorder.event(pod, 'Normal', 'NotTriggerScaleUp', "pod didn't trigger scale-up: max total nodes in cluster reached");
    return false;
  }

  /** Pods that may be killed for any other count for nothing. */
  #fillSnapshot(nodes: readonly Node[]): void {
    const cutoff = this.options.flags['expendable-pods-priority-cutoff'];
    const placed: Pod[] = [];
    for (const pod of this.#pods.list()) {
      const nodeName = pod.spec?.nodeName ?? pod.status?.nominatedNodeName ?? '';
      if (nodeName === '' || isTerminal(pod) || priorityOf(pod) < cutoff) continue;
      placed.push(pod.spec?.nodeName === nodeName ? pod : { ...pod, spec: { containers: [], ...pod.spec, nodeName } });
    }
    this.#snapshot.reset(nodes, placed);
  }

  /** Nodes on their way are put into the picture as if they were ready. Returns the nodes that have come. */
  #addUpcoming(nodes: readonly Node[], found: ReturnType<typeof templates>, now: Millis): Node[] {
    const early = new Set<string>();
    for (const { group, count, registered } of this.#state.upcoming(now)) {
      const template = found.get(group.spec.name);
      for (const name of registered) {
        early.add(name);
        this.#snapshot.removeNode(name);
      }
      for (let i = 0; template !== undefined && i < count; i++) {
        const { node, pods } = namedLike(template, `upcoming-${i}`);
        this.#snapshot.addNode(node, pods);
      }
    }
    return nodes.filter(({ metadata }) => !early.has(metadata.name ?? ''));
  }

  /** Pods without a place, without those for which there is room after all: on nodes on their way, or on some that have just come. */
  #podsToHelp(now: Millis): Pod[] {
    const { flags } = this.options;
    const waiting = [...this.#pods.list()].filter(
      (pod) =>
        isUnschedulable(pod) &&
        (pod.status?.nominatedNodeName ?? '') === '' &&
        !isDaemonSetPod(pod) &&
        priorityOf(pod) >= flags['expendable-pods-priority-cutoff'] &&
        parseTime(pod.metadata.creationTimestamp ?? '') + this.#delay(pod) <= now,
    );
    const evicted = [...this.#actuator.deleting]
      .filter(([, { drain }]) => drain)
      .flatMap(([name]) => this.#pods.by('node', name))
      .filter((pod) => !isDaemonSetPod(pod) && !isMirrorPod(pod) && !isTerminal(pod))
      .map((pod) => copyOf(unplaced(pod), 'again'));
    // Those that move away are not asked for: they only take the room that they will need.
    const all = [...waiting, ...evicted].sort((a, b) => priorityOf(b) - priorityOf(a));
    return all.filter((pod) => this.#snapshot.placeAnywhere(pod, () => true) === undefined);
  }

  #delay({ metadata }: Pod): Millis {
    const own = /^(\d+)(s|m)$/.exec(metadata.annotations?.['cluster-autoscaler.kubernetes.io/pod-scale-up-delay'] ?? '');
    const general = this.options.flags['new-pod-scale-up-delay'];
    return own === null ? general : Math.max(general, Number(own[1]) * (own[2] === 'm' ? MINUTE : SECOND));
  }

  *#priorities(): Task<ConfigMap | undefined> {
    const { client, flags } = this.options;
    try {
      return yield* client.get(CONFIG_MAPS, flags.namespace, PRIORITY_CONFIG_MAP);
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }
}
