import type { Process } from '../../engine/os/process.ts';
import { resolvePath } from '../../engine/os/path.ts';
import type { Task } from '../../engine/os/task.ts';
import { encode, writeText } from '../../engine/os/text.ts';
import { readOptions } from './arguments.ts';
import { complain, readInputLines } from './input.ts';

const MONTHS = ' JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC';

interface Key {
  readonly from: number;
  readonly fromCharacter: number;
  readonly to: number | undefined;
  readonly toCharacter: number;
  readonly modes: string;
}

/** In the C locale: by bytes. */
export function* sort(process: Process): Task<number> {
  const options = yield* readOptions(process, {
    short: 'nruhfbVsgMdimcCRzk:t:o:S:T:',
    long: {
      reverse: 'r',
      unique: 'u',
      'numeric-sort': 'n',
      'human-numeric-sort': 'h',
      'general-numeric-sort': 'g',
      'month-sort': 'M',
      'dictionary-order': 'd',
      'key=': 'k',
      'field-separator=': 't',
      'version-sort': 'V',
      'ignore-case': 'f',
      'ignore-leading-blanks': 'b',
      stable: 's',
      merge: 'm',
      check: 'c',
      'output=': 'o',
      'random-sort': 'R',
      'zero-terminated': 'z',
      'buffer-size=': 'S',
      'temporary-directory=': 'T',
      'parallel=': 'parallel',
    },
    joined: 'k',
    status: 2,
    refused: ['--debug', '--files0-from', '--batch-size', '--compress-program'],
  });
  if (typeof options === 'number') return options;
  const { flags, operands } = options;
  const general = [...'nhgMVfbdi'].filter((mode) => flags.has(mode)).join('');
  const keys: Key[] = [];
  for (const text of flags.get('k')?.split('\n') ?? []) {
    const key = readKey(text, general, flags.has('r'));
    if (typeof key === 'string') {
      yield* complain(process, key);
      return 2;
    }
    keys.push(key);
  }
  const separator = flags.get('t') === '\\0' ? '\0' : flags.get('t');
  if (separator !== undefined && separator.length !== 1) {
    yield* complain(process, separator === '' ? 'empty tab' : `multi-character tab '${separator}'`);
    return 2;
  }
  const compare = (a: string, b: string): number => {
    if (keys.length === 0) return (flags.has('r') ? -1 : 1) * byMode(a, b, general);
    for (const key of keys) {
      const order = byMode(keyOf(a, key, separator), keyOf(b, key, separator), key.modes);
      if (order !== 0) return key.modes.includes('r') ? -order : order;
    }
    return 0;
  };
  // What the keys call equal is put in order as a whole.
  const lastResort = flags.has('s') || flags.has('u') ? () => 0 : (a: string, b: string) => (flags.has('r') ? -1 : 1) * plain(a, b);
  const missing = operands.find((path) => path !== '-' && !process.files.exists(resolvePath(process.cwd, path)));
  if (missing !== undefined) {
    yield* complain(process, `cannot read: ${missing}: No such file or directory`);
    return 2;
  }
  const input = yield* readInputLines(process, operands);
  if (input.failed) return 2;
  const lines = flags.has('z') ? splitAt(input.lines, '\0') : input.lines;
  const end = flags.has('z') ? '\0' : '\n';
  // Equal keys stay together.
  const chance = new Map<string, number>();
  if (flags.has('R')) for (const line of lines) chance.set(line, chance.get(line) ?? process.random(1 << 30));
  if (flags.has('c') || flags.has('C')) {
    const at = lines.findIndex(
      (line, i) => i > 0 && (compare(lines[i - 1] as string, line) || (flags.has('u') ? 1 : lastResort(lines[i - 1] as string, line))) > 0,
    );
    if (at < 0) return 0;
    if (flags.has('c')) yield* complain(process, `${operands[0] ?? '-'}:${at + 1}: disorder: ${lines[at]}`);
    return 1;
  }
  lines.sort((a, b) => (chance.get(a) ?? 0) - (chance.get(b) ?? 0) || compare(a, b) || lastResort(a, b));
  const kept = flags.has('u') ? lines.filter((line, i) => i === 0 || compare(lines[i - 1] as string, line) !== 0) : lines;
  const text = kept.map((line) => line + end).join('');
  const output = flags.get('o');
  if (output === undefined) yield* writeText(process.stdout, text);
  else process.files.write(resolvePath(process.cwd, output), encode(text));
  return 0;
}

