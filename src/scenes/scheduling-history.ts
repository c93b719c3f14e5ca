import type { LogEntry, Seq } from '../engine/sim/log.ts';

export type QueueName = 'active' | 'backoff' | 'unschedulable' | 'gated';

const SYSTEM = 'kube-system/';

type Told = LogEntry<'schedule'> | LogEntry<'queue'> | LogEntry<'request'> | LogEntry<'commit'>;

/** What the log tells of scheduling, up to an instant. */
class Tale {
  readonly attempts: LogEntry<'schedule'>[] = [];
  /** Requests to bind, by pod. */
  readonly bindings = new Map<string, LogEntry<'request'>[]>();
  /** The pods of each queue in the order in which they came, with what put them there. */
  readonly queues = new Map<QueueName, Map<string, string>>(
    (['active', 'backoff', 'unschedulable', 'gated'] as const).map((name) => [name, new Map()]),
  );
  /** What the scheduler said of a pod when it last failed. */
  readonly words = new Map<string, string>();
  #read = 0;

  constructor(public seq: Seq) {}

  read(entries: readonly Told[], seq: Seq): this {
    for (let entry = entries[this.#read]; entry !== undefined && entry.seq <= seq; entry = entries[++this.#read]) this.#take(entry);
    this.seq = seq;
    return this;
  }

  #take(entry: Told): void {
    const pod = subject(entry);
    for (const queue of this.queues.values()) queue.delete(pod);
    if (entry.verb === 'queue') this.queues.get(entry.detail.to)?.set(pod, entry.detail.because);
    else if (entry.verb === 'schedule') {
      this.attempts.push(entry);
      if (entry.detail.chosen === undefined && entry.detail.message !== undefined) this.words.set(pod, entry.detail.message);
      else this.words.delete(pod);
    } else if (entry.verb === 'request') {
      const bindings = this.bindings.get(pod);
      if (bindings === undefined) this.bindings.set(pod, [entry]);
      else bindings.push(entry);
    } else this.words.delete(pod);
  }
}

/** Reads the log as it grows; a look at a later instant goes on from where the last one was. */
export class SchedulingHistory {
  #entries: Told[] = [];
  #tale: Tale | undefined;

  add(entry: LogEntry): void {
    if (entry.verb === 'schedule' || entry.verb === 'queue') {
      if (!podOf(entry).startsWith(SYSTEM)) this.#entries.push(entry);
    } else if (entry.verb === 'request') {
      const { method, path } = entry.detail;
      if (method === 'POST' && path.endsWith('/binding')) this.#entries.push(entry);
    } else if (entry.verb === 'commit' && entry.ref?.kind === 'Pod' && entry.detail.type === 'DELETED') this.#entries.push(entry);
  }

  until(seq: Seq): Tale {
    if (this.#tale === undefined || this.#tale.seq > seq) this.#tale = new Tale(0);
    return this.#tale.read(this.#entries, seq);
  }

  /** Entries before `seq` are gone; of pods that still wait the last word is kept. */
  forget(seq: Seq): void {
    const [old, kept] = [this.#entries.filter((entry) => entry.seq < seq), this.#entries.filter((entry) => entry.seq >= seq)];
    const waiting = new Map<string, Told>();
    for (const entry of old) {
      if (entry.verb === 'queue') waiting.set(subject(entry), entry);
      else waiting.delete(subject(entry));
    }
    this.#entries = [...[...waiting.values()].sort((a, b) => a.seq - b.seq), ...kept];
    this.#tale = undefined;
  }
}

export function podOf({ ref }: LogEntry): string {
  return `${ref?.namespace ?? 'default'}/${ref?.name ?? ''}`;
}

/** The pod that an entry tells of. */
function subject(entry: Told): string {
  if (entry.verb === 'queue') return entry.detail.pod;
  return entry.verb === 'request' ? boundPod(entry.detail.path) : podOf(entry);
}

/** `/api/v1/namespaces/default/pods/web/binding` → `default/web`. */
function boundPod(path: string): string {
  const [, , , , namespace = '', , name = ''] = path.split('/');
  return `${namespace}/${name}`;
}
