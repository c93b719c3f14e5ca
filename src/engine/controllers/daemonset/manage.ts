import type { DaemonSet, Node, Pod } from '../../api/generated/types.ts';
import { isPodAvailable, isPodReady, isPodTerminal } from '../pod-state.ts';
import type { Millis } from '../../sim/time.ts';
import { isUpdated, nodeOf, verdictOn } from './placement.ts';
import { allowsSurge } from './update.ts';

/** What is missing and what is too much. */
export interface Work {
  readonly needing: string[];
  readonly remove: Pod[];
  /** Pods that have ended, which go to make room for new ones. */
  readonly ended: Pod[];
}

/** By node, the oldest first. Pods that have ended and are being deleted no longer count. */
export function byNode(pods: Iterable<Pod>): Map<string, Pod[]> {
  const found = new Map<string, Pod[]>();
  for (const pod of pods) {
    if (isPodTerminal(pod) && pod.metadata.deletionTimestamp !== undefined) continue;
    const node = nodeOf(pod);
    const there = found.get(node);
    if (there === undefined) found.set(node, [pod]);
    else there.push(pod);
  }
  for (const there of found.values()) if (there.length > 1) there.sort(byAge);
  return found;
}

// podByCreationTimestampAndPhase: on a node before on none, then the older, then by name.
function byAge(a: Pod, b: Pod): number {
  const placed = Number((b.spec?.nodeName ?? '') !== '') - Number((a.spec?.nodeName ?? '') !== '');
  if (placed !== 0) return placed;
  const [bornA, bornB] = [a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? ''];
  if (bornA !== bornB) return bornA < bornB ? -1 : 1;
  return (a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1;
}

/** Goes through the nodes (podsShouldBeOnNode), and through the pods meant for nodes that are gone. */
export function findWork(ds: DaemonSet, nodes: Iterable<Node>, pods: ReadonlyMap<string, readonly Pod[]>, hash: string, now: Millis): Work {
  const work: Work = { needing: [], remove: [], ended: [] };
  const names = new Set<string>();
  for (const node of nodes) {
    const name = node.metadata.name ?? '';
    names.add(name);
    const there = pods.get(name) ?? [];
    const { run, stay } = verdictOn(ds, node);
    if (run && there.length === 0) work.needing.push(name);
    else if (stay) keepOne(ds, there, hash, now, work);
    else work.remove.push(...there.filter(({ metadata }) => metadata.deletionTimestamp === undefined));
  }
  // Never placed, and their node is no more: the pod collector knows only of placed ones.
  for (const [name, there] of pods)
    if (!names.has(name))
      work.remove.push(...there.filter(({ spec, metadata }) => !spec?.nodeName && metadata.deletionTimestamp === undefined));
  return work;
}

function keepOne(ds: DaemonSet, pods: readonly Pod[], hash: string, now: Millis, work: Work): void {
  const running: Pod[] = [];
  for (const pod of pods) {
    if (pod.metadata.deletionTimestamp !== undefined) continue;
    if (isPodTerminal(pod)) work.ended.push(pod);
    else running.push(pod);
  }
  if (running.length <= 1) return;
  if (!allowsSurge(ds)) {
    work.remove.push(...running.slice(1));
    return;
  }
  let fresh: Pod | undefined;
  let old: Pod | undefined;
  for (const pod of running) {
    if (isUpdated(ds, pod, hash)) {
      if (fresh === undefined) {
        fresh = pod;
        continue;
      }
    } else if (old === undefined) {
      old = pod;
      continue;
    }
    work.remove.push(pod);
  }
  if (fresh === undefined || old === undefined) return;
  if (!isPodReady(old) || isPodAvailable(fresh, ds.spec?.minReadySeconds ?? 0, now)) work.remove.push(old);
}
