import type { Container, Pod, PodSpec } from '../api/generated/types.ts';
import { quantityMilli, quantityValue } from '../api/quantity.ts';

/** What a pod asks for, or a node has: cpu in milli-CPUs, all else in whole units. */
export interface Resources {
  milliCpu: number;
  memory: number;
  ephemeralStorage: number;
  /** Extended resources and huge pages by name; `undefined` while there are none. */
  scalar: Map<string, number> | undefined;
}

/** What a container without a request counts for when nodes are scored (upstream's DefaultMilliCPURequest and DefaultMemoryRequest). */
export const DEFAULT_MILLI_CPU = 100;
export const DEFAULT_MEMORY = 200 * 1024 * 1024;

export interface RequestOptions {
  /** Containers that name no cpu or memory count for the defaults above. */
  standIn?: boolean;
  /** Looks at the containers alone, as NodeResourcesFit does when it scores. */
  skipPodLevel?: boolean;
}

type Quantities = Readonly<Record<string, string>>;

/**
 * component-helpers' resource.PodRequests: containers and sidecars add up, each init container needs its own request
 * beside the sidecars started before it, pod-level requests replace the sum, and overhead comes on top.
 */
export function podRequests(pod: Pod, options: RequestOptions = {}): Resources {
  const spec = pod.spec;
  if (spec === undefined) return emptyResources();
  const podLevel = options.skipPodLevel === true ? undefined : podLevelRequests(spec);
  const standIn = options.standIn === true;
  const total = new Map<string, number>();
  const granted = grants(pod);
  for (const container of spec.containers) add(total, containerRequests(pod, container, standIn, podLevel, granted?.get(container.name)));
  if (spec.initContainers !== undefined) {
    const sidecars = new Map<string, number>();
    const peak = new Map<string, number>();
    for (const container of spec.initContainers) {
      const sidecar = container.restartPolicy === 'Always';
      const own = containerRequests(pod, container, standIn, podLevel, sidecar ? granted?.get(container.name) : undefined);
      if (sidecar) {
        add(total, own);
        add(sidecars, own);
        raise(peak, sidecars);
      } else {
        add(own, sidecars);
        raise(peak, own);
      }
    }
    raise(total, peak);
  }
  if (podLevel !== undefined) {
    const own = pod.status?.resources === undefined ? undefined : effective(pod, podLevel, pod.status);
    for (const [name, amount] of podLevel) total.set(name, own?.get(name) ?? amount);
  }
  if (spec.overhead !== undefined) add(total, amounts(spec.overhead));
  return resourcesOf(total);
}

/** Reads a list of quantities, such as a node's allocatable. */
export function resources(list: Quantities | undefined): Resources {
  return resourcesOf(amounts(list));
}

function emptyResources(): Resources {
  return { milliCpu: 0, memory: 0, ephemeralStorage: 0, scalar: undefined };
}

export function amountOf(of: Resources, name: string): number {
  if (name === 'cpu') return of.milliCpu;
  if (name === 'memory') return of.memory;
  if (name === 'ephemeral-storage') return of.ephemeralStorage;
  return of.scalar?.get(name) ?? 0;
}

/** Place of cpu, memory and ephemeral storage within a group of `NodeInfo.amounts`; -1 for all other resources. */
export function resourceIndex(name: string): number {
  return ['cpu', 'memory', 'ephemeral-storage'].indexOf(name);
}

function amount(name: string, text: string): number {
  return name === 'cpu' ? quantityMilli(text) : quantityValue(text);
}

function amounts(list: Quantities | undefined): Map<string, number> {
  const map = new Map<string, number>();
  for (const name in list) map.set(name, amount(name, list[name] ?? '0'));
  return map;
}

/** What the kubelet has granted and what is in force. */
interface Granted {
  readonly resources?: { readonly requests?: Quantities };
  readonly allocatedResources?: Quantities;
}

