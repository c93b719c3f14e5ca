import { computed, signal } from '@preact/signals';
import type { Recording } from '../engine/sim/recorder.ts';
import type { Seq } from '../engine/sim/log.ts';
import type { Beat, Frame, LabProtocol, Opened } from '../workers/protocol.ts';
import { loadRecording, saveRecording, recordingFromLink, forgetRecording } from './saved.ts';

/** The page's one cluster, as its widgets see it. Nothing of the engine is loaded before somebody touches a widget. */

export interface Start {
  /** Under this name the run is kept in the browser: the page's slug. */
  page: string;
  scenario?: { text: string; file: string };
}

export type Phase = 'idle' | 'starting' | 'running' | 'failed';

export const phase = signal<Phase>('idle');
export const problem = signal<string | undefined>(undefined);
export const opened = signal<Opened | undefined>(undefined);
export const clock = signal({ now: 0, seq: 0, playing: false, speed: 1, foreground: 0, nextAt: undefined as number | undefined });
export const beats = signal<readonly Beat[]>([]);
/** The instant that figure and objects show; `undefined`: now. */
export const viewed = signal<Seq | undefined>(undefined);
export const inThePast = computed(() => viewed.value !== undefined);
/** The object picked in figure, list or YAML. */
export const picked = signal<{ kind: string; name: string; namespace?: string } | undefined>(undefined);

type Output = (bytes: Uint8Array) => void;
type Prompt = (prompt: string | undefined) => void;

const outputs = new Map<string, Set<Output>>();
const prompts = new Map<string, Set<Prompt>>();
let remote: Promise<LabProtocol> | undefined;
let start: Start = { page: 'playground' };

/** Tells which cluster this page is about; called by the page's first widget. */
export function declare(page: Start): void {
  start = page;
}

/** The running cluster; opens it on the first call. */
export function lab(): Promise<LabProtocol> {
  remote ??= open(undefined);
  return remote;
}

/** Throws the run away and opens the start state, or another scenario. */
export async function reset(scenario?: { text: string; file: string }): Promise<void> {
  forgetRecording(start.page);
  if (scenario !== undefined) start = { ...start, scenario };
  const api = await lab();
  await openOn(api, undefined);
  for (const listener of restarts) listener();
}

const restarts = new Set<() => void>();
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

function listen<L>(map: Map<string, Set<L>>, session: string, listener: L): () => void {
  const set = map.get(session) ?? new Set();
  map.set(session, set.add(listener));
  return () => set.delete(listener);
}

async function open(recording: Recording | undefined): Promise<LabProtocol> {
  phase.value = 'starting';
  try {
    const [{ wrap }, saved] = await Promise.all([
      import('comlink'),
      recordingFromLink().then((linked) => linked ?? recording ?? loadRecording(start.page)),
    ]);
    const worker = new Worker(new URL('../workers/engine.worker.ts', import.meta.url), { type: 'module', name: 'kubernotes' });
    const failed = new Promise<never>((_, reject) => {
      worker.addEventListener('error', (event) => reject(new Error(event.message || 'the engine did not load')));
    });
    // Every method of the protocol answers with a promise already, so the remote has the protocol's own type.
    const api = wrap<LabProtocol>(worker) as unknown as LabProtocol;
    await Promise.race([openOn(api, saved), failed]);
    document.addEventListener('visibilitychange', () => void api.clock.hidden(document.hidden));
    setInterval(() => void save(api), 2000);
    publish(api);
    return api;
  } catch (error) {
    phase.value = 'failed';
    problem.value = (error as Error).message;
    remote = undefined;
    throw error;
  }
}

async function openOn(api: LabProtocol, recording: Recording | undefined): Promise<void> {
  const { proxy } = await import('comlink');
  phase.value = 'starting';
  viewed.value = undefined;
  picked.value = undefined;
  beats.value = [];
  const result = await api.open(
    { ...(start.scenario === undefined ? {} : { scenario: start.scenario }), ...(recording === undefined ? {} : { recording }) },
    proxy(receive),
  );
  problem.value = result.problem;
  opened.value = result;
  beats.value = await api.beats();
  await api.clock.play();
  phase.value = 'running';
}

function receive(frame: Frame): void {
  clock.value = {
    now: frame.now,
    seq: frame.seq,
    playing: frame.playing,
    speed: frame.speed,
    foreground: frame.foreground,
    nextAt: frame.nextAt,
  };
  if (frame.beats.length > 0) beats.value = merge(beats.value, frame.beats);
  for (const { session, bytes } of frame.output) for (const listener of outputs.get(session) ?? []) listener(bytes);
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

let savedInputs = -1;
let savedEnd = -1;
async function save(api: LabProtocol): Promise<void> {
  if (phase.value !== 'running') return;
  const recording = await api.recording();
  // A run nobody has touched is not worth keeping; time alone is kept every so often.
  if (recording.inputs.length === 0 || (recording.inputs.length === savedInputs && recording.end.at - savedEnd < 10_000)) return;
  savedInputs = recording.inputs.length;
  savedEnd = recording.end.at;
  saveRecording(start.page, recording);
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
