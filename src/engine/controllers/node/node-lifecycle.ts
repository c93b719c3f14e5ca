import { StatusError, isConflict, isNotFound } from '../../api/errors.ts';
import type { Node, NodeCondition } from '../../api/generated/types.ts';
import type { EventRecorder } from '../../client/events.ts';
import { NODES, PODS } from '../../client/resources.ts';
import type { Timer } from '../../sim/simulation.ts';
import { SECOND, formatTime, type Millis } from '../../sim/time.ts';
import type { ControllerContext } from '../controller.ts';
import type { Informers } from '../informers.ts';
import { podCondition, withPodCondition } from '../pod-state.ts';
import { Reconciler } from '../reconciler.ts';
import type { Task } from '../../os/task.ts';
import { STARTUP_GRACE, observe, readyCondition, silenced, staysWell, type NodeHealth } from './node-health.ts';
import { NOT_READY, UNREACHABLE, hasTaint, noScheduleTaints, swapTaints } from './taints.ts';
import { EvictionLimiter, evictionRate, stateOf, zoneOf, type ZoneState } from './zones.ts';

// --node-monitor-period.
const MONITOR_PERIOD: Millis = 5 * SECOND;

/** Watches over the nodes: who is silent for too long becomes Unknown and is tainted, a few nodes at a time. */
export class NodeLifecycleController extends Reconciler {
  readonly #informers: Informers;
  readonly #recorder: EventRecorder;
  readonly #grace: Millis;
  readonly #health = new Map<string, NodeHealth>();
  readonly #known = new Map<string, Node>();
  readonly #zones = new Map<string, { state: ZoneState; limiter: EvictionLimiter }>();
  /** Nodes that wait for their NoExecute taint, oldest first. */
  readonly #toTaint = new Set<string>();
  #taintTimer: Timer | undefined;
  /** Nodes of each zone; undefined once one of them has changed in what counts here. */
  #counts: ReadonlyMap<string, ZoneCount> | undefined;

  constructor(context: ControllerContext) {
    super(context, 'controller/node-lifecycle');
    this.#informers = context.informers;
    this.#recorder = context.recorder('node-controller');
    this.#grace = context.settings.nodeMonitorGracePeriod;
    const { nodes } = context.informers;
    // Asked for here, so that they are filled before the first look.
    void context.informers.leases;
    void context.informers.pods;
    this.watch(nodes, {
      added: (node) => {
        this.#counts = undefined;
        this.queue.add(node.metadata.name ?? '');
      },
      updated: (node, old) => {
        const differs = conditionsDiffer(node, old);
        if (differs || node.metadata.labels !== old.metadata.labels) this.#counts = undefined;
        if (differs || node.spec?.taints !== old.spec?.taints || node.spec?.unschedulable !== old.spec?.unschedulable)
          this.queue.add(node.metadata.name ?? '');
      },
      deleted: (node) => {
        this.#counts = undefined;
        this.#forget(node);
      },
    });
    this.every(MONITOR_PERIOD, () => this.#monitor());
  }

  override stop(): void {
    super.stop();
    this.#taintTimer?.cancel();
    this.#toTaint.clear();
    this.#health.clear();
    this.#known.clear();
    this.#zones.clear();
    this.#counts = undefined;
  }

  /** One node's NoSchedule taints, which follow its conditions at once. */
  protected *sync(name: string): Task<void> {
    const node = this.#informers.nodes.get(name);
    if (node === undefined) return;
    this.#register(node);
    const { add, remove } = noScheduleTaints(node);
    if (add.length + remove.length > 0) {
      const words = [...add.map(({ key }) => `adds ${key}:NoSchedule`), ...remove.map(({ key }) => `removes ${key}:NoSchedule`)];
      this.decide(`Conditions of node ${name} changed: ${words.join(', ')}.`, node);
      yield* swapTaints(this.client, node, add, remove, this.sim.now);
    }
    yield* this.#reconcileTaint(this.#informers.nodes.get(name) ?? node);
  }

  *#monitor(): Task<void> {
    const { leases, nodes } = this.#informers;
    for (const node of nodes.list()) {
      const name = node.metadata.name ?? '';
      const health = this.#health.get(name);
      if (health !== undefined && staysWell(health, node, leases.get(leaseOf(name)), this.#grace, this.sim.now)) continue;
      try {
        yield* this.#checkHealth(node);
      } catch (error) {
        // Tried again at the next look.
        if (!(error instanceof StatusError)) throw error;
      }
    }
    yield* this.#judgeZones();
  }

  *#checkHealth(node: Node): Task<void> {
    this.#register(node);
    const { now } = this.sim;
    const name = node.metadata.name ?? '';
    const lease = this.#informers.leases.get(leaseOf(name));
    const health = observe(this.#health.get(name), node, lease, now);
    this.#health.set(name, health);
    const before = readyCondition(node);
    const grace = before === undefined ? STARTUP_GRACE : this.#grace;
    if (now <= health.probedAt + grace) {
      if (before?.status === 'True' && !hasNoExecute(node)) health.well = node;
      return yield* this.#reconcileTaint(node);
    }

    const conditions = silenced(node, now);
    if (conditions === node.status?.conditions) return yield* this.#reconcileTaint(node);
    this.decide(
      `Node ${name} has not been heard of for ${Math.floor((now - health.probedAt) / SECOND)} s: its conditions become Unknown.`,
      node,
    );
    const updated = yield* this.#writeConditions(node, conditions);
    this.#health.set(name, { ...health, heartbeat: readyCondition(updated)?.lastHeartbeatTime });
    yield* this.#reconcileTaint(updated);
    if (before?.status === 'True') {
      this.#recorder.event(updated, 'Normal', 'NodeNotReady', `Node ${name} status is now: NodeNotReady`);
      yield* this.#markPodsNotReady(name);
    }
  }

  *#writeConditions(node: Node, conditions: readonly NodeCondition[]): Task<Node> {
    return yield* this.client.updateStatus(NODES, { ...node, status: { ...node.status, conditions: [...conditions] } });
  }

  /** Their kubelet cannot say so: endpoints must not lead to them any more. */
  *#markPodsNotReady(node: string): Task<void> {
    for (const pod of this.#informers.pods.by('node', node)) {
      const ready = podCondition(pod, 'Ready');
      if (ready?.status !== 'True') continue;
      const conditions = withPodCondition(pod.status?.conditions, {
        ...ready,
        status: 'False',
        lastTransitionTime: formatTime(this.sim.now),
      });
      try {
        yield* this.client.updateStatus(PODS, { ...pod, status: { ...pod.status, conditions } });
        this.#recorder.event(pod, 'Warning', 'NodeNotReady', 'Node is not ready');
      } catch (error) {
        if (!isNotFound(error) && !isConflict(error)) throw error;
      }
    }
  }

