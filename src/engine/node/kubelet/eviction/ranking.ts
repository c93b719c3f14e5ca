import type { Pod } from '../../../api/generated/types.ts';
import { quantityValue } from '../../../api/quantity.ts';
import { podRequests } from '../requests.ts';
import type { Starved } from './thresholds.ts';

/** What one container uses. */
export interface ContainerUse {
  readonly name: string;
  readonly memory: number;
  /** Its writable layer and its log. */
  readonly disk: number;
  readonly inodes: number;
  readonly processes: number;
}

/** What a pod uses: its containers, and its volumes on the node's disk by name. */
export interface PodUse {
  readonly containers: readonly ContainerUse[];
  readonly volumes: ReadonlyMap<string, number>;
  readonly volumeInodes: number;
}

export function usageOf(use: PodUse, what: Starved): number {
  const sum = (value: (container: ContainerUse) => number): number => use.containers.reduce((total, each) => total + value(each), 0);
  switch (what) {
    case 'memory':
      return sum(({ memory }) => memory);
    case 'ephemeral-storage':
      return sum(({ disk }) => disk) + [...use.volumes.values()].reduce((total, bytes) => total + bytes, 0);
    case 'inodes':
      return sum(({ inodes }) => inodes) + use.volumeInodes;
    case 'pids':
      return sum(({ processes }) => processes);
  }
}

/**
 * Who goes first: pods that use more than they asked for, then the less important, then those that are furthest above what they
 * asked for (rankMemoryPressure, rankDiskPressureFunc). Process numbers cannot be asked for.
 */
export function rank(pods: readonly Pod[], useOf: (pod: Pod) => PodUse, what: Starved): Pod[] {
  const rows = pods.map((pod) => {
    const usage = usageOf(useOf(pod), what);
    const asked = what === 'memory' || what === 'ephemeral-storage' ? quantityValue(podRequests(pod)[what]) : 0;
    return { pod, exceeds: usage > asked ? 0 : 1, priority: pod.spec?.priority ?? 0, above: usage - asked };
  });
  const over = (a: (typeof rows)[number], b: (typeof rows)[number]): number => (what === 'pids' ? 0 : a.exceeds - b.exceeds);
  return rows.sort((a, b) => over(a, b) || a.priority - b.priority || b.above - a.above).map(({ pod }) => pod);
}
