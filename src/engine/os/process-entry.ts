import type { Random } from '../sim/random.ts';
import type { Simulation } from '../sim/simulation.ts';
import { SparseSet } from '../sim/sparse.ts';
import type { FileSystem, Network, Program, Reader, SignalName, SpawnOptions, System, Terminal, Writer } from './process.ts';
import type { Running } from './task.ts';

export interface StartOptions extends SpawnOptions {
  terminal?: Terminal;
}

export interface Started {
  readonly pid: number;
  readonly exitCode: number | undefined;
  /** Called when the process ends, at once when it has. Returns how to take it back. */
  onExit(listener: (code: number) => void): () => void;
  kill(signal: SignalName): void;
}

/** @internal */
export interface Launched extends Started {
  readonly entry: Entry;
}

/** @internal What a process asks of its kernel. */
export interface KernelCalls extends System {
  readonly sim: Simulation;
  readonly files: FileSystem;
  readonly hostname: string;
  readonly random: Random;
  readonly foreground: boolean;
  now(): number;
  resolve(argv: readonly string[], cwd: string, searchPath?: string): Program;
  launch(parent: Entry | undefined, argv: readonly string[], program: Program, options: StartOptions): Launched;
  use(entry: Entry, resources: { memory?: number; cpu?: number }): number;
}

/** @internal What the kernel knows of one process. */
export class Entry {
  code: number | undefined;
  running: Running | undefined;
  stopped = false;
  endedBy: SignalName | undefined;
  memory = 0;
  cpu = 0;
  readonly handlers = new Map<SignalName, (signal: SignalName) => void>();
  readonly exitListeners = new SparseSet<(code: number) => void>();
  readonly stopListeners = new SparseSet<() => void>();

  constructor(
    readonly pid: number,
    public parent: number,
    public group: number,
    public argv: readonly string[],
    readonly started: number,
    readonly net: Network & { close?(): void; hold?(on: boolean): void },
    readonly stdin: Reader,
    readonly stdout: Writer,
    readonly stderr: Writer,
    readonly terminal: Terminal | undefined,
  ) {}

  /** Each of its streams once. */
  get streams(): Set<Reader | Writer> {
    return new Set<Reader | Writer>([this.stdin, this.stdout, this.stderr]);
  }

  holds(stream: Reader | Writer): boolean {
    return stream === this.stdin || stream === this.stdout || stream === this.stderr;
  }
}

/** @internal */
export class LaunchedProcess implements Launched {
  constructor(
    readonly entry: Entry,
    readonly kill: (signal: SignalName) => void,
  ) {}

  get pid(): number {
    return this.entry.pid;
  }
  get exitCode(): number | undefined {
    return this.entry.code;
  }

  onExit(listener: (code: number) => void): () => void {
    return onExit(this.entry, listener);
  }
}

/** @internal */
export function onExit(entry: Entry, listener: (code: number) => void): () => void {
  if (entry.code !== undefined) {
    listener(entry.code);
    return () => {};
  }
  entry.exitListeners.add(listener);
  return () => entry.exitListeners.delete(listener);
}
