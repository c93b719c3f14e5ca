import type { Container, Pod } from '../../api/generated/types.ts';
import { quantityMilli } from '../../api/quantity.ts';
import { MINUTE, SECOND, parseTime, type Millis } from '../../sim/time.ts';
import { podCondition } from '../pod-state.ts';
import { SyncError } from '../reconciler.ts';
import type { PodMetric, PodMetrics } from './metrics-client.ts';

/** `--horizontal-pod-autoscaler-cpu-initialization-period`. */
const CPU_INITIALIZATION: Millis = 5 * MINUTE;
/** `--horizontal-pod-autoscaler-initial-readiness-delay`. */
const INITIAL_READINESS: Millis = 30 * SECOND;

/** How the pods of a target count, by name (groupPods). */
export interface PodGroups {
  ready: number;
  /** Not running yet, or just started, so that their use of CPU says nothing. */
  readonly unready: string[];
  /** Running, but nothing is measured. */
  readonly missing: string[];
  /** On their way out. */
  readonly ignored: string[];
}

export function groupPods(pods: readonly Pod[], metrics: PodMetrics, resource: string, now: Millis): PodGroups {
  const groups: PodGroups = { ready: 0, unready: [], missing: [], ignored: [] };
  for (const pod of pods) {
    const { name = '', deletionTimestamp } = pod.metadata;
    const phase = pod.status?.phase;
    const metric = metrics.get(name);
    if (deletionTimestamp !== undefined || phase === 'Failed') groups.ignored.push(name);
    else if (phase === 'Pending') groups.unready.push(name);
    else if (metric === undefined) groups.missing.push(name);
    else if (resource === 'cpu' && isStarting(pod, metric, now)) groups.unready.push(name);
    else groups.ready++;
  }
  return groups;
}

/** A program that starts uses more CPU than it will: such a sample does not count. */
function isStarting(pod: Pod, metric: PodMetric, now: Millis): boolean {
  const ready = podCondition(pod, 'Ready');
  const startTime = pod.status?.startTime;
  if (ready === undefined || startTime === undefined) return true;
  const started = parseTime(startTime);
  const changed = parseTime(ready.lastTransitionTime);
  // In the first minutes a whole window has to have been measured since the pod became ready.
  if (started + CPU_INITIALIZATION > now) return ready.status === 'False' || metric.timestamp < changed + metric.window;
  // Later only what never was ready is left out.
  return ready.status === 'False' && started + INITIAL_READINESS > changed;
}

/** What each pod, or one of its containers, asks for, in thousandths. Without that there is no utilization. */
export function requestsOf(pods: readonly Pod[], container: string, resource: string): Map<string, bigint> {
  return new Map(
    pods.map((pod) => {
      const { name = '' } = pod.metadata;
      const podLevel = container === '' ? pod.spec?.resources?.requests : undefined;
      return [name, podLevel === undefined ? ofContainers(pod, container, resource) : ofPod(pod, podLevel, resource)];
    }),
  );
}

/** KEP-2837: what the pod asks for as a whole; where it does not name the resource, what its containers do. */
function ofPod(pod: Pod, requests: Readonly<Record<string, string>>, resource: string): bigint {
  const own = requests[resource];
  if (own !== undefined) return BigInt(quantityMilli(own));
  const all = countedContainers(pod).flatMap(({ resources }) => resources?.requests?.[resource] ?? []);
  if (all.length === 0) throw new SyncError(`missing pod-level request for ${resource} in Pod ${pod.metadata.name ?? ''}`);
  return all.reduce((sum, text) => sum + BigInt(quantityMilli(text)), 0n);
}

function ofContainers(pod: Pod, container: string, resource: string): bigint {
  const { name = '' } = pod.metadata;
  let total = 0n;
  let found = container === '';
  for (const each of countedContainers(pod)) {
    if (container !== '' && each.name !== container) continue;
    found = true;
    const request = each.resources?.requests?.[resource];
    if (request === undefined) throw new SyncError(`missing request for ${resource} in container ${each.name} of Pod ${name}`);
    total += BigInt(quantityMilli(request));
  }
  if (!found) throw new SyncError(`container ${container} not found in Pod ${name}`);
  return total;
}

/** What runs all the time: containers and sidecars. */
function countedContainers({ spec }: Pod): Container[] {
  return [...(spec?.containers ?? []), ...(spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always')];
}
