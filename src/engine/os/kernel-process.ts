import { onExit, type Entry, type KernelCalls } from './process-entry.ts';
import type { Child, FileSystem, Network, Process, Reader, SignalName, SpawnOptions, System, Terminal, Writer } from './process.ts';
import { suspend, type Task } from './task.ts';
import { NotLoaded, type Part } from '../sim/part.ts';
import type { Millis } from '../sim/time.ts';

/** One process's view of its kernel. */
export class KernelProcess implements Process {
  constructor(
    readonly kernel: KernelCalls,
    readonly entry: Entry,
    readonly argv: readonly string[],
    readonly env: Map<string, string>,
    public cwd: string,
    readonly stdin: Reader,
    readonly stdout: Writer,
    readonly stderr: Writer,
  ) {}

  get pid(): number {
    return this.entry.pid;
  }
  get files(): FileSystem {
    return this.kernel.files;
  }
  get net(): Network {
    return this.entry.net;
  }
  get terminal(): Terminal {
    // The contract's optional property: absent when there is no terminal, which `undefined` says to every reader.
    return (this.stdout === this.entry.stdout ? this.entry.terminal : undefined) as Terminal;
  }
  get hostname(): string {
    return this.kernel.hostname;
  }
  get system(): System {
    return this.kernel;
  }

  now(): Millis {
    return this.kernel.now();
  }

  *sleep(duration: Millis): Task<void> {
    yield* suspend<void>((resume) => {
      const timer = this.kernel.sim.after(Math.max(0, Math.round(duration)), () => resume(), { background: !this.kernel.foreground });
      return () => timer.cancel();
    });
  }

  *obtain(part: Part): Task<void> {
    const given = yield* suspend<boolean>((resume) => {
      const timer = this.kernel.sim.need(part, resume);
      return () => timer.cancel();
    });
    if (!given) throw new NotLoaded(part);
  }

  random(bound: number): number {
    return this.kernel.random.int(bound);
  }

  spawn(argv: readonly string[], options: SpawnOptions = {}): Child {
    const env = options.env ?? this.env;
    const cwd = options.cwd ?? this.cwd;
    const program = options.program ?? this.kernel.resolve(argv, cwd, env.get('PATH'));
    const started = this.kernel.launch(this.entry, argv, program, {
      ...options,
      env,
      cwd,
      stdin: options.stdin ?? this.stdin,
      stdout: options.stdout ?? this.stdout,
      stderr: options.stderr ?? this.stderr,
    });
    const { entry } = started;
    return {
      pid: started.pid,
      kill: started.kill,
      endedBy: () => entry.endedBy,
      onExit: (listener) => started.onExit(listener),
      onStop(listener) {
        entry.stopListeners.add(listener);
        return () => entry.stopListeners.delete(listener);
      },
      *wait() {
        return entry.code ?? (yield* suspend<number>((resume) => onExit(entry, resume)));
      },
    };
  }

  *exec(argv: readonly string[], options: SpawnOptions = {}): Task<number> {
    const env = new Map(options.env ?? this.env);
    const cwd = options.cwd ?? this.cwd;
    const program = options.program ?? this.kernel.resolve(argv, cwd, env.get('PATH'));
    this.entry.handlers.clear();
    this.entry.argv = argv;
    const { kernel, entry } = this;
    const { stdin = this.stdin, stdout = this.stdout, stderr = this.stderr } = options;
    return yield* program(new KernelProcess(kernel, entry, argv, env, cwd, stdin, stdout, stderr));
  }

  retitle(argv: readonly string[]): void {
    this.entry.argv = argv;
  }

  /** The same process as its interpreter sees it: `./script a` is `sh ./script a`. */
  withArgv(argv: readonly string[]): KernelProcess {
    return new KernelProcess(this.kernel, this.entry, argv, this.env, this.cwd, this.stdin, this.stdout, this.stderr);
  }

  onSignal(signal: SignalName, handler: (signal: SignalName) => void): void {
    if (signal !== 'KILL' && signal !== 'STOP') this.entry.handlers.set(signal, handler);
  }

  use(resources: { memory?: number; cpu?: number }): number {
    return this.kernel.use(this.entry, resources);
  }
}
