import { resolvePath } from '../../engine/os/path.ts';
import { FileError, type Process, type Program, type Reader, type Writer } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { concat, fileWriter, readerOf, writeText } from '../../engine/os/text.ts';
import { complain } from './input.ts';

const MEBIBYTE = 1024 * 1024;
// A plausible disk: what is written at once, and the virtual ms that this takes.
const PIECE = 4 * MEBIBYTE;
const PIECE_TAKES = 10;

const UNITS: Readonly<Record<string, number>> = {
  '': 1, c: 1, w: 2, b: 512, k: 1024, K: 1024, M: MEBIBYTE, G: 1024 ** 3, T: 1024 ** 4,
  kB: 1e3, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12, KiB: 1024, MiB: MEBIBYTE, GiB: 1024 ** 3, TiB: 1024 ** 4,
}; // prettier-ignore

const REFUSED = new Set(['cbs', 'iflag', 'ibs', 'obs']);
const CONVERSIONS = new Set(['notrunc', 'fsync', 'fdatasync']);

interface Copy {
  readonly block: number;
  readonly count: number;
  readonly skip: number;
  readonly input: Reader;
  readonly output: Writer;
}

/** Whole blocks, parts of one, and bytes. */
interface Records {
  whole: number;
  part: number;
  bytes: number;
}

/** GNU's dd, and busybox's, which opens and counts in words of its own. */
export const dd: Program = (process) => copying(process, 'failed to open', gnuSummary);
export const busyboxDd: Program = (process) => copying(process, "can't open", busyboxSummary);

function* copying(process: Process, cannotOpen: string, summary: (bytes: number, ms: number) => string): Task<number> {
  const operands = new Map<string, string>();
  for (const arg of process.argv.slice(1)) {
    const [, name = '', value = ''] = /^([a-z]+)=(.*)$/.exec(arg) ?? [];
    const known = ['if', 'of', 'bs', 'count', 'skip', 'seek', 'conv', 'status', 'oflag'].includes(name);
    if (!known || (name === 'conv' && !value.split(',').every((each) => CONVERSIONS.has(each)))) {
      const real = REFUSED.has(name) || name === 'conv';
      return yield* refuse(process, real ? `operand '${arg}' is not modelled here` : `unrecognized operand '${arg}'`);
    }
    operands.set(name, value);
  }
  const numbers = new Map<string, number>();
  for (const name of ['bs', 'count', 'skip', 'seek']) {
    const text = operands.get(name);
    const number = text === undefined ? undefined : size(text);
    if (text !== undefined && (number === undefined || (name === 'bs' && number === 0)))
      return yield* refuse(process, `invalid number: ‘${text}’`);
    if (number !== undefined) numbers.set(name, number);
  }
  const block = numbers.get('bs') ?? 512;
  const opened = yield* open(process, operands, cannotOpen, block * (numbers.get('seek') ?? 0));
  if (opened === undefined) return 1;
  const began = process.now();
  const read: Records = { whole: 0, part: 0, bytes: 0 };
  const written: Records = { whole: 0, part: 0, bytes: 0 };
  let status = 0;
  try {
    yield* copy(process, { block, count: numbers.get('count') ?? Infinity, skip: numbers.get('skip') ?? 0, ...opened }, read, written);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    yield* complain(process, `error writing '${operands.get('of') ?? 'standard output'}': ${error.message}`);
    status = 1;
  }
  const said = operands.get('status');
  if (said === 'none') return status;
  yield* writeText(process.stderr, `${read.whole}+${read.part} records in\n${written.whole}+${written.part} records out\n`);
  if (said !== 'noxfer') yield* writeText(process.stderr, `${summary(written.bytes, process.now() - began)}\n`);
  return status;
}

function* open(
  process: Process,
  operands: ReadonlyMap<string, string>,
  cannotOpen: string,
  from: number,
): Task<{ input: Reader; output: Writer } | undefined> {
  const { files, cwd } = process;
  const opening = { path: '' };
  const at = (path: string): string => resolvePath(cwd, (opening.path = path));
  const [source, target] = [operands.get('if'), operands.get('of')];
  try {
    let input = process.stdin;
    if (source !== undefined) {
      const full = at(source);
      input = files.endless?.(full) ?? readerOf(files.read(full));
    }
    if (target === undefined) return { input, output: process.stdout };
    const full = at(target);
    const kept = from > 0 && files.exists(full) ? files.read(full).subarray(0, from) : new Uint8Array();
    files.write(full, kept);
    if (kept.length < from) files.write(full, new Uint8Array(from - kept.length), { append: true });
    return { input, output: fileWriter(files, full) };
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    yield* complain(process, `${cannotOpen} '${opening.path}': ${error.message}`);
    return undefined;
  }
}

