import { FileError, type Process, type Reader } from '../../../engine/os/process.ts';
import { resolvePath } from '../../../engine/os/path.ts';
import type { Task } from '../../../engine/os/task.ts';
import { decode, encode, readAll, readerOf, splitLines, writeText } from '../../../engine/os/text.ts';
import { RegExpMistake } from '../basic-regexp.ts';
import { complain, openInput } from '../input.ts';
import { unescape } from '../escapes.ts';
import { LineSource } from '../line-source.ts';
import { launchAndWait } from '../launch.ts';
import { AwkExit, AwkMachine } from './machine.ts';
import { parseAwk } from './parse.ts';
import { AwkMistake } from './syntax.ts';
import { fromOutside } from './values.ts';

interface Invocation {
  separator?: string;
  assignments: string[];
  program?: string;
  files: string[];
}

/** POSIX awk: `-F -v -f`, rules, functions, arrays, printf, getline, output to commands (which run at the end). Not modelled and refused: input from commands, system(). */
export function* awk(process: Process): Task<number> {
  const invocation = yield* readArguments(process);
  if (typeof invocation === 'number') return invocation;
  const { program, assignments, separator, files } = invocation;
  if (program === undefined) {
    yield* writeText(process.stderr, 'usage: awk [-F fs][-v var=value][prog | -f progfile][file ...]\n');
    return 2;
  }
  let output = '';
  const flush = function* (): Task<void> {
    const text = output;
    output = '';
    yield* writeText(process.stdout, text);
  };
  let errors = '';
  const commands = new Map<string, string>();
  const opened = new Map<string, string[]>();
  const records = new Records();
  try {
    const machine: AwkMachine = new AwkMachine(parseAwk(program), {
      print: (text) => {
        output += text;
      },
      write: (path, text, append) => {
        if (path === '/dev/stderr') errors += text;
        else if (path === '/dev/stdout' || path === '-') output += text;
        else process.files.write(resolvePath(process.cwd, path), encode(text), { append });
      },
      pipe: (command, text) => commands.set(command, (commands.get(command) ?? '') + text),
      line: (path) => {
        let lines = opened.get(path);
        if (lines === undefined) {
          const full = resolvePath(process.cwd, path);
          if (!process.files.exists(full)) return null;
          opened.set(path, (lines = splitLines(decode(process.files.read(full)))));
        }
        return lines.shift();
      },
      next: (): string | undefined => records.next(machine),
      close: (path) => opened.delete(path),
      random: (bound) => process.random(bound),
    });
    for (const [name, value] of process.env) machine.table('ENVIRON').set(name, fromOutside(value));
    ['awk', ...files].forEach((arg, i) => machine.table('ARGV').set(String(i), arg));
    machine.set('ARGC', files.length + 1);
    if (separator !== undefined) machine.set('FS', separator === 't' ? '\t' : unescape(separator, false).text);
    for (const assignment of assignments) assign(machine, assignment);
    let code = 0;
    let status = 0;
    try {
      machine.run('BEGIN');
      if (machine.readsInput)
        status = yield* readRecords(process, machine, files, flush, () => output.length, machine.program.pulls ? records : undefined);
      for (let record = records.next(machine); record !== undefined; record = records.next(machine)) machine.record(record);
    } catch (error) {
      if (!(error instanceof AwkExit)) throw error;
      code = error.code;
    }
    try {
      machine.run('END');
    } catch (error) {
      if (!(error instanceof AwkExit)) throw error;
      code = error.code || code;
    }
    yield* flush();
    yield* writeText(process.stderr, errors);
    for (const [command, text] of commands) yield* launchAndWait(process, ['sh', '-c', command], { stdin: readerOf(text) });
    return code || status;
  } catch (error) {
    if (!(error instanceof AwkMistake) && !(error instanceof RegExpMistake) && !(error instanceof FileError)) throw error;
    yield* flush();
    yield* complain(process, error instanceof FileError ? `${error.path}: ${error.message}` : error.message);
    return 2;
  }
}

