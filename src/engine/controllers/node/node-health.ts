import type { Lease, Node, NodeCondition } from '../../api/generated/types.ts';
import { SECOND, formatTime, parseTime, type Millis } from '../../sim/time.ts';

/** What the controller has seen of one node, by its own clock. */
export interface NodeHealth {
  /** When a sign of life was last seen: a newer lease, or a newer heartbeat of the Ready condition. */
  probedAt: Millis;
  readonly heartbeat: string | undefined;
  renewed: string | undefined;
  /** The version of the node that was found ready, with nothing left to do about it. */
  well?: Node;
}

/** The short way for a node that was found well and has not changed since: whether its lease, too, says so. */
export function staysWell(health: NodeHealth, node: Node, lease: Lease | undefined, grace: Millis, now: Millis): boolean {
  if (health.well !== node) return false;
  const renewed = lease?.spec?.renewTime;
  if (renewed !== health.renewed) {
    if (isNewer(renewed, health.renewed)) health.probedAt = now;
    health.renewed = renewed;
  }
  return now <= health.probedAt + grace;
}

// --node-startup-grace-period: for nodes that never posted a Ready condition.
export const STARTUP_GRACE: Millis = 60 * SECOND;

const WATCHED = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'];

export function readyCondition(node: Node): NodeCondition | undefined {
  return node.status?.conditions?.find(({ type }) => type === 'Ready');
}

/** Takes note of new signs of life. */
export function observe(before: NodeHealth | undefined, node: Node, lease: Lease | undefined, now: Millis): NodeHealth {
  const ready = readyCondition(node);
  const heartbeat = ready?.lastHeartbeatTime;
  const renewed = lease?.spec?.renewTime;
  if (before === undefined) {
    const born = parseTime(node.metadata.creationTimestamp);
    return { probedAt: ready === undefined && !Number.isNaN(born) ? born : now, heartbeat, renewed };
  }
  const alive = heartbeat !== before.heartbeat || isNewer(renewed, before.renewed);
  return { probedAt: alive ? now : before.probedAt, heartbeat, renewed };
}

const isNewer = (renewed: string | undefined, before: string | undefined): boolean =>
  renewed !== undefined && (before === undefined || renewed > before);

/** Conditions of a node from which nothing was heard for too long: all Unknown. The same list when they are already. */
export function silenced(node: Node, now: Millis): readonly NodeCondition[] {
  const conditions = node.status?.conditions ?? [];
  const time = formatTime(now);
  const next: NodeCondition[] = conditions.map((condition) =>
    WATCHED.includes(condition.type) && condition.status !== 'Unknown'
      ? {
          ...condition,
          status: 'Unknown',
          reason: 'NodeStatusUnknown',
          message: 'Kubelet stopped posting node status.',
          lastTransitionTime: time,
        }
      : condition,
  );
  for (const type of WATCHED) {
    if (conditions.some((condition) => condition.type === type)) continue;
    const born = node.metadata.creationTimestamp ?? time;
    next.push({
      type,
      status: 'Unknown',
      reason: 'NodeStatusNeverUpdated',
      message: 'Kubelet never posted node status.',
      lastHeartbeatTime: born,
      lastTransitionTime: time,
    });
  }
  return next.length === conditions.length && next.every((condition, i) => condition === conditions[i]) ? conditions : next;
}
