import type { Node, Pod } from '../../api/generated/types.ts';
import { matchesRequiredNodeAffinity } from '../../api/node-selector.ts';
import { quantityMilli, quantityValue } from '../../api/quantity.ts';
import { podRequests } from './requests.ts';

export interface Refusal {
  readonly reason: string;
  readonly message: string;
}

/**
 * Whether a pod that was bound to this node may run on it: room for it, labels it wants. `others`: pods already admitted, at
 * most `most` of them; they are gone through only where it matters.
 */
export function admitPod(
  pod: Pod,
  others: Iterable<Pod>,
  node: Node | undefined,
  allocatable: Readonly<Record<string, string>>,
  most = Infinity,
): Refusal | undefined {
  // Static pods were not scheduled; they run where their manifest lies.
  if (pod.metadata.annotations?.['kubernetes.io/config.source'] === 'file') return undefined;
  if (node !== undefined && !matchesRequiredNodeAffinity(pod, node.metadata.name ?? '', node.metadata.labels ?? {})) {
    return {
      reason: 'NodeAffinity',
      message: "Pod was rejected: Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector",
    };
  }
  const own = requestsOf(pod);
  const pods = Number(allocatable['pods'] ?? 110);
  if (own.length === 0 && most < pods) return undefined;
  let count = 0;
  const used: Record<string, number> = {};
  for (const other of others) {
    count++;
    if (own.length === 0) continue;
    for (const [name, amount] of requestsOf(other)) used[name] = (used[name] ?? 0) + amount;
  }
  if (count + 1 > pods) return full('pods', 1, count, pods);
  for (const [name, requested] of own) {
    const capacity = units(name, allocatable[name]);
    if (requested > 0 && requested + (used[name] ?? 0) > capacity) return full(name, requested, used[name] ?? 0, capacity);
  }
  return undefined;
}

// A new pod is weighed against all pods of the node: their sums are made once.
const known = new WeakMap<object, readonly (readonly [string, number])[]>();

function requestsOf(pod: Pod): readonly (readonly [string, number])[] {
  const { spec } = pod;
  if (spec === undefined) return [];
  let requests = known.get(spec);
  if (requests === undefined) {
    requests = Object.entries(podRequests(pod)).map(([name, amount]) => [name, units(name, amount)] as const);
    known.set(spec, requests);
  }
  return requests;
}

function full(resource: string, requested: number, used: number, capacity: number): Refusal {
  return {
    reason: `OutOf${resource}`,
    message: `Pod was rejected: Node didn't have enough resource: ${resource}, requested: ${requested}, used: ${used}, capacity: ${capacity}`,
  };
}

function units(name: string, amount: string | undefined): number {
  return name === 'cpu' ? quantityMilli(amount) : quantityValue(amount);
}
