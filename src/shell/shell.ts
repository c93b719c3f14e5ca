import { ProcessLimitError } from '../engine/os/kernel.ts';
import type { Child, Process, Program, Reader, SignalName, SpawnOptions, Writer } from '../engine/os/process.ts';
import { Interrupted, SIGNAL_NUMBER } from '../engine/os/process.ts';
import type { Task } from '../engine/os/task.ts';
import { writeText } from '../engine/os/text.ts';
import { arrayOf } from './array.ts';
import type { CompletionSpec } from './completion-spec.ts';
import { Jobs } from './jobs.ts';
import { parse, script } from './parser.ts';
import { printCommand, printFunction } from './print-function.ts';
import { setOptions } from './set-options.ts';
import { NO_OPTIONS, ShellVariables, type Call, type Variable } from './shell-variables.ts';
import type { Command, Dialect, List } from './syntax.ts';

export class BreakLoop extends Error {
  constructor(
    readonly how: 'break' | 'continue',
    public levels: number,
  ) {
    super(how);
  }
}
export class ReturnFrom extends Error {
  constructor(readonly code: number) {
    super('return');
  }
}
export class Exit extends Error {
  constructor(readonly code: number) {
    super('exit');
  }
}
type Stream = Reader | Writer;

export type Builtin = (shell: Shell, argv: readonly string[]) => Task<number>;

/** XCU 2.14: found before functions, and their errors end a script. */
export const SPECIAL_BUILTINS: ReadonlySet<string> = new Set(
  'break : continue . eval exec exit export readonly return set shift times trap unset'.split(' '),
);

/** The parts of the language that a shell's state does not know itself; `sh.ts` puts them together. */
export interface Language {
  runList(shell: Shell, list: List, last: boolean): Task<number>;
  readonly builtins: ReadonlyMap<string, Builtin>;
}

export type TrapName = SignalName | 'EXIT' | 'ERR' | 'RETURN' | 'DEBUG';

/** Commands run for nothing on virtual time until the clock must move on, so that an endless loop cannot stop the world. */
const PACE = { limit: 100, builtin: 1, spawn: 20 } as const;

interface Pace {
  /** No process may be added before. */
  fullUntil: number;
  at: number;
  spent: number;
}

/** The state of one shell process. */
export class Shell extends ShellVariables {
  readonly variables: Map<string, Variable>;
  readonly functions: Map<string, Command>;
  readonly aliases: Map<string, string>;
  /** `complete`: how the arguments of a command are completed. */
  readonly completions: Map<string, CompletionSpec>;
  readonly traps = new Map<TrapName, string>();
  readonly options = { ...NO_OPTIONS };
  readonly dialect: Dialect;
  /** `$0` */
  name: string;
  positional: readonly string[] = [];
  status = 0;
  lastBackground: number | undefined;
  line = 1;
  interactive = false;
  /** A command substitution ran while the present command was expanded: its status counts when nothing else is run. */
  substituted = false;
  /** It runs `$(<file)`: a redirection alone prints what it opens. */
  copiesInput = false;
  descriptors: ReadonlyMap<number, Stream>;
  /** A trap is run: what it runs does not become `$BASH_COMMAND`. */
  trapping = false;
  current: Command | undefined;
  /** Traps that `trap -p` still shows in a subshell, which has forgotten them. */
  shownTraps: ReadonlyMap<TrapName, string> | undefined;
  /** Streams of coprocesses and of `exec >(list)`, closed with the shell or by `exec N>&-`, and what to wait for then. */
  readonly ownStreams = new Map<Stream, Child>();
  /** `enable -n` */
  readonly disabled = new Set<string>();
  /** `export -f` */
  readonly exportedFunctions = new Set<string>();
  source = 'main';
  readonly calls: Call[] = [];
  /** Depth of `if`, `while`, `!`, `&&`: `set -e` looks away. */
  tolerant = 0;
  /** How many calls it has from the shell it was forked from. */
  readonly inheritedCalls: number;
  loopDepth = 0;
  /** Variables that `local` has hidden, innermost function last. */
  readonly locals: Map<string, Variable | undefined>[] = [];
  readonly jobs: Jobs;
  history: string[] = [];
  /** The text is a command line (`-c`), whose last command may take over the process. */
  fromString = false;
  /** Foreground children: a terminal's interrupt is theirs to decide. */
  waitingForChild = 0;
  #pace: Pace;
  /** It is an interactive shell or one forked from it: messages name no lines. */
  readonly #ofTerminal: boolean;
  readonly #caught: SignalName[] = [];
  /** What process substitutions owe when the command they stand in has ended. */
  afterCommand: (() => Task<void>)[] = [];
  nextPipe = 0;
  /** `getopts`: how far it is inside a bundle of options. */
  optionOffset = 0;
  readonly started: number;
  /** How many shells this one was forked from. */
  readonly depth: number;
  directories: readonly string[] = [];
  /** Wakes `wait` when a trapped signal comes. */
  onCaught: (() => void) | undefined;

