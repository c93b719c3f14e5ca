import type { Deployment, Node, Pod } from '../engine/api/generated/types.ts';
import { controllerOf, type ApiObject } from '../engine/api/meta.ts';
import type { LogEntry, Ref, Seq } from '../engine/sim/log.ts';
import type { Beat } from '../workers/protocol.ts';
import { HIDDEN_NAMESPACES, isReady, type Census } from './census.ts';
import { fieldPlaces, stacksOf, zoneOf } from './folds.ts';
import { Hops, type Whereabouts } from './hops.ts';
import { podStatus } from './pod-status.ts';
import { SHELF_ROW, type Place, type PlaceId, type Scene, type SceneObject } from './scene.ts';
import { Seats } from './seats.ts';
import { count, listed } from './sentence.ts';
import { SHELF_KINDS } from './shelf-kinds.ts';
import { stateOf } from './shelf.ts';
import { waitingFor } from './waiting.ts';

/** What the picture is made from: the log, and the objects as they were. */
export interface World {
  /** Pods and nodes as counts. */
  readonly census: Census;
  entry(seq: Seq): LogEntry | undefined;
  /** Objects by resource name at the revision. */
  objects(resource: string, revision: number): readonly ApiObject[];
  /** One of them, by `namespace/name`. */
  object(resource: string, name: string, revision: number): ApiObject | undefined;
  /** etcd revision after the entry. */
  revisionAt(seq: Seq): number;
  /** Components that are stopped after the entry, by the names faults use. */
  stopped(seq: Seq): ReadonlySet<string>;
}

// More pods than this are folded into stacks, more nodes into fields of cells.
const PODS_ONE_BY_ONE = 400;
const NODES_ONE_BY_ONE = 48;
// So many pods of the node in focus are shown.
const MOST_IN_FOCUS = 250;

// The learner's machine, outside the cluster's network.
const WORKSTATION = '203.0.113.10';

type Unseated = Omit<SceneObject, 'slot'>;

/** The lens "apply → running": control plane above, nodes below, objects in their places. A function of log and objects alone. */
export class ClusterScene {
  readonly #seats = new Seats();
  /** What the newest looks found in their beat, to go on from there. */
  #seen: { from: Seq; to: Seq; nodes: string; hops: Hops } | undefined;

  /** Of the look under way. */
  #revision = 0;

  constructor(readonly world: World) {}

