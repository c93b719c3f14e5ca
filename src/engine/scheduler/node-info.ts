import type { Node, Taint } from '../api/generated/types.ts';
import { quantityValue } from '../api/quantity.ts';
import type { HostPort, PodInfo } from './pod-info.ts';
import { resources, type Resources } from './requests.ts';

const NO_IMAGES: readonly string[] = [];
const NO_LABELS: Readonly<Record<string, string>> = {};
/** Of all nodes that have none: to see that takes no look into the list. */
export const NO_TAINTS: readonly Taint[] = [];

/** Where each group begins in `NodeInfo.amounts`; `resourceIndex` says which place within. */
export const ALLOCATABLE = 0;
export const REQUESTED = 3;
export const NON_ZERO = 6;
export const PODS = 8;
export const ALLOWED_PODS = 9;
/** How many there are. */
export const AMOUNTS = 10;

/** One node as the scheduler counts it: its pods, what they ask for, and what is left. Changed by differences only. */
export class NodeInfo {
  /** Another number after every change. */
  generation = 0;
  labels: Readonly<Record<string, string>> = NO_LABELS;
  taints: readonly Taint[] = NO_TAINTS;
  unschedulable = false;
  /** Names of the images that the node reports. */
  images: readonly string[] = NO_IMAGES;
  /** `undefined` while pods are known that run on a node which is not. */
  node: Node | undefined;
  #allocatable: ReadonlyMap<string, number> | undefined;
  #requested: Map<string, number> | undefined;
  readonly #ports = new Map<string, number>();

  constructor(
    readonly name: string,
    /** A small number of its own, by which indexes find what they know of this node. */
    readonly slot: number,
    /**
     * What is read of every node in every cycle, side by side in memory: allocatable and requested cpu, memory and ephemeral
     * storage, then requested cpu and memory with the stand-in, how many pods it has and may have. See `ALLOCATABLE`, `REQUESTED`,
     * `NON_ZERO`, `PODS`, `ALLOWED_PODS`. They begin at `at`: a cycle goes through hundreds of nodes, and those that follow each
     * other stand next to each other in one array.
     */
    readonly amounts: Float64Array,
    readonly at: number,
    readonly pods: Map<string, PodInfo>,
  ) {}

  setNode(node: Node): void {
    this.node = node;
    this.generation++;
    const { milliCpu, memory, ephemeralStorage, scalar } = resources(node.status?.allocatable);
    this.amounts.set([milliCpu, memory, ephemeralStorage], this.at + ALLOCATABLE);
    this.#allocatable = scalar;
    this.amounts[this.at + ALLOWED_PODS] = quantityValue(node.status?.allocatable?.['pods']);
    this.labels = node.metadata.labels ?? NO_LABELS;
    const taints = node.spec?.taints ?? NO_TAINTS;
    this.taints = taints.length === 0 ? NO_TAINTS : taints;
    this.unschedulable = node.spec?.unschedulable === true;
  }

  add(pod: PodInfo): void {
    this.pods.set(pod.uid, pod);
    this.#count(pod, 1);
  }

  remove(pod: PodInfo): void {
    if (!this.pods.delete(pod.uid)) return;
    this.#count(pod, -1);
  }

  /** Of an extended resource or huge pages. */
  allocatableScalar(name: string): number {
    return this.#allocatable?.get(name) ?? 0;
  }

  requestedScalar(name: string): number {
    return this.#requested?.get(name) ?? 0;
  }

  /** Does any port of the pod meet one in use? `0.0.0.0` meets every address. */
  portsConflict(ports: readonly HostPort[]): boolean {
    if (this.#ports.size === 0) return false;
    for (const { protocol, ip, port } of ports) {
      const key = `${protocol}/${port}`;
      if (!this.#ports.has(key)) continue;
      if (ip === '0.0.0.0' || this.#ports.has(`${key}/0.0.0.0`) || this.#ports.has(`${key}/${ip}`)) return true;
    }
    return false;
  }

  /** A copy to try things out on (preemption, nominated pods). */
  clone(): NodeInfo {
    const { amounts, at } = this;
    const copy = new NodeInfo(this.name, this.slot, amounts.slice(at, at + AMOUNTS), 0, new Map(this.pods));
    copy.node = this.node;
    copy.labels = this.labels;
    copy.taints = this.taints;
    copy.unschedulable = this.unschedulable;
    copy.images = this.images;
    copy.#allocatable = this.#allocatable;
    if (this.#requested !== undefined) copy.#requested = new Map(this.#requested);
    for (const [key, uses] of this.#ports) copy.#ports.set(key, uses);
    return copy;
  }

  #count(pod: PodInfo, sign: 1 | -1): void {
    this.generation++;
    this.#account(PODS, 1, sign);
    const { requests, nonZeroRequests } = pod;
    this.#account(REQUESTED, requests.milliCpu, sign);
    this.#account(REQUESTED + 1, requests.memory, sign);
    this.#account(REQUESTED + 2, requests.ephemeralStorage, sign);
    this.#account(NON_ZERO, nonZeroRequests.milliCpu, sign);
    this.#account(NON_ZERO + 1, nonZeroRequests.memory, sign);
    this.#accountScalar(requests, sign);
    for (const { protocol, ip, port } of pod.hostPorts) {
      const key = `${protocol}/${port}`;
      bump(this.#ports, key, sign);
      bump(this.#ports, `${key}/${ip}`, sign);
    }
  }

  #account(at: number, amount: number, sign: 1 | -1): void {
    const place = this.at + at;
    this.amounts[place] = (this.amounts[place] as number) + sign * amount;
  }

  #accountScalar({ scalar }: Resources, sign: 1 | -1): void {
    if (scalar === undefined) return;
    this.#requested ??= new Map();
    for (const [name, amount] of scalar) bump(this.#requested, name, sign * amount);
  }
}

function bump(counts: Map<string, number>, key: string, by: number): void {
  const next = (counts.get(key) ?? 0) + by;
  if (next === 0) counts.delete(key);
  else counts.set(key, next);
}
