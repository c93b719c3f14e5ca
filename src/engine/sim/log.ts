import type { Millis } from './time.ts';
import { Digest } from './hash.ts';

/** Number of a log entry, from 1. 0 stands for "no cause": the start of the world, or a log that is switched off. */
export type Seq = number;

/** Address of a component: `kubectl/alice`, `apiserver`, `etcd-0`, `controller/replicaset`, `scheduler`, `node-1/kubelet`, `pod/default/web-x`. */
export type Actor = string;

/** What an entry is about. */
export interface Ref {
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly uid?: string;
  /** etcd revision the entry speaks of. */
  readonly revision?: number;
}

export interface ScheduleVerdict {
  /** Nodes that were refused: the plugin and its reasons; `unresolvable` where no preemption could help. */
  readonly filters: Readonly<Record<string, { plugin: string; reasons: readonly string[]; unresolvable?: boolean }>>;
  /** For each feasible node the weighted score of each plugin, and `total`. A single feasible node is not scored. */
  readonly scores: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** By plugin. A weighted score divided by it is the normalised one, 0 … 100. */
  readonly weights?: Readonly<Record<string, number>>;
  /** Scores before they were normalised, of the plugins that normalise. */
  readonly raw?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** The plugin that refused the pod before any node was looked at. */
  readonly preFilter?: { plugin: string; reasons: readonly string[] };
  readonly chosen?: string;
  readonly message?: string;
  /** `default-scheduler`, or another profile. */
  readonly profile?: string;
  /** Which attempt of this pod it was, from 1, and what put the pod into the queue that it came from. */
  readonly attempt?: number;
  readonly because?: string;
  /** Nodes there are, and of how many feasible and refused ones nothing is told here, for brevity. */
  readonly nodes?: number;
  readonly untold?: number;
  /** What preemption decided: pods that have to go, and the node that is kept for this one. */
  readonly preemption?: { node: string; victims: readonly string[] };
}

