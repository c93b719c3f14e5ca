import type { Node } from '../engine/api/generated/types.ts';
import type { LogEntry, ScheduleVerdict, Seq } from '../engine/sim/log.ts';
import type { Millis } from '../engine/sim/time.ts';
import { podOf, SchedulingHistory, type QueueName } from './scheduling-history.ts';
import { becauseWords } from './scheduling-words.ts';

/** How the scheduler came to a decision, as plain data: the queues, one attempt node by node, and what came of it. */
export interface SchedulingScene {
  readonly seq: Seq;
  readonly at: Millis;
  /** How many attempts there were so far, which of them is shown, and its neighbours. */
  readonly attempts: { readonly count: number; readonly place: number; readonly earlier?: Seq; readonly later?: Seq };
  /** The attempt that is shown. */
  readonly attempt?: AttemptScene;
  readonly queues: readonly QueueScene[];
  /** The nodes as they are at this instant: those that the attempt tells of, and the first ones. */
  readonly machines: readonly Machine[];
  /** Nodes that are not among `machines`. */
  readonly unlisted: number;
  readonly caption: string;
}

export interface Machine {
  readonly node: string;
  /** `key=value:Effect`. */
  readonly taints: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly cordoned: boolean;
}

export interface AttemptScene {
  readonly seq: Seq;
  readonly pod: string;
  readonly profile: string;
  readonly number: number;
  /** What put the pod into the queue that it was taken from, in words. */
  readonly because: string;
  readonly nodes: readonly NodeVerdict[];
  /** Nodes that nothing is told of. */
  readonly untold: number;
  /** Plugins that scored, in the order in which they ran, each with its weight. */
  readonly plugins: readonly { readonly name: string; readonly weight: number }[];
  /** The plugin that refused the pod before it looked at any node. */
  readonly whole?: { readonly plugin: string; readonly words: string };
  readonly chosen?: string;
  readonly bind: 'none' | 'waiting' | 'done' | 'refused';
  readonly message?: string;
  readonly preemption?: { readonly node: string; readonly victims: readonly string[] };
}

export interface NodeVerdict {
  readonly node: string;
  readonly state: 'chosen' | 'feasible' | 'refused' | 'cleared';
  /** Who refused it, in the scheduler's words. */
  readonly plugin?: string;
  readonly words?: string;
  /** No preemption could change it. */
  readonly unresolvable?: boolean;
  readonly total?: number;
  readonly parts: readonly ScorePart[];
}

export interface ScorePart {
  readonly plugin: string;
  /** Before it was normalised, where the plugin normalises. */
  readonly raw?: number;
  /** 0 … 100. */
  readonly normalized: number;
  readonly weight: number;
  readonly score: number;
}

export interface QueueScene {
  readonly name: QueueName;
  readonly count: number;
  /** The first of them: what put each there, and what the scheduler said when it last failed. */
  readonly pods: readonly { readonly pod: string; readonly because: string; readonly words?: string }[];
}

// However many wait, and however many nodes there are: so many are shown.
const MOST_WAITING = 5;
const MOST_MACHINES = 60;

/** A scene is a function of the log's entries up to an instant. */
export class SchedulingScenes {
  readonly #history = new SchedulingHistory();

  add(entry: LogEntry): void {
    this.#history.add(entry);
  }

  forget(seq: Seq): void {
    this.#history.forget(seq);
  }

  /** The picture at `seq`, of the attempt `shown`; unset: of the newest. */
  build(seq: Seq, at: Millis, nodes: readonly Node[], shown?: Seq): SchedulingScene {
    const { attempts, bindings, queues, words } = this.#history.until(seq);
    const newest = attempts.length - 1;
    const asked = shown === undefined ? -1 : attempts.findLastIndex((entry) => entry.seq === shown);
    const place = asked < 0 ? newest : asked;
    const picked = attempts[place];
    const attempt = picked === undefined ? undefined : attemptScene(picked, bindings.get(podOf(picked)) ?? []);
    const earlier = attempts[place - 1]?.seq;
    const later = attempts[place + 1]?.seq;
    const told = new Set(attempt?.nodes.map(({ node }) => node));
    const machines = nodes.filter(({ metadata }, i) => i < MOST_MACHINES || told.has(metadata.name ?? '')).map(machine);
    return {
      seq,
      at,
      attempts: {
        count: attempts.length,
        place: place + 1,
        ...(earlier === undefined ? {} : { earlier }),
        ...(later === undefined ? {} : { later }),
      },
      ...(attempt === undefined ? {} : { attempt }),
      queues: [...queues].map(([name, waiting]) => ({
        name,
        count: waiting.size,
        pods: [...waiting].slice(0, MOST_WAITING).map(([pod, because]) => {
          const said = words.get(pod);
          return { pod, because: becauseWords(because), ...(said === undefined ? {} : { words: said }) };
        }),
      })),
      machines,
      unlisted: nodes.length - machines.length,
      caption: caption(attempt),
    };
  }
}

