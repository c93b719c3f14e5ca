import type { Node, Pod } from '../engine/api/generated/types.ts';
import { controllerOf, type ApiObject } from '../engine/api/meta.ts';
import type { Seq } from '../engine/sim/log.ts';
import { podStatus } from './pod-status.ts';
import type { Tone } from './scene.ts';

/** Namespaces whose objects are not in the picture. */
export const HIDDEN_NAMESPACES: ReadonlySet<string> = new Set(['kube-system', 'kube-public', 'kube-node-lease']);

/** What is counted of a pod. */
interface PodFact {
  /** `''`: it has no node yet. */
  readonly node: string;
  /** Name of its controller; `''`: it stands alone. */
  readonly owner: string;
  readonly tone: Tone;
  readonly ending: boolean;
}

/** What is counted of a node. */
export interface NodeFact {
  readonly name: string;
  readonly zone: string;
  readonly ready: boolean;
}

export class Tally {
  count = 0;
  ending = 0;
  readonly tones: Record<Tone, number> = { ok: 0, wait: 0, bad: 0, gone: 0 };

  add({ tone, ending }: PodFact, by: 1 | -1): void {
    this.count += by;
    this.tones[tone] += by;
    if (ending) this.ending += by;
  }

  merge(other: Tally): void {
    this.count += other.count;
    this.ending += other.ending;
    for (const tone of Object.keys(this.tones) as Tone[]) this.tones[tone] += other.tones[tone];
  }
}

/** The pods that are on one node, or on none. */
export class NodePods {
  readonly all = new Tally();
  readonly byOwner = new Map<string, Tally>();
  /** `namespace/name`. */
  readonly names = new Set<string>();
}

type Change =
  | { readonly seq: Seq; readonly of: 'pod'; readonly name: string; readonly before?: PodFact; readonly after?: PodFact }
  | { readonly seq: Seq; readonly of: 'node'; readonly name: string; readonly before?: NodeFact; readonly after?: NodeFact };

/**
 * Pods and nodes as counts. It is told of every commit, and can be wound to any instant of the log, so a look at a large cluster costs
 * what has changed since the last look, not what there is.
 */
export class Census {
  readonly all = new Tally();
  readonly nodes = new Map<string, NodeFact>();
  readonly #places = new Map<string, NodePods>();
  readonly #pods = new Map<string, PodFact>();
  readonly #latest = new Map<string, NodeFact>();
  /** Every change since the oldest instant that can be looked at; the first `#applied` of them are in the counts. */
  #changes: Change[] = [];
  #applied = 0;
  #zones: ReadonlyMap<string, readonly string[]> | undefined;

  /** An object was written (`undefined`: removed) by the entry `seq`. Others than pods and nodes are passed over. */
  add(seq: Seq, kind: string | undefined, name: string, object: ApiObject | undefined): void {
    if (kind === 'Pod') {
      if (HIDDEN_NAMESPACES.has(name.slice(0, name.indexOf('/')))) return;
      const before = this.#pods.get(name);
      const after = object === undefined ? undefined : podFact(object as Pod);
      if (after === undefined) this.#pods.delete(name);
      else this.#pods.set(name, after);
      if (!same(before, after)) this.#changes.push({ seq, of: 'pod', name, ...(before && { before }), ...(after && { after }) });
    } else if (kind === 'Node') {
      const before = this.#latest.get(name);
      const after = object === undefined ? undefined : nodeFact(object as Node);
      if (after === undefined) this.#latest.delete(name);
      else this.#latest.set(name, after);
      if (before?.zone !== after?.zone || before?.ready !== after?.ready)
        this.#changes.push({ seq, of: 'node', name, ...(before && { before }), ...(after && { after }) });
    }
  }

