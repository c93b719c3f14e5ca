import { FileError, type Process } from '../../../engine/os/process.ts';
import { resolvePath } from '../../../engine/os/path.ts';
import type { Task } from '../../../engine/os/task.ts';
import { decode, writeText } from '../../../engine/os/text.ts';
import { RegExpMistake } from '../basic-regexp.ts';
import { complain } from '../input.ts';
import { unescape } from '../escapes.ts';
import { AwkExit, AwkMachine } from './machine.ts';
import { parseAwk } from './parse.ts';
import { Streams } from './streams.ts';
import { AwkMistake, AwkRunTimeError } from './syntax.ts';
import { fromOutside } from './values.ts';

interface Invocation {
  separator?: string;
  assignments: string[];
  program?: string;
  files: string[];
}

/** POSIX awk: `-F -v -f`, rules, functions, arrays, printf, getline, commands at both ends of pipes, `system()`. Messages are mawk's. */
export function* awk(process: Process): Task<number> {
  const invocation = yield* readArguments(process);
  if (typeof invocation === 'number') return invocation;
  const { program, assignments, separator, files } = invocation;
  if (program === undefined) {
    yield* writeText(process.stderr, 'usage: awk [-F fs][-v var=value][prog | -f progfile][file ...]\n');
    return 2;
  }
  let streams: Streams | undefined;
  let machine: AwkMachine | undefined;
  try {
    const awk: AwkMachine = new AwkMachine(
      parseAwk(program),
      (streams = new Streams(process, files, {
        separator: () => awk.get('RS'),
        begin(path) {
          awk.set('FILENAME', path);
          awk.set('FNR', 0);
        },
        assign: (text) => assign(awk, text),
      })),
    );
    machine = awk;
    for (const [name, value] of process.env) awk.table('ENVIRON').set(name, fromOutside(value));
    ['awk', ...files].forEach((arg, i) => awk.table('ARGV').set(String(i), arg));
    awk.set('ARGC', files.length + 1);
    if (separator !== undefined) awk.set('FS', separator === 't' ? '\t' : unescape(separator, false).text);
    for (const assignment of assignments) assign(awk, assignment);
    let code = 0;
    try {
      yield* awk.run('BEGIN');
      if (awk.readsInput)
        for (let record = yield* streams.next(); record !== undefined; record = yield* streams.next()) {
          yield* awk.record(record);
          yield* streams.flushWhenFull();
        }
    } catch (error) {
      if (!(error instanceof AwkExit)) throw error;
      code = error.code;
    }
    try {
      yield* awk.run('END');
    } catch (error) {
      if (!(error instanceof AwkExit)) throw error;
      code = error.code || code;
    }
    yield* streams.closeAll();
    return code || streams.status;
  } catch (error) {
    if (!(error instanceof AwkMistake) && !(error instanceof RegExpMistake) && !(error instanceof FileError)) throw error;
    if (streams !== undefined) yield* streams.flush();
    const where = error instanceof AwkRunTimeError ? machine?.place : undefined;
    yield* complain(process, error instanceof FileError ? `${error.path}: ${error.message}` : where === undefined ? error.message : `run time error: ${error.message}\n\t${where}`); // prettier-ignore
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
        yield* complain(process, `cannot open ${value} (No such file or directory)`);
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