/** Everything in a pod's status that its requests depend on. */
export function grantsOf({ status }: Pod): unknown {
  const told = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])];
  return [
    status?.resources?.requests,
    status?.allocatedResources,
    status?.conditions?.find(({ type }) => type === 'PodResizePending')?.reason,
    told.map(({ name, resources, allocatedResources }) => resources && [name, resources.requests, allocatedResources]),
  ];
}

function grants({ status }: Pod): ReadonlyMap<string, Granted> | undefined {
  if (status?.containerStatuses === undefined) return undefined;
  const told = [...status.containerStatuses, ...(status.initContainerStatuses ?? [])].filter(({ resources }) => resources !== undefined);
  return told.length === 0 ? undefined : new Map(told.map((granted) => [granted.name, granted]));
}

/** KEP-1287, determineEffectiveRequests: the most of what is asked for, granted and in force; what cannot be had does not count. */
function effective(
  { status }: Pod,
  asked: ReadonlyMap<string, number>,
  { resources: actual, allocatedResources }: Granted,
): Map<string, number> {
  const pending = status?.conditions?.find(({ type }) => type === 'PodResizePending');
  const most = new Map(pending?.reason === 'Infeasible' ? [] : asked);
  raise(most, amounts(actual?.requests));
  raise(most, amounts(allocatedResources));
  return most;
}

function containerRequests(
  pod: Pod,
  container: Container,
  standIn: boolean,
  podLevel: ReadonlyMap<string, number> | undefined,
  granted: Granted | undefined,
): Map<string, number> {
  const { requests, limits } = container.resources ?? {};
  let map = amounts(requests);
  // The API server takes a missing request from the limit; a bare object has to be read the same way.
  for (const name in limits) if (!map.has(name)) map.set(name, amount(name, limits[name] ?? '0'));
  if (granted !== undefined) map = effective(pod, map, granted);
  if (standIn) {
    if (!map.has('cpu') && podLevel?.has('cpu') !== true) map.set('cpu', DEFAULT_MILLI_CPU);
    if (!map.has('memory') && podLevel?.has('memory') !== true) map.set('memory', DEFAULT_MEMORY);
  }
  return map;
}

// KEP-2837: cpu, memory and huge pages can be asked for by the pod as a whole.
function podLevelRequests(spec: PodSpec): Map<string, number> | undefined {
  if (spec.resources === undefined) return undefined;
  const { requests, limits } = spec.resources;
  const map = new Map<string, number>();
  const supported = (name: string): boolean => name === 'cpu' || name === 'memory' || name.startsWith('hugepages-');
  for (const name in requests) if (supported(name)) map.set(name, amount(name, requests[name] ?? '0'));
  for (const name in limits) {
    if (!supported(name) || map.has(name)) continue;
    // Defaulting: the containers' sum where any of them asks for it, else the limit.
    const asked = [...spec.containers, ...(spec.initContainers ?? [])].some(
      ({ resources: own }) => own?.requests?.[name] !== undefined || own?.limits?.[name] !== undefined,
    );
    if (!asked) map.set(name, amount(name, limits[name] ?? '0'));
  }
  return map;
}

function add(total: Map<string, number>, part: ReadonlyMap<string, number>): void {
  for (const [name, amount] of part) total.set(name, (total.get(name) ?? 0) + amount);
}

function raise(total: Map<string, number>, floor: ReadonlyMap<string, number>): void {
  for (const [name, amount] of floor) if (amount > (total.get(name) ?? 0)) total.set(name, amount);
}

function resourcesOf(map: ReadonlyMap<string, number>): Resources {
  const result = emptyResources();
  for (const [name, amount] of map) {
    if (name === 'cpu') result.milliCpu = amount;
    else if (name === 'memory') result.memory = amount;
    else if (name === 'ephemeral-storage') result.ephemeralStorage = amount;
    else if (name !== 'pods') (result.scalar ??= new Map()).set(name, amount);
  }
  return result;
}
