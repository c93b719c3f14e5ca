import type { LogEntry } from '../engine/sim/log.ts';
import { actorName, count, listed, sentence } from './sentence.ts';

// More nodes than this are counted, not named.
const NAMED_NODES = 3;

/** What one lead has done within a beat, added up, and the sentence for it. Its cost does not grow with what it counts. */
export class Tally {
  readonly #acts = new Map<string, { verb: string; kind: string; name: string; revision: number; count: number }>();
  readonly #placed = new Map<string, number>();
  readonly #nodes = new Set<string>();
  readonly #actors = new Set<string>();
  readonly #flows = new Set<number>();
  readonly #counts = { started: 0, exited: 0, killed: 0, prepared: 0, pulls: 0, unplaced: 0, entries: 0 };
  /** The entry that says it best when there is only one of its kind. */
  #one: Partial<Record<'started' | 'exited' | 'killed' | 'prepared' | 'pulls' | 'placed' | 'unplaced', LogEntry>> = {};
  #last: LogEntry;

  constructor(
    readonly key: string,
    readonly first: LogEntry,
  ) {
    this.#last = first;
    this.add(first);
  }

  add(entry: LogEntry): void {
    this.#last = entry;
    this.#counts.entries++;
    this.#actors.add(entry.actor);
    if (entry.verb === 'packet') this.#flows.add(entry.detail.flow);
    if (this.key === 'kubelet') this.#nodes.add(entry.actor.split('/')[0] ?? '');
    const note = (what: 'started' | 'exited' | 'killed' | 'prepared' | 'pulls' | 'unplaced'): void => {
      this.#counts[what]++;
      this.#one[what] ??= entry;
    };
    if (entry.verb === 'schedule') {
      const { chosen } = entry.detail;
      if (chosen === undefined) note('unplaced');
      else {
        this.#placed.set(chosen, (this.#placed.get(chosen) ?? 0) + 1);
        this.#one.placed ??= entry;
      }
    } else if (entry.verb === 'container') {
      const { state } = entry.detail;
      if (state === 'started' || state === 'exited' || state === 'killed') note(state);
    } else if (entry.verb === 'sandbox' && entry.detail.state === 'created') note('prepared');
    else if (entry.verb === 'pull') note('pulls');
  }

  /** etcd has written what a request of this lead asked for. */
  written(commit: LogEntry<'commit'>, method: string): void {
    const { kind = '', name = '' } = commit.ref ?? {};
    const verb = { POST: 'creates', DELETE: 'deletes' }[method] ?? 'updates';
    const act = this.#acts.get(`${verb} ${kind}`);
    if (act === undefined) this.#acts.set(`${verb} ${kind}`, { verb, kind, name, revision: commit.detail.revision, count: 1 });
    else act.count++;
  }

  text(): string {
    switch (this.key) {
      case 'scheduler':
        return this.#scheduler();
      case 'kubelet':
        return this.#kubelets();
      case 'report':
        return `${listed([...this.#actors].slice(0, 4).map(actorName), true)} ${this.#actors.size === 1 ? 'hears' : 'hear'} of it and write${this.#actors.size === 1 ? 's' : ''} down what is true now.`;
      case 'network':
        return this.#network();
      default:
        return this.#writer();
    }
  }

  #network(): string {
    const first = sentence(this.first);
    if (this.#last === this.first) return first;
    return `${this.#flows.size > 1 ? `${count(this.#flows.size, 'exchange')}; the first: ` : ''}${first} ${sentence(this.#last)}`;
  }

  #writer(): string {
    const acts = [...this.#acts.values()];
    if (acts.length === 0) {
      const more = this.#counts.entries - 1;
      const text = sentence(this.first);
      return more === 0 || this.first.verb !== 'request' ? text : `${text.replace(/\.$/, '')}, and sends ${count(more, 'more request')}.`;
    }
    const who = actorName(this.first.actor);
    const said = acts.map(({ verb, kind, name, count: times }) => `${verb} ${times === 1 ? `${kind} ${name}` : count(times, kind)}`);
    const [only] = acts;
    const stored = acts.length === 1 && only?.count === 1 && only.verb !== 'deletes' ? ` etcd stores it as revision ${only.revision}.` : '';
    return `${who} ${listed(said)}.${stored}`;
  }

  #scheduler(): string {
    const { unplaced } = this.#counts;
    const parts: string[] = [];
    const placed = [...this.#placed.values()].reduce((sum, each) => sum + each, 0);
    const [node = ''] = this.#placed.keys();
    if (placed === 1) parts.push(`The scheduler chooses ${node} for Pod ${this.#one.placed?.ref?.name ?? ''}.`);
    else if (placed > 1) {
      const where =
        this.#placed.size <= NAMED_NODES
          ? `: ${listed([...this.#placed].map(([node, times]) => `${times} on ${node}`))}`
          : ` on ${this.#placed.size} nodes`;
      parts.push(`The scheduler places ${placed} Pods${where}.`);
    }
    if (unplaced === 1 && this.#one.unplaced !== undefined) parts.push(sentence(this.#one.unplaced));
    else if (unplaced > 1) parts.push(`The scheduler finds no node, ${unplaced} times.`);
    return parts.length === 0 ? this.#writer() : parts.join(' ');
  }

  #kubelets(): string {
    const { started, exited, killed, prepared, pulls } = this.#counts;
    const [node = ''] = this.#nodes;
    const many = this.#nodes.size > 1;
    const who = many ? `The kubelets of ${this.#nodes.size} nodes` : `The kubelet of ${node}`;
    const does = (verb: string): string => (many ? verb : `${verb}s`);
    const one = this.#one;
    if (started === 1 && exited + killed === 0 && one.started?.verb === 'container')
      return `${who} starts container ${one.started.detail.container} of Pod ${one.started.ref?.name ?? ''}.`;
    const said: string[] = [];
    if (started > 0) said.push(`${does('start')} ${count(started, 'container')}`);
    if (killed > 0) said.push(`${does('stop')} ${count(killed, 'container')}`);
    if (exited > 0) said.push(`${does('see')} ${count(exited, 'container')} end`);
    if (said.length > 0) return `${who} ${listed(said)}.`;
    if (pulls > 0 && one.pulls !== undefined) return pulls <= 2 ? sentence(one.pulls) : `${who} ${does('pull')} images.`;
    if (prepared > 0) return `${who} ${does('prepare')} ${count(prepared, 'Pod')}: network, files, containers.`;
    const removed = this.#acts.get('deletes Pod');
    if (removed !== undefined)
      return `${who} ${does('remove')} ${removed.count === 1 ? `Pod ${removed.name}` : `${removed.count} Pods`} for good.`;
    const reported = this.#acts.get('updates Pod') ?? this.#acts.get('updates Node');
    if (reported !== undefined)
      return `${who} ${does('report')} the status of ${reported.count === 1 ? `${reported.kind} ${reported.name}` : `${reported.count} objects`}.`;
    return sentence(this.first);
  }
}
