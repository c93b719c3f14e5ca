import type { DeviceClass, Node, Pod } from '../../api/generated/types.ts';
import type { ClusterEvent } from '../cluster-event.ts';
import { implicitResource } from '../devices/extended-resources.ts';
import { NO_DEVICES, type DeviceListers } from '../devices/listers.ts';
import {
  MAX_NODE_SCORE,
  type CycleState,
  type FilterPlugin,
  type QueueingHint,
  type ScorePlugin,
  type Status,
  type Verdict,
} from '../framework.ts';
import { ALLOCATABLE, ALLOWED_PODS, NON_ZERO, PODS, REQUESTED, type NodeInfo } from '../node-info.ts';
import { PodInfo } from '../pod-info.ts';
import { amountOf, resourceIndex, resources, type Resources } from '../requests.ts';
import { isExtendedResource } from '../../api/pod/validate-resources.ts';
import { quantityValue } from '../../api/quantity.ts';

const NAME = 'NodeResourcesFit';

type DeviceClasses = Pick<DeviceListers, 'classFor'>;

export interface ResourceWeight {
  readonly name: string;
  readonly weight?: number;
}

export interface ShapePoint {
  readonly utilization: number;
  readonly score: number;
}

/** NodeResourcesFitArgs */
export interface NodeResourcesFitArgs {
  readonly ignoredResources?: readonly string[];
  readonly ignoredResourceGroups?: readonly string[];
  readonly scoringStrategy?: {
    readonly type?: 'LeastAllocated' | 'MostAllocated' | 'RequestedToCapacityRatio';
    readonly resources?: readonly ResourceWeight[];
    readonly requestedToCapacityRatio?: { readonly shape: readonly ShapePoint[] };
  };
}

const DEFAULT_RESOURCES: readonly ResourceWeight[] = [{ name: 'cpu', weight: 1 }, { name: 'memory', weight: 1 }]; // prettier-ignore

/** What arguments name, or where they name nothing cpu and memory. */
export function weighed(resources: readonly ResourceWeight[] = []): readonly ResourceWeight[] {
  return resources.length === 0 ? DEFAULT_RESOURCES : resources;
}

/** Is there room for what the pod asks for, and how much would be left? `devices`: what the node does not have itself may be devices (KEP-5004). */
export function nodeResourcesFit(args: NodeResourcesFitArgs = {}, devices: DeviceClasses = NO_DEVICES): FilterPlugin & ScorePlugin {
  const strategy = args.scoringStrategy;
  const weights = weighed(strategy?.resources).map(({ name, weight }) => ({ name, weight: weight || 1, index: resourceIndex(name) }));
  const asked: number[] = [];
  let current: PodInfo | undefined;
  const type = strategy?.type ?? 'LeastAllocated';
  const scoreOf =
    type === 'LeastAllocated'
      ? leastRequested
      : type === 'MostAllocated'
        ? mostRequested
        : brokenLine(strategy?.requestedToCapacityRatio?.shape ?? []);
  const ratio = type === 'RequestedToCapacityRatio';
  const ignored = new Set(args.ignoredResources);
  const ignoredGroups = new Set(args.ignoredResourceGroups);
  const counts = (name: string): boolean =>
    !isExtendedResource(name) || (!ignored.has(name) && !ignoredGroups.has(name.slice(0, name.indexOf('/'))));

  const nodeGrew: QueueingHint = (pod, event) => {
    const now = event.now as Node;
    const allocatable = resources(now.status?.allocatable);
    if (!wouldFit(pod.requests, allocatable, quantityValue(now.status?.allocatable?.['pods']), devices)) return false;
    if (event.old === undefined) return true;
    // Only growth in something the pod asks for helps.
    const before = resources((event.old as Node).status?.allocatable);
    const names = ['cpu', 'memory', 'ephemeral-storage', ...(pod.requests.scalar?.keys() ?? [])];
    return (
      quantityValue(now.status?.allocatable?.['pods']) > quantityValue((event.old as Node).status?.allocatable?.['pods']) ||
      names.some(
        (name) =>
          amountOf(pod.requests, name) > 0 &&
          (amountOf(allocatable, name) > amountOf(before, name) || isLeftToDevices(name, amountOf(allocatable, name), devices)),
      )
    );
  };

  return {
    name: NAME,
    local: true,
    filter(_state: CycleState, pod: PodInfo, node: NodeInfo): Verdict {
      const { requests } = pod;
      const { amounts, at } = node;
      // The bits tell which of the shared verdicts applies: no allocation on the way through thousands of nodes.
      let short = (amounts[at + PODS] as number) + 1 > (amounts[at + ALLOWED_PODS] as number) ? 1 : 0;
      short |=
        shortage(amounts, at, 0, requests.milliCpu) |
        shortage(amounts, at, 1, requests.memory) |
        shortage(amounts, at, 2, requests.ephemeralStorage);
      if (requests.scalar === undefined) return short === 0 ? undefined : verdict(short);
      let missing: string[] | undefined;
      for (const [name, amount] of requests.scalar) {
        if (amount === 0 || !counts(name)) continue;
        const there = node.allocatableScalar(name);
        if (amount <= there - node.requestedScalar(name) || isLeftToDevices(name, there, devices)) continue;
        if (amount > there) short |= 16;
        (missing ??= []).push(`Insufficient ${name}`);
      }
      if (missing === undefined) return short === 0 ? undefined : verdict(short);
      const base = short & 15 ? verdict(short).reasons : [];
      return { code: short & 16 ? 'UnschedulableAndUnresolvable' : 'Unschedulable', plugin: NAME, reasons: [...base, ...missing] };
    },
    score(_state: CycleState, pod: PodInfo, node: NodeInfo): number {
      let sum = 0;
      let weightSum = 0;
      const { amounts, at } = node;
      // One pod is weighed against hundreds of nodes.
      if (pod !== current) {
        current = pod;
        for (let i = 0; i < weights.length; i++) asked[i] = amountOf(pod.scoringRequests, (weights[i] as { name: string }).name);
      }
      for (let i = 0; i < weights.length; i++) {
        const { name, weight, index } = weights[i] as (typeof weights)[number];
        const wanted = asked[i] as number;
        if (index < 0 && wanted === 0) continue;
        const capacity = index < 0 ? node.allocatableScalar(name) : (amounts[at + ALLOCATABLE + index] as number);
        if (capacity === 0) continue;
        // cpu and memory count with the stand-in for what running containers left open; other resources have none.
        const used = index < 0 ? node.requestedScalar(name) : (amounts[at + (index < 2 ? NON_ZERO : REQUESTED) + index] as number);
        const score = scoreOf(used + wanted, capacity);
        if (ratio && score <= 0) continue;
        sum += score * weight;
        weightSum += weight;
      }
      if (weightSum === 0) return 0;
      return ratio ? Math.round(sum / weightSum) : Math.trunc(sum / weightSum);
    },
    events: {
      // The room of any pod that goes may be room enough: what it asked for is not compared with what is missing.
      AssignedPodDelete: () => true,
      AssignedPodUpdatePodScaleDown: (pod, event) => freed(pod, event.old as Pod, event.now as Pod),
      UnschedulablePodUpdatePodScaleDown: () => true,
      NodeAdd: nodeGrew,
      NodeUpdateNodeAllocatable: nodeGrew,
      DeviceClassAdd: classNamed,
      DeviceClassUpdate: classNamed,
    },
  };
}

