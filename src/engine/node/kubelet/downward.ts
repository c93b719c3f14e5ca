import type { Container, Pod, ResourceFieldSelector } from '../../api/generated/types.ts';
import { parseQuantity } from '../../api/quantity.ts';

/** What of a node a pod's fields may name. */
export interface NodeFacts {
  readonly hostIP: string;
  /** Allocatable, as quantities: the default of limits. */
  readonly allocatable: Readonly<Record<string, string>>;
}

/** The text of a `fieldRef`; undefined for a path nobody knows (the API server refuses those). */
export function fieldValue(pod: Pod, path: string, node: NodeFacts, podIPs: readonly string[]): string | undefined {
  const subscript = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(path);
  if (subscript !== null) return pod.metadata[subscript[1] as 'labels' | 'annotations']?.[subscript[2] as string] ?? '';
  switch (path) {
    case 'metadata.name':
      return pod.metadata.name ?? '';
    case 'metadata.namespace':
      return pod.metadata.namespace ?? '';
    case 'metadata.uid':
      return pod.metadata.uid ?? '';
    case 'metadata.labels':
      return formatMap(pod.metadata.labels);
    case 'metadata.annotations':
      return formatMap(pod.metadata.annotations);
    case 'spec.nodeName':
      return pod.spec?.nodeName ?? '';
    case 'spec.serviceAccountName':
      return pod.spec?.serviceAccountName ?? '';
    case 'status.hostIP':
    case 'status.hostIPs':
      return node.hostIP;
    case 'status.podIP':
      return podIPs[0] ?? '';
    case 'status.podIPs':
      return podIPs.join(',');
    default:
      return undefined;
  }
}

/** The text of a `resourceFieldRef`: the amount in units of the divisor, rounded up; limits fall back to the node's allocatable. */
export function resourceValue(selector: ResourceFieldSelector, container: Container, node: NodeFacts): string {
  const [kind = '', ...rest] = selector.resource.split('.');
  const name = rest.join('.');
  const own = kind === 'limits' ? container.resources?.limits?.[name] : container.resources?.requests?.[name];
  const amount = parseQuantity(own ?? (kind === 'limits' ? (node.allocatable[name] ?? '0') : '0'))?.nanos ?? 0n;
  const divisorText = selector.divisor === undefined || selector.divisor === '0' ? '1' : selector.divisor;
  const divisor = parseQuantity(divisorText)?.nanos ?? 1_000_000_000n;
  return String((amount + divisor - 1n) / divisor);
}

/** `key="value"` lines in order of the keys, as the downward API writes maps. */
function formatMap(map: Readonly<Record<string, string>> | undefined): string {
  return Object.entries(map ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join('\n');
}
