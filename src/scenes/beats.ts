import type { LogEntry } from '../engine/sim/log.ts';
import type { Beat } from '../workers/protocol.ts';
import { actorName, sentence } from './sentence.ts';

// A pause in the world longer than this ends a beat, in virtual ms.
const PAUSE = 2000;
// Requests about these are housekeeping, not part of the story.
const HOUSEKEEPING = /\/(events|leases)(\/|$)/;

interface Open {
  beat: Beat;
  key: string;
  last: number;
  parts: LogEntry[];
}

/**
 * Cuts the log into beats: stretches in which one kind of actor works (the learner, one controller, the scheduler, the
 * kubelets). Fed entry by entry; the last beat grows until another begins.
 */
export class Beats {
  readonly list: Beat[] = [];
  #open: Open | undefined;

  /** Takes in one entry. Returns the beat that it began or changed, if any. */
  add(entry: LogEntry): Beat | undefined {
    const key = leadOf(entry);
    const open = this.#open;
    if (key === undefined) {
      if (open !== undefined && entry.at - open.last <= PAUSE) open.beat.to = entry.seq;
      return undefined;
    }
    if (open !== undefined && open.key === key && entry.at - open.last <= PAUSE && entry.verb !== 'input' && entry.verb !== 'fault') {
      open.parts.push(entry);
      open.last = entry.at;
      open.beat.to = entry.seq;
      open.beat.text = caption(open.parts);
      if (isFailure(entry)) open.beat.mark = 'failure';
      return open.beat;
    }
    const beat: Beat = { from: entry.seq, to: entry.seq, at: entry.at, text: caption([entry]), kind: kindOf(entry) };
    if (entry.verb === 'input') beat.mark = 'command';
    else if (isFailure(entry)) beat.mark = 'failure';
    this.list.push(beat);
    this.#open = { beat, key, last: entry.at, parts: [entry] };
    return beat;
  }

  /** The beat that an instant of the log belongs to. */
  at(seq: number): Beat | undefined {
    let low = 0;
    let high = this.list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.list[middle] as Beat).from <= seq) low = middle + 1;
      else high = middle;
    }
    return this.list[low - 1];
  }
}

/** Who leads the stretch that the entry belongs to; `undefined` when it only follows from others. */
function leadOf(entry: LogEntry): string | undefined {
  switch (entry.verb) {
    case 'input':
    case 'fault':
      return 'input';
    case 'request': {
      const { method, path, dryRun } = entry.detail;
      if (method === 'GET' || method === 'HEAD' || dryRun === true || HOUSEKEEPING.test(path)) return undefined;
      return groupOf(entry.actor);
    }
    case 'schedule':
      return 'scheduler';
    case 'pull':
    case 'container':
    case 'sandbox':
      return 'kubelet';
    case 'packet':
      return 'network';
    case 'probe':
      return entry.detail.ok ? undefined : 'kubelet';
    default:
      return undefined;
  }
}

function groupOf(actor: string): string {
  const [head = '', tail] = actor.split('/');
  if (tail === 'kubelet' || head === 'kubelet') return 'kubelet';
  return head === 'kubectl' || head === 'outside' ? 'client' : actor;
}

function kindOf(entry: LogEntry): Beat['kind'] {
  if (entry.verb === 'input') return 'input';
  if (entry.verb === 'fault') return 'fault';
  if (entry.verb === 'schedule') return 'schedule';
  if (entry.verb === 'packet') return 'network';
  return groupOf(entry.actor) === 'kubelet' ? 'node' : 'write';
}

function isFailure(entry: LogEntry): boolean {
  if (entry.verb === 'schedule') return entry.detail.chosen === undefined;
  if (entry.verb === 'pull') return entry.detail.phase === 'failed';
  if (entry.verb === 'container') return entry.detail.state === 'exited' && (entry.detail.exitCode ?? 0) !== 0;
  return false;
}

/** One line for the figure: the first thing that happened, and how much more of it. */
function caption(parts: readonly LogEntry[]): string {
  const first = parts[0] as LogEntry;
  const same = parts.filter((part) => part.verb === first.verb);
  if (same.length === 1) return sentence(first);
  if (first.verb === 'schedule') {
    const placed = same.map((part) => (part.verb === 'schedule' ? part.detail.chosen : undefined)).filter((node) => node !== undefined);
    if (placed.length > 0) return `The scheduler places ${placed.length} pods: ${countBy(placed)}.`;
  }
  if (first.verb === 'request') {
    const made = same.filter((part) => part.verb === 'request' && part.detail.method === 'POST' && part.detail.code < 400);
    if (made.length === same.length) return `${actorName(first.actor)} creates ${made.length} objects.`;
    return `${sentence(first).replace(/\.$/, '')}, and ${same.length - 1} more request${same.length === 2 ? '' : 's'}.`;
  }
  if (first.verb === 'container' || first.verb === 'pull' || first.verb === 'sandbox') {
    const nodes = new Set(parts.map((part) => part.actor.split('/')[0]));
    const started = parts.filter((part) => part.verb === 'container' && part.detail.state === 'started').length;
    const where = nodes.size === 1 ? `The kubelet of ${[...nodes][0] ?? ''}` : `The kubelets of ${nodes.size} nodes`;
    if (started > 0) return `${where} start${nodes.size === 1 ? 's' : ''} ${started} container${started === 1 ? '' : 's'}.`;
    return `${where} prepare${nodes.size === 1 ? 's' : ''} ${new Set(parts.map((part) => part.ref?.name)).size} pods: images, network, containers.`;
  }
  if (first.verb === 'packet') return sentence(parts.at(-1) as LogEntry);
  return sentence(first);
}

function countBy(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, count]) => `${count} on ${name}`).join(', ');
}
