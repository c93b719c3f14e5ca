import type { Container, Node, Pod } from '../api/generated/types.ts';
import { semanticallyEqual } from '../api/equality.ts';
import type { NodeImage, NodeList, PodCounts, PodSelector } from './framework.ts';
import { AffinityTerms, type TermPlaces } from './affinity-terms.ts';
import { AMOUNTS, NodeInfo } from './node-info.ts';
import { NodeValues } from './node-values.ts';
import { PodInfo, uidOf, type NamespaceLabels } from './pod-info.ts';
import { grantsOf } from './requests.ts';
import { PodCountIndex } from './pod-counts.ts';
import { claimKey, namedClaims } from './volumes.ts';

interface PodState {
  info: PodInfo;
  node: NodeInfo;
  /** Placed by this scheduler, not yet seen on its node by the watch. */
  assumed: boolean;
}

// More selectors than this in one namespace push the longest unused one out.
const COUNT_INDEXES = 256;
// Nodes whose amounts stand in one array.
const PAGE = 256;

/**
 * Nodes and the pods on them, kept by differences: each change touches one node. A scheduling cycle runs to its end
 * within one event of the simulation, so it reads the cache itself where the real scheduler takes a snapshot first.
 */
export class Cache implements NodeList {
  readonly #nodes = new Map<string, NodeInfo>();
  readonly #pods = new Map<string, PodState>();
  readonly #byNamespace = new Map<string, Map<string, PodState>>();
  readonly #counts = new Map<string, Map<string, PodCountIndex>>();
  readonly #images = new Map<string, KnownImage>();
  readonly #values = new Map<string, NodeValues>();
  /** Pods on nodes, by the claims that their volumes name. */
  readonly #claimUses = new Map<string, number>();
  /** Of the nodes, by slot. */
  readonly #pages: Float64Array[] = [];
  readonly #friendlyTerms = new AffinityTerms(({ requiredAffinity }) => requiredAffinity);
  readonly #antiTerms = new AffinityTerms(({ requiredAntiAffinity }) => requiredAntiAffinity);
  readonly #preferredTerms = new AffinityTerms(({ preferredTerms }) => preferredTerms);
  readonly #terms = [this.#friendlyTerms, this.#antiTerms, this.#preferredTerms];
  readonly #freeSlots: number[] = [];
  #slots = 0;
  #list: NodeInfo[] | undefined;

  constructor(readonly namespaceLabels: NamespaceLabels = () => undefined) {}

