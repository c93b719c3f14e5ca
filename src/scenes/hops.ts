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

/** Who stands where. */
export interface Whereabouts {
  /** Places of the picture. */
  known: ReadonlySet<PlaceId>;
  /** Places by the IP addresses of machines and pods. */
  addresses: ReadonlyMap<string, PlaceId>;
}

/** The motions of a beat's entries. One motion is one entry, or a counted fold of entries that go the same way. */
export function hops(entries: readonly LogEntry[], map: Whereabouts): Motion[] {
  const { known, addresses } = map;
  const place = (actor: string): PlaceId => {
    const id = placeOf(actor);
    return known.has(id) ? id : id.startsWith('node:') && known.has('node:*') ? 'node:*' : 'client';
  };
  const at = (endpoint: string): PlaceId | undefined => addresses.get(endpoint.replace(/:\d+$/, ''));
  const motions = entries.flatMap((entry) => (entry.verb === 'packet' ? packet(entry, place, at) : hop(entry, place)));
  return motions.length <= MOST_MOTIONS ? motions : fold(motions);
}

/** How the last write among the entries fared at each station. */
export function stagesOf(entries: readonly LogEntry[]): Stage[] {
  const last = entries.findLast(
    (entry): entry is LogEntry<'request'> =>
      entry.verb === 'request' && entry.detail.method !== 'GET' && !BOOKKEEPING.test(entry.detail.path),
  );
  const refused = last === undefined ? undefined : refusedAt(last);
  return STAGES.map((name) => ({
    name,
    state: refused === name ? 'refused' : last?.detail.stages.includes(name) === true ? 'passed' : 'idle',
  }));
}

/** Where an actor of the log stands in the picture. */
function placeOf(actor: string): PlaceId {
  const [head = '', tail] = actor.split('/');
  if (head === 'apiserver' || head === 'etcd' || head === 'scheduler') return head;
  if (head === 'controller' || head === 'kube-controller-manager') return 'controllers';
  if (head === 'kubectl' || head === 'outside' || head === 'workstation') return 'client';
  return tail === undefined ? `node:${head}` : head === 'kubelet' || head === 'kube-proxy' ? `node:${tail}` : `node:${head}`;
}

function hop(entry: LogEntry, place: (actor: string) => PlaceId): Motion[] {
  const { seq } = entry;
  switch (entry.verb) {
    case 'request': {
      const { method, path, code, stages } = entry.detail;
      if (method === 'GET' || BOOKKEEPING.test(path)) return [];
      const refused = refusedAt(entry);
      const reached = refused === undefined ? stages : [...stages, refused];
      return [
        {
          seq,
          from: place(entry.actor),
          to: 'apiserver',
          style: 'request',
          label: sentence(entry),
          stages: STAGES.filter((stage) => reached.includes(stage)),
          ...(code >= 400 ? { failed: true } : {}),
        },
      ];
    }
    case 'commit':
      if (BOOKKEPT.has(entry.ref?.kind ?? '')) return [];
      return [{ seq, from: 'apiserver', to: 'etcd', style: 'commit', label: sentence(entry), revision: entry.detail.revision }];
    case 'notify': {
      if (BOOKKEPT.has(entry.ref?.kind ?? '')) return [];
      const to = place(entry.target ?? '');
      return to === 'client' ? [] : [{ seq, from: 'apiserver', to, style: 'notify', label: sentence(entry) }];
    }
    case 'schedule':
      return [
        {
          seq,
          from: 'scheduler',
          to: 'scheduler',
          style: 'work',
          label: sentence(entry),
          ...(entry.detail.chosen === undefined ? { failed: true } : {}),
        },
      ];
    case 'pull':
    case 'container':
    case 'sandbox':
    case 'probe': {
      if (SYSTEM.test(entry.ref?.namespace ?? entry.target ?? '')) return [];
      const at = place(entry.actor);
      const failed =
        (entry.verb === 'pull' && entry.detail.phase === 'failed') ||
        (entry.verb === 'probe' && !entry.detail.ok) ||
        (entry.verb === 'container' && (entry.detail.exitCode ?? 0) !== 0);
      return [{ seq, from: at, to: at, style: 'work', label: sentence(entry), ...(failed ? { failed: true } : {}) }];
    }
    default:
      return [];
  }
}

/** Data on the network: from machine to machine, or within one where its rules rewrite the destination. */
function packet(entry: LogEntry<'packet'>, place: (actor: string) => PlaceId, at: (endpoint: string) => PlaceId | undefined): Motion[] {
  if (ofProbe(entry)) return [];
  const { hop: kind, from, to } = entry.detail;
  const start = kind === 'rule' ? place(entry.actor) : (at(from) ?? place(entry.actor));
  const end = kind === 'rule' ? start : (at(to) ?? (entry.target === undefined ? start : place(entry.target)));
  const lost = ['refused', 'timeout', 'dropped'].includes(kind) ? { failed: true } : {};
  return [{ seq: entry.seq, from: start, to: end, style: 'data', label: sentence(entry), ...lost }];
}

/** The station at which a request was turned away; what fails later (a conflict, a missing object) fails at none of them. */
function refusedAt(entry: LogEntry<'request'>): string | undefined {
  const { code, stages } = entry.detail;
  if (code < 400 || code === 404 || code === 409 || code === 410 || code >= 500) return undefined;
  if (code === 401) return 'authenticate';
  return STAGES.find((stage) => !stages.includes(stage));
}

/** One motion for each way, style and outcome, at the place of the first of them. */
function fold(motions: readonly Motion[]): Motion[] {
  const folded = new Map<string, { first: Motion; count: number; last: Motion }>();
  for (const motion of motions) {
    const key = `${motion.from}>${motion.to}>${motion.style}>${motion.failed ?? false}`;
    const known = folded.get(key);
    if (known === undefined) folded.set(key, { first: motion, count: 1, last: motion });
    else {
      known.count++;
      known.last = motion;
    }
  }
  return [...folded.values()].map(({ first, count, last }) =>
    count === 1
      ? first
      : {
          ...first,
          count,
          label: `${count} × ${WHAT[first.style]}, ${where(first)}. The first: ${first.label}`,
          ...(last.revision === undefined ? {} : { revision: last.revision }),
        },
  );
}

const WHAT: Readonly<Record<Motion['style'], string>> = {
  request: 'a request',
  notify: 'a notification',
  commit: 'a write',
  work: 'work in place',
  data: 'data',
};

function where({ from, to }: Motion): string {
  const name = (id: PlaceId): string => actorName(id.replace(/^node:\*?/, '')) || 'the nodes';
  return from === to ? `at ${name(from)}` : `${name(from)} → ${name(to)}`;
}
