import type { Node, Taint } from '../api/generated/types.ts';
import { quantityValue } from '../api/quantity.ts';
import type { HostPort, PodInfo } from './pod-info.ts';
import { account, emptyResources, resources, type Resources } from './requests.ts';

const NO_LABELS: Readonly<Record<string, string>> = {};
const NO_TAINTS: readonly Taint[] = [];

/** One node as the scheduler counts it: its pods, what they ask for, and what is left. Changed by differences only. */
export class NodeInfo {
  readonly pods = new Map<string, PodInfo>();
  readonly requested: Resources = emptyResources();
  readonly nonZeroRequested: Resources = emptyResources();
  allocatable: Resources = emptyResources();
  allowedPods = 0;
  labels: Readonly<Record<string, string>> = NO_LABELS;
  taints: readonly Taint[] = NO_TAINTS;
  unschedulable = false;
  podsWithAffinity = 0;
  podsWithRequiredAntiAffinity = 0;
  /** Sizes of the images that the node reports, by name. */
  images: ReadonlyMap<string, number> = new Map();
  /** `undefined` while pods are known that run on a node which is not. */
  node: Node | undefined;
  readonly #ports = new Map<string, number>();

  constructor(
    readonly name: string,
    /** A small number of its own, by which indexes find what they know of this node. */
    readonly slot: number,
  ) {}

  setNode(node: Node): void {
    this.node = node;
    this.allocatable = resources(node.status?.allocatable);
    this.allowedPods = quantityValue(node.status?.allocatable?.['pods']);
    this.labels = node.metadata.labels ?? NO_LABELS;
    this.taints = node.spec?.taints ?? NO_TAINTS;
    this.unschedulable = node.spec?.unschedulable === true;
  }

  add(pod: PodInfo): void {
    this.pods.set(pod.uid, pod);
    this.#count(pod, 1);
  }

  remove(pod: PodInfo): void {
    if (this.pods.delete(pod.uid)) this.#count(pod, -1);
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
    const copy = new NodeInfo(this.name, this.slot);
    if (this.node !== undefined) copy.setNode(this.node);
    copy.images = this.images;
    for (const pod of this.pods.values()) copy.add(pod);
    return copy;
  }

  #count(pod: PodInfo, sign: 1 | -1): void {
    account(this.requested, pod.requests, sign);
    account(this.nonZeroRequested, pod.nonZeroRequests, sign);
    if (pod.hasAffinity) this.podsWithAffinity += sign;
    if (pod.requiredAntiAffinity.length > 0) this.podsWithRequiredAntiAffinity += sign;
    for (const { protocol, ip, port } of pod.hostPorts) {
      const key = `${protocol}/${port}`;
      bump(this.#ports, key, sign);
      bump(this.#ports, `${key}/${ip}`, sign);
    }
  }
}

function bump(counts: Map<string, number>, key: string, by: number): void {
  const next = (counts.get(key) ?? 0) + by;
  if (next === 0) counts.delete(key);
  else counts.set(key, next);
}