  constructor(
    readonly process: Process,
    dialect: Dialect,
    readonly language: Language,
    parent?: Shell,
    interactive = false,
  ) {
    super();
    this.interactive = interactive;
    this.#ofTerminal = interactive || (parent !== undefined && parent.#ofTerminal);
    this.jobs = new Jobs(interactive, parent?.jobs.shown);
    this.dialect = dialect;
    this.name = parent?.name ?? process.argv[0] ?? 'sh';
    this.variables = new Map(parent?.variables);
    this.functions = new Map(parent?.functions);
    this.aliases = new Map(parent?.aliases);
    this.completions = new Map(parent?.completions);
    this.started = parent?.started ?? process.now();
    this.inheritedCalls = parent?.calls.length ?? 0;
    this.depth = parent === undefined ? 0 : parent.depth + 1;
    this.fromString = parent?.fromString === true;
    this.directories = parent?.directories ?? [];
    this.#pace = parent === undefined ? { fullUntil: 0, at: process.now(), spent: 0 } : parent.#pace;
    const own: [number, Stream][] = [[0, process.stdin], [1, process.stdout], [2, process.stderr]]; // prettier-ignore
    this.descriptors = new Map([...(parent?.descriptors ?? []), ...own]);
    if (parent === undefined) {
      for (const [name, value] of process.env)
        if (dialect === 'bash' && /^BASH_FUNC_.*%%$/.test(name)) this.#importFunction(name.slice(10, -2), value);
        else if (/^[A-Za-z_]\w*$/.test(name)) this.variables.set(name, { value, exported: true, readOnly: false });
      this.set('PWD', process.cwd, true);
      this.set('IFS', ' \t\n', false);
      if (dialect === 'bash') {
        this.set('SHLVL', String(Number(this.get('SHLVL') ?? 0) + 1), true);
        this.setArray('BASH_VERSINFO', arrayOf(['5', '2', '37', '1', 'release', 'x86_64-pc-linux-gnu']));
        for (const [name, value] of [
          ['BASH', '/bin/bash'],
          ['OSTYPE', 'linux-gnu'],
          ['HOSTTYPE', 'x86_64'],
        ] as const)
          this.set(name, value);
      }
      return;
    }
    Object.assign(this.options, parent.options);
    this.positional = parent.positional;
    this.status = parent.status;
    this.lastBackground = parent.lastBackground;
    this.line = parent.line;
    this.tolerant = parent.tolerant;
    this.calls.push(...parent.calls);
    this.source = parent.source;
    this.current = parent.current;
    this.trapping = parent.trapping;
    for (const name of parent.exportedFunctions) this.exportedFunctions.add(name);
    for (const name of parent.disabled) this.disabled.add(name);
    this.history = parent.history;
    // POSIX: a subshell forgets traps, but what is ignored stays ignored.
    for (const [signal, action] of parent.traps) {
      const follows = signal === 'ERR' ? this.options.errtrace : (signal === 'DEBUG' || signal === 'RETURN') && this.options.functrace;
      if ((action === '' && signal !== 'EXIT') || follows) this.trap(signal, action);
    }
    this.shownTraps = parent.shownTraps ?? parent.traps;
  }

  get inFunction(): boolean {
    return this.calls.some(({ kind }) => kind === 'function');
  }

  get command(): string {
    return this.current === undefined ? '' : printCommand(this.current);
  }

  get optionsSet(): readonly string[] {
    return setOptions(this).flatMap(([name, on]) => (on ? [name] : []));
  }

