import type { AllocationResult, Pod, PodExtendedResourceClaimStatus, ResourceResourceClaim } from '../../api/generated/types.ts';
import { matchesNodeSelector } from '../../api/node-selector.ts';
import { MOST_CONSUMERS, claimsOfPod, isReservedFor, reservation, strangerClaim } from '../../api/resource/claims-of-pod.ts';
import { start, type Task } from '../../os/task.ts';
import { semanticallyEqual } from '../../api/equality.ts';
import { keyOf } from '../../api/meta.ts';
import { parseDuration } from '../../sim/duration.ts';
import { SECOND } from '../../sim/time.ts';
import { NEW_SHARE } from '../devices/allocation-result.ts';
import { Allocator } from '../devices/allocator.ts';
import { hasBindingConditions, isOverdue, isReadyForBinding } from '../devices/binding-conditions.ts';
import type { ClaimWriter } from '../devices/claim-writer.ts';
import { classesOnNode, extendedRequests, findExtendedClaim, isUnnamed, newExtendedClaim } from '../devices/extended-claim.ts';
import type { DeviceListers } from '../devices/listers.ts';
import { AllocationError, InvalidPools } from '../devices/errors.ts';
import { Selectors } from '../devices/selectors.ts';
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
import type { Resources } from '../requests.ts';

const NAME = 'DynamicResources';
const SKIP = skip(NAME);

/** What a node could give. */
interface NodeAllocation {
  /** Claims that have no devices yet, that for extended resources as the node needs it; and what each gets. */
  readonly claims: readonly ResourceResourceClaim[];
  readonly results: readonly AllocationResult[];
  readonly mappings: PodExtendedResourceClaimStatus['requestMappings'];
}

interface State {
  /** The pod's own claims, and as the last one that for its extended resources. */
  claims: readonly ResourceResourceClaim[];
  extended: ResourceResourceClaim | undefined;
  /** What is taken and what there is, as the attempt found it. */
  allocator: Allocator | undefined;
  readonly allocations: Map<string, NodeAllocation>;
  /** Claims whose devices some node cannot reach. */
  readonly unavailable: Set<ResourceResourceClaim>;
  /** Claims as they were decided to be. */
  pending: readonly ResourceResourceClaim[];
}

const STATE: StateKey<State> = { name: NAME, clone: (state) => ({ ...state, allocations: new Map(state.allocations) }) };

const MOST_ALTERNATIVES = 8;

/** How often it is looked whether devices are ready. */
const READY_PERIOD = 5 * SECOND;
/** How long it is waited for the cache to show a claim that the scheduler made. */
const SEEN_WITHIN = 120 * SECOND;

type DynamicResources = PreEnqueuePlugin &
  PreFilterPlugin &
  FilterPlugin &
  PostFilterPlugin &
  PreScorePlugin &
  ScorePlugin &
  ReservePlugin &
  PreBindPlugin;

