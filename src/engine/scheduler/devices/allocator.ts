import type {
  AllocationResult,
  DeviceAllocationConfiguration,
  DeviceConstraint,
  DeviceRequestAllocationResult,
  DeviceSelector,
  DeviceToleration,
  Node,
  NodeSelectorTerm,
  ResourceResourceClaim,
} from '../../api/generated/types.ts';
import { addQuantities } from '../../api/quantity.ts';
import type { DeviceListers } from './listers.ts';
import { candidatesFor, idOf, type Candidate } from './pools.ts';
import { consumedBy, hasCapacity } from './capacity.ts';
import { Counters } from './counters.ts';
import { SelectorError, attributeOf, type Selectors } from './selectors.ts';

/** Stands for the id that a share of a device gets when it is decided. */
export const NEW_SHARE = '';

/** One way to satisfy a request. */
interface Alternative {
  /** `request`, or `request/subrequest`. */
  readonly name: string;
  readonly deviceClassName: string;
  readonly all: boolean;
  readonly count: number;
  readonly adminAccess: boolean;
  readonly selectors: readonly DeviceSelector[];
  /** What it wants of each capacity of a device that several share. */
  readonly capacity: Readonly<Record<string, string>> | undefined;
  readonly tolerations: readonly DeviceToleration[];
}

interface Wish {
  readonly claim: ResourceResourceClaim;
  /** Any of them will do; the first that can be had is taken. */
  readonly alternatives: readonly Alternative[];
}

interface Given {
  readonly claim: ResourceResourceClaim;
  readonly alternative: Alternative;
  readonly candidate: Candidate;
}

/**
 * Finds devices of a node for claims, one allocation a claim; nothing where they cannot all be had. Tries one device after the other and goes back
 * where that leads nowhere (k8s.io/dynamic-resource-allocation/structured). Throws `SelectorError`.
 */
