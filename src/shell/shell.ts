import { ProcessLimitError } from '../engine/os/kernel.ts';
import type { Child, Process, Program, Reader, SignalName, SpawnOptions, Writer } from '../engine/os/process.ts';
import { Interrupted, SIGNAL_NUMBER } from '../engine/os/process.ts';
import type { Task } from '../engine/os/task.ts';
import { writeText } from '../engine/os/text.ts';
import { evaluate, type Variables } from './arithmetic.ts';
import { arrayOf, EMPTY_ARRAY, entriesOf, withElement, type ArrayValue } from './array.ts';
import type { CompletionSpec } from './completion-spec.ts';
import { Jobs } from './jobs.ts';
import { script } from './parser.ts';
import type { PatternOptions } from './pattern.ts';
import type { Command, Dialect, List } from './syntax.ts';

export interface Variable {
  /** Of an array the element 0. */
  readonly value: string | undefined;
  readonly array?: ArrayValue;
  readonly exported: boolean;
  readonly readOnly: boolean;
  /** What `declare` made of it: `i` a number, `l` `u` `c` letters of one case, `n` another's name (its value). */
  readonly attributes?: string;
}

const NEW: Variable = { value: undefined, exported: false, readOnly: false };

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
/** An error of expansion. It ends a script, and the line of an interactive shell. `unset`: from `set -u` or `${x?}`. */
export class ExpansionError extends Error {
  constructor(
    message: string,
    readonly unset = false,
  ) {
    super(message);
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

/** What `shopt` sets. */
export const NO_SHOPT = {
  dotglob: false,
  expand_aliases: false,
  extglob: false,
  failglob: false,
  globstar: false,
  lastpipe: false,
  nocaseglob: false,
  nocasematch: false,
  nullglob: false,
};

/** Commands run for nothing on virtual time until the clock must move on, so that an endless loop cannot stop the world. */
const PACE = { limit: 100, builtin: 1, spawn: 20 } as const;

interface Pace {
  /** No process may be added before. */
  fullUntil: number;
  at: number;
  spent: number;
}

/** The state of one shell process. */
export class Shell {
  readonly variables: Map<string, Variable>;
  readonly functions: Map<string, Command>;
  readonly aliases: Map<string, string>;
  /** `complete`: how the arguments of a command are completed. */
  readonly completions: Map<string, CompletionSpec>;
  readonly traps = new Map<TrapName, string>();
  readonly options = {
    errexit: false,
    nounset: false,
    xtrace: false,
    pipefail: false,
    noglob: false,
    allexport: false,
    noexec: false,
    noclobber: false,
    errtrace: false,
    ...NO_SHOPT,
  };
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
  /** Depth of `if`, `while`, `!`, `&&`: `set -e` looks away. */
  tolerant = 0;
  functionDepth = 0;
  /** As `functionDepth`, without sourced files. */
  callDepth = 0;
  /** `callDepth` when this process began: its own calls are those beyond. */
  readonly inheritedDepth: number;
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
    this.interactive = interactive;
    this.#ofTerminal = interactive || (parent !== undefined && parent.#ofTerminal);
    this.jobs = new Jobs(interactive);
    this.dialect = dialect;
    this.name = parent?.name ?? process.argv[0] ?? 'sh';
    this.variables = new Map(parent?.variables);
    this.functions = new Map(parent?.functions);
    this.aliases = new Map(parent?.aliases);
    this.completions = new Map(parent?.completions);
    this.started = parent?.started ?? process.now();
    this.inheritedDepth = parent?.callDepth ?? 0;
    this.depth = parent === undefined ? 0 : parent.depth + 1;
    this.fromString = parent?.fromString === true;
    this.directories = parent?.directories ?? [];
    this.#pace = parent === undefined ? { fullUntil: 0, at: process.now(), spent: 0 } : parent.#pace;
    const own: [number, Stream][] = [[0, process.stdin], [1, process.stdout], [2, process.stderr]]; // prettier-ignore
    this.descriptors = new Map([...(parent?.descriptors ?? []), ...own]);
    if (parent === undefined) {
      for (const [name, value] of process.env)
        if (/^[A-Za-z_]\w*$/.test(name)) this.variables.set(name, { value, exported: true, readOnly: false });
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
    this.functionDepth = parent.functionDepth;
    this.callDepth = parent.callDepth;
    this.history = parent.history;
    // POSIX: a subshell forgets traps, but what is ignored stays ignored.
    for (const [signal, action] of parent.traps) if (action === '' && signal !== 'EXIT') this.trap(signal, '');
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

  get(name: string): string | undefined {
    switch (name) {
      case '?': return String(this.status);
      case '#': return String(this.positional.length);
      case '$': return String(this.rootPid);
      case '!': return this.lastBackground === undefined ? undefined : String(this.lastBackground);
      case '-': return this.flags();
      case '0': return this.name;
      case '@':
      case '*': return this.positional.length === 0 ? undefined : this.positional.join(' ');
      case 'RANDOM': return this.dialect === 'dash' ? this.variables.get(name)?.value : String(this.process.random(32768));
      case 'LINENO': return String(this.line);
      case 'PPID': return this.variables.get(name)?.value ?? String(this.process.system?.processes().find(({ pid }) => pid === this.process.pid)?.parent ?? 0);
      case 'SECONDS': if (this.dialect === 'bash') return this.variables.get(name)?.value ?? String(Math.floor((this.process.now() - this.started) / 1000)); break;
      case 'EPOCHSECONDS': if (this.dialect === 'bash') return String(Math.floor(this.process.now() / 1000)); break;
      case 'EPOCHREALTIME': if (this.dialect === 'bash') return (this.process.now() / 1000).toFixed(6); break;
      case 'SRANDOM': if (this.dialect === 'bash') return String(this.process.random(4294967296)); break;
      case 'BASHPID': if (this.dialect === 'bash') return String(this.process.pid); break;
      case 'BASH_SUBSHELL': if (this.dialect === 'bash') return String(this.depth); break;
      case 'UID':
      case 'EUID': if (this.dialect === 'bash') return (this.process.system?.user ?? 'root') === 'root' ? '0' : '1000'; break;
      case 'BASH_VERSION': if (this.dialect === 'bash') return '5.2.37(1)-release'; break;
      case 'HOSTNAME': return this.variables.get(name)?.value ?? (this.dialect === 'dash' ? undefined : this.process.hostname);
    } // prettier-ignore
    if (/^\d+$/.test(name)) return this.positional[Number(name) - 1];
    return this.variables.get(this.target(name))?.value;
  }

  /** As `get`, but `set -u` refuses what is not set. */
  getChecked(name: string): string | undefined {
    const value = this.get(name);
    if (value === undefined && this.options.nounset && name !== '@' && name !== '*') this.refuseUnset(name);
    return value;
  }

  refuseUnset(name: string): never {
    throw new ExpansionError(
      this.dialect === 'bash' ? `${/^[A-Za-z_]/.test(name) ? name : `$${name}`}: unbound variable` : `${name}: parameter not set`,
      true,
    );
  }

  set(name: string, value: string | undefined, exported?: boolean): void {
    const place = this.target(name);
    const before = this.#writable(place);
    if (before?.array !== undefined && value !== undefined) this.setElement(place, '0', value);
    else {
      this.variables.set(place, {
        ...(before ?? NEW),
        value: this.#shaped(before, value),
        exported: exported ?? (before?.exported === true || this.options.allexport),
      });
    }
  }

  /** The variable a name stands for: another one's where it is a reference (`declare -n`). */
  target(name: string): string {
    let at = name;
    for (let i = 0; i < 8; i++) {
      const variable = this.variables.get(at);
      if (variable?.attributes?.includes('n') !== true || variable.value === undefined) break;
      at = variable.value;
    }
    return at;
  }

  /** `declare`: gives and takes what a variable is, not what it holds. */
  mark(name: string, change: Partial<Pick<Variable, 'exported' | 'readOnly' | 'attributes'>>): void {
    this.variables.set(name, { ...(this.variables.get(name) ?? NEW), ...change });
  }

  /** Begins anew, hiding what was there. */
  hide(name: string): void {
    this.variables.set(name, NEW);
  }

  /** `name+=text`: numbers add. */
  appended(name: string, before: string, text: string): string {
    if (this.variables.get(this.target(name))?.attributes?.includes('i') !== true) return before + text;
    return String(evaluate(before, this.numbers) + evaluate(text, this.numbers));
  }

  /** A value as the variable's attributes want it. */
  #shaped(variable: Variable | undefined, value: string | undefined): string | undefined {
    const attributes = variable?.attributes;
    if (attributes === undefined || value === undefined) return value;
    if (attributes.includes('i')) return String(evaluate(value, this.numbers));
    if (attributes.includes('u')) return value.toUpperCase();
    if (attributes.includes('l')) return value.toLowerCase();
    return attributes.includes('c') ? value.slice(0, 1).toUpperCase() + value.slice(1).toLowerCase() : value;
  }

  get patterns(): PatternOptions {
    return { extended: this.options.extglob, ignoreCase: this.options.nocasematch };
  }

  /** An element of an array; a plain variable is its own element 0. */
  element(name: string, key: string): string | undefined {
    const variable = this.variables.get(this.target(name));
    return variable?.array === undefined ? (key === '0' ? this.get(name) : undefined) : variable.array.items.get(key);
  }

  setElement(name: string, key: string, value: string): void {
    const place = this.target(name);
    const before = this.#writable(place);
    const array = before?.array ?? (before?.value === undefined ? EMPTY_ARRAY : arrayOf([before.value]));
    this.setArray(place, withElement(array, key, this.#shaped(before, value) ?? ''));
  }

  setArray(name: string, array: ArrayValue): void {
    const place = this.target(name);
    const before = this.#writable(place) ?? NEW;
    const items =
      before.attributes === undefined
        ? array.items
        : new Map([...array.items].map(([key, value]) => [key, this.#shaped(before, value) ?? '']));
    this.variables.set(place, { ...before, value: items.get('0'), array: { ...array, items } });
  }

  arrayAt(name: string): ArrayValue | undefined {
    return this.variables.get(this.target(name))?.array;
  }

  keys(name: string): string[] {
    const array = this.arrayAt(name);
    return array === undefined ? (this.get(name) === undefined ? [] : ['0']) : entriesOf(array).map(([key]) => key);
  }

  values(name: string): string[] {
    const array = this.arrayAt(name);
    const value = this.get(name);
    return array === undefined ? (value === undefined ? [] : [value]) : entriesOf(array).map(([, each]) => each);
  }

  /** Variables as arithmetic sees them. */
  readonly numbers: Variables = {
    get: (name) => this.getChecked(name),
    set: (name, value) => this.set(name, value),
    element: (name, index) => this.element(name, this.#index(name, index)),
    setElement: (name, index, value) => this.setElement(name, this.#index(name, index), value),
    isAssociative: (name) => this.arrayAt(name)?.associative === true,
  };

  #index(name: string, index: string): string {
    if (this.numbers.isAssociative(name) || Number(index) >= 0) return index;
    return String(Math.max(-1, ...this.keys(name).map(Number)) + 1 + Number(index));
  }

  #writable(name: string): Variable | undefined {
    const before = this.variables.get(name);
    if (before?.readOnly === true)
      throw new ExpansionError(this.dialect === 'bash' ? `${name}: readonly variable` : `${name}: is read only`);
    return before;
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
    return env;
  }

  /** The words that begin an error message: `bash: line 3: `, `sh: 1: `. */
  where(line = this.line): string {
    const name = this.#ofTerminal && this.name.startsWith('-') ? this.name.slice(1) : this.name;
    if (this.#ofTerminal && this.dialect !== 'dash') return `${name}: `;
    // bash(1): the functions of a `-c` string come from "environment".
    if (this.dialect === 'bash') return `${this.fromString && this.callDepth > 0 ? 'environment' : name}: line ${line}: `;
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
      ...(line === undefined ? {} : { line }),
    });
    let status = 0;
    for (let list = lines.next(); list !== undefined; list = lines.next())
      status = yield* this.language.runList(this, list, last && lines.ended);
    return status;
  }

  alias(name: string): string | undefined {
    return this.interactive || this.options.expand_aliases || this.dialect !== 'bash' ? this.aliases.get(name) : undefined;
  }

  trap(name: TrapName, action: string | undefined): void {
    if (action === undefined) this.traps.delete(name);
    else this.traps.set(name, action);
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
