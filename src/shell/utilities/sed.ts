import { FileError, type Process, type Reader } from '../../engine/os/process.ts';
import { resolvePath } from '../../engine/os/path.ts';
import type { Task } from '../../engine/os/task.ts';
import { decode, encode, readAll, readerOf, writeText } from '../../engine/os/text.ts';
import { readOptions } from './arguments.ts';
import { complain, openInput } from './input.ts';
import { LineSource } from './line-source.ts';
import { substitute, unambiguous } from './sed-text.ts';
import { readScript, SedMistake, type Address, type SedCommand } from './sed-script.ts';

const USAGE = 'Usage: sed [OPTION]... {script-only-if-no-other-script} [input-file]...\n';

/** GNU sed without `e`, `F`, `R`, `W` and `v`; the options `-n -e -f -E -r -i[SUFFIX] -s -u`. */
export function* sed(process: Process): Task<number> {
  const args = process.argv.slice(1);
  // `-i` takes its argument only when it is stuck to it.
  let backup: string | undefined;
  const argv = args.map((arg) => {
    const [, before = '', suffix] = /^-([nErsu]*)i(.*)$/.exec(arg) ?? /^-(-in-place)(?:=(.*))?$/.exec(arg) ?? [];
    if (before === '' && suffix === undefined) return arg;
    backup = suffix ?? '';
    return before.startsWith('-') || before === '' ? '-s' : `-${before}`;
  });
  const options = yield* readOptions(Object.create(process, { argv: { value: ['sed', ...argv] } }) as Process, {
    short: 'nErsuze:f:',
    long: {
      quiet: 'n',
      silent: 'n',
      'regexp-extended': 'E',
      'expression=': 'e',
      'file=': 'f',
      separate: 's',
      unbuffered: 'u',
      'null-data': 'z',
    },
    joined: 'ef',
    refused: ['-l', '--line-length', '--posix', '--debug', '--sandbox', '--follow-symlinks'],
  });
  if (typeof options === 'number') return options;
  const { flags } = options;
  const operands = [...options.operands];
  let script = flags.get('e');
  for (const path of flags.get('f')?.split('\n') ?? []) {
    const text = yield* readScriptFile(process, path);
    if (text === undefined) return 1;
    script = `${script === undefined ? '' : `${script}\n`}${text}`;
  }
  script ??= operands.shift();
  if (script === undefined) {
    yield* writeText(process.stderr, USAGE);
    return 1;
  }
  let quiet = flags.has('n');
  if (/^#n(\n|$)/.test(script)) quiet = true;
  let commands: SedCommand[];
  try {
    commands = readScript(script, flags.has('E') || flags.has('r'));
  } catch (error) {
    if (!(error instanceof SedMistake)) throw error;
    yield* complain(process, error.at === undefined ? error.message : `-e expression #1, char ${error.at}: ${error.message}`);
    return error.at === undefined ? 4 : 1;
  }
  const editor = new Editor(process, commands, quiet, flags.has('z'));
  const paths = operands.length === 0 ? ['-'] : operands;
  if (backup === undefined && !flags.has('s')) return yield* editor.edit(paths, undefined);
  let status = 0;
  for (const path of paths) {
    status = Math.max(status, yield* editor.edit([path], backup === undefined || path === '-' ? undefined : { path, suffix: backup }));
    if (editor.quit) break;
  }
  return status;
}

function* readScriptFile(process: Process, path: string): Task<string | undefined> {
  try {
    return decode(process.files.read(resolvePath(process.cwd, path))).replace(/\n$/, '');
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    yield* complain(process, `couldn't open file ${path}: ${error.message}`);
    return undefined;
  }
}

/** Newlines for NULs and the other way round. */
function swapped(text: string): string {
  return text.replace(/[\0\n]/g, (c) => (c === '\0' ? '\n' : '\0'));
}

class Editor {
  readonly #process: Process;
  readonly #commands: readonly SedCommand[];
  readonly #quiet: boolean;
  /** Of ranges that have begun: the line they end at, where that is known. */
  readonly #ranges = new Map<SedCommand, number | undefined>();
  readonly #written = new Set<string>();
  #space = '';
  #hold = '';
  #line = 0;
  #output = '';
  #after = '';
  #lastRegExp: RegExp | undefined;
  #paths: string[] = [];
  #source: LineSource | undefined;
  #status = 0;
  /** The last line had no newline: what is printed of it has none either. */
  #newline = '\n';
  /** What was printed last ends without one. */
  #unfinished = false;
  quit = false;
  /** The line is the last one; known only where the script asks for it, since it takes a look at the next. */
  #isLast = false;
  readonly #asksForLast: boolean;
  #inPlace: { path: string; suffix: string } | undefined;

  constructor(
    process: Process,
    commands: readonly SedCommand[],
    quiet: boolean,
    /** `-z`: NULs end lines, and newlines are text. */
    readonly zero: boolean,
  ) {
    this.#process = process;
    this.#commands = commands;
    this.#asksForLast = commands.some(({ from, to }) => from?.kind === 'last' || to?.kind === 'last');
    this.#quiet = quiet;
  }

  *edit(paths: readonly string[], inPlace: { path: string; suffix: string } | undefined): Task<number> {
    this.#paths = [...paths];
    this.#line = 0;
    this.#status = 0;
    this.#inPlace = inPlace;
    let code = 0;
    while (!this.quit && (yield* this.#readLine(false))) {
      code = yield* this.#cycle();
      if (this.#output.length > 16_384) yield* this.#flush();
    }
    if (inPlace !== undefined && this.#status === 0) {
      const full = resolvePath(this.#process.cwd, inPlace.path);
      const { files } = this.#process;
      // Quitting early keeps the rest of the file.
      for (let rest = yield* this.#next(); rest !== undefined; rest = yield* this.#next()) this.#output += rest;
      const backup = inPlace.suffix.includes('*') ? inPlace.suffix.replace('*', inPlace.path) : inPlace.path + inPlace.suffix;
      if (inPlace.suffix !== '') files.write(resolvePath(this.#process.cwd, backup), files.read(full));
      files.write(full, encode(this.#output));
      this.#output = '';
    }
    yield* this.#flush();
    return code || this.#status;
  }

  *#flush(): Task<void> {
    if (this.#inPlace !== undefined) return;
    const text = this.#output;
    this.#output = '';
    yield* writeText(this.#process.stdout, this.zero ? swapped(text) : text);
  }

  /** One more line of the input, through all its files. */
  *#next(): Task<string | undefined> {
    if (!(yield* this.#more())) return undefined;
    return yield* (this.#source as LineSource).next();
  }

  *#more(): Task<boolean> {
    for (;;) {
      if (this.#source !== undefined && (yield* this.#source.more())) return true;
      const path = this.#paths.shift();
      if (path === undefined) return false;
      const reader = yield* this.#open(path);
      const input = reader !== undefined && this.zero ? readerOf(swapped(yield* readAll(reader))) : reader;
      this.#source = input === undefined ? undefined : new LineSource(input, () => this.#flush());
    }
  }

  *#open(path: string): Task<Reader | undefined> {
    const { files, cwd } = this.#process;
    const full = resolvePath(cwd, path);
    const problem =
      path === '-' || (files.exists(full) && files.stat(full).type !== 'directory')
        ? undefined
        : files.exists(full)
          ? `couldn't edit ${path}: not a regular file`
          : `can't read ${path}: No such file or directory`;
    if (problem === undefined) return yield* openInput(this.#process, path);
    this.#status = this.#inPlace !== undefined && files.exists(full) ? 4 : 2;
    yield* complain(
      this.#process,
      this.#inPlace === undefined ? problem.replace(/^couldn't edit (.*): not.*/, 'read error on $1: Is a directory') : problem,
    );
    return undefined;
  }

  /** The next line into the pattern space; `join`: behind what is there. */
  *#readLine(join: boolean): Task<boolean> {
    const line = yield* this.#next();
    if (line === undefined) return false;
    this.#line++;
    this.#newline = line.endsWith('\n') ? '\n' : '';
    const body = this.#newline === '' ? line : line.slice(0, -1);
    const text = this.zero ? swapped(body) : body;
    this.#space = join ? `${this.#space}\n${text}` : text;
    if (this.#asksForLast) this.#isLast = !(yield* this.#more());
    return true;
  }

  #print(text = this.#space): void {
    // A line that came without its newline gets it when something follows.
    if (this.#unfinished) this.#output += '\n';
    this.#output += (this.zero ? swapped(text) : text) + this.#newline;
    this.#unfinished = this.#newline === '';
  }

  #say(text: string): void {
    if (this.#unfinished) this.#output += '\n';
    this.#output += text;
    this.#unfinished = !text.endsWith('\n');
  }

  #endCycle(show: boolean): void {
    if (show && !this.#quiet) this.#print();
    if (this.#after !== '') this.#say(this.#after);
    this.#after = '';
  }

  /** Runs the script over a line. The exit code matters when it was the last one. */
  *#cycle(): Task<number> {
    const commands = this.#commands;
    let changed = false;
    let steps = 0;
    for (let i = 0; i < commands.length; i++) {
      const command = commands[i] as SedCommand;
      // Jumps back may go on for ever: time passes, so that ^C gets through.
      if (++steps % 10_000 === 0) yield* this.#process.sleep(1);
      const applies = this.#applies(command);
      if (command.name === '{') {
        if (applies === command.negated) i = (command.target ?? i) - 1;
        continue;
      }
      if (applies === command.negated) continue;
      switch (command.name) {
        case 's':
          if (this.#substitute(command)) {
            changed = true;
            if (command.print === true) this.#print();
            if (command.file !== undefined) this.#writeTo(command.file);
          }
          break;
        case 'y':
          this.#space = [...this.#space].map((c) => command.map?.get(c) ?? c).join('');
          break;
        case 'p':
          this.#print();
          break;
        case 'P':
          this.#say(`${this.#space.split('\n', 1)[0]}\n`);
          break;
        case '=':
          this.#say(`${this.#line}\n`);
          break;
        case 'l':
          this.#say(`${unambiguous(this.#space)}$\n`);
          break;
        case 'i':
          this.#say(`${command.text}\n`);
          break;
        case 'a':
          this.#after += `${command.text}\n`;
          break;
        case 'c':
          // Of a range only the end is replaced; `$!N`-like uses with `!` replace every line.
          if (command.to === undefined || command.negated || !this.#ranges.has(command)) this.#say(`${command.text}\n`);
          this.#endCycle(false);
          return 0;
        case 'r': {
          const full = resolvePath(this.#process.cwd, command.file ?? '');
          const { files } = this.#process;
          if (files.exists(full) && files.stat(full).type === 'file') this.#after += decode(files.read(full));
          break;
        }
        case 'w':
          this.#writeTo(command.file ?? '');
          break;
        case 'h':
          this.#hold = this.#space;
          break;
        case 'H':
          this.#hold += `\n${this.#space}`;
          break;
        case 'g':
          this.#space = this.#hold;
          break;
        case 'G':
          this.#space += `\n${this.#hold}`;
          break;
        case 'x':
          [this.#space, this.#hold] = [this.#hold, this.#space];
          break;
        case 'z':
          this.#space = '';
          break;
        case 'd':
          this.#endCycle(false);
          return 0;
        case 'D': {
          const newline = this.#space.indexOf('\n');
          this.#endCycle(false);
          if (newline < 0) return 0;
          // Again from the top, with what is left and no new line.
          this.#space = this.#space.slice(newline + 1);
          i = -1;
          break;
        }
        case 'n':
        case 'N': {
          if (!(yield* this.#more())) {
            // GNU prints what there is and ends without the rest of the script.
            this.#endCycle(true);
            return 0;
          }
          if (command.name === 'n') this.#endCycle(true);
          else if (this.#after !== '') this.#endCycle(false);
          yield* this.#readLine(command.name === 'N');
          break;
        }
        case 'q':
        case 'Q':
          this.#endCycle(command.name === 'q');
          this.quit = true;
          return command.number ?? 0;
        case 'b':
        case 't':
        case 'T':
          if (command.name === 'b' || changed === (command.name === 't')) i = (command.target ?? commands.length) - 1;
          if (command.name !== 'b') changed = false;
      }
    }
    this.#endCycle(true);
    return 0;
  }

  #at(address: Address): boolean {
    switch (address.kind) {
      case 'line':
        return address.line === this.#line;
      case 'last':
        return this.#isLast;
      case 'step':
        return address.step === 0
          ? this.#line === address.first
          : this.#line >= address.first && (this.#line - address.first) % address.step === 0;
      case 'pattern': {
        const regExp = address.regExp ?? this.#lastRegExp;
        if (regExp === undefined) return false;
        this.#lastRegExp = regExp;
        regExp.lastIndex = 0;
        return regExp.test(this.#space);
      }
    }
  }

  #applies(command: SedCommand): boolean {
    const { from, to } = command;
    if (from === undefined) return true;
    if (to === undefined) return this.#at(from);
    const line = this.#line;
    if (this.#ranges.has(command)) {
      const end = this.#ranges.get(command);
      if (end !== undefined) {
        if (line >= end) this.#ranges.delete(command);
        // Past its end already: the range was this line's alone if it begins here.
        if (line > end) return this.#begins(command, from);
      } else if (to.kind !== 'count' && to.kind !== 'multiple' && this.#at(to)) this.#ranges.delete(command);
      return true;
    }
    return this.#begins(command, from);
  }

  #begins(command: SedCommand, from: Address): boolean {
    const { to } = command;
    const line = this.#line;
    // `0,/x/`: the end may be found in the first line.
    const zero = from.kind === 'line' && from.line === 0;
    if (!(zero ? line === 1 : this.#at(from)) || to === undefined) return false;
    if (zero && to.kind === 'pattern' && this.#at(to)) return true;
    const end =
      to.kind === 'line'
        ? to.line
        : to.kind === 'count'
          ? line + to.number
          : to.kind === 'multiple'
            ? Math.ceil(line / Math.max(1, to.number)) * to.number
            : undefined;
    if (end === undefined ? to.kind !== 'last' || !this.#isLast : end > line) this.#ranges.set(command, end);
    return true;
  }

  #writeTo(path: string): void {
    if (path === '/dev/stdout') return this.#print();
    this.#process.files.write(resolvePath(this.#process.cwd, path), encode(`${this.#space}\n`), { append: this.#written.has(path) });
    this.#written.add(path);
  }

  #substitute({ regExp: given, text = '', all, which = 1 }: SedCommand): boolean {
    const regExp = given ?? this.#lastRegExp;
    if (regExp === undefined) return false;
    this.#lastRegExp = regExp;
    const result = substitute(this.#space, { regExp, text, all: all === true, which });
    if (result === undefined) return false;
    this.#space = result;
    return true;
  }
}
