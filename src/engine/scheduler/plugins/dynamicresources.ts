import type { AllocationResult, Pod, ResourceResourceClaim } from '../../api/generated/types.ts';
import { matchesNodeSelector } from '../../api/node-selector.ts';
import { MOST_CONSUMERS, claimsOfPod, isReservedFor, reservation, strangerClaim } from '../../api/resource/claims-of-pod.ts';
import { start, type Task } from '../../os/task.ts';
import { semanticallyEqual } from '../../api/equality.ts';
import { keyOf } from '../../api/meta.ts';
import { parseDuration } from '../../sim/duration.ts';
import { SECOND } from '../../sim/time.ts';
import { NEW_SHARE, allocate } from '../devices/allocator.ts';
import { hasBindingConditions, isOverdue, isReadyForBinding } from '../devices/binding-conditions.ts';
import type { ClaimWriter } from '../devices/claim-writer.ts';
import type { DeviceListers } from '../devices/listers.ts';
import { SelectorError, Selectors } from '../devices/selectors.ts';
import {
  defaultNormalizeScore,
  failed,
  skip,
  unresolvable,
  unschedulable,
  type CycleState,
  type FilterPlugin,
  type PostFilterPlugin,
  type PostFilterResult,
  type PreBindPlugin,
  type PreEnqueuePlugin,
  type PreFilterPlugin,
  type PreScorePlugin,
  type QueueingHint,
  type ReservePlugin,
  type ScorePlugin,
  type StateKey,
  type Status,
  type Verdict,
} from '../framework.ts';
import type { NodeInfo } from '../node-info.ts';
import type { PodInfo } from '../pod-info.ts';

const NAME = 'DynamicResources';
const SKIP = skip(NAME);

interface State {
  readonly claims: readonly ResourceResourceClaim[];
  readonly toAllocate: readonly ResourceResourceClaim[];
  /** What a node could give, in the order of `toAllocate`. */
  readonly allocations: Map<string, readonly AllocationResult[]>;
  /** Claims whose devices some node cannot reach. */
  readonly unavailable: Set<ResourceResourceClaim>;
  /** Claims as they were decided to be. */
  assumed: readonly ResourceResourceClaim[];
}

const STATE: StateKey<State> = { name: NAME, clone: (state) => ({ ...state, allocations: new Map(state.allocations) }) };

const MOST_ALTERNATIVES = 8;

type DynamicResources = PreEnqueuePlugin &
  PreFilterPlugin &
  FilterPlugin &
  PostFilterPlugin &
  PreScorePlugin &
  ScorePlugin &
  ReservePlugin &
  PreBindPlugin;

/** Of a pod without claims, as most are: shared, since nothing is ever put in. */
const NONE: State = { claims: [], toAllocate: [], allocations: new Map(), unavailable: new Set(), assumed: [] };

export interface DynamicResourcesArgs {
  /** There are no allocations here that take long. */
  readonly filterTimeout?: string;
  readonly bindingTimeout?: string;
}

interface Handle {
  readonly listers: DeviceListers;
  readonly newId: () => string;
  readonly writer: ClaimWriter | undefined;
  /** Devices for the pod are not ready yet. */
  readonly waits: (pod: Pod, nodeName: string) => void;
}