  builtin(name: string): Builtin | undefined {
    return this.disabled.has(name) ? undefined : this.language.builtins.get(name);
  }

  get stdin(): Reader {
    return this.descriptors.get(0) as Reader;
  }
  get stdout(): Writer {
    return this.descriptors.get(1) as Writer;
  }
  get stderr(): Writer {
    return this.descriptors.get(2) as Writer;
  }

  /** `$$`: the pid of the shell that was started, also in its subshells. */
  get rootPid(): number {
    return Number(this.variables.get('\0pid')?.value ?? this.process.pid);
  }

  flags(): string {
    const { errexit, nounset, xtrace, noglob, allexport, noclobber } = this.options;
    // What bash always has on: `h` hashes commands, `B` expands braces, and at a terminal `H` history and `m` jobs.
    const bash = this.dialect === 'bash';
    return `${allexport ? 'a' : ''}${errexit ? 'e' : ''}${noglob ? 'f' : ''}${bash ? 'h' : ''}${this.interactive ? 'i' : ''}${bash && this.interactive ? 'm' : ''}${nounset ? 'u' : ''}${xtrace ? 'x' : ''}${bash ? 'B' : ''}${noclobber ? 'C' : ''}${bash && this.interactive ? 'H' : ''}${this.fromString ? 'c' : ''}`;
  }

  environment(): Map<string, string> {
    const env = new Map<string, string>();
    for (const [name, { value, exported, array }] of this.variables)
      if (exported && value !== undefined && array === undefined) env.set(name, value);
    for (const name of this.exportedFunctions) {
      const body = this.functions.get(name);
      if (body !== undefined)
        env.set(
          `BASH_FUNC_${name}%%`,
          printFunction(name, body)
            .slice(name.length + 1)
            .trimEnd(),
        );
    }
    return env;
  }

