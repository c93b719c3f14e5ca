import type { Node, Pod } from '../api/generated/types.ts';
import type { Informer } from '../client/informer.ts';
import type { Cache } from './cache.ts';
import { nodeUpdateEvents, podUpdateEvents, type ClusterEvent } from './cluster-event.ts';
import type { Nominator } from './nominator.ts';
import { PodInfo, isTerminal, uidOf } from './pod-info.ts';
import type { Profile } from './profile.ts';
import type { SchedulingQueue } from './queue.ts';

export interface EventSinks {
  readonly nodes: Informer<Node>;
  readonly pods: Informer<Pod>;
  readonly cache: Cache;
  readonly queue: SchedulingQueue;
  readonly nominator: Nominator;
  readonly profiles: ReadonlyMap<string, Profile>;
  /** A pod with this uid that waits on Permit is refused; false where none does. */
  reject(uid: string): boolean;
  /** Pods that an event may help are tried again, of all or of those up to a priority. */
  move(event: ClusterEvent, upToPriority?: number): void;
}

/** What the scheduler does about news of nodes and pods. */
export function handleEvents(sinks: EventSinks): void {
  handleNodes(sinks);
  handlePods(sinks);
}

function handleNodes({ nodes, cache, queue, move }: EventSinks): void {
  nodes.on({
    added: (node) => {
      cache.setNode(node);
      move({ name: 'NodeAdd', now: node });
    },
    updated: (node, old) => {
      cache.setNode(node);
      if (queue.listening) for (const event of nodeUpdateEvents(node, old)) move(event);
    },
    deleted: (node) => {
      cache.removeNode(node.metadata.name ?? '');
      move({ name: 'NodeDelete', old: node });
    },
  });
}

function handlePods({ pods, cache, queue, nominator, profiles, move, reject }: EventSinks): void {
  const profileOf = ({ spec }: Pod): Profile | undefined => profiles.get(spec?.schedulerName ?? 'default-scheduler');
  const assignedAdded = (pod: Pod): void => {
    nominator.delete(uidOf(pod));
    cache.setPod(pod);
    move({ name: 'AssignedPodAdd', now: pod });
  };
  const pendingAdded = (pod: Pod): void => {
    const profile = profileOf(pod);
    if (profile === undefined) return;
    nominate(pod);
    queue.add(pod, profile);
  };
  const nominate = (pod: Pod): void => {
    const name = pod.status?.nominatedNodeName ?? '';
    if (name === '') nominator.delete(uidOf(pod));
    else nominator.set(new PodInfo(pod), name);
  };
  const assumedDeleted = (pod: Pod): void => {
    if (!reject(uidOf(pod))) cache.forget(uidOf(pod));
    move({ name: 'AssignedPodDelete', old: pod });
  };
  const pendingUpdated = (pod: Pod, old: Pod): void => {
    const profile = profileOf(pod);
    if (profile === undefined) return;
    // Assumed: its binding is under way, and the watch will show it on its node; unless it is to go.
    if (cache.isAssumed(uidOf(pod))) {
      if (pod.metadata.deletionTimestamp !== undefined && old.metadata.deletionTimestamp === undefined) assumedDeleted(pod);
      return;
    }
    queue.update(pod, old, profile);
    const before = old.status?.nominatedNodeName ?? '';
    if (before === (pod.status?.nominatedNodeName ?? '')) return;
    nominate(pod);
    if (before !== '') move({ name: 'AssignedPodDelete', old }, priorityOf(old));
  };
  const gone = (pod: Pod): void => {
    const uid = uidOf(pod);
    nominator.delete(uid);
    queue.delete(pod);
    if (isAssigned(pod)) {
      cache.removePod(pod);
      move({ name: 'AssignedPodDelete', old: pod });
    } else if (cache.isAssumed(uid)) assumedDeleted(pod);
    // What was kept free for it is free for those who do not go before it.
    else if ((pod.status?.nominatedNodeName ?? '') !== '') move({ name: 'AssignedPodDelete', old: pod }, priorityOf(pod));
  };
  pods.on({
    added: (pod) => {
      if (isTerminal(pod)) return;
      if (isAssigned(pod)) assignedAdded(pod);
      else pendingAdded(pod);
    },
    updated: (pod, old) => {
      if (isTerminal(pod)) return gone(pod);
      if (!isAssigned(pod)) return pendingUpdated(pod, old);
      if (!isAssigned(old)) {
        queue.delete(old);
        return assignedAdded(pod);
      }
      cache.setPod(pod);
      if (queue.listening) for (const event of podUpdateEvents('AssignedPod', pod, old)) move(event);
    },
    deleted: gone,
  });
}

function priorityOf({ spec }: Pod): number {
  return spec?.priority ?? 0;
}

function isAssigned(pod: Pod): boolean {
  return (pod.spec?.nodeName ?? '') !== '';
}
