import type { ApiObject } from '../engine/api/meta.ts';
import type { LogEntry, Ref, Seq } from '../engine/sim/log.ts';
import type { Recording } from '../engine/sim/recorder.ts';
import type { Millis } from '../engine/sim/time.ts';
import type { Fault } from '../engine/scenario.ts';
import type { Scene } from '../scenes/scene.ts';
import type { SchedulingScene } from '../scenes/scheduling.ts';
import type { CheckResult, Check } from '../notebook/check.ts';
import type { Edit } from '../shell/utilities/editor.ts';

export type { Edit };

/** What the page and the engine's worker say to each other. Plain data only; callbacks are Comlink proxies. */

export interface OpenOptions {
  /** Text of the scenario (YAML) and a name for messages; unset: the playground. */
  scenario?: { text: string; file: string };
  seed?: number;
  /** Play this back after opening: a saved session or a share link. */
  recording?: Recording;
  /** Play it up to this entry of its log: a branch that leaves the rest out. */
  until?: Seq;
}

export interface Opened {
  scenario: string;
  seed: number;
  /** Where the start state was reached: the timeline begins here. */
  ready: { seq: Seq; at: Millis };
  /** Set when the recording could not be played: the cluster is fresh, and this says why. */
  problem?: string;
}

/** A stretch of the log with one actor at work: what the timeline steps over. */
export interface Beat {
  /** First and last entry. */
  from: Seq;
  to: Seq;
  at: Millis;
  /** A sentence for the caption. */
  text: string;
  kind: 'input' | 'write' | 'schedule' | 'node' | 'network' | 'fault';
  /** Worth a bookmark on the timeline: the learner's own acts and failures. */
  mark?: 'command' | 'failure';
}

/** What happened since the last frame. */
export interface Frame {
  now: Millis;
  /** The newest entry of the log, and the oldest that is kept. */
  seq: Seq;
  oldest: Seq;
  playing: boolean;
  speed: number;
  /** Work under way; 0 means that only heartbeats and deadlines are left. */
  foreground: number;
  /** Due time of the next event. */
  nextAt?: Millis;
  /** New beats; a beat whose `from` is already known replaces it. */
  beats: Beat[];
  output: { session: string; at: Millis; bytes: Uint8Array }[];
  /** Sessions whose prompt changed; `undefined` text: a program is running. */
  prompts: { session: string; prompt: string | undefined }[];
  /** Sessions where a program gives a text to edit, or waits for it no longer (`undefined`). */
  edits: { session: string; edit: Edit | undefined }[];
}

export interface Why {
  entry: LogEntry;
  /** The entry as a sentence. */
  text: string;
}

export interface ObjectRow {
  ref: Ref;
  apiVersion: string;
  status: string;
  /** Milliseconds of virtual time since creation. */
  age: Millis;
}

/** Which rows of the objects' list are looked at. */
export interface ObjectWindow {
  /** At which entry of the log; unset: now. */
  seq?: Seq;
  /** With what every cluster has of its own. */
  system: boolean;
  from: number;
  count: number;
}

export interface ObjectsShown {
  total: number;
  from: number;
  rows: ObjectRow[];
}

export interface LabProtocol {
  open(options: OpenOptions, onFrame: (frame: Frame) => void): Promise<Opened>;
  close(): Promise<void>;

  terminal: {
    line(session: string, text: string): Promise<void>;
    signal(session: string, name: 'INT' | 'TSTP' | 'QUIT'): Promise<void>;
    eof(session: string): Promise<void>;
    resize(session: string, columns: number, rows: number): Promise<void>;
    complete(session: string, line: string, cursor: number): Promise<{ from: number; candidates: string[] }>;
    /** All that its screen has shown (up to an entry of the log), for a terminal that comes late, a reload, or the past. */
    transcript(session: string, until?: Seq): Promise<Uint8Array>;
    history(session: string): Promise<string[]>;
    prompt(session: string): Promise<string | undefined>;
    /** The text that a program waits for; for a page that comes late, or a reload. */
    editing(session: string): Promise<Edit | undefined>;
    /** The text as it was saved; `undefined`: given up. */
    edited(session: string, text: string | undefined): Promise<void>;
  };

  files: {
    read(path: string): Promise<string | undefined>;
    write(path: string, text: string): Promise<void>;
    list(path: string): Promise<string[]>;
  };

  /** A recorded request through the front door, as the administrator. */
  api(request: { method: string; path: string; query?: Record<string, string>; headers?: Record<string, string>; body?: string }): Promise<{
    code: number;
    headers: Record<string, string>;
    body: unknown;
  }>;
  clock: {
    play(): Promise<void>;
    pause(): Promise<void>;
    speed(factor: number): Promise<void>;
    step(): Promise<void>;
    beat(): Promise<void>;
    /** Jumps to the next event that is work, or to the next one at all. */
    skipIdle(): Promise<void>;
    untilQuiet(): Promise<void>;
    /** A hidden page stands still. */
    hidden(hidden: boolean): Promise<void>;
  };

  /** The picture at an instant of the log; unset: now. `picked`: where much is folded, its node is shown apart. */
  scene(seq?: Seq, picked?: Ref): Promise<Scene>;
  /** The node that a cell of a zone's field stands for. */
  cell(place: string, cell: number): Promise<Ref | undefined>;
  /** How the scheduler decided, up to an instant of the log; `attempt`: which of its attempts, unset: the newest. */
  scheduling(seq?: Seq, attempt?: Seq): Promise<SchedulingScene>;
  beats(): Promise<Beat[]>;
  objects(window: ObjectWindow): Promise<ObjectsShown>;
  object(ref: Ref, seq?: Seq): Promise<ApiObject | undefined>;
  /** Ancestors of the newest entry about an object (up to `seq`), nearest first. */
  why(ref: Ref, seq?: Seq): Promise<Why[]>;
  /** An entry and its ancestors, nearest first. */
  causes(seq: Seq): Promise<Why[]>;
  next(seq: Seq): Promise<Why[]>;

  check(checks: Check[]): Promise<CheckResult[]>;
  inject(fault: Fault, undo?: boolean): Promise<void>;
  recording(): Promise<Recording>;
  hash(): Promise<string>;
}