/** Of a pod without claims, as most are: shared, since nothing is ever put in. */
const NONE: State = { claims: [], extended: undefined, allocator: undefined, allocations: new Map(), unavailable: new Set(), pending: [] };

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
  const asksForClass = ({ scalar }: Resources): boolean => {
    for (const [name, amount] of scalar ?? []) if (amount > 0 && listers.classFor(name) !== undefined) return true;
    return false;
  };
  const unusable = (claim: ResourceResourceClaim, pod: Pod, extended: boolean): string | undefined => {
    const users = claim.status?.reservedFor ?? [];
    if (claim.status?.allocation !== undefined)
      return users.length >= MOST_CONSUMERS && !isReservedFor(claim, pod) ? 'resourceclaim in use' : undefined;
    if (listers.isPending(claim)) return `resource claim ${keyOf(claim)} is in the process of being allocated`;
    if (extended) return undefined;
    for (const { name, exactly, firstAvailable = [] } of claim.spec.devices?.requests ?? [])
      for (const one of exactly === undefined ? firstAvailable : [exactly])
        if (listers.deviceClass(one.deviceClassName) === undefined)
          return `request ${'name' in one ? `${name}/${one.name}` : name}: device class ${one.deviceClassName} does not exist`;
    return undefined;
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
    preFilter(state: CycleState, { pod, requests }: PodInfo): Status | undefined {
      const asksByClass = asksForClass(requests);
      if (!asksByClass && (pod.spec?.resourceClaims ?? []).length === 0) {
        state.write(STATE, NONE);
        return SKIP;
      }
      const found = find(pod);
      if (typeof found === 'string') return unresolvable(NAME, found);
      const extended = asksByClass ? (findExtendedClaim(pod, listers.claims()) ?? newExtendedClaim(pod, newId())) : undefined;
      if (extended !== undefined) found.push(extended);
      state.write(STATE, {
        claims: found,
        extended,
        allocator: undefined,
        allocations: new Map(),
        unavailable: new Set<ResourceResourceClaim>(),
        pending: [],
      });
      if (found.length === 0) return SKIP;
      for (const claim of found) {
        const why = unusable(claim, pod, claim === extended);
        if (why !== undefined) return unresolvable(NAME, why);
      }
      return undefined;
    },
    filter(state: CycleState, info: PodInfo, { name, node, labels }: NodeInfo): Verdict {
      const known = state.read(STATE);
      if (known === undefined || node === undefined) return undefined;
      let { extended } = known;
      let mappings: NodeAllocation['mappings'] = [];
      if (extended !== undefined) {
        // From an attempt that came to nothing: PostFilter takes it away.
        if (extended.spec.devices?.requests !== undefined) return unresolvable(NAME, 'cannot schedule extended resource claim');
        const classes = classesOnNode(info.requests, node, listers);
        if (classes === undefined) return unresolvable(NAME, 'cannot fit resource');
        // A device plugin of the node has all of it.
        if (classes.size === 0 && known.claims.length === 1) return undefined;
        const asked = extendedRequests(info.pod, classes);
        mappings = [...asked.mappings];
        extended = { ...extended, spec: { devices: asked.requests.length === 0 ? {} : { requests: [...asked.requests] } } };
      }
      const unavailable = known.claims.filter((claim) => {
        const allocation = claim.status?.allocation;
        if (allocation === undefined) return false;
        if (allocation.nodeSelector !== undefined && !matchesNodeSelector(allocation.nodeSelector, name, labels)) return true;
        const ready = isReadyForBinding(claim);
        return typeof ready === 'string' || (!ready && writer !== undefined && isOverdue(claim, writer.sim.now, timeout));
      });
      const claims = known.claims
        .filter(({ status }) => status?.allocation === undefined)
        .map((claim) => (claim === known.extended && extended !== undefined ? extended : claim));
      let results: readonly AllocationResult[] | undefined;
      if (claims.length > 0) {
        try {
          results = (known.allocator ??= new Allocator(listers, selectors)).allocate(node, claims);
        } catch (error) {
          if (error instanceof InvalidPools) return unresolvable(NAME, error.message);
          if (!(error instanceof AllocationError)) throw error;
          return failed(NAME, error.message);
        }
        if (results === undefined) return unresolvable(NAME, 'cannot allocate all claims');
      }
      for (const claim of unavailable) known.unavailable.add(claim);
      if (unavailable.length > 0) return unresolvable(NAME, 'resourceclaim not available on the node');
      if (results !== undefined) known.allocations.set(name, { claims, results, mappings });
      return undefined;
    },
    // Upstream has none: it gives every node of a pod without claims the same 0.
    preScore: (state: CycleState): Verdict => ((state.read(STATE)?.claims.length ?? 0) === 0 ? SKIP : undefined),
    score(state: CycleState, _pod: PodInfo, { name }: NodeInfo): number {
      const known = state.read(STATE);
      const given = known?.allocations.get(name);
      if (known === undefined || given === undefined) return 0;
      const before = known.claims.reduce((sum, claim) => sum + preference(claim, claim.status?.allocation), 0);
      return given.claims.reduce((sum, claim, i) => sum + preference(claim, given.results[i]), before);
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
        if (claim === known.extended) continue;
        const users = claim.status?.reservedFor ?? [];
        if (users.length > 1 || (users.length === 1 && !isReservedFor(claim, pod))) continue;
        if (writer !== undefined) start(writer.deallocate(claim));
        return { status: unschedulable(NAME, 'deallocation of ResourceClaim completed') };
      }
      if (known.extended !== undefined && !isUnnamed(known.extended)) {
        if (writer !== undefined) start(writer.delete(known.extended));
        return { status: unschedulable(NAME, 'deletion of ResourceClaim completed') };
      }
      return { status: unschedulable(NAME, 'still not schedulable') };
    },
    reserve(state: CycleState, { pod }: PodInfo, nodeName: string): Verdict {
      const known = state.read(STATE);
      const given = known?.allocations.get(nodeName);
      if (known === undefined || given === undefined) return undefined;
      known.pending = given.claims.map((claim, i) => {
        const allocation = withShareIds(given.results[i] as AllocationResult);
        return { ...claim, status: { ...claim.status, allocation, reservedFor: [reservation(pod)] } };
      });
      for (const claim of known.pending) listers.pend(claim);
      return undefined;
    },
    unreserve(state: CycleState, { pod }: PodInfo): void {
      const known = state.read(STATE);
      for (const claim of known?.pending ?? []) listers.settle(claim);
      if (writer === undefined) return;
      for (const claim of known?.claims ?? [])
        if (claim !== known?.extended) start(writer.unreserve(claim, pod));
        else if (!isUnnamed(claim)) start(writer.delete(claim));
    },
    waitsBeforeBinding: (state: CycleState) => (state.read(STATE)?.claims.length ?? 0) > 0,
    *preBind(state: CycleState, { pod }: PodInfo, nodeName: string): Task<Verdict> {
      const known = state.read(STATE);
      if (known === undefined || writer === undefined) return undefined;
      const bound: ResourceResourceClaim[] = [];
      for (const claim of known.claims) {
        const pending = known.pending.find(({ metadata }) => metadata.uid === claim.metadata.uid);
        let decided = pending ?? claim;
        if (claim === known.extended) {
          if (pending === undefined) continue;
          const made = yield* writer.create(pending);
          if (typeof made === 'string') return failed(NAME, made);
          known.extended = made;
          known.claims = known.claims.map((each) => (each === claim ? made : each));
          decided = { ...made, status: { ...pending.status } };
        }
        const stored = yield* writer.bind(decided, pod);
        if (typeof stored === 'string') return failed(NAME, stored);
        if (decided !== claim && decided !== pending) {
          const why = yield* writer.recordExtended(pod, stored, known.allocations.get(nodeName)?.mappings ?? []);
          if (why !== undefined) return failed(NAME, why);
          yield* writer.poll(() => listers.claim(keyOf(stored)) !== undefined, SEEN_WITHIN, SECOND);
        }
        listers.assume(stored);
        if (pending !== undefined) listers.settle(pending);
        bound.push(stored);
      }
      if (!bound.some(hasBindingConditions)) return undefined;
      waits(pod, nodeName);
      const ready = yield* writer.poll(
        () => {
          for (const { metadata } of bound) {
            const name = metadata.name ?? '';
            const claim = listers.claim(keyOf({ metadata }));
            if (claim === undefined) return `resourceclaim.resource.k8s.io ${JSON.stringify(name)} not found`;
            const verdict = isReadyForBinding(claim);
            if (verdict === true) continue;
            return verdict === false && isOverdue(claim, writer.sim.now, timeout) ? `device binding timeout: claim=${name}` : verdict;
          }
          return true;
        },
        timeout,
        READY_PERIOD,
      );
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
