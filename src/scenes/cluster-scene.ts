import type { Deployment, Node, Pod, ReplicaSet, Service } from '../engine/api/generated/types.ts';
import { controllerOf, type ApiObject } from '../engine/api/meta.ts';
import type { LogEntry, Seq } from '../engine/sim/log.ts';
import type { Beat } from '../workers/protocol.ts';
import { podStatus } from './pod-status.ts';
import type { Motion, Place, PlaceId, Scene, SceneObject } from './scene.ts';
import { sentence } from './sentence.ts';
import { Slots } from './slots.ts';

/** What the picture is made from: the log, and the objects as they were. */
export interface World {
  entry(seq: Seq): LogEntry | undefined;
  /** Objects by resource name at the revision. */
  objects(resource: 'deployments' | 'replicasets' | 'pods' | 'services' | 'nodes', revision: number): readonly ApiObject[];
  /** etcd revision after the entry. */
  revisionAt(seq: Seq): number;
  /** Components that are stopped after the entry, by the names faults use. */
  stopped(seq: Seq): ReadonlySet<string>;
}

// More motions than this in one beat are shown as one of each kind.
const MOST_MOTIONS = 40;
const HIDDEN_NAMESPACES = new Set(['kube-system', 'kube-public', 'kube-node-lease']);

/** The lens "apply → running": control plane above, nodes below, objects in their places. */
export class ClusterScene {
  readonly #slots = new Slots();

  constructor(readonly world: World) {}

  build(seq: Seq, beat: Beat | undefined): Scene {
    const { world } = this;
    const revision = world.revisionAt(seq);
    const entries: LogEntry[] = [];
    if (beat !== undefined) {
      for (let at = beat.from; at <= Math.min(beat.to, seq); at++) {
        const entry = world.entry(at);
        if (entry !== undefined) entries.push(entry);
      }
    }
    const nodes = world.objects('nodes', revision) as readonly Node[];
    const motions = thin(entries.flatMap(motionOf));
    const stopped = world.stopped(seq);
    const objects = this.#objects(revision);
    const caption = beat?.text ?? 'The cluster is at rest. Type a command.';
    const waiting = waitingFor(objects, stopped);
    return {
      seq,
      at: world.entry(seq)?.at ?? 0,
      revision,
      places: places(nodes, entries, motions, stopped, revision),
      objects,
      motions,
      caption,
      ...(waiting === undefined ? {} : { waiting }),
    };
  }

  #objects(revision: number): SceneObject[] {
    const { world } = this;
    const shown = <T extends ApiObject>(list: readonly ApiObject[]): T[] =>
      list.filter((object) => !HIDDEN_NAMESPACES.has(object.metadata.namespace ?? '')) as T[];
    const result: Omit<SceneObject, 'slot'>[] = [];
    for (const deployment of shown<Deployment>(world.objects('deployments', revision))) {
      const wanted = deployment.spec?.replicas ?? 1;
      const ready = deployment.status?.readyReplicas ?? 0;
      result.push(object(deployment, 'shelf', `${ready}/${wanted}`, ready >= wanted ? 'ok' : 'wait'));
    }
    for (const set of shown<ReplicaSet>(world.objects('replicasets', revision))) {
      const wanted = set.spec?.replicas ?? 1;
      const ready = set.status?.readyReplicas ?? 0;
      result.push(object(set, 'shelf', `${ready}/${wanted}`, wanted === 0 ? 'gone' : ready >= wanted ? 'ok' : 'wait'));
    }
    for (const service of shown<Service>(world.objects('services', revision))) {
      if (service.metadata.name === 'kubernetes') continue;
      result.push(object(service, 'shelf', service.spec?.clusterIP ?? '', 'ok'));
    }
    for (const pod of shown<Pod>(world.objects('pods', revision))) {
      const { text, tone } = podStatus(pod);
      const node = pod.spec?.nodeName;
      result.push(object(pod, node === undefined || node === '' ? 'pending' : `node:${node}`, text, tone));
    }
    return this.#slots.assign(result);
  }
}

function object(object: ApiObject, place: SceneObject['place'], status: string, tone: SceneObject['tone']): Omit<SceneObject, 'slot'> {
  const { name = '', namespace, uid } = object.metadata;
  const owner = controllerOf(object)?.uid;
  return {
    key: uid ?? name,
    ref: { kind: object.kind, name, ...(namespace === undefined ? {} : { namespace }), ...(uid === undefined ? {} : { uid }) },
    ...(owner === undefined ? {} : { owner }),
    place,
    status,
    tone,
  };
}

