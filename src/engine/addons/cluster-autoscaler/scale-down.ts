import type { Node, Pod } from '../../api/generated/types.ts';
import type { Millis } from '../../sim/time.ts';
import type { ClusterState } from './cluster-state.ts';
import type { DisruptionBudgets } from './disruption-budgets.ts';
import { podsToMove } from './drainability.ts';
import type { Flags } from './flags.ts';
import { Limits } from './limits.ts';
import { unplaced, type Snapshot } from './snapshot.ts';
import { isBeingDeleted, TO_BE_DELETED } from './taints.ts';
import { isReady } from './templates.ts';
import { utilization, type Utilization } from './utilization.ts';

const DISABLED = 'cluster-autoscaler.kubernetes.io/scale-down-disabled';

/** A node that nobody needs. */
export interface UnneededNode {
  readonly node: Node;
  readonly group: string;
  /** Pods that would have to move; a node without any is empty. */
  readonly move: readonly Pod[];
  readonly waitFor: readonly Pod[];
  readonly use: Utilization;
  readonly since: Millis;
  /** Budgets forbid to move its pods all at once. */
  readonly risky: boolean;
}

export interface PlannerWorld {
  readonly snapshot: Snapshot;
  readonly state: ClusterState;
  readonly flags: Flags;
  /** Nodes that are being taken away. */
  readonly deleting: ReadonlyMap<string, { readonly group: string; readonly drain: boolean }>;
  /** Says in the log what was found. */
  decide(text: string, node: Node): void;
}

/** Finds nodes that nobody needs, and says which may go now (core/scaledown/planner, eligibility, unneeded). */
export class Planner {
  readonly unneeded = new Map<string, UnneededNode>();
  /** Nodes that could not go when it was last tried, until when they are not tried again, and why. */
  readonly #unremovable = new Map<string, { readonly until: Millis; readonly why: string }>();
  /** When it was last looked. */
  lookedAt: Millis | undefined;

  constructor(readonly world: PlannerWorld) {}

  clear(): void {
    this.unneeded.clear();
  }

