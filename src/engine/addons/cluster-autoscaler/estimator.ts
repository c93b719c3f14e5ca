import type { Node, Pod } from '../../api/generated/types.ts';
import { quantityMilli, quantityValue } from '../../api/quantity.ts';
import { podRequests } from '../../scheduler/requests.ts';
import type { Snapshot } from './snapshot.ts';
import { namedLike, type Template } from './templates.ts';

/**
 * How many machines of a group the pods need, and which of them would find room: first-fit decreasing
 * (estimator/binpacking_estimator.go). `most`: no more are tried. `groups`: pods of which each fits like its fellows.
 */
export function estimate(
  snapshot: Snapshot,
  template: Template,
  groups: readonly (readonly Pod[])[],
  most: number,
): { nodes: number; pods: Pod[] } {
  const pods: Pod[] = [];
  const added = new Set<string>();
  const used = new Set<string>();
  let last: string | undefined;
  const take = (pod: Pod, node: string): void => {
    pods.push(pod);
    used.add(node);
  };
  snapshot.fork();
  for (const group of ordered(groups, template.node)) {
    let i = 0;
    for (; i < group.length; i++) {
      const node = snapshot.placeAnywhere(group[i] as Pod, ({ name }) => added.has(name));
      if (node === undefined) break;
      take(group[i] as Pod, node);
    }
    for (; i < group.length; i++) {
      const pod = group[i] as Pod;
      if (last !== undefined && snapshot.refusal(pod, last) === undefined) {
        snapshot.place(pod, last);
        take(pod, last);
        continue;
      }
      // A node that is still empty would not take the pod: neither would the next one.
      if (last !== undefined && !used.has(last)) break;
      if (added.size >= most) break;
      const { node, pods: own } = namedLike(template, `e-${added.size}`);
      last = node.metadata.name ?? '';
      added.add(last);
      snapshot.addNode(node, own);
      if (snapshot.refusal(pod, last) !== undefined) break;
      snapshot.place(pod, last);
      take(pod, last);
    }
  }
  snapshot.revert();
  return { nodes: used.size, pods };
}

/** DecreasingPodOrderer: what takes the largest share of a node comes first. */
function ordered(groups: readonly (readonly Pod[])[], node: Node): (readonly Pod[])[] {
  const cpu = quantityMilli(node.status?.allocatable?.['cpu']);
  const memory = quantityValue(node.status?.allocatable?.['memory']);
  const share = ([sample]: readonly Pod[]): number => {
    if (sample === undefined) return 0;
    const requests = podRequests(sample);
    return (cpu > 0 ? requests.milliCpu / cpu : 0) + (memory > 0 ? requests.memory / memory : 0);
  };
  return groups
    .map((group) => ({ group, share: share(group) }))
    .sort((a, b) => b.share - a.share)
    .map(({ group }) => group);
}
