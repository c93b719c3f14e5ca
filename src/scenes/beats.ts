import type { LogEntry, Seq } from '../engine/sim/log.ts';
import type { Beat } from '../workers/protocol.ts';
import { Tally } from './tally.ts';

// A pause in the world longer than this ends a beat, in virtual ms.
const PAUSE = 2000;
// Requests about these are housekeeping, not part of the story.
const HOUSEKEEPING = /\/(events|leases)(\/|$)/;
// What controllers write when they have seen what others did: counts and addresses.
const REPORT =
  /\/(?:deployments|replicasets|statefulsets|daemonsets|jobs|replicationcontrollers)\/[^/]+\/status$|\/(?:endpointslices|endpoints)(?:\/|$)/;
// What etcd has not written before so many more requests were sent, it writes no more.
const MOST_SENT = 5000;
// Inputs that nobody would call an act.
const SILENT = /^terminal-(?:open|resize)$/;

interface Open {
  beat: Beat;
  /** One for each who leads, in the order in which they began. */
  tallies: Map<string, Tally>;
  last: number;
}

/**
 * Cuts the log into beats: stretches in which one kind of actor works (the learner, one controller, the scheduler, the
 * kubelets). Where two work hand in hand, as scheduler and kubelets do on hundreds of pods, they share a beat. Fed entry by
 * entry; the last beat grows until another begins.
 */
export class Beats {
  readonly #list: Beat[] = [];
  /** What the open beat says is put into words when somebody asks. */
  #untold = false;
  #open: Open | undefined;
  #before: Open | undefined;
  /** Pods that a kubelet has heard of and not started. While there are some, nothing worth a report has been reached. */
  readonly #starting = new Set<string>();
  /** The newest request of a lead: what was answered is in its entry only when the next entry comes. */
  #asked: LogEntry<'request'> | undefined;
  /** Requests of the open beat that etcd may yet write for, and who sent them. */
  #sent = new Map<Seq, { tally: Tally; method: string }>();

  get list(): readonly Beat[] {
    this.#tell();
    return this.#list;
  }
  get count(): number {
    return this.#list.length;
  }

  /** Takes in one entry. Returns the beat that it began or changed, if any. */
  add(entry: LogEntry): Beat | undefined {
    this.#follow(entry);
    const answered = this.#answered();
    if (entry.verb === 'commit') return this.#written(entry) ?? answered;
    const open = this.#open;
    const key = this.#leadOf(entry);
    if (key === undefined) {
      if (open !== undefined && entry.at - open.last <= PAUSE) open.beat.to = entry.seq;
      return answered;
    }
    const fresh = key === 'input' || open === undefined || entry.at - open.last > PAUSE;
    if (!fresh && (open.tallies.has(key) || this.#before?.tallies.has(key) === true)) {
      let tally = open.tallies.get(key);
      if (tally === undefined) open.tallies.set(key, (tally = new Tally(key, entry)));
      else tally.add(entry);
      this.#sentBy(entry, tally);
      open.last = entry.at;
      open.beat.to = entry.seq;
      if (isFailure(entry)) open.beat.mark = 'failure';
      return this.#grown(open);
    }
    this.#tell();
    const tally = new Tally(key, entry);
    const beat: Beat = { from: entry.seq, to: entry.seq, at: entry.at, text: tally.text(), kind: kindOf(key, entry) };
    if (key === 'input') beat.mark = 'command';
    else if (isFailure(entry)) beat.mark = 'failure';
    this.#list.push(beat);
    this.#before = fresh ? undefined : open;
    this.#open = { beat, tallies: new Map([[key, tally]]), last: entry.at };
    this.#sent.clear();
    this.#sentBy(entry, tally);
    return beat;
  }

  /** The beat that an instant of the log belongs to. */
  at(seq: number): Beat | undefined {
    this.#tell();
    let low = 0;
    let high = this.#list.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#list[middle] as Beat).from <= seq) low = middle + 1;
      else high = middle;
    }
    return this.#list[low - 1];
  }

