import { encode, decode, readLine, writeText } from '../../engine/os/text.ts';
import type { Reader } from '../../engine/os/process.ts';
import { run as drive, suspend, type Task } from '../../engine/os/task.ts';
import { isTerminal } from '../../engine/os/tty.ts';
import { arrayOf, EMPTY_ARRAY, withElement } from '../array.ts';
import { evaluate } from '../arithmetic.ts';
import type { Builtin, Shell } from '../shell.ts';
import { quoteForTrace } from '../trace.ts';

// The built-ins that read: read, mapfile.

const USAGE =
  'read: usage: read [-ers] [-a array] [-d delim] [-i text] [-n nchars] [-N nchars] [-p prompt] [-t timeout] [-u fd] [name ...]\n';

interface ReadOptions {
  raw: boolean;
  prompt: string;
  timeout?: number;
  array?: string;
  count?: number;
  /** `-N`: no delimiter ends it. */
  exactly?: boolean;
  delimiter: string;
  from: number;
}

export const READ: Readonly<Record<string, Builtin>> = {
  *read(shell, argv) {
    const args = argv.slice(1);
    const options = yield* readArguments(shell, args);
    if (typeof options === 'number') return options;
    const { raw, prompt, timeout, array, from } = options;
    const stdin = shell.descriptors.get(from);
    if (stdin === undefined || !('read' in stdin)) {
      yield* shell.complain(`read: ${from}: invalid file descriptor: Bad file descriptor`);
      return 1;
    }
    const wrong = shell.dialect === 'bash' ? args.find((name) => !/^[A-Za-z_]\w*(\[.*\])?$/.test(name)) : undefined;
    if (wrong !== undefined) {
      yield* shell.complain(`read: \`${wrong}': not a valid identifier`);
      return 1;
    }
    if (prompt !== '' && isTerminal(stdin)) yield* writeText(shell.stderr, prompt);
    let line = '';
    let ended = false;
    for (;;) {
      const piece = timeout === undefined ? yield* readPiece(stdin, options) : yield* readWithin(shell, stdin, options, timeout);
      if (piece === null) return 142;
      if (piece === undefined) {
        ended = true;
        break;
      }
      const whole = options.count !== undefined && [...piece].length >= options.count;
      ended = !whole && !piece.endsWith(options.delimiter);
      line += ended || whole ? piece : piece.slice(0, -1);
      if (raw || ended || options.delimiter !== '\n' || !/(^|[^\\])(\\\\)*\\$/.test(line)) break;
      line = line.slice(0, -1);
    }
    const ifs = shell.get('IFS') ?? ' \t\n';
    if (array !== undefined) {
      shell.setArray(array, arrayOf(fields(line, ifs, Number.POSITIVE_INFINITY, raw, false)));
      return ended ? 1 : 0;
    }
    const names = args.length === 0 ? ['REPLY'] : args;
    const values = fields(line, ifs, names.length, raw, args.length === 0);
    for (const [i, name] of names.entries()) {
      const [, element, index] = /^([A-Za-z_]\w*)\[(.+)\]$/.exec(name) ?? [];
      if (element === undefined || index === undefined) shell.set(name, values[i] ?? '');
      else shell.setElement(element, String(evaluate(index, shell.numbers)), values[i] ?? '');
    }
    return ended ? 1 : 0;
  },
  mapfile: mapfile(),
  readarray: mapfile(),
};