/** What lines are when another character ends them. */
function splitAt(lines: readonly string[], end: string): string[] {
  const records = lines.join('\n').split(end);
  return records.at(-1) === '' ? records.slice(0, -1) : records;
}

/** `2`, `2,3`, `2.3n,4.1r`. A key without letters of its own takes the general ones. */
function readKey(text: string, general: string, reverse: boolean): Key | string {
  const found = /^(\d+)(?:\.(\d+))?([A-Za-z]*)(?:,(\d+)(?:\.(\d+))?([A-Za-z]*))?$/.exec(text);
  if (found === null) return `invalid number at field start: invalid count at start of '${text}'`;
  const [, from = '1', fromCharacter = '1', modes = '', to, toCharacter = '0', moreModes = ''] = found;
  if (from === '0') return `-: invalid field specification '${text}'`.replace('-: ', 'field number is zero: ');
  const own = modes + moreModes;
  return {
    from: Number(from),
    fromCharacter: Number(fromCharacter),
    to: to === undefined ? undefined : Number(to),
    toCharacter: Number(toCharacter),
    modes: own === '' ? general + (reverse ? 'r' : '') : own,
  };
}

function keyOf(line: string, { from, fromCharacter, to, toCharacter, modes }: Key, separator: string | undefined): string {
  // Without a separator the blanks before a field belong to it.
  const fields = separator === undefined ? (line.match(/[ \t]*[^ \t]+|[ \t]+$/g) ?? []) : line.split(separator);
  const startOf = (field: number): number =>
    fields.slice(0, field - 1).reduce((at, each) => at + each.length + (separator === undefined ? 0 : 1), 0);
  const blanks = (field: number): number => (modes.includes('b') ? (/^[ \t]*/.exec(fields[field - 1] ?? '')?.[0].length ?? 0) : 0);
  const start = startOf(from) + blanks(from) + fromCharacter - 1;
  if (to === undefined) return line.slice(start);
  const end = toCharacter === 0 ? startOf(to) + (fields[to - 1] ?? '').length : startOf(to) + blanks(to) + toCharacter;
  return line.slice(start, Math.max(start, end));
}

function plain(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function byMode(left: string, right: string, modes: string): number {
  if (modes.includes('n')) return numeric(left, false) - numeric(right, false);
  if (modes.includes('h')) return numeric(left, true) - numeric(right, true);
  if (modes.includes('g')) return (Number.parseFloat(left) || 0) - (Number.parseFloat(right) || 0);
  if (modes.includes('M')) return month(left) - month(right);
  const shape = (text: string): string => {
    let shaped = modes.includes('b') ? text.trimStart() : text;
    if (modes.includes('d')) shaped = shaped.replace(/[^A-Za-z0-9 \t]/g, '');
    if (modes.includes('i')) shaped = shaped.replace(/[^\x20-\x7e]/g, '');
    return modes.includes('f') ? shaped.toUpperCase() : shaped;
  };
  if (modes.includes('V')) return plain(padded(left), padded(right));
  return plain(shape(left), shape(right));
}

function numeric(text: string, human: boolean): number {
  const found = /^\s*(-?\d*\.?\d+|-?\d+\.?)([KkMGTPEZY]?)/.exec(text);
  if (found === null) return 0;
  return Number(found[1]) * (human ? 1024 ** Math.max(0, ' KMGTPEZY'.indexOf((found[2] || ' ').toUpperCase())) : 1);
}

function month(text: string): number {
  return Math.max(0, MONTHS.indexOf(` ${text.trim().slice(0, 3).toUpperCase()}`) + 1);
}

function padded(text: string): string {
  return text.replace(/\d+/g, (digits) => digits.padStart(12, '0'));
}