export function allocate(
  claims: readonly ResourceResourceClaim[],
  node: Node,
  listers: DeviceListers,
  selectors: Selectors,
): AllocationResult[] | undefined {
  const candidates = candidatesFor(listers.slices(), node);
  const { used, shares } = takenDevices(listers.claims());
  const counters = new Counters((id) => used.has(id) || shares.has(id));
  const wishes = claims.flatMap((claim) =>
    (claim.spec.devices?.requests ?? []).map((request): Wish => ({ claim, alternatives: alternativesOf(request) })),
  );
  const given: Given[] = [];

  const fits = ({ claim }: Wish, alternative: Alternative, { device, pool: { driver } }: Candidate): boolean => {
    const { metadata, spec } = listers.deviceClass(alternative.deviceClassName) ?? {};
    if (spec === undefined) return false;
    const key = `${claim.metadata.namespace ?? 'default'}/${claim.metadata.name ?? ''}`;
    return (
      selectors.match(spec.selectors, device, driver, `class ${metadata?.name ?? ''}`) &&
      selectors.match(alternative.selectors, device, driver, `claim ${key}`)
    );
  };

  const take = (wish: Wish, alternative: Alternative, candidate: Candidate): boolean => {
    const { pool, device } = candidate;
    const id = idOf(pool.driver, pool.name, device.name);
    const entry = { claim: wish.claim, alternative, candidate };
    const shared = device.allowMultipleAllocations === true;
    if (!alternative.adminAccess && used.has(id)) return false;
    // An administrator may look at what others use, but not twice in one claim.
    if (!shared && given.some((other) => other.claim === wish.claim && other.candidate === candidate)) return false;
    if (!tolerated(device.taints, alternative.tolerations)) return false;
    if (!(wish.claim.spec.devices?.constraints ?? []).every((constraint) => allows(constraint, given, entry))) return false;
    if (!hasCapacity(alternative.capacity, device, shares.get(id)?.at(-1) ?? {})) return false;
    // Who shares a device draws on the counters only once.
    if (!shares.has(id) && !counters.take(candidate)) return false;
    if (shared) {
      const before = shares.get(id) ?? [];
      shares.set(id, [...before, sumOf(before.at(-1), consumedBy(alternative.capacity, device))]);
    } else if (!alternative.adminAccess) used.add(id);
    given.push(entry);
    return true;
  };
  const giveBack = (): void => {
    const last = given.pop();
    if (last === undefined) return;
    const { pool, device } = last.candidate;
    const id = idOf(pool.driver, pool.name, device.name);
    if (device.allowMultipleAllocations === true) {
      const before = shares.get(id)?.slice(0, -1) ?? [];
      if (before.length > 0) shares.set(id, before);
      else shares.delete(id);
    } else if (!last.alternative.adminAccess) used.delete(id);
    if (!shares.has(id)) counters.giveBack(last.candidate);
  };

  const wishFrom = (w: number): boolean => {
    const wish = wishes[w];
    if (wish === undefined) return true;
    return wish.alternatives.some((alternative) => {
      const fitting = candidates.filter((candidate) => fits(wish, alternative, candidate));
      const whole = fitting.filter(({ pool }) => !pool.incomplete);
      if (!alternative.all) return someOf(w, wish, alternative, whole, 0, alternative.count);
      const changing = candidates.find(({ pool }) => pool.incomplete)?.pool;
      if (changing !== undefined) {
        const { namespace = 'default', name = '' } = wish.claim.metadata;
        const asks = `claim ${namespace}/${name}, request ${alternative.name.split('/').at(-1) ?? ''}: asks for all devices`;
        throw new SelectorError(`${asks}, but resource pool ${changing.driver}/${changing.name} is currently being updated`);
      }
      // All means at least one.
      if (fitting.length === 0) return false;
      let taken = 0;
      while (taken < fitting.length && take(wish, alternative, fitting[taken] as Candidate)) taken++;
      if (taken === fitting.length && wishFrom(w + 1)) return true;
      for (; taken > 0; taken--) giveBack();
      return false;
    });
  };
  const someOf = (w: number, wish: Wish, alternative: Alternative, fitting: readonly Candidate[], from: number, left: number): boolean => {
    if (left === 0) return wishFrom(w + 1);
    for (let i = from; i <= fitting.length - left; i++) {
      if (!take(wish, alternative, fitting[i] as Candidate)) continue;
      if (someOf(w, wish, alternative, fitting, i + 1, left - 1)) return true;
      giveBack();
    }
    return false;
  };
  if (!wishFrom(0)) return undefined;
  return claims.map((claim) => resultOf(claim, given.filter((each) => each.claim === claim), listers, node)); // prettier-ignore
}

/** Devices that claims have, for others to leave alone; and of those that several share what is taken, sum upon sum. */
function takenDevices(claims: Iterable<ResourceResourceClaim>): { used: Set<string>; shares: Map<string, Record<string, string>[]> } {
  const used = new Set<string>();
  const shares = new Map<string, Record<string, string>[]>();
  for (const { status } of claims)
    for (const { driver, pool, device, adminAccess, shareID, consumedCapacity } of status?.allocation?.devices?.results ?? []) {
      const id = idOf(driver, pool, device);
      if (shareID !== undefined) shares.set(id, [sumOf(shares.get(id)?.[0], consumedCapacity ?? {})]);
      else if (adminAccess !== true) used.add(id);
    }
  return { used, shares };
}

function sumOf(before: Readonly<Record<string, string>> | undefined, more: Readonly<Record<string, string>>): Record<string, string> {
  const sum = { ...before };
  for (const [name, amount] of Object.entries(more)) sum[name] = addQuantities(sum[name] ?? '0', amount);
  return sum;
}

type Request = NonNullable<NonNullable<ResourceResourceClaim['spec']['devices']>['requests']>[number];

function alternativesOf({ name, exactly, firstAvailable = [] }: Request): Alternative[] {
  const ways =
    exactly === undefined ? firstAvailable.map((sub) => ({ ...sub, full: `${name}/${sub.name}` })) : [{ ...exactly, full: name }];
  return ways.map((way) => ({
    name: way.full,
    deviceClassName: way.deviceClassName,
    all: way.allocationMode === 'All',
    count: way.count ?? 1,
    adminAccess: 'adminAccess' in way && way.adminAccess === true,
    selectors: way.selectors ?? [],
    capacity: way.capacity?.requests,
    tolerations: way.tolerations ?? [],
  }));
}