/** Takes the options off `args`; a number is the status after a complaint. */
function* readArguments(shell: Shell, args: string[]): Task<ReadOptions | number> {
  const options: ReadOptions = { raw: false, prompt: '', delimiter: '\n', from: 0 };
  const isBash = shell.dialect === 'bash';
  const known = isBash ? 'rsepdntuaNi' : shell.dialect === 'dash' ? 'rp' : 'rpsntd';
  while (args[0] !== undefined && /^-./.test(args[0])) {
    const flag = args.shift() as string;
    if (flag === '--') break;
    for (let at = 1; at < flag.length; at++) {
      const c = flag[at] as string;
      if (!known.includes(c)) {
        yield* shell.complain(isBash ? `read: -${c}: invalid option` : `read: Illegal option -${c}`);
        if (isBash) yield* writeText(shell.stderr, USAGE);
        return 2;
      }
      if (c === 'r') options.raw = true;
      else if (c === 'e') continue;
      else if (c === 's') {
        if (!isTerminal(shell.stdin)) continue;
        yield* shell.complain('read: -s: not modelled here: this terminal shows what is typed');
        return 2;
      } else {
        const argument = at + 1 < flag.length ? flag.slice(at + 1) : args.shift();
        at = flag.length;
        if (argument === undefined) {
          yield* shell.complain(isBash ? `read: -${c}: option requires an argument` : `read: No arg for -${c} option`);
          if (isBash) yield* writeText(shell.stderr, USAGE);
          return 2;
        }
        if (isBash && /[tnNu]/.test(c) && !/^\d+(\.\d*)?$|^\.\d+$/.test(argument)) {
          yield* shell.complain(
            `read: ${argument}: invalid ${c === 't' ? 'timeout specification' : c === 'u' ? 'file descriptor specification' : 'number'}`,
          );
          return 1;
        }
        if (c === 'p') options.prompt = argument;
        else if (c === 'i') continue;
        else if (c === 't') options.timeout = Number(argument) * 1000;
        else if (c === 'a') options.array = argument;
        else if (c === 'u') options.from = Number(argument);
        else if (c === 'd') options.delimiter = argument === '' ? '\0' : (argument[0] as string);
        else {
          options.count = Number(argument);
          options.exactly = c === 'N';
        }
      }
    }
  }
  return options;
}

/** A line, or up to another delimiter or number of characters. */
function* readPiece(stdin: Reader, { delimiter, count, exactly = false }: ReadOptions): Task<string | undefined> {
  if (delimiter === '\n' && count === undefined) return yield* readLine(stdin);
  let text = '';
  for (;;) {
    const chunk = yield* stdin.read();
    if (chunk === undefined) return text === '' ? undefined : text;
    const before = text;
    text += decode(chunk);
    const end = exactly ? -1 : text.indexOf(delimiter);
    const characters = count === undefined ? undefined : [...text].slice(0, count).join('').length;
    const length = end >= 0 && (characters === undefined || end < characters) ? end + 1 : characters;
    if (length === undefined || (length === characters && [...text].length < (count ?? 0))) continue;
    if (length < text.length) stdin.unread?.(encode(text.slice(Math.max(length, before.length))));
    return text.slice(0, length);
  }
}

function* readWithin(shell: Shell, stdin: Reader, options: ReadOptions, timeout: number): Task<string | undefined | null> {
  return yield* suspend<string | undefined | null>((resume, fail) => {
    const reading = drive(readPiece(stdin, options), resume, fail);
    const waiting = drive(shell.process.sleep(timeout), () => resume(null), fail);
    return () => {
      reading.kill();
      waiting.kill();
    };
  });
}

const MAPFILE_USAGE = '[-d delim] [-n count] [-O origin] [-s count] [-t] [-u fd] [-C callback] [-c quantum] [array]';