/** Devices (KEP-4381): whether a node has those that a pod's claims ask for, and which it gets. */
export function dynamicResources({ listers, newId, writer, waits }: Handle, args: DynamicResourcesArgs = {}): DynamicResources {
  const timeout = parseDuration(args.bindingTimeout ?? '') ?? 600 * SECOND;
  const selectors = new Selectors();
  const find = (pod: Pod): ResourceResourceClaim[] | string => {
    const named = claimsOfPod(pod);
    if (typeof named === 'string') return named;
    const found: ResourceResourceClaim[] = [];
    for (const { name, owned } of named) {
      if (name === undefined) continue;
      const claim = listers.claim(`${pod.metadata.namespace ?? 'default'}/${name}`);
      if (claim === undefined) return `resourceclaim.resource.k8s.io ${JSON.stringify(name)} not found`;
      if (claim.metadata.deletionTimestamp !== undefined) return `resourceclaim ${JSON.stringify(name)} is being deleted`;
      const stranger = owned ? strangerClaim(claim, pod) : undefined;
      if (stranger !== undefined) return stranger;
      found.push(claim);
    }
    return found;
  };
  const always: QueueingHint = () => true;
  const claimChanged: QueueingHint = ({ pod }, event) => {
    const found = find(pod);
    const [old, now] = [event.old as ResourceResourceClaim | undefined, event.now as ResourceResourceClaim];
    if (typeof found === 'string') return false;
    // Its devices are free for others.
    if (old?.status?.allocation !== undefined && now.status?.allocation === undefined) return true;
    return (
      found.some(({ metadata }) => metadata.uid === now.metadata.uid) && (old === undefined || !semanticallyEqual(old.status, now.status))
    );
  };
  const withShareIds = (allocation: AllocationResult): AllocationResult => {
    const results = allocation.devices?.results?.map((each) => (each.shareID === NEW_SHARE ? { ...each, shareID: newId() } : each));
    return results === undefined ? allocation : { ...allocation, devices: { ...allocation.devices, results } };
  };
  return {
    name: NAME,
    preEnqueue(pod: Pod): Verdict {
      if ((pod.spec?.resourceClaims ?? []).length === 0) return undefined;
      const found = find(pod);
      return typeof found === 'string' ? unresolvable(NAME, found) : undefined;
    },
    preFilter(state: CycleState, { pod }: PodInfo): Status | undefined {
      if ((pod.spec?.resourceClaims ?? []).length === 0) {
        state.write(STATE, NONE);
        return SKIP;
      }
      const found = find(pod);
      if (typeof found === 'string') return unresolvable(NAME, found);
      const toAllocate = found.filter(({ status }) => status?.allocation === undefined);
      state.write(STATE, { claims: found, toAllocate, allocations: new Map(), unavailable: new Set<ResourceResourceClaim>(), assumed: [] });
      if (found.length === 0) return SKIP;
      for (const claim of found) {
        const full = (claim.status?.reservedFor ?? []).length >= MOST_CONSUMERS && !isReservedFor(claim, pod);
        if (full) return unresolvable(NAME, 'resourceclaim in use');
      }
      for (const { spec } of toAllocate)
        for (const { name, exactly, firstAvailable = [] } of spec.devices?.requests ?? [])
          for (const one of [...(exactly === undefined ? [] : [exactly]), ...firstAvailable])
            if (listers.deviceClass(one.deviceClassName) === undefined) {
              const request = 'name' in one ? `${name}/${one.name}` : name;
              return unresolvable(NAME, `request ${request}: device class ${one.deviceClassName} does not exist`);
            }
      return undefined;
    },
    filter(state: CycleState, _pod: PodInfo, { name, node, labels }: NodeInfo): Verdict {
      const known = state.read(STATE);
      if (known === undefined || node === undefined) return undefined;
      const unavailable = known.claims.filter((claim) => {
        const allocation = claim.status?.allocation;
        if (allocation === undefined) return false;
        if (allocation.nodeSelector !== undefined && !matchesNodeSelector(allocation.nodeSelector, name, labels)) return true;
        const ready = isReadyForBinding(claim);
        return typeof ready === 'string' || (!ready && writer !== undefined && isOverdue(claim, writer.sim.now, timeout));
      });
      let given: readonly AllocationResult[] | undefined;
      if (known.toAllocate.length > 0) {
        try {
          given = allocate(known.toAllocate, node, listers, selectors);
        } catch (error) {
          if (!(error instanceof SelectorError)) throw error;
          return failed(NAME, error.message);
        }
        if (given === undefined) return unresolvable(NAME, 'cannot allocate all claims');
      }
      for (const claim of unavailable) known.unavailable.add(claim);
      if (unavailable.length > 0) return unresolvable(NAME, 'resourceclaim not available on the node');
      if (given !== undefined) known.allocations.set(name, given);
      return undefined;
    },
    // Upstream has none: it gives every node of a pod without claims the same 0.
    preScore: (state: CycleState): Verdict => ((state.read(STATE)?.claims.length ?? 0) === 0 ? SKIP : undefined),
    score(state: CycleState, _pod: PodInfo, { name }: NodeInfo): number {
      const known = state.read(STATE);
      const given = known?.allocations.get(name);
      if (known === undefined || given === undefined) return 0;
      return known.claims.reduce(
        (sum, claim) => sum + preference(claim, claim.status?.allocation ?? given[known.toAllocate.indexOf(claim)]),
        0,
      );
    },
    normalizeScore(_state: CycleState, _pod: PodInfo, scores: Float64Array, count: number): void {
      defaultNormalizeScore(scores, count, false);
    },
    *postFilter(state: CycleState, { pod }: PodInfo): Task<PostFilterResult> {
      const known = state.read(STATE);
      // Refused before this plugin's PreFilter, v1.36 stumbles over its missing state, and the message ends so.
      if (known === undefined) return { status: failed(NAME, 'not found') };
      if (known.claims.length === 0) return { status: unschedulable(NAME, 'no new claims to deallocate') };
      for (const claim of known.unavailable) {
        const users = claim.status?.reservedFor ?? [];
        if (users.length > 1 || (users.length === 1 && !isReservedFor(claim, pod))) continue;
        if (writer !== undefined) start(writer.deallocate(claim));
        return { status: unschedulable(NAME, 'deallocation of ResourceClaim completed') };
      }
      return { status: unschedulable(NAME, 'still not schedulable') };
    },
    reserve(state: CycleState, { pod }: PodInfo, nodeName: string): Verdict {
      const known = state.read(STATE);
      if (known === undefined || known.claims.length === 0) return undefined;
      const given = (known.allocations.get(nodeName) ?? []).map(withShareIds);
      known.assumed = known.toAllocate.flatMap((claim, i) => {
        const allocation = given[i];
        return allocation === undefined ? [] : [{ ...claim, status: { ...claim.status, allocation, reservedFor: [reservation(pod)] } }];
      });
      for (const claim of known.assumed) listers.assume(claim);
      return undefined;
    },
    unreserve(state: CycleState, { pod }: PodInfo): void {
      const known = state.read(STATE);
      for (const claim of known?.assumed ?? []) listers.restore(claim);
      if (writer !== undefined) for (const claim of known?.claims ?? []) start(writer.unreserve(claim, pod));
    },
    waitsBeforeBinding: (state: CycleState) => (state.read(STATE)?.claims.length ?? 0) > 0,
    *preBind(state: CycleState, { pod }: PodInfo, nodeName: string): Task<Verdict> {
      const known = state.read(STATE);
      if (known === undefined || writer === undefined) return undefined;
      const bound: ResourceResourceClaim[] = [];
      for (const claim of known.claims) {
        const decided = known.assumed.find(({ metadata }) => metadata.uid === claim.metadata.uid) ?? claim;
        const stored = yield* writer.bind(decided, pod);
        if (typeof stored === 'string') return failed(NAME, stored);
        listers.assume(stored);
        bound.push(stored);
      }
      if (!bound.some(hasBindingConditions)) return undefined;
      waits(pod, nodeName);
      const ready = yield* writer.poll(() => {
        for (const { metadata } of bound) {
          const name = metadata.name ?? '';
          const claim = listers.claim(keyOf({ metadata }));
          if (claim === undefined) return `resourceclaim.resource.k8s.io ${JSON.stringify(name)} not found`;
          const verdict = isReadyForBinding(claim);
          if (verdict === true) continue;
          return verdict === false && isOverdue(claim, writer.sim.now, timeout) ? `device binding timeout: claim=${name}` : verdict;
        }
        return true;
      }, timeout);
      if (ready === true) return undefined;
      return failed(NAME, ready === false ? 'device binding timeout: context deadline exceeded' : ready);
    },
    events: {
      NodeAdd: always,
      NodeUpdateNodeLabel: always,
      NodeUpdateNodeAllocatable: always,
      UnschedulablePodUpdatePodGeneratedResourceClaim: ({ pod }) => typeof find(pod) !== 'string',
      ResourceClaimAdd: claimChanged,
      ResourceClaimUpdate: claimChanged,
      ResourceSliceAdd: always,
      ResourceSliceUpdate: always,
      DeviceClassAdd: always,
      DeviceClassUpdate: always,
    },
  };
}

/** computeScore: the earlier an alternative stands in the list, the better. */
function preference({ spec }: ResourceResourceClaim, allocation: AllocationResult | undefined): number {
  const given = new Set(allocation?.devices?.results?.map(({ request }) => request));
  let sum = 0;
  for (const { name, firstAvailable = [] } of spec.devices?.requests ?? [])
    firstAvailable.forEach((sub, i) => {
      if (given.has(`${name}/${sub.name}`)) sum += MOST_ALTERNATIVES - i;
    });
  return sum;
}
