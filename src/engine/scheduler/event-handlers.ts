import type { Node, Pod } from '../api/generated/types.ts';
import type { Informer } from '../client/informer.ts';
import type { Cache } from './cache.ts';
import { assignedPodUpdateEvents, nodeUpdateEvents, type ClusterEvent } from './cluster-event.ts';
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
  /** Pods that an event may help are tried again. */
  move(event: ClusterEvent): void;
}

/** What the scheduler does about news of nodes and pods. */
export function handleEvents(sinks: EventSinks): void {
  handleNodes(sinks);
  handlePods(sinks);
}

function handleNodes({ nodes, cache, move }: EventSinks): void {
  nodes.on({
    added: (node) => {
      cache.setNode(node);
      move({ name: 'NodeAdd', now: node });
    },
    updated: (node, old) => {
      cache.setNode(node);
      for (const event of nodeUpdateEvents(node, old)) move(event);
    },
    deleted: (node) => {
      cache.removeNode(node.metadata.name ?? '');
      move({ name: 'NodeDelete', old: node });
    },
  });
}

function handlePods({ pods, cache, queue, nominator, profiles, move }: EventSinks): void {
  const profileOf = ({ spec }: Pod): Profile | undefined => profiles.get(spec?.schedulerName ?? 'default-scheduler');
  const assignedAdded = (pod: Pod): void => {
    nominator.delete(uidOf(pod));
    cache.setPod(pod);
    move({ name: 'AssignedPodAdd', now: pod });
  };
  const pendingAdded = (pod: Pod): void => {
    const profile = profileOf(pod);
    if (profile === undefined) return;
    const nominated = pod.status?.nominatedNodeName;
    if (nominated !== undefined && nominated !== '') nominator.set(new PodInfo(pod), nominated);
    queue.add(pod, profile);
  };
  const pendingUpdated = (pod: Pod, old: Pod): void => {
    const profile = profileOf(pod);
    // Assumed: its binding is under way, and the watch will show it on its node.
    if (profile === undefined || cache.isAssumed(uidOf(pod))) return;
    queue.update(pod, old, profile);
  };
  const gone = (pod: Pod): void => {
    const uid = uidOf(pod);
    nominator.delete(uid);
    queue.delete(pod);
    if (!isAssigned(pod) && !cache.isAssumed(uid)) return;
    cache.removePod(pod);
    move({ name: 'AssignedPodDelete', old: pod });
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
      for (const event of assignedPodUpdateEvents(pod, old)) move(event);
    },
    deleted: gone,
  });
}

function isAssigned(pod: Pod): boolean {
  return (pod.spec?.nodeName ?? '') !== '';
}
