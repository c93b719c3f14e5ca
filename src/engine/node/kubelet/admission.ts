import type { Node, Pod } from '../../api/generated/types.ts';
import { matchesRequiredNodeAffinity } from '../../api/node-selector.ts';
import { isTolerated } from '../../api/tolerations.ts';
import { quantityMilli, quantityValue } from '../../api/quantity.ts';
import { podRequests } from './requests.ts';

export interface Refusal {
  readonly reason: string;
  readonly message: string;
}

/**
 * Whether a pod that was bound to this node may run on it (scheduler.AdmissionCheck): room for it, labels it wants, ports it asks
 * for, no NoExecute taint that it does not bear. `others`: pods already admitted, at most `most` of them; they are gone through
 * only where it matters.
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
  if (pod.spec?.os !== undefined && pod.spec.os.name !== 'linux')
    return { reason: 'PodOSNotSupported', message: "Failed to admit pod as the OS field doesn't match node OS" };
  const full = noRoom(pod, others, allocatable, most);
  if (full !== undefined) return full;
  if (node !== undefined && !matchesRequiredNodeAffinity(pod, node.metadata.name ?? '', node.metadata.labels ?? {}))
    return failed('NodeAffinity', "node(s) didn't match Pod's node affinity/selector");
  const ports = hostPorts(pod);
  if (ports.length > 0)
    for (const other of others)
      if (hostPorts(other).some((taken) => ports.includes(taken)))
        return failed('NodePorts', "node(s) didn't have free ports for the requested pod ports");
  const evicting = (node?.spec?.taints ?? []).filter(({ effect }) => effect === 'NoExecute');
  if (evicting.some((taint) => !isTolerated(pod.spec?.tolerations, taint)))
    return failed('TaintToleration', "node(s) had taints that the pod didn't tolerate");
  return undefined;
}

/** Why a pod's requests do not fit beside those of the others. */
export function noRoom(
  pod: Pod,
  others: Iterable<Pod>,
  allocatable: Readonly<Record<string, string>>,
  most = Infinity,
): Refusal | undefined {
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
    // What no kubelet of this node has told of is a matter of the whole cluster.
    if (name.includes('/') && allocatable[name] === undefined) continue;
    // The scheduler gave it devices for that.
    if (pod.status?.extendedResourceClaimStatus?.requestMappings.some(({ resourceName }) => resourceName === name) === true) continue;
    const capacity = units(name, allocatable[name]);
    if (requested > 0 && requested + (used[name] ?? 0) > capacity) return full(name, requested, used[name] ?? 0, capacity);
  }
  return undefined;
}

function failed(predicate: string, why: string): Refusal {
  return { reason: predicate, message: `Predicate ${predicate} failed: ${why}` };
}

function hostPorts({ spec }: Pod): string[] {
  return (spec?.containers ?? []).flatMap(({ ports = [] }) =>
    ports.filter(({ hostPort = 0 }) => hostPort !== 0).map(({ hostPort, protocol = 'TCP' }) => `${protocol}/${hostPort ?? 0}`),
  );
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
    message: `Node didn't have enough resource: ${resource}, requested: ${requested}, used: ${used}, capacity: ${capacity}`,
  };
}

function units(name: string, amount: string | undefined): number {
  return name === 'cpu' ? quantityMilli(amount) : quantityValue(amount);
}
