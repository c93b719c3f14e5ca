import type { LogEntry } from '../engine/sim/log.ts';
import { ofProbe } from './beats.ts';
import type { Motion, PlaceId, Stage } from './scene.ts';
import { actorName, sentence } from './sentence.ts';

// More motions than this in one beat are folded: one for each way and style, with its count.
const MOST_MOTIONS = 14;
// Bookkeeping that would hide the story: events that tell of it, leases that only renew themselves.
const BOOKKEEPING = /\/(events|leases)(\/|$)/;
const BOOKKEPT = new Set(['Event', 'Lease']);
// Pods of the system are not in the picture, so neither is what happens inside them.
const SYSTEM = /^(?:pod\/)?kube-system(?:\/|$)/;
/** The API server's stations, in the order in which a request passes them. */
const STAGES = ['authenticate', 'authorize', 'decode', 'admit', 'validate'];

type Unlabelled = Omit<Motion, 'label'>;

/** Who stands where. */
export interface Whereabouts {
  /** The place of an actor's machine (`worker-1`); `undefined` for what is outside the picture. */
  node(name: string): PlaceId | undefined;
  /** The place of the IP address of a machine or pod. */
  address(ip: string): PlaceId | undefined;
}

/**
 * What a beat's entries show: the motions, the API server's stations, who is at work. One motion is one entry, or a counted fold of
 * entries that go the same way. Fed entry by entry, so that a beat that goes on and on costs what is new in it.
 */
export class Hops {
  /** Entries of the first motions: what was answered to a request may stand in its entry a little later. */
  readonly #first: LogEntry[] = [];
  readonly #folded = new Map<string, { first: Motion; count: number; last: Unlabelled }>();
  #count = 0;
  #lastWrite: LogEntry<'request'> | undefined;
  /** Controllers that took something from their queues, or asked for something. */
  readonly loops = new Set<string>();
  readonly #lit = new Set<PlaceId>();
  choosing = false;

  constructor(readonly map: Whereabouts) {}

  add(entry: LogEntry): void {
    if (entry.verb === 'request' && entry.detail.method !== 'GET' && !BOOKKEEPING.test(entry.detail.path)) this.#lastWrite = entry;
    if (entry.verb === 'schedule') this.choosing = true;
    if ((entry.verb === 'reconcile' || entry.verb === 'request') && entry.actor.startsWith('controller/'))
      this.loops.add(entry.actor.slice('controller/'.length));
    const motion = this.#motionOf(entry);
    if (motion === undefined) return;
    if (++this.#count <= MOST_MOTIONS) this.#first.push(entry);
    this.#lit.add(motion.from).add(motion.to);
    const key = `${motion.from}>${motion.to}>${motion.style}>${motion.failed ?? false}`;
    const known = this.#folded.get(key);
    if (known === undefined) this.#folded.set(key, { first: { ...motion, label: sentence(entry) }, count: 1, last: motion });
    else {
      known.count++;
      known.last = motion;
    }
  }

  #motionOf(entry: LogEntry): Unlabelled | undefined {
    const place = (actor: string): PlaceId => placeOf(actor, this.map);
    const at = (endpoint: string): PlaceId | undefined => this.map.address(endpoint.replace(/:\d+$/, ''));
    return entry.verb === 'packet' ? packet(entry, place, at) : hop(entry, place);
  }

  /** Those that were, or one for each way, style and outcome, at the place of the first of them. */
  motions(): Motion[] {
    if (this.#count > MOST_MOTIONS) return [...this.#folded.values()].map(counted);
    return this.#first.flatMap((entry) => {
      const motion = this.#motionOf(entry);
      return motion === undefined ? [] : [{ ...motion, label: sentence(entry) }];
    });
  }

  /** Places that something went from or to. */
  lit(place: PlaceId): boolean {
    return this.#lit.has(place);
  }

  /** The API server's stations, and how the last write fared at each. */
  stages(): Stage[] {
    const last = this.#lastWrite;
    const refused = last === undefined ? undefined : refusedAt(last);
    return STAGES.map((name) => ({
      name,
      state: refused === name ? 'refused' : last?.detail.stages.includes(name) === true ? 'passed' : 'idle',
    }));
  }
}