  /** In the order of the real node tree: one node of each zone in turn. */
  get nodes(): readonly NodeInfo[] {
    return (this.#list ??= this.#treeOrder());
  }

  get namespaces(): Iterable<string> {
    return this.#byNamespace.keys();
  }

  get friendlyTerms(): Iterable<TermPlaces> {
    return this.#friendlyTerms.places();
  }

  get antiTerms(): Iterable<TermPlaces> {
    return this.#antiTerms.places();
  }

  get preferredTerms(): Iterable<TermPlaces> {
    return this.#preferredTerms.places();
  }

  get(name: string): NodeInfo | undefined {
    const node = this.#nodes.get(name);
    return node?.node === undefined ? undefined : node;
  }

  census(): { nodes: number; pods: number; assumed: number } {
    let assumed = 0;
    for (const state of this.#pods.values()) if (state.assumed) assumed++;
    return { nodes: this.#nodes.size, pods: this.#pods.size, assumed };
  }

  image(name: string): NodeImage | undefined {
    return this.#images.get(name);
  }

  values(key: string): NodeValues {
    let values = this.#values.get(key);
    if (values === undefined) {
      this.#values.set(key, (values = new NodeValues(key)));
      for (const node of this.#nodes.values()) values.put(node);
    }
    return values;
  }

  isClaimUsed(key: string): boolean {
    return this.#claimUses.has(key);
  }

  setNode(node: Node): void {
    const name = node.metadata.name ?? '';
    const info = this.#node(name);
    const before = info.node;
    info.setNode(node);
    if (before === undefined || zoneOf(before) !== zoneOf(node)) this.#list = undefined;
    if (before === undefined || before.metadata.labels !== node.metadata.labels) this.#relabelled(info);
    if (before?.status?.images !== node.status?.images) this.#setImages(info, node);
  }

  removeNode(name: string): void {
    const info = this.#nodes.get(name);
    if (info?.node === undefined) return;
    this.#setImages(info, undefined);
    info.node = undefined;
    info.labels = {};
    this.#list = undefined;
    this.#relabelled(info);
    if (info.pods.size === 0) this.#drop(info);
  }

  /** The watch shows a pod on its node: a new one, a changed one, or one that was assumed there. */
  setPod(pod: Pod): void {
    const uid = uidOf(pod);
    const nodeName = pod.spec?.nodeName ?? '';
    const state = this.#pods.get(uid);
    if (state !== undefined && state.node.name === nodeName && sameForCounting(state.info.pod, pod)) {
      state.assumed = false;
      state.info.pod = pod;
      state.node.generation++;
      return;
    }
    if (state !== undefined) this.#take(uid, state);
    this.#put(uid, new PodInfo(pod), nodeName, false);
  }

  removePod(pod: Pod): void {
    const uid = uidOf(pod);
    const state = this.#pods.get(uid);
    if (state !== undefined) this.#take(uid, state);
  }

  /** Counts the pod as running on the node, before the API server knows. Undone by `forget`. */
  assume(info: PodInfo, nodeName: string): void {
    this.#put(info.uid, info, nodeName, true);
  }

  forget(uid: string): void {
    const state = this.#pods.get(uid);
    if (state?.assumed === true) this.#take(uid, state);
  }

  isAssumed(uid: string): boolean {
    return this.#pods.get(uid)?.assumed === true;
  }

  counts(namespace: string, selector: PodSelector): PodCounts {
    return this.#countsOf(namespace, selector, false);
  }

  countsOfAll(namespace: string, selector: PodSelector): PodCounts {
    return this.#countsOf(namespace, selector, true);
  }

  #countsOf(namespace: string, selector: PodSelector, leaving: boolean): PodCounts {
    const key = leaving ? `${selector.key} all` : selector.key;
    let indexes = this.#counts.get(namespace);
    if (indexes === undefined) this.#counts.set(namespace, (indexes = new Map()));
    let index = indexes.get(key);
    if (index !== undefined) {
      indexes.delete(key);
    } else {
      index = new PodCountIndex(selector, leaving);
      for (const { info, node } of this.#byNamespace.get(namespace)?.values() ?? []) index.change(info, node, 1);
      const oldest = indexes.size >= COUNT_INDEXES ? indexes.keys().next().value : undefined;
      if (oldest !== undefined) indexes.delete(oldest);
    }
    indexes.set(key, index);
    return index;
  }

  clear(): void {
    for (const map of [this.#nodes, this.#pods, this.#byNamespace, this.#counts, this.#images, this.#values, this.#claimUses]) map.clear();
    for (const terms of this.#terms) terms.clear();
    this.#freeSlots.length = 0;
    this.#slots = 0;
    this.#list = undefined;
  }

  #node(name: string): NodeInfo {
    let info = this.#nodes.get(name);
    if (info === undefined) {
      const slot = this.#freeSlots.pop() ?? this.#slots++;
      const page = (this.#pages[Math.floor(slot / PAGE)] ??= new Float64Array(PAGE * AMOUNTS));
      const at = (slot % PAGE) * AMOUNTS;
      page.fill(0, at, at + AMOUNTS);
      this.#nodes.set(name, (info = new NodeInfo(name, slot, page, at, new Map())));
    }
    return info;
  }

  #drop(info: NodeInfo): void {
    this.#nodes.delete(info.name);
    this.#freeSlots.push(info.slot);
  }

  #put(uid: string, info: PodInfo, nodeName: string, assumed: boolean): void {
    const node = this.#node(nodeName);
    const state: PodState = { info, node, assumed };
    this.#pods.set(uid, state);
    const { namespace } = info;
    let neighbours = this.#byNamespace.get(namespace);
    if (neighbours === undefined) this.#byNamespace.set(namespace, (neighbours = new Map()));
    neighbours.set(uid, state);
    node.add(info);
    this.#changed(info, node, 1);
  }

  #take(uid: string, { info, node }: PodState): void {
    this.#pods.delete(uid);
    const neighbours = this.#byNamespace.get(info.namespace);
    neighbours?.delete(uid);
    if (neighbours?.size === 0) this.#byNamespace.delete(info.namespace);
    node.remove(info);
    this.#changed(info, node, -1);
    if (node.node === undefined && node.pods.size === 0) this.#drop(node);
  }

  #changed(info: PodInfo, node: NodeInfo, by: 1 | -1): void {
    if (info.hasAffinity) for (const terms of this.#terms) terms.change(info, node, by);
    if (info.pod.spec?.volumes !== undefined) {
      for (const claim of namedClaims(info.pod)) {
        const key = claimKey(info.pod, claim);
        const uses = (this.#claimUses.get(key) ?? 0) + by;
        if (uses === 0) this.#claimUses.delete(key);
        else this.#claimUses.set(key, uses);
      }
    }
    const indexes = this.#counts.get(info.namespace);
    if (indexes !== undefined) for (const index of indexes.values()) index.change(info, node, by);
  }

  #setImages(info: NodeInfo, node: Node | undefined): void {
    for (const name of info.images) {
      const image = this.#images.get(name);
      image?.set(info, false);
      if (image?.count === 0) this.#images.delete(name);
    }
    const images = new Set<string>();
    for (const { names, sizeBytes } of node?.status?.images ?? []) {
      for (const name of names ?? []) {
        images.add(name);
        let image = this.#images.get(name);
        if (image === undefined) this.#images.set(name, (image = new KnownImage(sizeBytes ?? 0)));
        image.set(info, true);
      }
    }
    info.images = [...images];
  }

  #relabelled(info: NodeInfo): void {
    for (const values of this.#values.values()) values.put(info);
    for (const terms of this.#terms) terms.forgetPlaces();
    for (const indexes of this.#counts.values()) for (const index of indexes.values()) index.forgetTopologies();
  }

  #treeOrder(): NodeInfo[] {
    const zones = new Map<string, NodeInfo[]>();
    for (const info of this.#nodes.values()) {
      if (info.node === undefined) continue;
      const zone = zoneOf(info.node);
      const members = zones.get(zone);
      if (members === undefined) zones.set(zone, [info]);
      else members.push(info);
    }
    const list: NodeInfo[] = [];
    const longest = Math.max(0, ...[...zones.values()].map((members) => members.length));
    for (let i = 0; i < longest; i++) for (const members of zones.values()) if (members[i] !== undefined) list.push(members[i] as NodeInfo);
    return list;
  }
}

class KnownImage implements NodeImage {
  count = 0;
  readonly #bySlot: boolean[] = [];

  constructor(readonly size: number) {}

  on({ slot }: NodeInfo): boolean {
    return this.#bySlot[slot] === true;
  }

  set({ slot }: NodeInfo, there: boolean): void {
    while (this.#bySlot.length <= slot) this.#bySlot.push(false);
    if (this.#bySlot[slot] !== there) this.count += there ? 1 : -1;
    this.#bySlot[slot] = there;
  }
}

// component-helpers' GetZoneKey.
function zoneOf(node: Node): string {
  const labels = node.metadata.labels ?? {};
  return `${labels['topology.kubernetes.io/region'] ?? ''}/${labels['topology.kubernetes.io/zone'] ?? ''}`;
}

/** Nothing that indexes or sums depend on differs, so the entry can stand. */
function sameForCounting(known: Pod, seen: Pod): boolean {
  return (
    seen.metadata.deletionTimestamp === known.metadata.deletionTimestamp &&
    semanticallyEqual(seen.metadata.labels, known.metadata.labels) &&
    (seen.spec === known.spec || semanticallyEqual(seen.spec?.resources, known.spec?.resources)) &&
    sameAmounts(seen.spec?.containers, known.spec?.containers) &&
    sameAmounts(seen.spec?.initContainers, known.spec?.initContainers) &&
    (seen.status === known.status || semanticallyEqual(grantsOf(seen), grantsOf(known)))
  );
}

function sameAmounts(a: readonly Container[] | undefined, b: readonly Container[] | undefined): boolean {
  return a === b || semanticallyEqual(a?.map(({ resources }) => resources), b?.map(({ resources }) => resources)); // prettier-ignore
}