/** Block by block; small ones are put together, which nobody can see. */
function* copy(process: Process, { block, count, skip, input, output }: Copy, read: Records, written: Records): Task<void> {
  if (skip > 0) yield* take(input, skip * block);
  const together = Math.max(1, Math.floor(MEBIBYTE / block)) * block;
  let since = 0;
  for (let left = count * block; left > 0;) {
    const piece = yield* take(input, Math.min(left, together));
    if (piece.length === 0) return;
    try {
      yield* output.write(piece);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      yield* upTo(piece, block, output, read, written);
    }
    add(read, piece.length, block);
    add(written, piece.length, block);
    left -= piece.length;
    since += piece.length;
    for (; since >= PIECE; since -= PIECE) yield* process.sleep(PIECE_TAKES);
  }
}

/** What no longer fits as a whole, block by block, up to the one that does not. */
function* upTo(piece: Uint8Array, block: number, output: Writer, read: Records, written: Records): Task<void> {
  for (let at = 0; at < piece.length; at += block) {
    const part = piece.subarray(at, at + block);
    add(read, part.length, block);
    yield* output.write(part);
    add(written, part.length, block);
  }
}

function add(records: Records, bytes: number, block: number): void {
  records.whole += Math.floor(bytes / block);
  if (bytes % block !== 0) records.part++;
  records.bytes += bytes;
}

/** So many bytes, fewer at the end. */
function* take(input: Reader, bytes: number): Task<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for (let left = bytes; left > 0;) {
    const chunk = yield* input.read();
    if (chunk === undefined) break;
    if (chunk.length > left) input.unread?.(chunk.subarray(left));
    chunks.push(chunk.subarray(0, left));
    left -= chunk.length;
  }
  return concat(chunks);
}

function* refuse(process: Process, text: string): Task<number> {
  yield* complain(process, text);
  return 1;
}

/** `1M`, `2x512`. */
function size(text: string): number | undefined {
  let product = 1;
  for (const factor of text.split('x')) {
    const [, digits, unit = ''] = /^(\d+)([a-zA-Z]*)$/.exec(factor) ?? [];
    const times = UNITS[unit];
    if (digits === undefined || times === undefined) return undefined;
    product *= Number(digits) * times;
  }
  return product;
}

function gnuSummary(bytes: number, ms: number): string {
  const told = bytes === 1 ? '1 byte' : `${bytes} bytes`;
  const [decimal, binary] = [human(bytes, 1000, ['kB', 'MB', 'GB', 'TB']), human(bytes, 1024, ['KiB', 'MiB', 'GiB', 'TiB'])];
  const sizes = bytes < 1000 ? '' : bytes < 1024 ? ` (${decimal})` : ` (${decimal}, ${binary})`;
  const seconds = Math.max(ms, 1) / 1000;
  const rate = bytes === 0 ? '0.0 kB' : human(bytes / seconds, 1000, ['kB', 'MB', 'GB', 'TB']);
  return `${told}${sizes} copied, ${Number(seconds.toPrecision(6))} s, ${rate}/s`;
}

/** GNU's: three digits at most, one decimal below ten. */
function human(bytes: number, base: number, units: readonly string[]): string {
  let [amount, unit] = [bytes, 'B'];
  for (const next of units) {
    if (amount < base) break;
    [amount, unit] = [amount / base, next];
  }
  return `${amount < 10 && unit !== 'B' ? amount.toFixed(1) : Math.round(amount)} ${unit}`;
}

function busyboxSummary(bytes: number, ms: number): string {
  const short = (amount: number): string => {
    let unit = 'B';
    for (const next of ['KB', 'MB', 'GB', 'TB']) {
      if (amount < 1024) break;
      [amount, unit] = [amount / 1024, next];
    }
    return `${amount.toFixed(1)}${unit}`;
  };
  const seconds = Math.max(ms, 1) / 1000;
  return `${bytes} bytes (${short(bytes)}) copied, ${seconds.toFixed(6)} seconds, ${short(bytes / seconds)}/s`;
}