/** shouldDelegateResourceToDRA: no device plugin of the node has it, and it stands for devices of a class. */
function isLeftToDevices(name: string, allocatable: number, devices: DeviceClasses): boolean {
  return allocatable === 0 && devices.classFor(name) !== undefined;
}

/** A class has come by a name that the pod asks for. */
function classNamed({ requests }: PodInfo, { old, now }: ClusterEvent): boolean {
  const [before, named] = [old as DeviceClass | undefined, now as DeviceClass];
  const explicit = named.spec.extendedResourceName;
  if (before !== undefined && before.spec.extendedResourceName === explicit) return false;
  const names = [...(before === undefined ? [implicitResource(named)] : []), ...(explicit === undefined ? [] : [explicit])];
  return names.some((name) => requests.scalar?.has(name) === true);
}

/** The bit of the resource, and 16 where the node would be too small even when empty. */
function shortage(amounts: Float64Array, at: number, index: number, wanted: number): number {
  if (wanted === 0) return 0;
  const allocatable = amounts[at + ALLOCATABLE + index] as number;
  if (wanted <= allocatable - (amounts[at + REQUESTED + index] as number)) return 0;
  return wanted > allocatable ? (2 << index) | 16 : 2 << index;
}

const VERDICTS: (Status | undefined)[] = [];

function verdict(short: number): Status {
  return (VERDICTS[short] ??= {
    code: short & 16 ? 'UnschedulableAndUnresolvable' : 'Unschedulable',
    plugin: NAME,
    reasons: ['Too many pods', 'Insufficient cpu', 'Insufficient memory', 'Insufficient ephemeral-storage'].filter(
      (_, bit) => (short & (1 << bit)) !== 0,
    ),
  });
}

function leastRequested(requested: number, capacity: number): number {
  return requested > capacity ? 0 : Math.trunc(((capacity - requested) * MAX_NODE_SCORE) / capacity);
}

function mostRequested(requested: number, capacity: number): number {
  return Math.trunc((Math.min(requested, capacity) * MAX_NODE_SCORE) / capacity);
}

/** helper.BuildBrokenLinearFunction over the shape, whose scores of 0 … 10 become 0 … 100. */
function brokenLine(points: readonly ShapePoint[]): (requested: number, capacity: number) => number {
  const shape = points.map(({ utilization, score }) => ({ utilization, score: score * 10 }));
  const at = (utilization: number): number => {
    for (let i = 0; i < shape.length; i++) {
      const right = shape[i] as ShapePoint;
      if (utilization > right.utilization) continue;
      const left = shape[i - 1];
      if (left === undefined) return right.score;
      return (
        left.score + Math.trunc(((right.score - left.score) * (utilization - left.utilization)) / (right.utilization - left.utilization))
      );
    }
    return shape.at(-1)?.score ?? 0;
  };
  return (requested, capacity) => (requested > capacity ? at(100) : at(Math.trunc((requested * 100) / capacity)));
}

function wouldFit(requests: Resources, allocatable: Resources, pods: number, devices: DeviceClasses): boolean {
  if (pods < 1 || requests.milliCpu > allocatable.milliCpu || requests.memory > allocatable.memory) return false;
  if (requests.ephemeralStorage > allocatable.ephemeralStorage) return false;
  for (const [name, amount] of requests.scalar ?? []) {
    const there = amountOf(allocatable, name);
    if (amount > there && !isLeftToDevices(name, there, devices)) return false;
  }
  return true;
}

function freed(pod: PodInfo, old: Pod, now: Pod): boolean {
  const [before, after] = [new PodInfo(old).requests, new PodInfo(now).requests];
  return ['cpu', 'memory', 'ephemeral-storage', ...(pod.requests.scalar?.keys() ?? [])].some(
    (name) => amountOf(pod.requests, name) > 0 && amountOf(after, name) < amountOf(before, name),
  );
}