function tolerated(taints: Candidate['device']['taints'], tolerations: readonly DeviceToleration[]): boolean {
  return (taints ?? []).every(
    ({ key, value = '', effect }) =>
      effect === 'None' ||
      tolerations.some(
        (toleration) =>
          ((toleration.key ?? '') === '' || toleration.key === key) &&
          (toleration.effect === undefined || toleration.effect === effect) &&
          (toleration.operator === 'Exists' || (toleration.value ?? '') === value),
      ),
  );
}

/** matchAttribute: one value for all; distinctAttribute: a different one for each. A device without the attribute fits neither. */
function allows({ matchAttribute, distinctAttribute, requests = [] }: DeviceConstraint, given: readonly Given[], next: Given): boolean {
  const name = matchAttribute ?? distinctAttribute;
  const concerns = ({ claim, alternative }: Given): boolean =>
    claim === next.claim &&
    (requests.length === 0 || requests.includes(alternative.name) || requests.includes(alternative.name.split('/')[0] ?? ''));
  if (name === undefined || !concerns(next)) return true;
  const value = ({ candidate }: Given): string => JSON.stringify(attributeOf(candidate.device, candidate.pool.driver, name)) ?? '';
  const own = value(next);
  if (own === '') return false;
  const others = given.filter(concerns).map(value);
  return matchAttribute === undefined ? !others.includes(own) : others.every((other) => other === own);
}

function resultOf({ spec }: ResourceResourceClaim, given: readonly Given[], listers: DeviceListers, node: Node): AllocationResult {
  const results = given.map(({ alternative, candidate: { pool, device } }): DeviceRequestAllocationResult => {
    const { bindingConditions = [], bindingFailureConditions = [] } = device;
    const consumed = device.allowMultipleAllocations === true ? consumedBy(alternative.capacity, device) : {};
    return {
      request: alternative.name,
      driver: pool.driver,
      pool: pool.name,
      device: device.name,
      ...(alternative.adminAccess ? { adminAccess: true } : {}),
      ...(alternative.tolerations.length === 0 ? {} : { tolerations: [...alternative.tolerations] }),
      ...(bindingConditions.length === 0 ? {} : { bindingConditions }),
      ...(bindingFailureConditions.length === 0 ? {} : { bindingFailureConditions }),
      ...(device.allowMultipleAllocations === true ? { shareID: NEW_SHARE } : {}),
      ...(Object.keys(consumed).length === 0 ? {} : { consumedCapacity: consumed }),
    };
  });
  const config: DeviceAllocationConfiguration[] = [];
  for (const { alternative } of new Map(given.map((each) => [each.alternative.name, each])).values())
    for (const entry of listers.deviceClass(alternative.deviceClassName)?.spec.config ?? [])
      config.push({ source: 'FromClass', requests: [alternative.name], ...entry });
  for (const entry of spec.devices?.config ?? []) config.push({ source: 'FromClaim', ...entry });
  const nodeSelector = selectorOf(given, node);
  return {
    devices: { results, ...(config.length === 0 ? {} : { config }) },
    ...(nodeSelector === undefined ? {} : { nodeSelector }),
  };
}

/** From where all the devices can be reached. */
function selectorOf(given: readonly Given[], node: Node): AllocationResult['nodeSelector'] {
  const term: NodeSelectorTerm = {};
  for (const { candidate } of given) {
    const { device, slice } = candidate;
    const where = slice.spec.perDeviceNodeSelection === true ? device : slice.spec;
    if ((where.nodeName ?? '') !== '' || device.bindsToNode === true)
      return { nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [node.metadata.name ?? ''] }] }] };
    // A slice's selector has one term.
    const [only] = where.nodeSelector?.nodeSelectorTerms ?? [];
    if (only?.matchExpressions !== undefined) term.matchExpressions = [...(term.matchExpressions ?? []), ...only.matchExpressions];
    if (only?.matchFields !== undefined) term.matchFields = [...(term.matchFields ?? []), ...only.matchFields];
  }
  return term.matchExpressions === undefined && term.matchFields === undefined ? undefined : { nodeSelectorTerms: [term] };
}
