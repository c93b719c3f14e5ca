import type { AllocationResult, DeviceToleration, Node, ResourceResourceClaim } from '../../api/generated/types.ts';
import { keyOf } from '../../api/meta.ts';
import { addQuantities } from '../../api/quantity.ts';
import { toleratesTaint } from '../../api/resource/tolerates-taint.ts';
import { allocationResult, type Given } from './allocation-result.ts';
import { consumedBy, hasCapacity } from './capacity.ts';
import { newConstraint, type Constraint } from './constraints.ts';
import { Counters } from './counters.ts';
import { AllocationError, InvalidPools } from './errors.ts';
import type { DeviceListers } from './listers.ts';
import { Slices, idOf, reaches, type Candidate, type Pool } from './pools.ts';
import { alternativesOf, type Alternative } from './requests.ts';
import type { Selectors } from './selectors.ts';

/** A claim can be given so many devices. */
const MOST_DEVICES = 32;

type Amounts = Readonly<Record<string, string>>;

/** What claims have. `shares`: of devices that several use, what is taken of them. */
interface Taken {
  readonly devices: ReadonlySet<string>;
  readonly shares: ReadonlyMap<string, Amounts>;
}

/** Finds devices for the claims of one pod, node by node (k8s.io/dynamic-resource-allocation/structured, its incubating form). */
export class Allocator {
  readonly #taken: Taken;
  readonly #slices: Slices;

  constructor(
    readonly listers: DeviceListers,
    readonly selectors: Selectors,
  ) {
    this.#taken = takenDevices(listers.claims());
    this.#slices = new Slices(listers.slices());
  }

  /** One allocation a claim; nothing where they cannot all be had. Throws `AllocationError` and `InvalidPools`. */
  allocate(node: Node, claims: readonly ResourceResourceClaim[]): AllocationResult[] | undefined {
    const pools = this.#slices.poolsFor(node);
    const search = new Search(claims, node, pools, this.#taken, this.listers, this.selectors);
    if (search.run()) return claims.map((claim) => search.resultFor(claim));
    if (pools.some(({ state }) => state === 'invalid')) throw new InvalidPools();
    return undefined;
  }
}

interface Wish {
  readonly claim: ResourceResourceClaim;
  readonly alternatives: readonly Alternative[];
  chosen?: Alternative;
}

/** Tries one device after the other and goes back where that leads nowhere; the first solution is taken. */
class Search {
  readonly #candidates: readonly Candidate[];
  readonly #wishes: readonly Wish[];
  readonly #constraints: ReadonlyMap<ResourceResourceClaim, readonly Constraint[]>;
  readonly #counters: Counters;
  readonly #given: Given[] = [];
  /** Which claims the devices were given to that nobody else may have. */
  readonly #giving = new Map<string, Set<ResourceResourceClaim>>();
  /** Of devices that several share: what is taken with what was given, sum upon sum. */
  readonly #shares = new Map<string, Amounts[]>();
  /** Which devices an alternative takes at all, as far as it was asked. */
  readonly #selected = new Map<Alternative, Map<Candidate, boolean>>();
  readonly #everything = new Map<Alternative, readonly Candidate[]>();