  /** Brings the counts to the instant `seq`. */
  wind(seq: Seq): void {
    for (let next; (next = this.#changes[this.#applied]) !== undefined && next.seq <= seq; this.#applied++) this.#apply(next, 1);
    for (let last; (last = this.#changes[this.#applied - 1]) !== undefined && last.seq > seq; this.#applied--) this.#apply(last, -1);
  }

  /** Nobody will look at an instant before `seq` any more. */
  forget(seq: Seq): void {
    const first = this.#changes.findIndex((change) => change.seq >= seq);
    const cut = first === -1 ? this.#changes.length : first;
    for (; this.#applied < cut; this.#applied++) this.#apply(this.#changes[this.#applied] as Change, 1);
    this.#changes = this.#changes.slice(cut);
    this.#applied -= cut;
  }

  /** On which node a pod is (`namespace/name`). */
  nodeOf(pod: string): string | undefined {
    return this.#pods.get(pod)?.node;
  }

  /** The pods of a node; of `''`: those without one. */
  on(node: string): NodePods | undefined {
    return this.#places.get(node);
  }

  /** Names of the nodes, zone by zone, in order. */
  zones(): ReadonlyMap<string, readonly string[]> {
    if (this.#zones !== undefined) return this.#zones;
    const zones = new Map<string, string[]>();
    for (const { name, zone } of [...this.nodes.values()].sort(
      (a, b) => Number(a.zone === '') - Number(b.zone === '') || inOrder.compare(a.zone, b.zone) || inOrder.compare(a.name, b.name),
    )) {
      const names = zones.get(zone);
      if (names === undefined) zones.set(zone, [name]);
      else names.push(name);
    }
    return (this.#zones = zones);
  }

  #apply(change: Change, by: 1 | -1): void {
    const [from, to] = by === 1 ? [change.before, change.after] : [change.after, change.before];
    if (change.of === 'node') {
      if ((from as NodeFact | undefined)?.zone !== (to as NodeFact | undefined)?.zone) this.#zones = undefined;
      if (to === undefined) this.nodes.delete(change.name);
      else this.nodes.set(change.name, to as NodeFact);
      return;
    }
    if (from !== undefined) this.#count(change.name, from as PodFact, -1);
    if (to !== undefined) this.#count(change.name, to as PodFact, 1);
  }

  #count(name: string, fact: PodFact, by: 1 | -1): void {
    this.all.add(fact, by);
    let place = this.#places.get(fact.node);
    if (place === undefined) this.#places.set(fact.node, (place = new NodePods()));
    place.all.add(fact, by);
    if (by === 1) place.names.add(name);
    else place.names.delete(name);
    let owned = place.byOwner.get(fact.owner);
    if (owned === undefined) place.byOwner.set(fact.owner, (owned = new Tally()));
    owned.add(fact, by);
    if (owned.count === 0) place.byOwner.delete(fact.owner);
  }
}

/** `worker-2` before `worker-10`. */
const inOrder = new Intl.Collator('en', { numeric: true });

function podFact(pod: Pod): PodFact {
  const { tone } = podStatus(pod);
  return {
    node: pod.spec?.nodeName ?? '',
    owner: controllerOf(pod)?.name ?? '',
    tone,
    ending: pod.metadata.deletionTimestamp !== undefined,
  };
}

function same(a: PodFact | undefined, b: PodFact | undefined): boolean {
  return a?.node === b?.node && a?.owner === b?.owner && a?.tone === b?.tone && a?.ending === b?.ending;
}

// Where a machine stands, else what kind of machine it is.
const ZONE = ['topology.kubernetes.io/zone', 'node.kubernetes.io/instance-type'];

function nodeFact(node: Node): NodeFact {
  const { name = '', labels = {} } = node.metadata;
  return { name, zone: ZONE.map((key) => labels[key]).find((zone) => zone !== undefined) ?? '', ready: isReady(node) };
}

export function isReady(node: Node): boolean {
  return node.status?.conditions?.find((condition) => condition.type === 'Ready')?.status === 'True';
}