function places(
  nodes: readonly Node[],
  entries: readonly LogEntry[],
  motions: readonly Motion[],
  stopped: ReadonlySet<string>,
  revision: number,
): Place[] {
  const lit = new Set<PlaceId>(motions.flatMap(({ from, to }) => [from, to]));
  const acting = new Set(entries.map((entry) => entry.actor).filter((actor) => actor.startsWith('controller/')));
  const fixed = (id: PlaceId, kind: Place['kind'], label: string, component: string, note?: string): Place => ({
    id,
    kind,
    label,
    ...(note === undefined ? {} : { note }),
    state: stopped.has(component) ? 'down' : 'up',
    lit: lit.has(id),
  });
  return [
    fixed('client', 'client', 'You and kubectl', ''),
    fixed('apiserver', 'apiserver', 'API server', 'apiserver'),
    fixed('etcd', 'etcd', 'etcd', 'etcd', `revision ${revision}`),
    fixed(
      'controllers',
      'controllers',
      'Controllers',
      'controller-manager',
      [...acting].map((actor) => actor.slice('controller/'.length)).join(', '),
    ),
    fixed('scheduler', 'scheduler', 'Scheduler', 'scheduler'),
    ...nodes.map((node): Place => {
      const name = node.metadata.name ?? '';
      const ready = node.status?.conditions?.find((condition) => condition.type === 'Ready')?.status;
      const down = stopped.has(name) || stopped.has(`kubelet@${name}`);
      return {
        id: `node:${name}`,
        kind: 'node',
        label: name,
        note: [ready === 'True' ? 'Ready' : 'NotReady', ...(node.spec?.unschedulable === true ? ['SchedulingDisabled'] : [])].join(', '),
        state: down ? 'down' : ready === 'True' ? 'up' : 'troubled',
        lit: lit.has(`node:${name}`),
      };
    }),
  ];
}

/** Where an actor of the log stands in the picture. */
function placeOf(actor: string): PlaceId {
  const [head = '', tail] = actor.split('/');
  if (head === 'apiserver' || head === 'etcd' || head === 'scheduler') return head;
  if (head === 'controller' || head === 'kube-controller-manager') return 'controllers';
  if (tail === 'kubelet' || tail === 'proxy' || tail === 'kube-proxy') return `node:${head}`;
  if (head === 'kubelet' || head === 'kube-proxy') return `node:${tail ?? ''}`;
  return 'client';
}

function motionOf(entry: LogEntry): Motion[] {
  switch (entry.verb) {
    case 'request': {
      if (entry.detail.method === 'GET') return [];
      const failed = entry.detail.code >= 400 ? { failed: true } : {};
      return [{ seq: entry.seq, from: placeOf(entry.actor), to: 'apiserver', style: 'request', label: sentence(entry), ...failed }];
    }
    case 'commit':
      return [
        {
          seq: entry.seq,
          from: 'apiserver',
          to: 'etcd',
          style: 'commit',
          label: `${entry.ref?.kind ?? ''} ${entry.ref?.name ?? ''} @ ${entry.detail.revision}`,
        },
      ];
    case 'notify': {
      const to = placeOf(entry.target ?? '');
      return to === 'client' ? [] : [{ seq: entry.seq, from: 'apiserver', to, style: 'notify', label: sentence(entry) }];
    }
    case 'schedule':
      return [
        {
          seq: entry.seq,
          from: 'scheduler',
          to: entry.detail.chosen === undefined ? 'scheduler' : `node:${entry.detail.chosen}`,
          style: 'work',
          label: sentence(entry),
          ...(entry.detail.chosen === undefined ? { failed: true } : {}),
        },
      ];
    case 'pull':
    case 'container':
    case 'sandbox':
    case 'probe': {
      const place = placeOf(entry.actor);
      return [{ seq: entry.seq, from: place, to: place, style: 'work', label: sentence(entry) }];
    }
    case 'packet':
      return [
        { seq: entry.seq, from: placeOf(entry.actor), to: placeOf(entry.target ?? entry.actor), style: 'data', label: sentence(entry) },
      ];
    default:
      return [];
  }
}

function thin(motions: readonly Motion[]): Motion[] {
  if (motions.length <= MOST_MOTIONS) return [...motions];
  const kinds = new Map<string, Motion>();
  for (const motion of motions) kinds.set(`${motion.from}>${motion.to}>${motion.style}`, motion);
  return [...kinds.values()].slice(0, MOST_MOTIONS);
}

function waitingFor(objects: readonly SceneObject[], stopped: ReadonlySet<string>): string | undefined {
  const pending = objects.filter((object) => object.place === 'pending').length;
  if (pending > 0 && stopped.has('scheduler'))
    return `${pending} pod${pending === 1 ? ' waits' : 's wait'} for a scheduler; none is running.`;
  if (pending > 0) return `${pending} pod${pending === 1 ? ' waits' : 's wait'} for a node.`;
  if (stopped.has('controller-manager')) return 'The controller manager is stopped: objects are stored, but nobody acts on them.';
  const starting = objects.filter((object) => object.ref.kind === 'Pod' && object.tone === 'wait').length;
  if (starting > 0) return `${starting} pod${starting === 1 ? ' is' : 's are'} starting.`;
  const bad = objects.filter((object) => object.ref.kind === 'Pod' && object.tone === 'bad').length;
  return bad > 0 ? `${bad} pod${bad === 1 ? ' is' : 's are'} in trouble.` : undefined;
}
