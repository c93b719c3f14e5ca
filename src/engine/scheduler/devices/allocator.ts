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
import type { DeviceListers } from './listers.ts';
import { candidatesFor, idOf, type Candidate } from './pools.ts';
import { attributeOf, type Selectors } from './selectors.ts';

/** One way to satisfy a request. */
interface Alternative {
  /** `request`, or `request/subrequest`. */
  readonly name: string;
  readonly deviceClassName: string;
  readonly all: boolean;
  readonly count: number;
  readonly adminAccess: boolean;
  readonly selectors: readonly DeviceSelector[];
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
  const used = new Set(takenDevices(listers.claims()));
  const wishes = claims.flatMap((claim) =>
    (claim.spec.devices?.requests ?? []).map((request): Wish => ({ claim, alternatives: alternativesOf(request) })),
  );
  const given: Given[] = [];

  const fits = ({ claim }: Wish, alternative: Alternative, { device, driver, incomplete }: Candidate): boolean => {
    if (incomplete || !tolerated(device.taints, alternative.tolerations)) return false;
    const { metadata, spec } = listers.deviceClass(alternative.deviceClassName) ?? {};
    if (spec === undefined) return false;
    const key = `${claim.metadata.namespace ?? 'default'}/${claim.metadata.name ?? ''}`;
    return (
      selectors.match(spec.selectors, device, driver, `class ${metadata?.name ?? ''}`) &&
      selectors.match(alternative.selectors, device, driver, `claim ${key}`)
    );
  };

  const take = (wish: Wish, alternative: Alternative, candidate: Candidate): boolean => {
    const id = idOf(candidate.driver, candidate.pool, candidate.device.name);
    const entry = { claim: wish.claim, alternative, candidate };
    if (!alternative.adminAccess && used.has(id)) return false;
    // An administrator may look at what others use, but not twice in one claim.
    if (given.some((other) => other.claim === wish.claim && other.candidate === candidate)) return false;
    if (!(wish.claim.spec.devices?.constraints ?? []).every((constraint) => allows(constraint, given, entry))) return false;
    if (!alternative.adminAccess) used.add(id);
    given.push(entry);
    return true;
  };
  const giveBack = (): void => {
    const last = given.pop();
    if (last === undefined || last.alternative.adminAccess) return;
    used.delete(idOf(last.candidate.driver, last.candidate.pool, last.candidate.device.name));
  };

  const wishFrom = (w: number): boolean => {
    const wish = wishes[w];
    if (wish === undefined) return true;
    return wish.alternatives.some((alternative) => {
      const fitting = candidates.filter((candidate) => fits(wish, alternative, candidate));
      if (!alternative.all) return someOf(w, wish, alternative, fitting, 0, alternative.count);
      // All means all of pools that are whole; at least one.
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
  return claims.map((claim) => resultOf(claim, given.filter((each) => each.claim === claim), listers)); // prettier-ignore
}

/** Devices that claims have, for others to leave alone. */
function* takenDevices(claims: Iterable<ResourceResourceClaim>): Generator<string, void, undefined> {
  for (const { status } of claims)
    for (const { driver, pool, device, adminAccess } of status?.allocation?.devices?.results ?? [])
      if (adminAccess !== true) yield idOf(driver, pool, device);
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
  const value = ({ candidate }: Given): string => JSON.stringify(attributeOf(candidate.device, candidate.driver, name)) ?? '';
  const own = value(next);
  if (own === '') return false;
  const others = given.filter(concerns).map(value);
  return matchAttribute === undefined ? !others.includes(own) : others.every((other) => other === own);
}

function resultOf({ spec }: ResourceResourceClaim, given: readonly Given[], listers: DeviceListers): AllocationResult {
  const results = given.map(({ alternative, candidate }): DeviceRequestAllocationResult => ({
    request: alternative.name,
    driver: candidate.driver,
    pool: candidate.pool,
    device: candidate.device.name,
    ...(alternative.adminAccess ? { adminAccess: true } : {}),
    ...(alternative.tolerations.length === 0 ? {} : { tolerations: [...alternative.tolerations] }),
  }));
  const config: DeviceAllocationConfiguration[] = [];
  for (const { alternative } of new Map(given.map((each) => [each.alternative.name, each])).values())
    for (const entry of listers.deviceClass(alternative.deviceClassName)?.spec.config ?? [])
      config.push({ source: 'FromClass', requests: [alternative.name], ...entry });
  for (const entry of spec.devices?.config ?? []) config.push({ source: 'FromClaim', ...entry });
  const nodeSelector = selectorOf(given);
  return {
    devices: { results, ...(config.length === 0 ? {} : { config }) },
    ...(nodeSelector === undefined ? {} : { nodeSelector }),
  };
}

/** From where all the devices can be reached. */
function selectorOf(given: readonly Given[]): AllocationResult['nodeSelector'] {
  const term: NodeSelectorTerm = {};
  for (const { candidate } of given) {
    const { device, slice } = candidate;
    const where = slice.spec.perDeviceNodeSelection === true ? device : slice.spec;
    if (where.nodeName !== undefined && where.nodeName !== '')
      return { nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [where.nodeName] }] }] };
    // A slice's selector has one term.
    const [only] = where.nodeSelector?.nodeSelectorTerms ?? [];
    if (only?.matchExpressions !== undefined) term.matchExpressions = [...(term.matchExpressions ?? []), ...only.matchExpressions];
    if (only?.matchFields !== undefined) term.matchFields = [...(term.matchFields ?? []), ...only.matchFields];
  }
  return term.matchExpressions === undefined && term.matchFields === undefined ? undefined : { nodeSelectorTerms: [term] };
}
