import type { Overload } from './declarations.ts';
import type { FormatValue } from './format.ts';
import { isList, isMap, Opaque, Optional, type Value } from './values.ts';

/** What operations cost, in the units of cel-go: `common/cost.go`, and `CostEstimator` of Kubernetes for its libraries. */
export const LIST_COST = 10;
export const MAP_COST = 30;
export const STRUCT_COST = 40;
export const TRAVERSAL = 0.1;
export const PATTERN = 0.25;
/** Two questions of this price is all that one expression may ask. */
export const ACCESS_COST = 350_000;
/** Half as many requirements as characters, each a list and a struct. */
export const REQUIREMENTS = 0.5;

/** Functions that cost one unit, whatever they are called with. */
export const NOMINAL: ReadonlySet<string> = new Set([
  'serviceAccount', 'path', 'group', 'resource', 'subresource', 'namespace', 'name', 'allowed', 'reason', 'error', 'errored',
  'masked', 'prefixLength', 'family', 'isUnspecified', 'isLoopback', 'isLinkLocalMulticast', 'isLinkLocalUnicast', 'isGlobalUnicast', 'format.named',
  'sign', 'asInteger', 'isInteger', 'asApproximateFloat', 'isGreaterThan', 'isLessThan', 'compareTo', 'add', 'sub', 'major', 'minor', 'patch',
  'getScheme', 'getHostname', 'getHost', 'getPort', 'getEscapedPath', 'getQuery',
]); // prettier-ignore
/** Functions that go through their first argument once. */
export const TRAVERSING: ReadonlySet<string> = new Set([
  'url', 'lowerAscii', 'upperAscii', 'substring', 'trim', 'jsonpatch.escapeKey', 'cidr', 'isIP', 'isCIDR', 'ip', 'quantity', 'isQuantity', 'semver', 'isSemver',
]); // prettier-ignore
export const FOLDING: ReadonlySet<string> = new Set(['isSorted', 'sum', 'max', 'min', 'indexOf', 'lastIndexOf']);
export const SETS: Readonly<Record<string, number>> = { 'sets.contains': 1, 'sets.intersects': 1, 'sets.equivalent': 2 };

const traverse = (size: number, factor = TRAVERSAL): number => Math.ceil(size * factor);

export function isText(overload: Overload, at: number): boolean {
  const type = overload.parameters[at];
  return type?.kind === 'plain' && (type.name === 'string' || type.name === 'bytes');
}

export const isNamed = (overload: Overload, at: number, name: string): boolean => {
  const type = overload.parameters[at];
  return type?.kind === 'plain' && type.name === name;
};

/** How large a value is: characters, bytes, items, entries; everything else is one. */
export function sizeOf(value: Value | undefined): number {
  if (typeof value === 'string') return characters(value);
  if (isList(value ?? null) || value instanceof Uint8Array) return (value as readonly Value[]).length;
  if (isMap(value ?? null)) return (value as ReadonlyMap<string, Value>).size;
  if (value instanceof Optional) return value.value === undefined ? 1 : sizeOf(value.value);
  if (value instanceof Opaque) {
    if (value.type === 'net.IP') return (value.value as readonly number[]).length;
    if (value.type === 'net.CIDR') return Math.ceil((value.value as { prefix: number }).prefix / 8);
  }
  return 1;
}

function characters(text: string): number {
  let count = text.length;
  for (let i = 0; i < text.length; i++) if ((text.charCodeAt(i) & 0xfc00) === 0xdc00) count--;
  return count;
}

/** The cost of going through all that is in a value. */
function treeCost(value: Value): number {
  if (typeof value === 'string' || value instanceof Uint8Array) return Math.floor(value.length * TRAVERSAL);
  if (isList(value)) return value.reduce<number>((sum, item) => sum + treeCost(item), 0);
  if (!isMap(value)) return 1;
  let sum = 0;
  for (const [key, item] of value) sum += treeCost(key) + treeCost(item);
  return sum;
}

/** What a call cost that was made (`CallCost`, `costCall`). */
export function callCost(name: string, overload: Overload, args: readonly Value[], result: Value): number {
  const [first, second] = args;
  const [size, other] = [sizeOf(first), sizeOf(second)];
  if (NOMINAL.has(name)) return 1;
  if (FOLDING.has(name)) return first === undefined ? 0 : treeCost(first);
  if (TRAVERSING.has(name)) return isNamed(overload, 0, 'net.CIDR') ? 1 : traverse(size);
  const sets = SETS[name];
  if (sets !== undefined) return 1 + Math.floor(size * other * sets);
  switch (name) {
    case 'check':
      return ACCESS_COST;
    case 'fieldSelector':
    case 'labelSelector':
      return LIST_COST + traverse(other) + Math.ceil(Math.ceil(other * REQUIREMENTS) * (LIST_COST + STRUCT_COST));
    case 'replace':
    case 'split':
    case 'ip.isCanonical':
      return traverse(size, 2 * TRAVERSAL);
    case 'join':
      return traverse(sizeOf(result), 2 * TRAVERSAL);
    case 'find':
    case 'findAll':
    case 'matches':
      return traverse(1 + size) * traverse(other, PATTERN);
    case 'containsIP':
      return traverse(2 * size) + (isText(overload, 1) ? traverse(other) : 0);
    case 'containsCIDR':
      return traverse(2 * size) + traverse(size) + 1 + (isText(overload, 1) ? traverse(other) : 0);
    case 'validate':
      return traverse(1 + other) * traverse((first as FormatValue).value.pattern, PATTERN);
    case 'slice':
    case 'reverse':
    case 'lists.range':
      return allocating(sizeOf(result), 1);
    case 'flatten':
      return allocating(size, typeof second === 'bigint' ? Number(second) : 1);
    case 'distinct':
    case 'sort':
      return compared(first);
    case 'startsWith':
    case 'endsWith':
    case 'format':
    case 'strings.quote':
      return traverse(size);
    case 'bytes':
    case 'string':
      return isText(overload, 0) && typeof first !== typeof result ? traverse(size) : 1;
    case '_==_':
    case '_!=_':
      return name === '_==_' && first instanceof Opaque ? 1 : traverse(Math.min(size, other));
    case '_<_':
    case '_<=_':
    case '_>_':
    case '_>=_':
      return isText(overload, 0) ? traverse(Math.min(size, other)) : 1;
    case '_+_':
      return isText(overload, 0) ? traverse(size + other) : 1;
    case 'contains':
      return traverse(size) * traverse(other);
    default:
      return 1;
  }
}

const allocating = (size: number, factor: number): number => Math.floor(size * factor) + 1 + LIST_COST;

/** The cost of comparing the items of a list with each other. */
export function compared(list: Value | undefined): number {
  const items = isList(list ?? null) ? (list as readonly Value[]) : [];
  const [first] = items;
  return allocating(items.length * items.length, 2 + (typeof first === 'string' || first instanceof Uint8Array ? TRAVERSAL : 0));
}
