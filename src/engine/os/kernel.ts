import type { Simulation } from '../sim/simulation.ts';
import { NotLoaded } from '../sim/part.ts';
import type { Random } from '../sim/random.ts';
import { SparseMap } from '../sim/sparse.ts';
import { UNCONFINED, type Confinement } from './capabilities.ts';
import { KernelProcess } from './kernel-process.ts';
import { Entry, LaunchedProcess, type KernelCalls, type Launched, type StartOptions, type Started } from './process-entry.ts';
import {
  FileError,
  Interrupted,
  NetworkError,
  SIGNAL_NUMBER,
  type FileSystem,
  type Network,
  type ProcessInfo,
  type Program,
  type SignalName,
} from './process.ts';
import { baseName } from './path.ts';
import { PidNamespace, type PidMember } from './pid-namespace.ts';
import { findProgram } from './program-search.ts';
import { run, type Task } from './task.ts';
import { emptyReader, nullWriter, writeText } from './text.ts';

/** The network as one process sees it. */
type ProcessNetwork = Network & { close?(): void; hold?(on: boolean): void };

export interface KernelOptions {
  sim: Simulation;
  files: FileSystem;
  /** The network namespace, or one view of it per process whose `close` is called when the process ends. */
  net: Network | ((pid: number) => ProcessNetwork);
  hostname: string;
  /** Finds the program a name or path stands for, as the machine's PATH would. */
  lookup(name: string): Program | undefined;
  random: Random;
  /** Environment of processes that are started without one. */
  env?: Readonly<Record<string, string>>;
  user?: string;
  /** What its processes may do; everything, unless said. */
  confinement?: Confinement;
  /** Address in the log. Without it processes are not logged. */
  actor?: string;
  /** Sleeping is work under way (the learner waits for it) instead of a periodic duty (containers, the default). */
  foreground?: boolean;
  /** Called after a process has changed its resource use, and when one that used any has ended. */
  onUse?(usage: Usage): void;
  /** Milli-CPUs that all processes together get at most; 0 for no limit. Asked whenever use is metered. */
  cpuLimit?(): number;
  /** Whose processes these see; one of their own unless said. */
  pids?: PidNamespace | undefined;
  /** How far the machine's clock is from the world's. */
  skew?(): number;
}

export type { StartOptions, Started };

/** Memory in bytes, CPU in milli-CPUs at this moment, and CPU time burnt and waited for so far in milliseconds. */
export interface Usage {
  readonly memory: number;
  readonly cpu: number;
  readonly cpuTime: number;
  /** CPU time that was wanted beyond the limit. */
  readonly throttled: number;
}

/** fork(2): "Resource temporarily unavailable" at the limit of processes. */
export class ProcessLimitError extends Error {
  constructor() {
    super('Resource temporarily unavailable');
  }
}

const PROCESS_LIMIT = 512;
// signal(7): these do nothing to a process that has no handler.
const IGNORED: ReadonlySet<SignalName> = new Set(['CHLD', 'WINCH', 'CONT']);

/**
 * The processes of one machine or container. The first process started is PID 1: it is immune to signals it does not
 * handle, orphans become its children, and when it ends everything else is killed.
 */
export class Kernel implements KernelCalls, PidMember {
  readonly files: FileSystem;
  readonly hostname: string;
  readonly sim: Simulation;
  #random: Random | undefined;
  readonly user: string;
  readonly foreground: boolean;
  readonly confinement: Confinement;
  readonly #options: KernelOptions;
  readonly #table = new SparseMap<number, Entry>();
  readonly pids: PidNamespace;
  #init: Entry | undefined;
  #cpuTime = 0;
  #throttled = 0;
  #meteredAt: number;
  #frozen = false;
  /** What came for frozen processes. */
  #held: (() => void)[] | undefined;

  constructor(options: KernelOptions) {
    this.#options = options;
    this.sim = options.sim;
    this.files = options.files;
    this.hostname = options.hostname;
    this.user = options.user ?? 'root';
    this.confinement = options.confinement ?? UNCONFINED;
    this.foreground = options.foreground === true;
    this.#meteredAt = options.sim.now;
    this.pids = options.pids ?? new PidNamespace();
  }

  /** Starts a process from outside: PID 1 when it is the first. Throws `FileError` when there is no such program. */
  start(argv: readonly string[], options: StartOptions = {}): Started {
    const program = options.program ?? this.resolve(argv, options.cwd ?? '/');
    return this.launch(undefined, argv, program, options);
  }

