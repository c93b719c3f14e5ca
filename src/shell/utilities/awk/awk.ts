import { FileError, type Process, type Reader } from '../../../engine/os/process.ts';
import { resolvePath } from '../../../engine/os/path.ts';
import type { Task } from '../../../engine/os/task.ts';
import { decode, encode, forEachLine, readAll, writeText } from '../../../engine/os/text.ts';
import { RegExpMistake } from '../basic-regexp.ts';
import { complain, openInput } from '../input.ts';
import { unescape } from '../escapes.ts';
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

/** POSIX awk: `-F -v -f`, rules, functions, arrays, printf. Not modelled and refused: getline, pipes, system(). */
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
  try {
    const machine = new AwkMachine(parseAwk(program), {
      print: (text) => {
        output += text;
      },
      write: (path, text, append) => {
        if (path === '/dev/stderr') errors += text;
        else if (path === '/dev/stdout' || path === '-') output += text;
        else process.files.write(resolvePath(process.cwd, path), encode(text), { append });
      },
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
      if (machine.readsInput) status = yield* readRecords(process, machine, files, flush);
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

function* readRecords(process: Process, machine: AwkMachine, files: readonly string[], flush: () => Task<void>): Task<number> {
  let status = 0;
  const inputs = files.filter((file) => !/^[A-Za-z_]\w*=/.test(file));
  for (const file of inputs.length === 0 ? [...files, '-'] : files) {
    if (/^[A-Za-z_]\w*=/.test(file)) {
      assign(machine, file);
      continue;
    }
    const reader = yield* openInput(process, file);
    if (reader === undefined) {
      status = 2;
      continue;
    }
    machine.set('FILENAME', file === '-' ? '' : file);
    machine.set('FNR', 0);
    yield* readFile(reader, machine, flush);
  }
  return status;
}

/** By lines as they come; by another separator when all is there. */
function* readFile(reader: Reader, machine: AwkMachine, flush: () => Task<void>): Task<void> {
  const separator = machine.get('RS');
  if (separator === '\n') {
    yield* forEachLine(reader, function* (line) {
      machine.record(line);
      yield* flush();
    });
    return;
  }
  const text = yield* readAll(reader);
  const records = separator === '' ? text.replace(/^\n+|\n+$/g, '').split(/\n{2,}/) : text.replace(/\n$/, '').split(separator);
  if (separator !== '' && records.at(-1) === '') records.pop();
  for (const record of records) {
    machine.record(record);
    yield* flush();
  }
}
