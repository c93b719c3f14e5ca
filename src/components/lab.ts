import { computed, signal } from '@preact/signals';
import type { Seq } from '../engine/sim/log.ts';
import type { Beat, Edit, Frame, LabProtocol, Opened } from '../workers/protocol.ts';
import { forgetRun, linkTo, loadRun, runFromLink, saveRun, type Run } from './saved.ts';
import { ofSize, type Start } from './start.ts';
import { strings } from './strings.ts';

/** The page's one cluster, as its widgets see it. Nothing of the engine is loaded before somebody touches a widget. */

export type Phase = 'idle' | 'starting' | 'running' | 'failed';

export const phase = signal<Phase>('idle');
/** What the reader should know about the run: it broke, or it could not be played. */
export const problem = signal<string | undefined>(undefined);
export const opened = signal<Opened | undefined>(undefined);
export const clock = signal({
  now: 0,
  seq: 0,
  oldest: 1,
  playing: false,
  speed: 1,
  foreground: 0,
  nextAt: undefined as number | undefined,
});
export const beats = signal<readonly Beat[]>([]);
/** The instant that figure and objects show; `undefined`: now. */
export const viewed = signal<Seq | undefined>(undefined);
export const inThePast = computed(() => viewed.value !== undefined);
/** The object picked in figure, list or YAML. */
export interface Picked {
  kind: string;
  name: string;
  namespace?: string;
}
export const picked = signal<Picked | undefined>(undefined);
/** Whoever picked it asks why it is as it is. */
export const asked = signal(false);

type Output = (bytes: Uint8Array) => void;
type Prompt = (prompt: string | undefined) => void;
type Editing = (edit: Edit | undefined) => void;

const outputs = new Map<string, Set<Output>>();
const prompts = new Map<string, Set<Prompt>>();
const edits = new Map<string, Set<Editing>>();
const restarts = new Set<() => void>();
let start: Start = { page: 'playground' };
/** What the cluster was opened from: the page's own start, or a cluster broken on purpose. */
let scenario: Start['scenario'];
let engine: import('./engine.ts').Engine | undefined;
let ready: Promise<LabProtocol> | undefined;

/** Whether the run can be played again in a moment. */
export const replayable = (): boolean => start.kept !== false;

/** Tells which cluster this page is about; called by the page's first widget. */
export function declare(page: Start): void {
  start = page.scenario === undefined ? ofSize(page, location.search) : page;
}

/** The running cluster; opens it on the first call, and after it failed. */
export function lab(): Promise<LabProtocol> {
  ready ??= begin();
  return ready;
}

/** Throws the run away and opens the page's start state, or another. */
export async function reset(other?: { text: string; file: string }): Promise<void> {
  forgetRun(start.page);
  left.value = undefined;
  await replace(other === undefined ? {} : { scenario: other });
}

async function replace(run: Partial<Run>, until?: Seq): Promise<void> {
  const again = engine !== undefined;
  ready = open(run, until);
  await ready;
  if (again) for (const listener of restarts) listener();
}

/** The run that was left for the present one, with what came after the branching. */
export const left = signal<Run | undefined>(undefined);

/** Goes on from an instant of the past. What came after it stays in `left`. */
export async function branch(seq: Seq): Promise<void> {
  const run = await currentRun(await lab());
  left.value = run;
  await replace(run, seq);
}

/** Takes the learner's last line back: the run up to it. */
export async function undo(): Promise<void> {
  const last = lastCommand();
  if (last !== undefined) await branch(last.from - 1);
}

/** The last line that the learner has typed, or other act of theirs. */
export const lastCommand = (): Beat | undefined => beats.value.findLast((beat) => beat.mark === 'command');

/** Between the two branches, there and back. */
export async function toOtherBranch(): Promise<void> {
  const other = left.peek();
  if (other === undefined) return;
  left.value = await currentRun(await lab());
  await replace(other);
}

/** Called after the cluster was replaced. */
export function onRestart(listener: () => void): () => void {
  restarts.add(listener);
  return () => restarts.delete(listener);
}

export function onOutput(session: string, listener: Output): () => void {
  return listen(outputs, session, listener);
}
export function onPrompt(session: string, listener: Prompt): () => void {
  return listen(prompts, session, listener);
}
export function onEdit(session: string, listener: Editing): () => void {
  return listen(edits, session, listener);
}

function listen<L>(map: Map<string, Set<L>>, session: string, listener: L): () => void {
  const set = map.get(session) ?? new Set();
  map.set(session, set.add(listener));
  return () => set.delete(listener);
}