  constructor(
    claims: readonly ResourceResourceClaim[],
    readonly node: Node,
    readonly pools: readonly Pool[],
    readonly taken: Taken,
    readonly listers: DeviceListers,
    readonly selectors: Selectors,
  ) {
    this.#candidates = pools.flatMap((pool) =>
      pool.slices.flatMap((slice) => (slice.spec.devices ?? []).map((device) => ({ pool, device, slice }))),
    );
    this.#wishes = claims.flatMap((claim) =>
      (claim.spec.devices?.requests ?? []).map((request): Wish => ({ claim, alternatives: alternativesOf(request) })),
    );
    this.#constraints = new Map(claims.map((claim) => [claim, (claim.spec.devices?.constraints ?? []).map(newConstraint)]));
    this.#counters = new Counters((id) => taken.devices.has(id) || taken.shares.has(id));
  }

  run(): boolean {
    const least = new Map<ResourceResourceClaim, number>();
    for (const { claim, alternatives } of this.#wishes) {
      const counts = alternatives.map((alternative) => this.#wanted(claim, alternative));
      least.set(claim, (least.get(claim) ?? 0) + Math.min(...counts));
    }
    for (const [claim, count] of least)
      if (count > MOST_DEVICES)
        throw new AllocationError(`claim ${keyOf(claim)}: number of requested devices ${count} exceeds the claim limit of ${MOST_DEVICES}`);
    return this.#from(0);
  }

  resultFor(claim: ResourceResourceClaim): AllocationResult {
    const chosen = this.#wishes.flatMap((wish) => (wish.claim === claim && wish.chosen !== undefined ? [wish.chosen] : []));
    const given = this.#given.filter((each) => each.claim === claim);
    return allocationResult(claim, chosen, given, this.node, this.listers);
  }

  /** How many devices it wants. Of one that wants all, which those are is known from the start. */
  #wanted(claim: ResourceResourceClaim, alternative: Alternative): number {
    const { own, deviceClassName, all, count, capacity } = alternative;
    const who = `claim ${keyOf(claim)}, request ${own}`;
    if (this.listers.deviceClass(deviceClassName) === undefined) {
      const missing = `deviceclass.resource.k8s.io ${JSON.stringify(deviceClassName)} not found`;
      throw new AllocationError(`${who}: could not retrieve device class ${deviceClassName}: ${missing}`);
    }
    if (!all) return count;
    for (const { driver, name, state } of this.pools)
      if (state !== 'ready') {
        const why = state === 'incomplete' ? 'being updated' : 'invalid';
        throw new AllocationError(`${who}: asks for all devices, but resource pool ${driver}/${name} is currently ${why}`);
      }
    const everything = this.#candidates.filter(
      (candidate) => this.#selects(claim, alternative, candidate) && this.#hasCapacity(capacity, candidate),
    );
    this.#everything.set(alternative, everything);
    return everything.length;
  }

  #from(w: number): boolean {
    const wish = this.#wishes[w];
    if (wish === undefined) return true;
    return wish.alternatives.some((alternative) => {
      wish.chosen = alternative;
      const everything = this.#everything.get(alternative);
      if (everything === undefined) return this.#some(w, wish.claim, alternative, 0, alternative.count);
      // All means at least one.
      return everything.length > 0 && this.#all(w, wish.claim, alternative, everything, 0);
    });
  }

  #some(w: number, claim: ResourceResourceClaim, alternative: Alternative, from: number, left: number): boolean {
    if (left === 0) return this.#from(w + 1);
    if (this.#tooMany(claim, left)) return false;
    for (let i = from; i < this.#candidates.length; i++) {
      const candidate = this.#candidates[i] as Candidate;
      if (!this.#isFree(claim, alternative, candidate) || !this.#selects(claim, alternative, candidate)) continue;
      if (!this.#hasCapacity(alternative.capacity, candidate) || !this.#take(claim, alternative, candidate)) continue;
      if (this.#some(w, claim, alternative, i + 1, left - 1)) return true;
      this.#giveBack();
    }
    return false;
  }

  #all(w: number, claim: ResourceResourceClaim, alternative: Alternative, everything: readonly Candidate[], i: number): boolean {
    const candidate = everything[i];
    if (candidate === undefined) return this.#from(w + 1);
    if (this.#tooMany(claim, everything.length - i) || !this.#isFree(claim, alternative, candidate)) return false;
    if (!this.#take(claim, alternative, candidate, true)) return false;
    if (this.#all(w, claim, alternative, everything, i + 1)) return true;
    this.#giveBack();
    return false;
  }

  #tooMany(claim: ResourceResourceClaim, more: number): boolean {
    return this.#given.filter((each) => each.claim === claim).length + more > MOST_DEVICES;
  }

  /** An administrator may look at what others use, but not twice in one claim. */
  #isFree(claim: ResourceResourceClaim, { adminAccess }: Alternative, { pool, device }: Candidate): boolean {
    const id = idOf(pool.driver, pool.name, device.name);
    const giving = this.#giving.get(id);
    return adminAccess ? giving?.has(claim) !== true : !this.taken.devices.has(id) && (giving?.size ?? 0) === 0;
  }

  #selects(claim: ResourceResourceClaim, alternative: Alternative, candidate: Candidate): boolean {
    let known = this.#selected.get(alternative);
    if (known === undefined) this.#selected.set(alternative, (known = new Map()));
    const before = known.get(candidate);
    if (before !== undefined) return before;
    const { device, pool, slice } = candidate;
    const { metadata, spec } = this.listers.deviceClass(alternative.deviceClassName) ?? {};
    const selects =
      this.selectors.match(spec?.selectors, device, pool.driver, `class ${metadata?.name ?? ''}`) &&
      this.selectors.match(alternative.selectors, device, pool.driver, `claim ${keyOf(claim)}`) &&
      (slice.spec.perDeviceNodeSelection !== true || reaches(device, this.node));
    known.set(candidate, selects);
    return selects;
  }

  #shareOf(id: string): Amounts | undefined {
    return this.#shares.get(id)?.at(-1) ?? this.taken.shares.get(id);
  }

  #hasCapacity(asked: Amounts | undefined, { pool, device }: Candidate): boolean {
    return hasCapacity(asked, device, this.#shareOf(idOf(pool.driver, pool.name, device.name)) ?? {});
  }

  /** `must`: nothing else would do. */
  #take(claim: ResourceResourceClaim, alternative: Alternative, candidate: Candidate, must = false): boolean {
    const { pool, device } = candidate;
    const id = idOf(pool.driver, pool.name, device.name);
    const shared = device.allowMultipleAllocations === true;
    const before = this.#shareOf(id);
    // Who shares a device draws on the counters only once. v1.36 does not give back what it drew for a device that then will not do.
    if (!(shared && before !== undefined) && !this.#counters.take(candidate)) return false;
    if (!tolerated(device.taints, alternative.tolerations)) return false;
    const constraints = this.#constraints.get(claim) ?? [];
    for (const [i, constraint] of constraints.entries()) {
      if (constraint.add(alternative.request, alternative.name, candidate)) continue;
      if (must) {
        const why = `cannot add device ${id} because a claim constraint would not be satisfied`;
        throw new AllocationError(`claim ${keyOf(claim)}, request ${alternative.own}: ${why}`);
      }
      for (const earlier of constraints.slice(0, i)) earlier.remove(alternative.request, alternative.name);
      return false;
    }
    if (shared) this.#shares.set(id, [...(this.#shares.get(id) ?? []), sumOf(before, consumedBy(alternative.capacity, device))]);
    else this.#giving.set(id, new Set(this.#giving.get(id)).add(claim));
    this.#given.push({ claim, alternative, candidate });
    return true;
  }

  #giveBack(): void {
    const last = this.#given.pop();
    if (last === undefined) return;
    const { claim, alternative, candidate } = last;
    const { pool, device } = candidate;
    const id = idOf(pool.driver, pool.name, device.name);
    for (const constraint of this.#constraints.get(claim) ?? []) constraint.remove(alternative.request, alternative.name);
    if (device.allowMultipleAllocations === true) this.#shares.get(id)?.pop();
    else this.#giving.get(id)?.delete(claim);
    if (this.#shareOf(id) === undefined) this.#counters.giveBack(candidate);
  }
}

function takenDevices(claims: Iterable<ResourceResourceClaim>): Taken {
  const devices = new Set<string>();
  const shares = new Map<string, Amounts>();
  for (const { status } of claims)
    for (const { driver, pool, device, adminAccess, shareID, consumedCapacity } of status?.allocation?.devices?.results ?? []) {
      const id = idOf(driver, pool, device);
      if (shareID !== undefined) shares.set(id, sumOf(shares.get(id), consumedCapacity ?? {}));
      else if (adminAccess !== true) devices.add(id);
    }
  return { devices, shares };
}

function sumOf(before: Amounts | undefined, more: Amounts): Amounts {
  const sum = { ...before };
  for (const [name, amount] of Object.entries(more)) sum[name] = addQuantities(sum[name] ?? '0', amount);
  return sum;
}

function tolerated(taints: Candidate['device']['taints'], tolerations: readonly DeviceToleration[]): boolean {
  return (taints ?? []).every(
    (taint) => (taint.effect !== 'NoSchedule' && taint.effect !== 'NoExecute') || tolerations.some((each) => toleratesTaint(each, taint)),
  );
}