  /** The NoExecute taint: removed at once, added when its turn comes (processTaintBaseEviction). */
  *#reconcileTaint(node: Node): Task<void> {
    const name = node.metadata.name ?? '';
    const status = readyCondition(node)?.status ?? 'Unknown';
    if (status === 'True') {
      this.#toTaint.delete(name);
      if (!hasNoExecute(node)) return;
      const stale = [NOT_READY, UNREACHABLE].filter((key) => hasTaint(node, key, 'NoExecute')).map((key) => ({ key, effect: 'NoExecute' }));
      this.decide(`Node ${name} is ready again: removes its NoExecute taint.`, node);
      yield* swapTaints(this.client, node, [], stale, this.sim.now);
      return;
    }
    const [wanted, other] = status === 'False' ? [NOT_READY, UNREACHABLE] : [UNREACHABLE, NOT_READY];
    if (hasTaint(node, wanted, 'NoExecute')) {
      this.#toTaint.delete(name);
      return;
    }
    if (hasTaint(node, other, 'NoExecute')) {
      yield* swapTaints(this.client, node, [{ key: wanted, effect: 'NoExecute' }], [{ key: other, effect: 'NoExecute' }], this.sim.now);
      return;
    }
    if (this.#allDown()) return;
    this.#toTaint.add(name);
    // Where its zone has no turn to give now, the others that wait need not be looked at for its sake.
    const at = this.#zone(zoneOf(node)).limiter.nextAt(this.sim.now);
    if (at === undefined) return;
    if (at > this.sim.now) this.#taintAt(at);
    else yield* this.#taintNext();
  }

  /** Comes back to the waiting nodes at a time, unless it will earlier. */
  #taintAt(at: Millis): void {
    if (this.#taintTimer?.pending === true && this.#taintTimer.at <= at) return;
    this.#taintTimer?.cancel();
    this.#taintTimer = this.sim.at(at, () => this.launch(this.#taintNext()), { background: true });
  }