  /** `picked`: where much is folded, the node in focus (or that of the pod) is shown apart. */
  build(seq: Seq, beat: Beat | undefined, picked?: Ref): Scene {
    const { world } = this;
    const { census } = world;
    const revision = world.revisionAt(seq);
    census.wind(seq);
    const folded = census.nodes.size > NODES_ONE_BY_ONE;
    const stacked = folded || census.all.count > PODS_ONE_BY_ONE;
    const nodes = folded ? [] : (world.objects('nodes', revision) as readonly Node[]);
    const stopped = world.stopped(seq);
    const deployments = shown<Deployment>(world.objects('deployments', revision));
    const onShelf = SHELF_KINDS.flatMap(({ kind, resource }) =>
      shown<ApiObject>(kind === 'Deployment' ? deployments : world.objects(resource, revision))
        .filter((each) => kind !== 'Service' || each.metadata.name !== 'kubernetes')
        .map((each) => {
          const { status, tone } = stateOf(each);
          return object(each, 'shelf', status, tone);
        }),
    );
    this.#seats.catchUp(seq, (at) => world.entry(at));
    const hops = this.#hops(seq, beat, nodes, revision);
    const focus = stacked ? this.#focus(picked) : undefined;
    const pods = stacked
      ? focus === undefined
        ? []
        : [...(census.on(focus)?.names ?? [])]
            .slice(0, MOST_IN_FOCUS)
            .flatMap((name) => (world.object('pods', name, revision) as Pod | undefined) ?? [])
            .map((pod) => podObject(pod, () => 'focus'))
      : shown<Pod>(world.objects('pods', revision)).map((pod) => podObject(pod, (node) => `node:${node}`));
    const pending = census.on('')?.all;
    const { tones, ending } = census.all;
    const waiting = waitingFor({
      pending: pending?.count ?? 0,
      starting: tones.wait - (pending?.tones.wait ?? 0),
      ending,
      troubled: tones.bad - (pending?.tones.bad ?? 0),
      deployments,
      stopped,
    });
    const seated = this.#seats.assign([...onShelf, ...pods], focus);
    const beyond = seated.filter(({ place, slot }) => place === 'shelf' && slot >= SHELF_ROW);
    return {
      seq,
      at: world.entry(seq)?.at ?? 0,
      revision,
      places: [
        ...controlPlane(hops, stopped, revision),
        ...(folded ? fieldPlaces(census, hops) : nodes.map((node) => nodePlace(node, census, hops, stopped))),
        ...(focus === undefined ? [] : [focusPlace(focus, census)]),
      ],
      objects: beyond.length === 0 ? seated : seated.filter(({ place, slot }) => place !== 'shelf' || slot < SHELF_ROW),
      more: countBy(beyond, ({ ref }) => ref.kind),
      stacks: stacked ? stacksOf(census, folded) : [],
      motions: hops.motions(),
      caption: beat?.text ?? 'The cluster is at rest. Type a command.',
      ...(waiting === undefined ? {} : { waiting }),
    };
  }

  /** What the beat has shown up to `seq`. */
  #hops(seq: Seq, beat: Beat | undefined, nodes: readonly Node[], revision: number): Hops {
    const { world } = this;
    const names = nodes.map(({ metadata }) => metadata.name ?? '');
    let seen = this.#seen;
    if (beat === undefined || seen === undefined || seen.from !== beat.from || seen.to > seq || seen.nodes !== names.join())
      seen = { from: beat?.from ?? 0, to: (beat?.from ?? 1) - 1, nodes: names.join(), hops: new Hops(this.#map(new Set(names))) };
    this.#seen = seen;
    this.#revision = revision;
    if (beat === undefined) return seen.hops;
    const last = Math.min(beat.to, seq);
    for (; seen.to < last; seen.to++) {
      const entry = world.entry(seen.to + 1);
      if (entry !== undefined) seen.hops.add(entry);
    }
    return seen.hops;
  }

  /** Where actors and addresses are: at their node, or in its zone where nodes are folded (`nodes` is empty then). */
  #map(nodes: ReadonlySet<string>): Whereabouts {
    const { census } = this.world;
    const folded = nodes.size === 0;
    const node = (name: string): PlaceId | undefined =>
      folded ? (census.nodes.has(name) ? zoneOf(census, name) : undefined) : nodes.has(name) ? `node:${name}` : undefined;
    let known = { revision: -1, places: new Map<string, PlaceId>() };
    return {
      node,
      address: (ip) => {
        // In a large cluster the actors' own places have to do.
        if (ip === WORKSTATION || folded) return ip === WORKSTATION ? 'client' : undefined;
        if (!known.places.has(ip) && known.revision !== this.#revision)
          known = { revision: this.#revision, places: this.#addresses(this.#revision) };
        return known.places.get(ip);
      },
    };
  }

  #addresses(revision: number): Map<string, PlaceId> {
    const { world } = this;
    const places = new Map<string, PlaceId>();
    for (const { metadata, status } of world.objects('nodes', revision) as readonly Node[])
      for (const { address } of status?.addresses ?? []) places.set(address, `node:${metadata.name ?? ''}`);
    for (const { spec, status } of world.objects('pods', revision) as readonly Pod[])
      if (status?.podIP !== undefined && spec?.hostNetwork !== true) places.set(status.podIP, `node:${spec?.nodeName ?? ''}`);
    return places;
  }

  #focus(picked: Ref | undefined): string | undefined {
    const { census } = this.world;
    const node =
      picked?.kind === 'Node'
        ? picked.name
        : picked?.kind === 'Pod'
          ? census.nodeOf(`${picked.namespace ?? ''}/${picked.name}`)
          : undefined;
    return node !== undefined && census.nodes.has(node) ? node : undefined;
  }
}