function mapfile(): Builtin {
  return function* (shell, argv) {
    const args = argv.slice(1);
    const given = new Map<string, string>();
    while (/^-./.test(args[0] ?? '')) {
      const flag = args.shift() as string;
      for (let at = 1; at < flag.length; at++) {
        const c = flag[at] as string;
        if (!'tdnOsuCc'.includes(c)) {
          yield* shell.complain(`${argv[0]}: -${c}: invalid option`);
          yield* writeText(shell.stderr, `${argv[0]}: usage: ${argv[0]} ${MAPFILE_USAGE}\n`);
          return 2;
        }
        if (c === 't') given.set(c, '');
        else {
          given.set(c, at + 1 < flag.length ? flag.slice(at + 1) : (args.shift() ?? ''));
          break;
        }
      }
    }
    const stdin = shell.descriptors.get(Number(given.get('u') ?? 0));
    if (stdin === undefined || !('read' in stdin)) {
      yield* shell.complain(`${argv[0]}: ${given.get('u')}: invalid file descriptor: Bad file descriptor`);
      return 1;
    }
    const wrong = ['n', 'O', 's'].find((c) => !/^\d+$/.test(given.get(c) ?? '0'));
    if (wrong !== undefined) {
      yield* shell.complain(`${argv[0]}: ${given.get(wrong)}: invalid ${wrong === 'O' ? 'array origin' : 'line count'}`);
      return 1;
    }
    if (!/^[A-Za-z_]\w*$/.test(args[0] ?? 'x')) {
      yield* shell.complain(`${argv[0]}: \`${args[0]}': not a valid identifier`);
      return 1;
    }
    const delimiter = given.has('d') ? (given.get('d') as string).slice(0, 1) || '\0' : '\n';
    const count = Number(given.get('n') ?? 0) || Number.POSITIVE_INFINITY;
    let skip = Number(given.get('s') ?? 0);
    const lines: string[] = [];
    while (lines.length < count) {
      const line = yield* readPiece(stdin, { delimiter, raw: true, prompt: '', from: 0 });
      if (line === undefined) break;
      if (skip-- > 0) continue;
      const kept = given.has('t') && line.endsWith(delimiter) ? line.slice(0, -1) : line;
      const callback = given.get('C');
      if (callback !== undefined && (lines.length + 1) % Number(given.get('c') ?? 5000) === 0)
        yield* shell.evaluate(`${callback} ${Number(given.get('O') ?? 0) + lines.length} ${quoteForTrace(kept)}`);
      lines.push(kept);
    }
    const name = args[0] ?? 'MAPFILE';
    const origin = given.get('O');
    let array = origin === undefined ? EMPTY_ARRAY : (shell.arrayAt(name) ?? EMPTY_ARRAY);
    lines.forEach((line, i) => {
      array = withElement(array, String(Number(origin ?? 0) + i), line);
    });
    shell.setArray(name, origin === undefined ? arrayOf(lines) : array);
    return 0;
  };
}

/** Splits a line for `read`: the last name takes the rest. */
function fields(line: string, ifs: string, count: number, raw: boolean, whole: boolean): string[] {
  const atoms: { c: string; literal: boolean }[] = [];
  for (let i = 0; i < line.length; i++) {
    if (line[i] === '\\' && !raw) {
      i++;
      if (i < line.length) atoms.push({ c: line[i] as string, literal: true });
    } else atoms.push({ c: line[i] as string, literal: false });
  }
  const text = (from: number, to: number): string => atoms.slice(from, to).map(({ c }) => c).join(''); // prettier-ignore
  if (whole) return [text(0, atoms.length)];
  const separates = (i: number): boolean => {
    const atom = atoms[i];
    return atom !== undefined && !atom.literal && ifs.includes(atom.c);
  };
  const blank = (i: number): boolean => separates(i) && ' \t\n'.includes(atoms[i]?.c ?? '');
  let end = atoms.length;
  while (end > 0 && blank(end - 1)) end--;
  let at = 0;
  while (at < end && blank(at)) at++;
  const values: string[] = [];
  while (at < end) {
    if (values.length === count - 1) {
      let last = end;
      // A single separator at the very end belongs to no field.
      if (separates(end - 1) && !Array.from({ length: end - 1 - at }, (_, i) => at + i).some(separates)) last = end - 1;
      values.push(text(at, last));
      break;
    }
    let stop = at;
    while (stop < end && !separates(stop)) stop++;
    values.push(text(at, stop));
    at = stop;
    while (at < end && blank(at)) at++;
    if (at < end && separates(at)) at++;
    while (at < end && blank(at)) at++;
  }
  return values;
}