  /** The snapshot is left as it was. */
  update(nodes: readonly Node[], budgets: DisruptionBudgets, now: Millis): void {
    const { snapshot, deleting } = this.world;
    this.lookedAt = now;
    for (const [name, { until }] of this.#unremovable) if (until <= now) this.#unremovable.delete(name);
    const destinations = new Set(nodes.map(({ metadata }) => metadata.name ?? '').filter((name) => !deleting.has(name)));
    const found = new Map<string, UnneededNode>();
    snapshot.fork();
    for (const node of nodes) {
      const one = this.#examine(node, destinations, budgets, now);
      if (one === undefined) continue;
      const name = node.metadata.name ?? '';
      destinations.delete(name);
      found.set(name, one);
      if (!this.unneeded.has(name))
        this.world.decide(
          `Node ${name} is not needed: ${Math.round(one.use.share * 100)} % of it is asked for, and its pods fit elsewhere.`,
          node,
        );
    }
    snapshot.revert();
    this.unneeded.clear();
    for (const [name, one] of found) this.unneeded.set(name, one);
  }

  /** Nodes that have been unneeded for long enough, as many as may go at once: empty ones, and those that are drained first. */
  nodesToDelete(nodes: readonly Node[], now: Millis): { empty: UnneededNode[]; drain: UnneededNode[] } {
    const { flags, deleting } = this.world;
    const sizes = new Map(this.world.state.cloud.groups.map(({ spec, targetSize }) => [spec.name, targetSize]));
    for (const { group } of deleting.values()) sizes.set(group, (sizes.get(group) ?? 0) - 1);
    const limits = new Limits(flags, nodes);
    const list = [...this.unneeded.values()];
    const ordered = [
      ...list.filter(({ move }) => move.length === 0),
      ...list.filter(({ move, risky }) => move.length > 0 && !risky),
      ...list.filter(({ move, risky }) => move.length > 0 && risky),
    ];
    const removable = ordered.filter((one) => this.#mayGo(one, sizes, limits, now) && one.waitFor.length === 0);
    const draining = [...deleting.values()].filter(({ drain }) => drain).length;
    const empty = removable
      .filter(({ move }) => move.length === 0)
      .slice(0, Math.max(0, flags['max-scale-down-parallelism'] - deleting.size));
    const room = Math.min(flags['max-drain-parallelism'] - draining, flags['max-scale-down-parallelism'] - deleting.size - empty.length);
    return { empty, drain: removable.filter(({ move }) => move.length > 0).slice(0, Math.max(0, room)) };
  }

  #mayGo({ node, group, since }: UnneededNode, sizes: Map<string, number>, limits: Limits, now: Millis): boolean {
    const { flags, state } = this.world;
    const threshold = isReady(node) ? flags['scale-down-unneeded-time'] : flags['scale-down-unready-time'];
    if (threshold > 0 && since + threshold >= now) return false;
    const size = sizes.get(group) ?? 0;
    const min = state.cloud.groups.find(({ spec }) => spec.name === group)?.spec.min ?? 0;
    if (size <= min || !limits.give(node)) return false;
    sizes.set(group, size - 1);
    return true;
  }

  #examine(node: Node, destinations: ReadonlySet<string>, budgets: DisruptionBudgets, now: Millis): UnneededNode | undefined {
    const { snapshot, flags, state, deleting, decide } = this.world;
    const name = node.metadata.name ?? '';
    const group = state.cloud.groupOf(node.spec?.providerID);
    const info = snapshot.node(name);
    if (group === undefined || info === undefined || group.targetSize <= group.spec.min) return undefined;
    if (deleting.has(name) || isBeingDeleted(node, now) || this.#unremovable.has(name)) return undefined;
    if (node.metadata.annotations?.[DISABLED] === 'true') return undefined;
    if (!flags['scale-down-unready-enabled'] && !isReady(node)) return undefined;
    const use = utilization(info, flags, now);
    if (use === undefined || use.share > flags['scale-down-utilization-threshold']) return undefined;

    const pods = podsToMove(Array.from(info.pods.values(), ({ pod }) => pod), budgets, flags, now); // prettier-ignore
    const why = pods.blocked ?? this.#findPlaces(node, pods.move, destinations, now);
    if (why !== undefined) {
      this.#unremovable.set(name, { until: now + flags['unremovable-node-recheck-timeout'], why });
      decide(`Node ${name} cannot be removed: ${why}.`, node);
      return undefined;
    }
    const risky = !budgets.allowsTogether(pods.move);
    budgets.take(pods.move);
    return {
      node,
      group: group.spec.name,
      move: pods.move,
      waitFor: pods.waitFor,
      use,
      since: this.unneeded.get(name)?.since ?? now,
      risky,
    };
  }

  /** Tries to put the node's pods elsewhere; they stay there in the snapshot when all have found a place. */
  #findPlaces(node: Node, pods: readonly Pod[], destinations: ReadonlySet<string>, now: Millis): string | undefined {
    const { snapshot } = this.world;
    const name = node.metadata.name ?? '';
    snapshot.fork();
    for (const pod of pods) snapshot.remove(pod);
    // As in real life the node is still there while its pods move, but takes none.
    const taint = { key: TO_BE_DELETED, value: String(Math.floor(now / 1000)), effect: 'NoSchedule' };
    snapshot.replaceNode({ ...node, spec: { ...node.spec, taints: [...(node.spec?.taints ?? []), taint] } });
    let placed = 0;
    for (const pod of pods) {
      if (snapshot.placeAnywhere(unplaced(pod), (other) => other.name !== name && destinations.has(other.name)) === undefined) break;
      placed++;
    }
    if (placed < pods.length) {
      snapshot.revert();
      return `can reschedule only ${placed} out of ${pods.length} pods`;
    }
    snapshot.removeNode(name);
    snapshot.commit();
    return undefined;
  }
}