  #grown({ beat }: Open): Beat {
    this.#untold = true;
    return beat;
  }

  #tell(): void {
    if (!this.#untold || this.#open === undefined) return;
    this.#untold = false;
    const { beat, tallies } = this.#open;
    // What was reported comes last: it speaks of the rest.
    beat.text = [...tallies.values()]
      .toSorted((a, b) => Number(a.key === 'report') - Number(b.key === 'report'))
      .map((tally) => tally.text())
      .join(' ');
  }

  #sentBy(entry: LogEntry, tally: Tally): void {
    if (entry.verb !== 'request') return;
    this.#sent.set(entry.seq, { tally, method: entry.detail.method });
    if (this.#sent.size > 2 * MOST_SENT) this.#sent = new Map([...this.#sent].slice(-MOST_SENT));
    this.#asked = entry;
  }

  /** A refusal changes what the open beat says. */
  #answered(): Beat | undefined {
    const asked = this.#asked;
    const open = this.#open;
    this.#asked = undefined;
    if (asked === undefined || open === undefined || asked.detail.code < 400) return undefined;
    if (groupOf(asked.actor) === 'client') open.beat.mark = 'failure';
    return this.#grown(open);
  }

  #written(entry: LogEntry<'commit'>): Beat | undefined {
    const open = this.#open;
    if (open === undefined || entry.at - open.last > PAUSE) return undefined;
    open.beat.to = entry.seq;
    const sent = this.#sent.get(entry.cause);
    if (sent === undefined) return undefined;
    sent.tally.written(entry, sent.method);
    return this.#grown(open);
  }

  #follow(entry: LogEntry): void {
    const { ref } = entry;
    if (ref?.kind !== 'Pod') return;
    const pod = `${ref.namespace ?? ''}/${ref.name}`;
    if (entry.verb === 'notify' && entry.target?.endsWith('/kubelet') === true) {
      if (entry.detail.type === 'ADDED') this.#starting.add(pod);
      else if (entry.detail.type === 'DELETED') this.#starting.delete(pod);
    } else if (entry.verb === 'container' && entry.detail.state !== 'created') this.#starting.delete(pod);
    else if (entry.verb === 'pull' && entry.detail.phase === 'failed') this.#starting.delete(pod);
  }

  /** Who leads the stretch that the entry belongs to; `undefined` when it only follows from others. */
  #leadOf(entry: LogEntry): string | undefined {
    switch (entry.verb) {
      case 'input':
        return SILENT.test(entry.detail.kind) || entry.detail.text === '' ? undefined : 'input';
      case 'fault':
        // A fault by the lab command has a typed line before it; both are the learner's act.
        return 'input';
      case 'request': {
        const { method, path, dryRun } = entry.detail;
        if (method === 'GET' || method === 'HEAD' || dryRun === true || HOUSEKEEPING.test(path)) return undefined;
        if (entry.actor.startsWith('controller/') && REPORT.test(path)) return this.#reports() ? 'report' : undefined;
        return groupOf(entry.actor);
      }
      case 'schedule':
        return 'scheduler';
      case 'pull':
      case 'container':
      case 'sandbox':
        return 'kubelet';
      case 'packet':
        return ofProbe(entry) ? undefined : 'network';
      case 'probe':
        return entry.detail.ok ? undefined : 'kubelet';
      default:
        return undefined;
    }
  }

  /** Counts are news only after the nodes have done something. */
  #reports(): boolean {
    const tallies = this.#open?.tallies;
    if (tallies === undefined) return false;
    return tallies.has('report') || (tallies.has('kubelet') && this.#starting.size === 0);
  }
}

/** A kubelet's probe knocks from its machine: its packets have the bare name of a node at one end. */
export function ofProbe(entry: LogEntry<'packet'>): boolean {
  const bare = (actor: string | undefined): boolean => actor !== undefined && !actor.includes('/') && actor !== 'workstation';
  return bare(entry.actor) || bare(entry.target);
}

function groupOf(actor: string): string {
  const [head = '', tail] = actor.split('/');
  if (tail === 'kubelet' || tail === 'containerd' || tail === 'crio' || head === 'kubelet') return 'kubelet';
  return head === 'kubectl' || head === 'outside' ? 'client' : actor;
}

function kindOf(key: string, entry: LogEntry): Beat['kind'] {
  if (entry.verb === 'fault') return 'fault';
  if (key === 'input' || key === 'network') return key;
  if (key === 'scheduler') return 'schedule';
  return key === 'kubelet' ? 'node' : 'write';
}

function isFailure(entry: LogEntry): boolean {
  if (entry.verb === 'schedule') return entry.detail.chosen === undefined;
  if (entry.verb === 'pull') return entry.detail.phase === 'failed';
  if (entry.verb === 'container') return entry.detail.state === 'exited' && (entry.detail.exitCode ?? 0) !== 0;
  return false;
}
