import type { Pod } from '../../api/generated/types.ts';
import type { Millis } from '../../sim/time.ts';
import { isPodReady } from '../pod-state.ts';
import { SyncError } from '../reconciler.ts';
import type { PodMetrics } from './metrics-client.ts';
import { groupPods, requestsOf, type PodGroups } from './pod-groups.ts';

/** By how much a measured value may differ from the target without anything being done, as parts of the target. */
export interface Tolerances {
  readonly up: number;
  readonly down: number;
}

/** The pods of a target as they are known now. */
export interface Target {
  readonly pods: readonly Pod[];
  readonly replicas: number;
  readonly tolerances: Tolerances;
  readonly now: Millis;
}

const MAX_INT32 = 2 ** 31 - 1;

/** From the use of a resource as a percentage of what the pods ask for (GetResourceReplicas). `raw` is the mean, in thousandths. */
export function replicasByUtilization(
  target: Target,
  metrics: PodMetrics,
  resource: string,
  container: string,
  wanted: number,
): { replicas: number; utilization: number; raw: bigint } {
  const groups = measured(target, metrics, resource);
  const requests = requestsOf(target.pods, container, resource);
  const ratioOf = (): { ratio: number; utilization: number; raw: bigint } => {
    let [used, requested, entries] = [0n, 0n, 0n];
    for (const [name, { value }] of metrics) {
      const request = requests.get(name);
      if (request === undefined) continue;
      used += value;
      requested += request;
      entries++;
    }
    if (requested === 0n) throw new SyncError('no metrics returned matched known pods');
    const utilization = Number((used * 100n) / requested);
    return { ratio: utilization / wanted, utilization, raw: used / entries };
  };
  const { ratio, utilization, raw } = ratioOf();
  // Pods of which nothing is known use all they ask for, or as much as they may, as long as that keeps others from going.
  const assumed = (name: string): bigint => ((requests.get(name) ?? 0n) * BigInt(Math.max(100, wanted))) / 100n;
  return { replicas: replicasFor(target, metrics, groups, ratio, assumed, () => ratioOf().ratio), utilization, raw };
}

/** From a mean value of the pods, in thousandths (calcPlainMetricReplicas). */
export function replicasByMean(target: Target, metrics: PodMetrics, resource: string, wanted: bigint): { replicas: number; usage: bigint } {
  const groups = measured(target, metrics, resource);
  const meanOf = (): bigint => [...metrics.values()].reduce((sum, { value }) => sum + value, 0n) / BigInt(metrics.size);
  const usage = meanOf();
  const ratio = Number(usage) / Number(wanted);
  const replicas = replicasFor(
    target,
    metrics,
    groups,
    ratio,
    () => wanted,
    () => Number(meanOf()) / Number(wanted),
  );
  return { replicas, usage };
}

/** From one value for all pods together (getUsageRatioReplicaCount). */
export function replicasByTotal({ pods, replicas, tolerances }: Target, usage: bigint, wanted: bigint): number {
  const ratio = Number(usage) / Number(wanted);
  if (replicas === 0) return Math.ceil(ratio);
  if (isWithin(tolerances, ratio)) return replicas;
  if (pods.length === 0)
    throw new SyncError('unable to calculate ready pods: no pods returned by selector while calculating replica count');
  const ready = pods.filter((pod) => pod.status?.phase === 'Running' && isPodReady(pod)).length;
  return Math.min(MAX_INT32, Math.ceil(ratio * ready));
}

/** From one value that is shared out among the pods. `usage` is what one of them gets. */
export function replicasByShare(
  statusReplicas: number,
  tolerances: Tolerances,
  usage: bigint,
  wanted: bigint,
): { replicas: number; usage: bigint } {
  const ratio = Number(usage) / (Number(wanted) * statusReplicas);
  const replicas = isWithin(tolerances, ratio) ? statusReplicas : Math.min(MAX_INT32, Math.ceil(Number(usage) / Number(wanted)));
  return { replicas, usage: statusReplicas === 0 ? usage : BigInt(Math.ceil(Number(usage) / statusReplicas)) };
}

/** Leaves in `metrics` only what counts. */
function measured({ pods, now }: Target, metrics: PodMetrics, resource: string): PodGroups {
  if (pods.length === 0) throw new SyncError('no pods returned by selector while calculating replica count');
  const groups = groupPods(pods, metrics, resource, now);
  for (const name of [...groups.ignored, ...groups.unready]) metrics.delete(name);
  if (metrics.size === 0) throw new SyncError('did not receive metrics for targeted pods (pods might be unready)');
  return groups;
}

function replicasFor(
  { replicas, tolerances }: Target,
  metrics: PodMetrics,
  { ready, unready, missing }: PodGroups,
  ratio: number,
  assumed: (name: string) => bigint,
  again: () => number,
): number {
  const waitsForUnready = unready.length > 0 && ratio > 1;
  if (!waitsForUnready && missing.length === 0) return isWithin(tolerances, ratio) ? replicas : Math.ceil(ratio * ready);
  // What is not known is taken to be what speaks against the change.
  const fill = (names: readonly string[], value: (name: string) => bigint): void => {
    for (const name of names) metrics.set(name, { value: value(name), timestamp: 0, window: 0 });
  };
  if (ratio < 1) fill(missing, assumed);
  else if (ratio > 1) fill(missing, () => 0n);
  if (waitsForUnready) fill(unready, () => 0n);
  const anew = again();
  if (isWithin(tolerances, anew) || (ratio < 1 && anew > 1) || (ratio > 1 && anew < 1)) return replicas;
  const proposed = Math.ceil(anew * metrics.size);
  // With more or fewer pods in the sum, the change must not turn round.
  return (anew < 1 && proposed > replicas) || (anew > 1 && proposed < replicas) ? replicas : proposed;
}

function isWithin({ up, down }: Tolerances, ratio: number): boolean {
  return 1 - down <= ratio && ratio <= 1 + up;
}
