import type { Program } from '../../engine/os/process.ts';
import { concat, writeText } from '../../engine/os/text.ts';
import { readOptions } from './arguments.ts';
import { readInput } from './input.ts';

// Bytes made visible: od, hexdump, xxd.

const NAMES: Readonly<Record<number, string>> = { 0: '\\0', 7: '\\a', 8: '\\b', 9: '\\t', 10: '\\n', 11: '\\v', 12: '\\f', 13: '\\r' };

const hex = (byte: number, width = 2): string => byte.toString(16).padStart(width, '0');
const printable = (byte: number): string => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.');

function* rows(bytes: Uint8Array, width: number): Generator<[number, Uint8Array]> {
  for (let at = 0; at < bytes.length; at += width) yield [at, bytes.subarray(at, at + width)];
}

/** `-c`, `-b`, `-x`, `-d`, `-t c|x1|d1|u1|o1|x2`, `-A d|o|x|n`, `-N`, `-j`, `-v`. */
export const od: Program = function* (process) {
  const options = yield* readOptions(process, {
    short: 'cbxdvA:t:N:j:',
    long: { 'address-radix=': 'A', 'format=': 't', 'read-bytes=': 'N', 'skip-bytes=': 'j' },
    refused: ['-w', '-s', '-i', '-l', '-f', '-a', '-e', '-S', '--width', '--strings'],
  });
  if (typeof options === 'number') return options;
  const { flags, operands } = options;
  const all: Uint8Array[] = [];
  for (const path of operands.length === 0 ? ['-'] : operands) {
    const bytes = yield* readInput(process, path);
    if (bytes === undefined) return 1;
    all.push(bytes);
  }
  const skip = Number(flags.get('j') ?? 0);
  const bytes = concat(all).subarray(skip, flags.has('N') ? skip + Number(flags.get('N')) : undefined);
  const kind = flags.get('t') ?? (flags.has('c') ? 'c' : flags.has('b') ? 'o1' : flags.has('x') ? 'x2' : flags.has('d') ? 'u2' : 'o2');
  const unit = (kind[1] === '2' || kind === 'x' || kind === 'o') && kind !== 'c' ? 2 : 1;
  const show: Readonly<Record<string, (value: number) => string>> = {
    c: (byte) => (NAMES[byte] ?? (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : byte.toString(8).padStart(3, '0'))).padStart(4),
    x: (value) => ` ${hex(value, 2 * unit)}`,
    o: (value) => ` ${value.toString(8).padStart(unit === 1 ? 3 : 6, '0')}`,
    u: (value) => String(value).padStart(unit === 1 ? 4 : 6),
    d: (value) => String(value > 127 && unit === 1 ? value - 256 : value).padStart(unit === 1 ? 5 : 7),
  };
  const one = show[kind[0] ?? ''];
  if (one === undefined || !/^.[12]?$/.test(kind)) {
    yield* writeText(process.stderr, `od: option '-t ${kind}' is not modelled here\n`);
    return 1;
  }
  const radix = flags.get('A') ?? 'o';
  const address = (at: number): string =>
    radix === 'n' ? '' : radix === 'x' ? hex(at, 6) : radix === 'd' ? String(at).padStart(7, '0') : at.toString(8).padStart(7, '0');
  let text = '';
  for (const [at, row] of rows(bytes, 16)) {
    const values = Array.from({ length: Math.ceil(row.length / unit) }, (_, i) => (row[i * unit] as number) + (unit === 2 ? (row[i * 2 + 1] ?? 0) * 256 : 0)); // prettier-ignore
    text += `${address(at + skip)}${values.map(one).join('')}\n`;
  }
  if (radix !== 'n') text += `${address(skip + bytes.length)}\n`;
  yield* writeText(process.stdout, text);
  return 0;
};

/** `hexdump -C`, and the plain form with words. */
export const hexdump: Program = function* (process) {
  const options = yield* readOptions(process, { short: 'Cvn:s:', long: { canonical: 'C' }, refused: ['-e', '-c', '-b', '-d', '-x', '-o'] });
  if (typeof options === 'number') return options;
  const { flags, operands } = options;
  const input = yield* readInput(process, operands[0] ?? '-');
  if (input === undefined) return 1;
  const skip = Number(flags.get('s') ?? 0);
  const bytes = input.subarray(skip, flags.has('n') ? skip + Number(flags.get('n')) : undefined);
  const canonical = flags.has('C');
  let text = '';
  let before = '';
  let starred = false;
  for (const [at, row] of rows(bytes, 16)) {
    const cells = canonical
      ? [...row].map((byte, i) => `${i === 8 ? ' ' : ''} ${hex(byte)}`)
      : Array.from({ length: Math.ceil(row.length / 2) }, (_, i) => ` ${hex((row[i * 2] as number) + (row[i * 2 + 1] ?? 0) * 256, 4)}`);
    const shown = cells.join('');
    if (shown === before && row.length === 16 && !flags.has('v')) {
      if (!starred) text += '*\n';
      starred = true;
      continue;
    }
    starred = false;
    before = shown;
    text += `${hex(at + skip, canonical ? 8 : 7)}${canonical ? ` ${shown.padEnd(49)}  |${[...row].map(printable).join('')}|` : shown.padEnd(40)}\n`;
  }
  if (bytes.length > 0) text += `${hex(skip + bytes.length, canonical ? 8 : 7)}\n`;
  yield* writeText(process.stdout, text);
  return 0;
};

/** `xxd`, `-p`, `-r -p`, `-l`, `-c`. */
export const xxd: Program = function* (process) {
  const options = yield* readOptions(process, { short: 'prul:c:s:', refused: ['-i', '-b', '-e', '-g', '-o', '-E'] });
  if (typeof options === 'number') return options;
  const { flags, operands } = options;
  const input = yield* readInput(process, operands[0] ?? '-');
  if (input === undefined) return 2;
  if (flags.has('r')) {
    const text = new TextDecoder().decode(input);
    const digits = flags.has('p') ? text : text.split('\n').map((line) => /^\S+: ((?:[0-9a-fA-F]{2} ?)+)/.exec(line)?.[1] ?? '').join(''); // prettier-ignore
    yield* process.stdout.write(
      Uint8Array.from(digits.replace(/[^0-9a-fA-F]/g, '').match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)),
    );
    return 0;
  }
  const skip = Number(flags.get('s') ?? 0);
  const bytes = input.subarray(skip, flags.has('l') ? skip + Number(flags.get('l')) : undefined);
  const width = Number(flags.get('c') ?? (flags.has('p') ? 30 : 16));
  let text = '';
  for (const [at, row] of rows(bytes, width)) {
    const digits = [...row].map((byte) => (flags.has('u') ? hex(byte).toUpperCase() : hex(byte)));
    const pairs = digits.map((each, i) => (i % 2 === 1 ? `${each} ` : each)).join('');
    text += flags.has('p')
      ? `${digits.join('')}\n`
      : `${hex(at + skip, 8)}: ${pairs.padEnd(Math.ceil(width * 2.5))} ${[...row].map(printable).join('')}\n`;
  }
  yield* writeText(process.stdout, text);
  return 0;
};