function machine({ metadata, spec }: Node): Machine {
  const taints = (spec?.taints ?? []).map(
    ({ key, value, effect }) => `${key}${value === undefined || value === '' ? '' : `=${value}`}:${effect}`,
  );
  return { node: metadata.name ?? '', taints, labels: metadata.labels ?? {}, cordoned: spec?.unschedulable === true };
}

function attemptScene(entry: LogEntry<'schedule'>, bindings: readonly LogEntry<'request'>[]): AttemptScene {
  const { detail } = entry;
  const pod = podOf(entry);
  const binding = bindings.find((one) => one.seq > entry.seq);
  const bind = detail.chosen === undefined ? 'none' : binding === undefined ? 'waiting' : binding.detail.code < 300 ? 'done' : 'refused';
  const weights = detail.weights ?? {};
  return {
    seq: entry.seq,
    pod,
    profile: detail.profile ?? 'default-scheduler',
    number: detail.attempt ?? 1,
    because: becauseWords(detail.because ?? 'PodAdd'),
    nodes: verdicts(detail),
    untold: detail.untold ?? 0,
    plugins: Object.entries(weights).map(([name, weight]) => ({ name, weight })),
    ...(detail.preFilter === undefined ? {} : { whole: { plugin: detail.preFilter.plugin, words: detail.preFilter.reasons.join(', ') } }),
    ...(detail.chosen === undefined ? {} : { chosen: detail.chosen }),
    bind,
    ...(detail.message === undefined ? {} : { message: detail.message }),
    ...(detail.preemption === undefined ? {} : { preemption: detail.preemption }),
  };
}

/** By name, so that a node keeps its row from attempt to attempt. */
function verdicts(detail: ScheduleVerdict): NodeVerdict[] {
  const { filters, scores, raw = {}, weights = {}, chosen, preemption } = detail;
  const refused = Object.entries(filters).map(([node, { plugin, reasons, unresolvable }]): NodeVerdict => ({
    node,
    state: preemption?.node === node ? 'cleared' : 'refused',
    plugin,
    words: reasons.join(', '),
    ...(unresolvable === true ? { unresolvable } : {}),
    parts: [],
  }));
  const feasible = Object.entries(scores).map(([node, byPlugin]): NodeVerdict => {
    const parts = Object.entries(byPlugin)
      .filter(([plugin]) => plugin !== 'total')
      .map(([plugin, score]): ScorePart => {
        const weight = weights[plugin] ?? 1;
        const before = raw[node]?.[plugin];
        return { plugin, ...(before === undefined ? {} : { raw: before }), normalized: score / weight, weight, score };
      });
    const { total } = byPlugin;
    return { node, state: node === chosen ? 'chosen' : 'feasible', ...(total === undefined ? {} : { total }), parts };
  });
  return [...refused, ...feasible].sort((a, b) => a.node.localeCompare(b.node, 'en', { numeric: true }));
}

function caption(attempt: AttemptScene | undefined): string {
  if (attempt === undefined) return 'No pod of yours has been scheduled yet.';
  const { pod, nodes, chosen, whole, preemption, number } = attempt;
  const name = pod.replace(/^default\//, '');
  const refused =
    nodes.filter(({ state }) => state === 'refused' || state === 'cleared').length + (attempt.untold > 0 ? attempt.untold : 0);
  const again = number === 1 ? '' : ` (attempt ${number})`;
  if (whole !== undefined) return `${name}${again}: ${whole.plugin} refuses the pod before it looks at any node: ${whole.words}.`;
  if (preemption !== undefined)
    return `${name}${again} fits nowhere, but ${preemption.node} would do without ${list(preemption.victims)}: preemption makes room, and keeps the node for it.`;
  if (chosen === undefined)
    return `${name}${again} fits on none of ${nodes.length + attempt.untold} nodes and waits until something changes that could help.`;
  const best = nodes.find(({ node }) => node === chosen)?.total;
  const rivals = nodes.filter(({ state, total }) => state === 'feasible' && total === best).length;
  const why =
    best === undefined
      ? 'the only node left'
      : rivals > 0
        ? `${best} points, drawn by lot among ${rivals + 1} equals`
        : `${best} points, the most`;
  return `${name}${again}: ${refused === 0 ? 'no node is' : refused === 1 ? '1 node is' : `${refused} nodes are`} ruled out; ${chosen} is chosen (${why}).`;
}

function list(pods: readonly string[]): string {
  const names = pods.map((pod) => pod.replace(/^default\//, ''));
  return names.length < 2 ? (names[0] ?? 'others') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}
