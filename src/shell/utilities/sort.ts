import type { Process } from '../../engine/os/process.ts';
import { resolvePath } from '../../engine/os/path.ts';
import type { Task } from '../../engine/os/task.ts';
import { encode, writeText } from '../../engine/os/text.ts';
import { readOptions } from './arguments.ts';
import { readInputLines } from './input.ts';

/** In the C locale: by bytes. */
export function* sort(process: Process): Task<number> {
  const options = yield* readOptions(process, {
    short: 'nruhfbVsk:t:o:',
    long: {
      reverse: 'r',
      unique: 'u',
      'numeric-sort': 'n',
      'human-numeric-sort': 'h',
      'key=': 'k',
      'field-separator=': 't',
      'version-sort': 'V',
      'ignore-case': 'f',
    },
    status: 2,
    refused: [
      '-c',
      '-C',
      '-m',
      '-R',
      '-g',
      '-M',
      '-d',
      '-i',
      '-z',
      '-S',
      '-T',
      '--check',
      '--merge',
      '--random-sort',
      '--general-numeric-sort',
      '--month-sort',
    ],
  });
  if (typeof options === 'number') return options;
  const { flags, operands } = options;
  const key = /^(\d+)(?:\.\d+)?([nrhfbV]*)(?:,(\d+)(?:\.\d+)?([nrhfbV]*))?$/.exec(flags.get('k') ?? '1');
  if (key === null) {
    yield* writeText(process.stderr, `sort: invalid number at field start: invalid count at start of '${flags.get('k')}'\n`);
    return 2;
  }
  const modes = `${key[2]}${key[4] ?? ''}${[...flags.keys()].join('')}`;
  const separator = flags.get('t');
  const keyOf = (line: string): string => {
    if (!flags.has('k')) return line;
    const fields = separator === undefined ? (line.match(/\s*\S+/g) ?? []) : line.split(separator);
    return fields.slice(Number(key[1]) - 1, key[3] === undefined ? undefined : Number(key[3])).join(separator ?? '');
  };
  const value = (text: string): number => {
    const found = /^\s*(-?\d*\.?\d+)([KMGTP]?)/.exec(text);
    return found === null ? 0 : Number(found[1]) * (modes.includes('h') ? 1024 ** ' KMGTP'.indexOf(found[2] || ' ') : 1);
  };
  const plain = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  const byKey = (a: string, b: string): number => {
    const [left, right] = [keyOf(a), keyOf(b)];
    if (/[nh]/.test(modes.replace(/[^nhV]/g, ''))) return value(left) - value(right);
    if (modes.includes('V')) return plain(padded(left), padded(right));
    if (modes.includes('f')) return plain(left.toUpperCase(), right.toUpperCase());
    return modes.includes('b') ? plain(left.trimStart(), right.trimStart()) : plain(left, right);
  };
  const { lines, failed } = yield* readInputLines(process, operands);
  const sign = modes.includes('r') ? -1 : 1;
  lines.sort((a, b) => sign * (byKey(a, b) || (flags.has('s') || flags.has('u') ? 0 : plain(a, b))));
  const kept = flags.has('u') ? lines.filter((line, i) => i === 0 || byKey(lines[i - 1] as string, line) !== 0) : lines;
  const text = kept.map((line) => `${line}\n`).join('');
  const output = flags.get('o');
  if (output === undefined) yield* writeText(process.stdout, text);
  else process.files.write(resolvePath(process.cwd, output), encode(text));
  return failed ? 2 : 0;
}

function padded(text: string): string {
  return text.replace(/\d+/g, (digits) => digits.padStart(12, '0'));
}