/** Where an actor of the log stands in the picture. */
function placeOf(actor: string, { node }: Whereabouts): PlaceId {
  const [head = '', tail] = actor.split('/');
  if (head === 'apiserver' || head === 'etcd' || head === 'scheduler') return head;
  if (head === 'controller' || head === 'kube-controller-manager') return 'controllers';
  if (head === 'kubectl' || head === 'outside' || head === 'workstation') return 'client';
  return node(tail !== undefined && (head === 'kubelet' || head === 'kube-proxy') ? tail : head) ?? 'client';
}

function hop(entry: LogEntry, place: (actor: string) => PlaceId): Unlabelled | undefined {
  const { seq } = entry;
  switch (entry.verb) {
    case 'request': {
      const { method, path, code, stages } = entry.detail;
      if (method === 'GET' || BOOKKEEPING.test(path)) return undefined;
      const refused = refusedAt(entry);
      const reached = refused === undefined ? stages : [...stages, refused];
      return {
        seq,
        from: place(entry.actor),
        to: 'apiserver',
        style: 'request',
        stages: STAGES.filter((stage) => reached.includes(stage)),
        ...(code >= 400 ? { failed: true } : {}),
      };
    }
    case 'commit':
      if (BOOKKEPT.has(entry.ref?.kind ?? '')) return undefined;
      return { seq, from: 'apiserver', to: 'etcd', style: 'commit', revision: entry.detail.revision };
    case 'notify': {
      if (BOOKKEPT.has(entry.ref?.kind ?? '')) return undefined;
      const to = place(entry.target ?? '');
      return to === 'client' ? undefined : { seq, from: 'apiserver', to, style: 'notify' };
    }
    case 'schedule':
      return {
        seq,
        from: 'scheduler',
        to: 'scheduler',
        style: 'work',
        ...(entry.detail.chosen === undefined ? { failed: true } : {}),
      };
    case 'pull':
    case 'container':
    case 'sandbox':
    case 'probe': {
      if (SYSTEM.test(entry.ref?.namespace ?? entry.target ?? '')) return undefined;
      const at = place(entry.actor);
      const failed =
        (entry.verb === 'pull' && entry.detail.phase === 'failed') ||
        (entry.verb === 'probe' && !entry.detail.ok) ||
        (entry.verb === 'container' && (entry.detail.exitCode ?? 0) !== 0);
      return { seq, from: at, to: at, style: 'work', ...(failed ? { failed: true } : {}) };
    }
    default:
      return undefined;
  }
}

/** Data on the network: from machine to machine, or within one where its rules rewrite the destination. */
function packet(
  entry: LogEntry<'packet'>,
  place: (actor: string) => PlaceId,
  at: (endpoint: string) => PlaceId | undefined,
): Unlabelled | undefined {
  if (ofProbe(entry)) return undefined;
  const { hop: kind, from, to } = entry.detail;
  const start = kind === 'rule' ? place(entry.actor) : (at(from) ?? place(entry.actor));
  const end = kind === 'rule' ? start : (at(to) ?? (entry.target === undefined ? start : place(entry.target)));
  const lost = ['refused', 'timeout', 'dropped'].includes(kind) ? { failed: true } : {};
  return { seq: entry.seq, from: start, to: end, style: 'data', ...lost };
}

/** The station at which a request was turned away; what fails later (a conflict, a missing object) fails at none of them. */
function refusedAt(entry: LogEntry<'request'>): string | undefined {
  const { code, stages } = entry.detail;
  if (code < 400 || code === 404 || code === 409 || code === 410 || code >= 500) return undefined;
  if (code === 401) return 'authenticate';
  return STAGES.find((stage) => !stages.includes(stage));
}

function counted({ first, count, last }: { first: Motion; count: number; last: Unlabelled }): Motion {
  if (count === 1) return first;
  return {
    ...first,
    count,
    label: `${count} × ${WHAT[first.style]}, ${where(first)}. The first: ${first.label}`,
    ...(last.revision === undefined ? {} : { revision: last.revision }),
  };
}

const WHAT: Readonly<Record<Motion['style'], string>> = {
  request: 'a request',
  notify: 'a notification',
  commit: 'a write',
  work: 'work in place',
  data: 'data',
};

function where({ from, to }: Motion): string {
  const name = (id: PlaceId): string =>
    id.startsWith('zone:') ? `the nodes of ${id.slice('zone:'.length) || 'the cluster'}` : actorName(id.replace(/^node:/, ''));
  return from === to ? `at ${name(from)}` : `${name(from)} → ${name(to)}`;
}