/** Opens what the page's address carries, else what was kept of it, else its start state. */
async function begin(): Promise<LabProtocol> {
  phase.value = 'starting';
  const linked = await runFromLink();
  const run = loadRun(start.page) ?? (linked === 'broken' ? undefined : linked);
  const again = engine !== undefined;
  const api = await open(run ?? {});
  if (linked === 'broken') problem.value = strings.brokenLink;
  if (again) for (const listener of restarts) listener();
  return api;
}

async function open(run: Partial<Run>, until?: Seq): Promise<LabProtocol> {
  phase.value = 'starting';
  problem.value = undefined;
  viewed.value = undefined;
  picked.value = undefined;
  beats.value = [];
  kept = { inputs: 0, at: 0 };
  try {
    const [{ Engine }, { proxy }] = await Promise.all([import('./engine.ts'), import('comlink')]);
    if (engine === undefined) {
      engine = new Engine(fail);
      whileOpen(engine.api);
    }
    engine.restart();
    const { api } = engine;
    scenario = run.scenario ?? start.scenario;
    const result = await api.open(
      {
        ...(scenario === undefined ? {} : { scenario }),
        ...(run.recording === undefined ? {} : { recording: run.recording }),
        ...(until === undefined ? {} : { until }),
      },
      proxy(receive),
    );
    problem.value = result.problem;
    opened.value = result;
    beats.value = await api.beats();
    await api.clock.hidden(document.hidden);
    await api.clock.play();
    phase.value = 'running';
    return api;
  } catch (error) {
    fail(error as Error);
    throw error;
  }
}

function fail(error: Error): void {
  engine?.stop();
  ready = undefined;
  viewed.value = undefined;
  problem.value = error.message;
  phase.value = 'failed';
}

function whileOpen(api: LabProtocol): void {
  document.addEventListener('visibilitychange', () => {
    if (phase.value !== 'running') return;
    void api.clock.hidden(document.hidden);
    if (document.hidden) void save(api);
  });
  setInterval(() => void save(api), 2000);
  publish(api);
}

function receive(frame: Frame): void {
  clock.value = {
    now: frame.now,
    seq: frame.seq,
    oldest: frame.oldest,
    playing: frame.playing,
    speed: frame.speed,
    foreground: frame.foreground,
    nextAt: frame.nextAt,
  };
  if (frame.beats.length > 0) beats.value = merge(beats.value, frame.beats);
  for (const { session, bytes } of frame.output) for (const listener of outputs.get(session) ?? []) listener(bytes);
  for (const { session, edit } of frame.edits) for (const listener of edits.get(session) ?? []) listener(edit);
  for (const { session, prompt } of frame.prompts) for (const listener of prompts.get(session) ?? []) listener(prompt);
}

/** New beats come behind; one that is known already has grown. */
function merge(known: readonly Beat[], news: readonly Beat[]): readonly Beat[] {
  const result = [...known];
  for (const beat of news) {
    let at = result.length;
    while (at > 0 && (result[at - 1] as Beat).from > beat.from) at--;
    if (result[at - 1]?.from === beat.from) result[at - 1] = beat;
    else result.splice(at, 0, beat);
  }
  return result;
}

/** The run so far, as it is kept and shared. */
async function currentRun(api: LabProtocol): Promise<Run> {
  const recording = await api.recording();
  return { recording, ...(scenario === undefined || scenario === start.scenario ? {} : { scenario }) };
}

let kept = { inputs: 0, at: 0 };
async function save(api: LabProtocol): Promise<void> {
  if (phase.value !== 'running' || start.kept === false) return;
  const run = await currentRun(api).catch(() => undefined);
  if (run === undefined) return;
  const { inputs, end } = run.recording;
  // A run nobody has touched is not worth keeping.
  if (inputs.every(({ input }) => input.kind === 'terminal-resize') && run.scenario === undefined) return;
  if (inputs.length === kept.inputs && end.at === kept.at) return;
  kept = { inputs: inputs.length, at: end.at };
  saveRun(start.page, run);
}

/** A link that plays this run on another machine. */
export async function shareLink(): Promise<string> {
  return linkTo(await currentRun(await lab()));
}

/** Types a line into the page's terminal, as the learner would. */
export async function type(text: string, session = 'main'): Promise<void> {
  viewed.value = undefined;
  const api = await lab();
  for (const listener of echoes) listener(session, text);
  await api.terminal.line(session, text);
  await save(api);
}

type Echo = (session: string, text: string) => void;
const echoes = new Set<Echo>();
/** Terminals show what other widgets type for the learner. */
export function onTyped(listener: Echo): () => void {
  echoes.add(listener);
  return () => echoes.delete(listener);
}

/** For bug reports, from the browser's console: `await kubernotes.recording()` is the run and the hash of its log. */
function publish(api: LabProtocol): void {
  Object.assign(globalThis, { kubernotes: { recording: async () => ({ recording: await api.recording(), hash: await api.hash() }) } });
}