  /** A function that a parent gave along. */
  #importFunction(name: string, text: string): void {
    const command = parse(`${name} ${text}`)[0]?.first.commands[0];
    if (command?.kind !== 'function') return;
    this.functions.set(name, command.body);
    this.exportedFunctions.add(name);
  }

  /** The words that begin an error message: `bash: line 3: `, `sh: 1: `. */
  where(line = this.line): string {
    const name = this.#ofTerminal && this.name.startsWith('-') ? this.name.slice(1) : this.name;
    if (this.#ofTerminal && this.dialect !== 'dash') return `${name}: `;
    if (this.dialect === 'bash') return `${this.calls.at(-1)?.source ?? name}: line ${line}: `;
    if (this.dialect === 'dash') return `${name}: ${line}: `;
    return this.fromString ? `${name}: ` : `${name}: line ${line}: `;
  }

  *complain(text: string): Task<void> {
    yield* writeText(this.stderr, `${this.where()}${text}\n`);
  }

  /** A copy of this shell as a process of its own: subshell, pipeline stage, background job. */
  fork(
    body: (shell: Shell) => Task<number>,
    streams: { stdin?: Reader; stdout?: Writer; stderr?: Writer; newGroup?: boolean } = {},
  ): Child {
    const program: Program = (process) => {
      const shell = new Shell(process, this.dialect, this.language, this);
      if (!shell.variables.has('\0pid'))
        shell.variables.set('\0pid', { value: String(this.process.pid), exported: false, readOnly: false });
      return shell.main(() => body(shell));
    };
    if (this.process.now() < this.#pace.fullUntil) throw new ProcessLimitError();
    return this.#spawn({
      program,
      env: this.environment(),
      cwd: this.process.cwd,
      stdin: streams.stdin ?? this.stdin,
      stdout: streams.stdout ?? this.stdout,
      stderr: streams.stderr ?? this.stderr,
      ...(streams.newGroup === true ? { newGroup: true } : {}),
    });
  }

  /** Where a bomb of forks went off, a second goes by before the next fork: so it dies out. */
  #spawn(options: SpawnOptions): Child {
    try {
      return this.process.spawn(this.process.argv, options);
    } catch (error) {
      if (error instanceof ProcessLimitError) this.#pace.fullUntil = this.process.now() + 1000;
      throw error;
    }
  }

  *complainOfFork(error: ProcessLimitError): Task<number> {
    yield* this.complain(this.dialect === 'bash' ? `fork: retry: ${error.message}` : 'Cannot fork');
    return this.dialect === 'bash' ? 254 : 2;
  }

  /** Runs a whole shell process: what leaves it, and the EXIT trap. */
  *main(body: () => Task<number>): Task<number> {
    let code: number;
    let killed: Interrupted | undefined;
    try {
      code = yield* body();
    } catch (error) {
      if (error instanceof Exit || error instanceof ReturnFrom) code = error.code;
      else if (error instanceof BreakLoop) code = this.status;
      else if (error instanceof ProcessLimitError) code = yield* this.complainOfFork(error);
      else if (error instanceof Interrupted) {
        // bash runs its EXIT trap when a signal ends it, the others do not.
        killed = error;
        code = 128 + SIGNAL_NUMBER[error.signal];
        if (this.dialect !== 'bash') throw error;
      } else throw error;
    }
    const action = this.traps.get('EXIT');
    if (action !== undefined && action !== '') {
      this.traps.delete('EXIT');
      this.status = code;
      try {
        yield* this.evaluate(action);
      } catch (error) {
        if (!(error instanceof Exit)) throw error;
        code = error.code;
      }
    }
    for (const [stream, child] of this.ownStreams) {
      stream.close();
      yield* child.wait();
    }
    if (killed !== undefined) throw killed;
    return code;
  }

  *run(list: List): Task<number> {
    return yield* this.language.runList(this, list, false);
  }

  /** As `run`, when nothing follows in this process: the last command may take it over. */
  *runLast(list: List): Task<number> {
    return yield* this.language.runList(this, list, true);
  }

  /** `eval`, traps, `.`: text run in this very shell. */
  *evaluate(text: string): Task<number> {
    const before = this.line;
    const code = yield* this.runScript(text, { line: before });
    this.line = before;
    return code;
  }

  /** A text, line by line: a mistake further down does not keep the beginning from being run. `last`: nothing follows in this process. */
  *runScript(text: string, { line, last = false }: { line?: number; last?: boolean } = {}): Task<number> {
    const lines = script(text, {
      alias: (name) => this.alias(name),
      extended: () => this.options.extglob,
      dialect: this.dialect,
      whole: true,
      ...(line === undefined ? {} : { line }),
    });
    let status = 0;
    for (let list = lines.next(); list !== undefined; list = lines.next()) {
      for (const warning of lines.warnings.splice(0))
        yield* writeText(this.stderr, `${this.where(warning.line)}warning: ${warning.text}\n`);
      status = yield* this.language.runList(this, list, last && lines.ended);
    }
    return status;
  }

  alias(name: string): string | undefined {
    return this.interactive || this.options.expand_aliases || this.dialect !== 'bash' ? this.aliases.get(name) : undefined;
  }

  trap(name: TrapName, action: string | undefined): void {
    if (action === undefined) this.traps.delete(name);
    else this.traps.set(name, action);
    this.shownTraps = undefined;
    if (name === 'EXIT' || name === 'ERR' || name === 'RETURN' || name === 'DEBUG') return;
    this.process.onSignal(name, () => {
      if (this.traps.get(name) === '') return;
      this.#caught.push(name);
      this.onCaught?.();
    });
  }

  /** The last signal caught and not yet acted upon. */
  get caught(): SignalName | undefined {
    return this.#caught.at(-1);
  }

  /** Runs the actions of signals that came meanwhile. */
  *runTraps(): Task<void> {
    for (let signal = this.#caught.shift(); signal !== undefined; signal = this.#caught.shift()) {
      const action = this.traps.get(signal);
      // `trap - TERM` gave the signal back: it ends the shell after all.
      if (action === undefined) throw new Interrupted(signal);
      const { status } = this;
      yield* this.evaluate(action);
      this.status = status;
    }
  }

  /** Pays for a command in virtual time, now and then. */
  *pay(what: 'builtin' | 'spawn'): Task<void> {
    const pace = this.#pace;
    const now = this.process.now();
    if (pace.at !== now) {
      pace.at = now;
      pace.spent = 0;
    }
    pace.spent += PACE[what];
    if (pace.spent > PACE.limit) yield* this.process.sleep(1);
  }
}