function countBy<T>(list: readonly T[], keyOf: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of list) counts[keyOf(item)] = (counts[keyOf(item)] ?? 0) + 1;
  return counts;
}

function shown<T extends ApiObject>(list: readonly ApiObject[]): T[] {
  return list.filter((each) => !HIDDEN_NAMESPACES.has(each.metadata.namespace ?? '')) as T[];
}

function object(source: ApiObject, place: SceneObject['place'], status: string, tone: SceneObject['tone']): Unseated {
  const { name = '', namespace, uid } = source.metadata;
  const owner = controllerOf(source)?.uid;
  return {
    key: uid ?? `${source.kind}/${namespace ?? ''}/${name}`,
    ref: { kind: source.kind, name, ...(namespace === undefined ? {} : { namespace }), ...(uid === undefined ? {} : { uid }) },
    ...(owner === undefined ? {} : { owner }),
    place,
    status,
    tone,
  };
}

function podObject(pod: Pod, placeOf: (node: string) => PlaceId): Unseated {
  const { text, tone } = podStatus(pod);
  const node = pod.spec?.nodeName;
  return object(pod, node === undefined || node === '' ? 'pending' : placeOf(node), text, tone);
}

function controlPlane(hops: Hops, stopped: ReadonlySet<string>, revision: number): Place[] {
  const fixed = (id: PlaceId, kind: Place['kind'], label: string, component: string, note = ''): Place => ({
    id,
    kind,
    label,
    note,
    state: stopped.has(component) ? 'down' : 'up',
    lit: hops.lit(id),
  });
  const loops = [...hops.loops];
  return [
    fixed('client', 'client', 'You', '', 'with kubectl'),
    { ...fixed('apiserver', 'apiserver', 'API server', 'apiserver'), stages: hops.stages() },
    fixed('etcd', 'etcd', 'etcd', 'etcd', `revision ${revision}`),
    fixed('controllers', 'controllers', 'Controllers', 'controller-manager', loops.length === 0 ? 'watching' : `${listed(loops)} at work`),
    fixed('scheduler', 'scheduler', 'Scheduler', 'scheduler', hops.choosing ? 'choosing' : 'watching'),
  ];
}

function nodePlace(node: Node, census: Census, hops: Hops, stopped: ReadonlySet<string>): Place {
  const name = node.metadata.name ?? '';
  const id = `node:${name}`;
  const down = stopped.has(name) || stopped.has(`kubelet@${name}`);
  const notes = [isReady(node) ? 'Ready' : 'NotReady', ...(node.spec?.unschedulable === true ? ['SchedulingDisabled'] : [])];
  const some = census.on(name)?.all.count ?? 0;
  return {
    id,
    kind: 'node',
    label: name,
    note: `${notes.join(', ')} · ${some === 0 ? 'no Pods' : count(some, 'Pod')}`,
    state: down ? 'down' : isReady(node) ? 'up' : 'troubled',
    lit: hops.lit(id),
  };
}

/** The picked node, apart from the field that it is a cell of. */
function focusPlace(name: string, census: Census): Place {
  const ready = census.nodes.get(name)?.ready === true;
  const some = census.on(name)?.all.count ?? 0;
  return {
    id: 'focus',
    kind: 'node',
    label: name,
    note: `${ready ? 'Ready' : 'NotReady'} · ${some === 0 ? 'no Pods' : count(some, 'Pod')}`,
    state: ready ? 'up' : 'troubled',
    lit: false,
  };
}
