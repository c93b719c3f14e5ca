import type { Deployment, Node, Pod } from '../engine/api/generated/types.ts';
import { controllerOf, type ApiObject } from '../engine/api/meta.ts';
import type { LogEntry, Seq } from '../engine/sim/log.ts';
import type { Beat } from '../workers/protocol.ts';
import { hops, stagesOf } from './hops.ts';
import { podStatus } from './pod-status.ts';
import type { Motion, Place, PlaceId, Scene, SceneObject, Stack, Tone } from './scene.ts';
import { Seats } from './seats.ts';
import { count, listed } from './sentence.ts';
import { SHELF_KINDS } from './shelf-kinds.ts';
import { stateOf } from './shelf.ts';
import { waitingFor } from './waiting.ts';

/** What the picture is made from: the log, and the objects as they were. */
export interface World {
  entry(seq: Seq): LogEntry | undefined;
  /** Objects by resource name at the revision. */
  objects(resource: string, revision: number): readonly ApiObject[];
  /** etcd revision after the entry. */
  revisionAt(seq: Seq): number;
  /** Components that are stopped after the entry, by the names faults use. */
  stopped(seq: Seq): ReadonlySet<string>;
}

// More pods than this are folded into stacks, more nodes into one place.
const PODS_ONE_BY_ONE = 400;
const NODES_ONE_BY_ONE = 48;
// Of a beat that goes on and on, the newest entries are drawn.
const MOST_ENTRIES = 20_000;
const HIDDEN_NAMESPACES = new Set(['kube-system', 'kube-public', 'kube-node-lease']);

// The learner's machine, outside the cluster's network.
const WORKSTATION = '203.0.113.10';

type Unseated = Omit<SceneObject, 'slot'>;

/** The lens "apply → running": control plane above, nodes below, objects in their places. A function of log and objects alone. */
export class ClusterScene {
  readonly #seats = new Seats();

  constructor(readonly world: World) {}

  build(seq: Seq, beat: Beat | undefined): Scene {
    const { world } = this;
    const revision = world.revisionAt(seq);
    const entries = this.#entries(seq, beat);
    const nodes = world.objects('nodes', revision) as readonly Node[];
    const folded = nodes.length > NODES_ONE_BY_ONE;
    const stopped = world.stopped(seq);
    const deployments = shown<Deployment>(world.objects('deployments', revision));
    const pods = shown<Pod>(world.objects('pods', revision));
    const placed = pods.map((pod) => podObject(pod, folded));
    const onShelf = SHELF_KINDS.flatMap(({ kind, resource }) =>
      shown<ApiObject>(kind === 'Deployment' ? deployments : world.objects(resource, revision))
        .filter((each) => kind !== 'Service' || each.metadata.name !== 'kubernetes')
        .map((each) => {
          const { status, tone } = stateOf(each);
          return object(each, 'shelf', status, tone);
        }),
    );
    const stacked = placed.length > PODS_ONE_BY_ONE;
    this.#seats.catchUp(seq, (at) => world.entry(at));
    const ids: PlaceId[] = ['client', 'apiserver', 'etcd', 'controllers', 'scheduler'];
    ids.push(...(folded ? ['node:*'] : nodes.map((node) => `node:${node.metadata.name ?? ''}`)));
    const addresses = new Map<string, PlaceId>([[WORKSTATION, 'client']]);
    if (entries.some((entry) => entry.verb === 'packet')) {
      for (const node of nodes)
        for (const { address } of node.status?.addresses ?? [])
          addresses.set(address, folded ? 'node:*' : `node:${node.metadata.name ?? ''}`);
      for (const pod of world.objects('pods', revision) as readonly Pod[])
        if (pod.status?.podIP !== undefined && pod.spec?.hostNetwork !== true)
          addresses.set(pod.status.podIP, folded ? 'node:*' : `node:${pod.spec?.nodeName ?? ''}`);
    }
    const motions = hops(entries, { known: new Set(ids), addresses });
    const tone = (of: Tone): number => placed.filter((each) => each.tone === of && each.place !== 'pending').length;
    const waiting = waitingFor({
      pending: placed.filter((each) => each.place === 'pending').length,
      starting: tone('wait'),
      ending: placed.filter((each) => each.status === 'Terminating').length,
      troubled: tone('bad'),
      deployments,
      stopped,
    });
    return {
      seq,
      at: world.entry(seq)?.at ?? 0,
      revision,
      places: places({ nodes, placed, entries, motions, stopped, revision, folded }),
      objects: this.#seats.assign(stacked ? onShelf : [...onShelf, ...placed]),
      stacks: stacked ? stacks(placed, pods) : [],
      motions,
      caption: beat?.text ?? 'The cluster is at rest. Type a command.',
      ...(waiting === undefined ? {} : { waiting }),
    };
  }