  /** The program for an argument vector: a name, a path, or a script with its `#!` line. Throws `FileError`. */
  resolve(argv: readonly string[], cwd: string, searchPath?: string): Program {
    return findProgram({ files: this.files, lookup: (name) => this.#options.lookup(name) }, argv, cwd, searchPath);
  }

  get random(): Random {
    return (this.#random ??= this.#options.random);
  }

  processes(): ProcessInfo[] {
    return this.pids.processes();
  }

  /** How many of them are its own. */
  get count(): number {
    return this.#table.size;
  }

  ownProcesses(): ProcessInfo[] {
    return [...this.#table.values()].map(({ pid, parent, group, argv, started, stopped, memory, cpu }) => ({
      pid,
      parent,
      group,
      argv,
      started,
      stopped,
      memory,
      cpu,
    }));
  }

  /** Sends a signal; false when there is no such process. */
  kill(pid: number, signal: SignalName): boolean {
    return this.pids.kill(pid, signal);
  }

  signalOwn(pid: number, signal: SignalName): boolean {
    const entry = this.#table.get(pid);
    if (entry === undefined) return false;
    this.#signal(entry, signal);
    return true;
  }

  /** What a terminal does on ^C: signals every process of a group. */
  killGroup(group: number, signal: SignalName): void {
    for (const entry of Array.from(this.#table.values()))
      if (entry.group === group && entry.code === undefined) this.#signal(entry, signal);
  }

  killAll(): void {
    const entries = [...this.#table.values()].reverse();
    // All stop before any is gone: none learns of another's end and has something to say about it.
    for (const entry of entries) entry.running?.kill();
    for (const entry of entries) this.#signal(entry, 'KILL');
  }

  /** Its clock. */
  now(): number {
    return this.sim.now + (this.#options.skew?.() ?? 0);
  }

  /** PID 1 falls over by its own doing (a segmentation fault, an abort), and everything with it. */
  crash(signal: number): void {
    const init = this.#init;
    if (init === undefined || init.code !== undefined) return;
    init.running?.kill();
    this.#exit(init, 128 + signal);
  }

  /**
   * The cgroup's freezer: no process runs, nothing that listens answers, signals wait. KILL gets through.
   * What begins meanwhile stands still at its first step.
   */
  freeze(on: boolean): void {
    if (this.#frozen === on) return;
    this.#frozen = on;
    for (const entry of Array.from(this.#table.values())) {
      entry.net.hold?.(on);
      if (on) entry.running?.pause();
      else if (!entry.stopped) entry.running?.unpause();
    }
    if (on) return;
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const act of held) act();
  }

  setGroup(pid: number, group: number): void {
    const entry = this.#table.get(pid);
    if (entry === undefined) return;
    entry.group = group;
    for (const child of this.#table.values()) if (child.parent === pid) this.setGroup(child.pid, group);
  }

  usage(): Usage {
    this.#meter();
    let memory = 0;
    for (const entry of this.#table.values()) memory += entry.memory;
    return { memory, cpu: this.#granted(this.#wanted()), cpuTime: this.#cpuTime, throttled: this.#throttled };
  }

  /** @internal */
  use(entry: Entry, resources: { memory?: number; cpu?: number }): number {
    this.#meter();
    if (resources.memory !== undefined) entry.memory = resources.memory;
    if (resources.cpu !== undefined) entry.cpu = resources.cpu;
    this.#options.onUse?.(this.usage());
    const wanted = this.#wanted();
    return wanted === 0 ? 1 : this.#granted(wanted) / wanted;
  }

  /** @internal */
  launch(parent: Entry | undefined, argv: readonly string[], program: Program, options: StartOptions): Launched {
    if (this.#table.size >= PROCESS_LIMIT) throw new ProcessLimitError();
    this.pids.join(this);
    const pid = this.pids.next();
    const entry = new Entry(
      pid,
      parent?.pid ?? 0,
      parent === undefined || options.newGroup === true ? pid : parent.group,
      argv,
      this.sim.now,
      this.#net(pid),
      options.stdin ?? parent?.stdin ?? emptyReader(),
      options.stdout ?? parent?.stdout ?? nullWriter,
      options.stderr ?? parent?.stderr ?? nullWriter,
      // Standard output that goes elsewhere is no terminal's any more.
      options.terminal ?? (options.stdout === undefined || options.stdout === parent?.stdout ? parent?.terminal : undefined),
    );
    this.#table.set(pid, entry);
    this.#init ??= entry;
    const env = new Map(options.env ?? Object.entries(this.#options.env ?? {}));
    const process = new KernelProcess(this, entry, argv, env, options.cwd ?? '/', entry.stdin, entry.stdout, entry.stderr);
    const { actor } = this.#options;
    const seq =
      actor === undefined || !this.sim.log.enabled ? undefined : this.sim.append(actor, 'process', { pid, state: 'started', argv });
    const go = (): void => {
      const running = run(
        program(process),
        (code) => this.#exit(entry, code),
        (error) => this.#fail(entry, error),
      );
      if (entry.code === undefined) entry.running = running;
      else running.kill();
    };
    const begin = (): void => {
      if (entry.code !== undefined) return;
      if (seq === undefined) go();
      else this.sim.causedBy(seq, go);
    };
    if (this.#frozen) {
      entry.net.hold?.(true);
      (this.#held ??= []).push(begin);
    } else begin();
    return new LaunchedProcess(entry, (signal) => this.#signal(entry, signal));
  }

  #net(pid: number): ProcessNetwork {
    const options = this.#options;
    return typeof options.net === 'function' ? options.net(pid) : options.net;
  }

  #signal(entry: Entry, signal: SignalName): void {
    if (entry.code !== undefined) return;
    if (signal === 'KILL') {
      entry.running?.kill();
      this.#exitBy(entry, 'KILL');
      return;
    }
    if (this.#frozen) {
      (this.#held ??= []).push(() => this.#signal(entry, signal));
      return;
    }
    if (signal === 'CONT') {
      entry.stopped = false;
      entry.running?.unpause();
    }
    const handler = entry.handlers.get(signal);
    if (handler !== undefined) {
      handler(signal);
      return;
    }
    // pid_namespaces(7): only signals with a handler reach the init process.
    if (IGNORED.has(signal) || entry.pid === 1) return;
    if (signal === 'STOP' || signal === 'TSTP') {
      if (entry.stopped) return;
      entry.stopped = true;
      entry.running?.pause();
      for (const listener of entry.stopListeners) listener();
      return;
    }
    if (entry.stopped) {
      entry.stopped = false;
      entry.running?.unpause();
    }
    if (entry.running === undefined) this.#exitBy(entry, signal);
    else entry.running.interrupt(new Interrupted(signal));
  }

  #fail(entry: Entry, error: unknown): void {
    if (error instanceof Interrupted) {
      this.#exitBy(entry, error.signal);
      return;
    }
    const name = baseName(entry.argv[0] ?? '');
    const text =
      error instanceof FileError
        ? `${name}: ${error.path}: ${error.message}\n`
        : error instanceof NetworkError || error instanceof NotLoaded
          ? `${name}: ${error.message}\n`
          : `${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`;
    const tell = function* (): Task<void> {
      yield* writeText(entry.stderr, text);
    };
    const end = (): void => this.#exit(entry, 1);
    run(tell(), end, end);
  }

  #exitBy(entry: Entry, signal: SignalName): void {
    if (entry.code === undefined) entry.endedBy = signal;
    this.#exit(entry, 128 + SIGNAL_NUMBER[signal]);
  }

  #exit(entry: Entry, code: number): void {
    if (entry.code !== undefined) return;
    this.#meter();
    entry.code = code;
    this.#table.delete(entry.pid);
    entry.net.close?.();
    // The last process that holds a stream closes it.
    const left = Array.from(this.#table.values());
    for (const stream of entry.streams) if (!left.some((other) => other.holds(stream))) stream.close();
    const { actor } = this.#options;
    if (actor !== undefined && this.sim.log.enabled)
      this.sim.append(actor, 'process', { pid: entry.pid, state: 'exited', argv: entry.argv, code });
    for (const child of this.#table.values()) if (child.parent === entry.pid) child.parent = 1;
    if (entry === this.#init) {
      this.killAll();
      if (entry.pid === 1) this.pids.killOthers(this);
      this.pids.leave(this);
    }
    if (entry.memory !== 0 || entry.cpu !== 0) this.#options.onUse?.(this.usage());
    const listeners = [...entry.exitListeners];
    entry.exitListeners.clear();
    for (const listener of listeners) listener(code);
  }

  #meter(): void {
    const { now } = this.sim;
    const cpu = this.#wanted();
    const granted = this.#granted(cpu);
    this.#cpuTime += ((now - this.#meteredAt) * granted) / 1000;
    this.#throttled += ((now - this.#meteredAt) * (cpu - granted)) / 1000;
    this.#meteredAt = now;
  }

  #wanted(): number {
    let cpu = 0;
    for (const entry of this.#table.values()) cpu += entry.cpu;
    return cpu;
  }

  #granted(cpu: number): number {
    const limit = this.#options.cpuLimit?.() ?? 0;
    return limit > 0 ? Math.min(cpu, limit) : cpu;
  }
}