function* readArguments(process: Process): Task<Invocation | number> {
  const args = process.argv.slice(1);
  const found: Invocation = { assignments: [], files: [] };
  while (/^-./.test(args[0] ?? '')) {
    const arg = args.shift() as string;
    if (arg === '--') break;
    const letter = arg[1] as string;
    if (!'Fvf'.includes(letter)) {
      yield* complain(process, `not an option: ${arg}`);
      return 2;
    }
    const value = arg.length > 2 ? arg.slice(2) : args.shift();
    if (value === undefined) {
      yield* complain(process, `option requires an argument -- '${letter}'`);
      return 2;
    }
    if (letter === 'F') found.separator = value;
    else if (letter === 'v') found.assignments.push(value);
    else {
      try {
        found.program = `${found.program ?? ''}${decode(process.files.read(resolvePath(process.cwd, value)))}\n`;
      } catch (error) {
        if (!(error instanceof FileError)) throw error;
        yield* complain(process, `couldn't open file ${value}`);
        return 2;
      }
    }
  }
  found.program ??= args.shift() as string;
  found.files = args;
  return found;
}

function assign(machine: AwkMachine, text: string): void {
  const equals = text.indexOf('=');
  machine.set(text.slice(0, equals), fromOutside(unescape(text.slice(equals + 1), false).text));
}

function* readRecords(
  process: Process,
  machine: AwkMachine,
  files: readonly string[],
  flush: () => Task<void>,
  output: () => number,
  keep: Records | undefined,
): Task<number> {
  let status = 0;
  const inputs = files.filter((file) => !/^[A-Za-z_]\w*=/.test(file));
  for (const file of inputs.length === 0 ? [...files, '-'] : files) {
    if (/^[A-Za-z_]\w*=/.test(file)) {
      assign(machine, file);
      continue;
    }
    const full = resolvePath(process.cwd, file);
    if (file !== '-' && !process.files.exists(full)) {
      yield* complain(process, `cannot open ${file} (No such file or directory)`);
      return 2;
    }
    const reader = yield* openInput(process, file);
    if (reader === undefined) {
      status = 2;
      continue;
    }
    if (keep !== undefined) {
      keep.add(file, recordsOf(yield* readAll(reader), machine.get('RS')));
      continue;
    }
    machine.set('FILENAME', file === '-' ? '' : file);
    machine.set('FNR', 0);
    yield* readFile(reader, machine, flush, output);
  }
  return status;
}

/** By lines as they come; by another separator when all is there. */
function* readFile(reader: Reader, machine: AwkMachine, flush: () => Task<void>, output: () => number): Task<void> {
  const separator = machine.get('RS');
  if (separator === '\n') {
    const source = new LineSource(reader, flush);
    for (let line = yield* source.next(); line !== undefined; line = yield* source.next()) {
      machine.record(line.endsWith('\n') ? line.slice(0, -1) : line);
      if (output() > 16_384) yield* flush();
    }
    return;
  }
  for (const record of recordsOf(yield* readAll(reader), separator)) {
    machine.record(record);
    yield* flush();
  }
}

function recordsOf(text: string, separator: string): string[] {
  const records = separator === '' ? text.replace(/^\n+|\n+$/g, '').split(/\n{2,}/) : text.replace(/\n$/, '').split(separator);
  if (records.at(-1) === '') records.pop();
  return records;
}

/** The whole input, for programs that ask for records themselves. */
class Records {
  readonly #files: { name: string; records: string[]; begun: boolean }[] = [];

  add(name: string, records: string[]): void {
    this.#files.push({ name, records, begun: false });
  }

  next(machine: AwkMachine): string | undefined {
    for (let file = this.#files[0]; file !== undefined; file = this.#files[0]) {
      if (!file.begun) {
        machine.set('FILENAME', file.name === '-' ? '' : file.name);
        machine.set('FNR', 0);
        file.begun = true;
      }
      const record = file.records.shift();
      if (record !== undefined) return record;
      this.#files.shift();
    }
    return undefined;
  }
}