  /** Taints as many waiting nodes as the rate of their zones allows. */
  *#taintNext(): Task<void> {
    const { now } = this.sim;
    let next: Millis | undefined;
    for (const name of this.#toTaint) {
      const node = this.#informers.nodes.get(name);
      const status = node === undefined ? 'True' : (readyCondition(node)?.status ?? 'Unknown');
      if (node === undefined || status === 'True') {
        this.#toTaint.delete(name);
        continue;
      }
      const { limiter } = this.#zone(zoneOf(node));
      if (!limiter.tryAccept(now)) {
        const at = limiter.nextAt(now);
        if (at !== undefined) next = Math.min(next ?? at, at);
        continue;
      }
      this.#toTaint.delete(name);
      const [key, other] = status === 'False' ? [NOT_READY, UNREACHABLE] : [UNREACHABLE, NOT_READY];
      this.decide(`Node ${name} is not ready: adds the taint ${key}:NoExecute, so that its pods go after their toleration.`, node);
      try {
        yield* swapTaints(this.client, node, [{ key, effect: 'NoExecute' }], [{ key: other, effect: 'NoExecute' }], now);
        this.context.metrics?.nodeEvicted(node);
      } catch (error) {
        // The next look at this node puts it back in line.
        if (!(error instanceof StatusError)) throw error;
      }
    }
    this.#taintTimer?.cancel();
    if (next !== undefined) this.#taintAt(next);
  }

  /** handleDisruption: how fast each zone's nodes may be tainted; not at all while every zone is down. */
  *#judgeZones(): Task<void> {
    const counts = (this.#counts ??= countZones(this.#informers.nodes.list()));
    const wasDown = this.#allDown();
    for (const [name, { ready, notReady }] of counts) {
      const zone = this.#zone(name);
      zone.state = stateOf(ready, notReady);
      zone.limiter.setRate(evictionRate(zone.state, ready + notReady), this.sim.now);
    }
    for (const name of this.#zones.keys()) if (!counts.has(name)) this.#zones.delete(name);
    const isDown = this.#allDown();
    if (isDown === wasDown) return;
    if (isDown) yield* this.#suspendEvictions();
    // Back from the dark: everybody gets a whole grace period anew.
    else for (const health of this.#health.values()) health.probedAt = this.sim.now;
  }

  *#suspendEvictions(): Task<void> {
    this.#toTaint.clear();
    for (const node of this.#informers.nodes.list()) {
      if (!hasNoExecute(node)) continue;
      const taints = [NOT_READY, UNREACHABLE].map((key) => ({ key, effect: 'NoExecute' }));
      this.decide(
        `Every zone is down: more likely it is this side that is cut off. Takes the NoExecute taint of ${node.metadata.name ?? ''} back.`,
        node,
      );
      yield* swapTaints(this.client, node, [], taints, this.sim.now);
    }
  }

  #allDown(): boolean {
    for (const { state } of this.#zones.values()) if (state !== 'FullDisruption') return false;
    return this.#zones.size > 0;
  }

  #zone(name: string): { state: ZoneState; limiter: EvictionLimiter } {
    let zone = this.#zones.get(name);
    if (zone === undefined) this.#zones.set(name, (zone = { state: 'Initial', limiter: new EvictionLimiter(this.sim.now) }));
    return zone;
  }

  #register(node: Node): void {
    const name = node.metadata.name ?? '';
    if (this.#known.has(name)) return;
    this.#known.set(name, node);
    this.#zone(zoneOf(node));
    this.#recorder.event(node, 'Normal', 'RegisteredNode', `Node ${name} event: Registered Node ${name} in Controller`);
  }

  #forget(node: Node): void {
    const name = node.metadata.name ?? '';
    this.#health.delete(name);
    this.#toTaint.delete(name);
    if (!this.#known.delete(name)) return;
    this.#recorder.event(node, 'Normal', 'RemovingNode', `Node ${name} event: Removing Node ${name} from Controller`);
  }
}

const leaseOf = (node: string): string => `kube-node-lease/${node}`;

const hasNoExecute = (node: Node): boolean => hasTaint(node, NOT_READY, 'NoExecute') || hasTaint(node, UNREACHABLE, 'NoExecute');

interface ZoneCount {
  ready: number;
  notReady: number;
}

function countZones(nodes: Iterable<Node>): Map<string, ZoneCount> {
  const counts = new Map<string, ZoneCount>();
  for (const node of nodes) {
    const zone = zoneOf(node);
    let count = counts.get(zone);
    if (count === undefined) counts.set(zone, (count = { ready: 0, notReady: 0 }));
    if (readyCondition(node)?.status === 'True') count.ready++;
    else count.notReady++;
  }
  return counts;
}

function conditionsDiffer(node: Node, old: Node): boolean {
  const text = ({ status }: Node): string => (status?.conditions ?? []).map(({ type, status: value }) => `${type}=${value}`).join();
  return text(node) !== text(old);
}