/** Every verb of the log and what its `detail` holds. This interface is the log's documentation: one line a verb. */
export interface Details {
  /** Something from outside: a typed line, a request of a foreign client, a fault, a button. `kind` as in `sim/recorder.ts`. */
  input: { kind: string; text?: string };
  /** A component begins or ends to run. */
  component: { state: 'started' | 'stopped'; reason?: string };
  /** A request has been answered. actor = client, target = `apiserver`. `stages`: the pipeline's verdicts in order. */
  request: {
    method: string;
    path: string;
    code: number;
    user: string;
    stages: readonly string[];
    reason?: string;
    dryRun?: boolean;
    /** What priority and fairness took it for, and the level that this leads to. */
    flowSchema?: string;
    priorityLevel?: string;
  };
  /** The API server wrote an audit event, as its policy asks. The detail is the event; these fields each has. */
  audit: {
    readonly auditID: string;
    readonly level: string;
    readonly stage: string;
    readonly verb: string;
    readonly requestURI: string;
    readonly user: { readonly username: string };
    readonly annotations?: Readonly<Record<string, string>>;
  };
  /** etcd wrote a key. actor = `apiserver`, target = the etcd member. */
  commit: { type: 'ADDED' | 'MODIFIED' | 'DELETED'; key: string; revision: number };
  /** A watcher learned of a commit. actor = `apiserver`, target = the watcher. */
  notify: { type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'; resource: string; revision: number };
  /** A key entered a work queue. `delay` in ms when it was put off (back-off, a deadline). */
  enqueue: { queue: string; key: string; delay?: number; retries?: number };
  /** A controller starts to compare desired with observed. */
  reconcile: { queue: string; key: string };
  /** What a reconciliation found and decided, in one sentence. */
  decide: { text: string };
  /** One scheduling attempt with every verdict and score. */
  schedule: ScheduleVerdict;
  /** A pod moved between the scheduler's queues. */
  queue: { pod: string; to: 'active' | 'backoff' | 'unschedulable' | 'gated'; because: string };
  /** kubelet and runtime: images. */
  pull: { image: string; phase: 'started' | 'finished' | 'failed'; took?: number; bytes?: number; error?: string };
  /** kubelet and runtime: containers. */
  container: {
    container: string;
    state: 'created' | 'started' | 'exited' | 'killed' | 'waiting';
    reason?: string;
    exitCode?: number;
    image?: string;
  };
  /** kubelet: a probe and its verdict. */
  probe: { container: string; kind: 'startup' | 'readiness' | 'liveness'; ok: boolean; message?: string; took: number };
  /** kubelet: the pod's sandbox (network namespace, address). */
  sandbox: { state: 'created' | 'removed'; ip?: string };
  /** A heartbeat: the lease of a node or of a leader. */
  heartbeat: { lease: string };
  /** One hop of data on the network. */
  packet: {
    hop: 'dns-query' | 'dns-answer' | 'rule' | 'forward' | 'request' | 'response' | 'refused' | 'timeout' | 'dropped';
    flow: number;
    from: string;
    to: string;
    text: string;
  };
  /** A proxy rewrote the rules of its node. */
  rules: { service: string; endpoints: readonly string[] };
  /** A process of a terminal or container started or ended. */
  process: { pid: number; state: 'started' | 'exited'; argv: readonly string[]; code?: number };
  /** The cloud did something to a machine, for a client that asked for it. actor = `cloud`. */
  machine: { machine: string; group: string; state: 'ordered' | 'running' | 'refused' | 'shutting down' | 'gone'; why?: string };
  /** A member of etcd leads from now on, or the members have no leader any more. actor = the member. */
  election: { member: string; term: number; state: 'elected' | 'lost'; votes?: number; of?: number };
  /** Something was broken or mended on purpose. */
  fault: { fault: string; undone?: boolean };
}

export type Verb = keyof Details;

/** One entry. `V` defaults to any verb; narrow it by comparing `entry.verb`. */
export type LogEntry<V extends Verb = Verb> = V extends Verb
  ? {
      readonly seq: Seq;
      readonly at: Millis;
      readonly actor: Actor;
      readonly verb: V;
      readonly ref?: Ref;
      readonly target?: Actor;
      readonly cause: Seq;
      readonly beat?: string;
      readonly detail: Details[V];
    }
  : never;

export interface EntryExtras {
  ref?: Ref;
  target?: Actor;
  /** Set only when the cause is not the ambient one (see `Simulation.causedBy`). */
  cause?: Seq;
  beat?: string;
}

export interface Log {
  /** False in the no-op twin: hot paths ask before they build a detail. */
  readonly enabled: boolean;
  /** The entries that are kept: all, or the newest of a very large cluster. */
  readonly entries: readonly LogEntry[];
  /** Number of the newest entry, and of the oldest that is kept. */
  readonly last: Seq;
  readonly first: Seq;
  append<V extends Verb>(at: Millis, cause: Seq, actor: Actor, verb: V, detail: Details[V], extras?: EntryExtras): Seq;
  get(seq: Seq): LogEntry | undefined;
  /** Ancestors, nearest first: why it happened. */
  why(seq: Seq): LogEntry[];
  /** Direct descendants: what it led to. */
  next(seq: Seq): LogEntry[];
  /** Entries that speak of an object, oldest first. */
  about(ref: { kind: string; namespace?: string; name: string }): LogEntry[];
  subscribe(listener: (entry: LogEntry) => void): () => void;
  /** Digest of all kept entries: equal for equal runs. */
  hash(): string;
}

/** All entries have one shape; what one has not is undefined. */
class Entry {
  readonly ref: Ref | undefined;
  readonly target: Actor | undefined;
  readonly cause: Seq;
  readonly beat: string | undefined;

