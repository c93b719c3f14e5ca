import type { Node } from '../../api/generated/types.ts';
import { quantityMilli, quantityValue } from '../../api/quantity.ts';
import type { NodeGroup } from '../../cloud/node-group.ts';
import { amountOf, podRequests } from '../../scheduler/requests.ts';
import type { Flags } from './flags.ts';
import type { Template } from './templates.ts';

// processors/nodegroupset, BasicIgnoredLabels: where a machine is makes no difference.
const IGNORED = [
  'kubernetes.io/hostname', 'failure-domain.beta.kubernetes.io/zone', 'failure-domain.beta.kubernetes.io/region',
  'topology.kubernetes.io/zone', 'topology.kubernetes.io/region', 'beta.kubernetes.io/fluentd-ds-ready', 'kops.k8s.io/instancegroup',
]; // prettier-ignore

/** Would machines of the two groups be as good as the same (IsCloudProviderNodeInfoSimilar)? */
export function areSimilar(a: Template, b: Template, flags: Flags): boolean {
  const [left, right] = [a.node.status ?? {}, b.node.status ?? {}];
  const names = (list: Readonly<Record<string, string>> | undefined): string[] => Object.keys(list ?? {}).sort();
  if (names(left.capacity).join() !== names(right.capacity).join()) return false;
  const close = (one: number, other: number, ratio: number): boolean => Math.abs(one - other) <= Math.max(one, other) * ratio;
  const alike = names(left.capacity).every((name) => {
    const [one, other] = [amount(name, left.capacity?.[name]), amount(name, right.capacity?.[name])];
    if (name === 'memory' ? !close(one, other, flags['memory-difference-ratio']) : one !== other) return false;
    const [mine, theirs] = [amount(name, left.allocatable?.[name]), amount(name, right.allocatable?.[name])];
    if (!close(mine, theirs, flags['max-allocatable-difference-ratio'])) return false;
    return close(mine - asked(a, name), theirs - asked(b, name), flags['max-free-difference-ratio']);
  });
  return alike && sameLabels(a.node, b.node, flags);
}

/** `--balancing-label`: these alone decide. */
function sameLabels({ metadata: a }: Node, { metadata: b }: Node, flags: Flags): boolean {
  const only = flags['balancing-label'];
  const ignored = [...IGNORED, ...flags['balancing-ignore-label']];
  const names = only.length > 0 ? only : Object.keys({ ...a.labels, ...b.labels }).filter((name) => !ignored.includes(name));
  return names.every((name) => a.labels?.[name] !== undefined && a.labels[name] === b.labels?.[name]);
}

function amount(name: string, text: string | undefined): number {
  return name === 'cpu' ? quantityMilli(text) : quantityValue(text);
}

function asked({ pods }: Template, name: string): number {
  return pods.reduce((sum, pod) => sum + amountOf(podRequests(pod), name), 0);
}

/** BalanceScaleUpBetweenGroups: each new machine to the smallest group that may still grow. How many each gets. */
export function balance(groups: readonly NodeGroup[], nodes: number): { readonly group: NodeGroup; readonly nodes: number }[] {
  const sizes = groups.filter(({ targetSize, spec }) => targetSize < spec.max).map((group) => ({ group, size: group.targetSize }));
  for (let left = nodes; left > 0; left--) {
    const open = sizes.filter(({ group, size }) => size < group.spec.max);
    if (open.length === 0) break;
    const smallest = open.reduce((least, each) => (each.size < least.size ? each : least));
    smallest.size++;
  }
  return sizes
    .toSorted((a, b) => a.group.targetSize - b.group.targetSize)
    .flatMap(({ group, size }) => (size > group.targetSize ? [{ group, nodes: size - group.targetSize }] : []));
}