  #entries(seq: Seq, beat: Beat | undefined): LogEntry[] {
    if (beat === undefined) return [];
    const last = Math.min(beat.to, seq);
    const entries: LogEntry[] = [];
    for (let at = Math.max(beat.from, last - MOST_ENTRIES); at <= last; at++) {
      const entry = this.world.entry(at);
      if (entry !== undefined) entries.push(entry);
    }
    return entries;
  }
}

function shown<T extends ApiObject>(list: readonly ApiObject[]): T[] {
  return list.filter((each) => !HIDDEN_NAMESPACES.has(each.metadata.namespace ?? '')) as T[];
}

function object(source: ApiObject, place: SceneObject['place'], status: string, tone: Tone): Unseated {
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

function podObject(pod: Pod, folded: boolean): Unseated {
  const { text, tone } = podStatus(pod);
  const node = pod.spec?.nodeName;
  return object(pod, node === undefined || node === '' ? 'pending' : folded ? 'node:*' : `node:${node}`, text, tone);
}

function stacks(placed: readonly Unseated[], pods: readonly Pod[]): Stack[] {
  const result = new Map<string, { key: string; place: string; owner: string; count: number; tones: Record<Tone, number> }>();
  placed.forEach((each, i) => {
    const owner = controllerOf(pods[i] as Pod)?.name ?? each.ref.name;
    const key = `${each.place}|${owner}`;
    let stack = result.get(key);
    if (stack === undefined) {
      stack = { key, place: each.place, owner, count: 0, tones: { ok: 0, wait: 0, bad: 0, gone: 0 } };
      result.set(key, stack);
    }
    stack.count++;
    stack.tones[each.tone]++;
  });
  return [...result.values()];
}

interface Cast {
  nodes: readonly Node[];
  placed: readonly Unseated[];
  entries: readonly LogEntry[];
  motions: readonly Motion[];
  stopped: ReadonlySet<string>;
  revision: number;
  folded: boolean;
}

function places({ nodes, placed, entries, motions, stopped, revision, folded }: Cast): Place[] {
  const lit = new Set<PlaceId>(motions.flatMap(({ from, to }) => [from, to]));
  const acting = new Set(entries.filter((entry) => entry.verb === 'reconcile' || entry.verb === 'request').map((entry) => entry.actor));
  const loops = [...acting].filter((actor) => actor.startsWith('controller/')).map((actor) => actor.slice('controller/'.length));
  const fixed = (id: PlaceId, kind: Place['kind'], label: string, component: string, note = ''): Place => ({
    id,
    kind,
    label,
    note,
    state: stopped.has(component) ? 'down' : 'up',
    lit: lit.has(id),
  });
  const perNode = new Map<string, number>();
  for (const { place } of placed) perNode.set(place, (perNode.get(place) ?? 0) + 1);
  const isReady = (node: Node): boolean => node.status?.conditions?.find((condition) => condition.type === 'Ready')?.status === 'True';
  const onNodes: Place[] = folded
    ? [
        {
          id: 'node:*',
          kind: 'node',
          label: count(nodes.length, 'node'),
          note: `${nodes.filter(isReady).length} Ready · ${count(perNode.get('node:*') ?? 0, 'Pod')}`,
          state: nodes.every(isReady) ? 'up' : 'troubled',
          lit: lit.has('node:*'),
        },
      ]
    : nodes.map((node): Place => {
        const name = node.metadata.name ?? '';
        const id = `node:${name}`;
        const down = stopped.has(name) || stopped.has(`kubelet@${name}`);
        const notes = [isReady(node) ? 'Ready' : 'NotReady', ...(node.spec?.unschedulable === true ? ['SchedulingDisabled'] : [])];
        const some = perNode.get(id) ?? 0;
        return {
          id,
          kind: 'node',
          label: name,
          note: `${notes.join(', ')} · ${some === 0 ? 'no Pods' : count(some, 'Pod')}`,
          state: down ? 'down' : isReady(node) ? 'up' : 'troubled',
          lit: lit.has(id),
        };
      });
  return [
    fixed('client', 'client', 'You', '', 'with kubectl'),
    { ...fixed('apiserver', 'apiserver', 'API server', 'apiserver'), stages: stagesOf(entries) },
    fixed('etcd', 'etcd', 'etcd', 'etcd', `revision ${revision}`),
    fixed('controllers', 'controllers', 'Controllers', 'controller-manager', loops.length === 0 ? 'watching' : `${listed(loops)} at work`),
    fixed('scheduler', 'scheduler', 'Scheduler', 'scheduler', entries.some((entry) => entry.verb === 'schedule') ? 'choosing' : 'watching'),
    ...onNodes,
  ];
}