  constructor(
    readonly seq: Seq,
    readonly at: Millis,
    readonly actor: Actor,
    readonly verb: Verb,
    extras: EntryExtras | undefined,
    cause: Seq,
    readonly detail: Details[Verb],
  ) {
    this.ref = extras?.ref;
    this.target = extras?.target;
    this.cause = extras?.cause ?? cause;
    this.beat = extras?.beat;
  }
}

export class CauseLog implements Log {
  readonly enabled = true;
  entries: LogEntry[] = [];
  /** Entries before the first that is kept. */
  #gone = 0;
  // Indexes over the entries, brought up to date when somebody asks: most runs are never asked.
  readonly #children = new Map<Seq, Seq[]>();
  readonly #byRef = new Map<string, Seq[]>();
  #indexed = 0;
  readonly #listeners = new Set<(entry: LogEntry) => void>();
  #digest = new Digest();
  #hashed = 0;

  /** Keeps at least the newest `keep` entries, and at most twice as many. */
  constructor(readonly keep = Number.POSITIVE_INFINITY) {}

  get last(): Seq {
    return this.#gone + this.entries.length;
  }
  get first(): Seq {
    return this.#gone + 1;
  }

  append<V extends Verb>(at: Millis, cause: Seq, actor: Actor, verb: V, detail: Details[V], extras?: EntryExtras): Seq {
    if (this.entries.length >= 2 * this.keep) this.#forget();
    const seq = this.last + 1;
    const entry = new Entry(seq, at, actor, verb, extras, cause, detail) as unknown as LogEntry;
    this.entries.push(entry);
    for (const listener of this.#listeners) listener(entry);
    return seq;
  }

  get(seq: Seq): LogEntry | undefined {
    return this.entries[seq - 1 - this.#gone];
  }

  why(seq: Seq): LogEntry[] {
    const ancestors: LogEntry[] = [];
    for (let entry = this.get(seq); entry !== undefined && entry.cause !== 0;) {
      entry = this.get(entry.cause);
      if (entry !== undefined) ancestors.push(entry);
    }
    return ancestors;
  }

  next(seq: Seq): LogEntry[] {
    this.#index();
    return this.#resolve(this.#children.get(seq));
  }

  about(ref: { kind: string; namespace?: string; name: string }): LogEntry[] {
    this.#index();
    return this.#resolve(this.#byRef.get(refKey(ref)));
  }

  subscribe(listener: (entry: LogEntry) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  hash(): string {
    for (; this.#hashed < this.entries.length; this.#hashed++) this.#digest.add(JSON.stringify(this.entries[this.#hashed]));
    return this.#digest.toString();
  }

  #forget(): void {
    this.#gone += this.entries.length - this.keep;
    this.entries = this.entries.slice(-this.keep);
    this.#children.clear();
    this.#byRef.clear();
    this.#indexed = 0;
    this.#digest = new Digest();
    this.#hashed = 0;
  }

  #index(): void {
    for (; this.#indexed < this.entries.length; this.#indexed++) {
      const { seq, cause, ref } = this.entries[this.#indexed] as LogEntry;
      push(this.#children, cause, seq);
      if (ref !== undefined) push(this.#byRef, refKey(ref), seq);
    }
  }

  #resolve(seqs: readonly Seq[] | undefined): LogEntry[] {
    return (seqs ?? []).map((seq) => this.get(seq) as LogEntry);
  }
}

/** The no-op twin for bulk runs: accepts everything, keeps nothing. */
export class NoLog implements Log {
  readonly enabled = false;
  readonly entries: readonly LogEntry[] = [];
  readonly last = 0;
  readonly first = 1;
  append(): Seq {
    return 0;
  }
  get(): undefined {
    return undefined;
  }
  why(): LogEntry[] {
    return [];
  }
  next(): LogEntry[] {
    return [];
  }
  about(): LogEntry[] {
    return [];
  }
  subscribe(): () => void {
    return () => {};
  }
  hash(): string {
    return new Digest().toString();
  }
}

function refKey(ref: { kind: string; namespace?: string; name: string }): string {
  return `${ref.kind}/${ref.namespace ?? ''}/${ref.name}`;
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
