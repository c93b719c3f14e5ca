import type { Program } from '../../engine/os/process.ts';
import { resolvePath } from '../../engine/os/path.ts';
import { writeText } from '../../engine/os/text.ts';
import { isTerminal } from '../../engine/os/tty.ts';
import { readOptions } from './arguments.ts';
import { unitOf } from './head.ts';
import { attempt, complain, readInput } from './input.ts';

// Small commands about files and the machine: cmp, truncate, split, nproc, tty, sync, uptime, free.

export const cmp: Program = function* (process) {
  const options = yield* readOptions(process, {
    short: 's',
    long: { silent: 's', quiet: 's' },
    refused: ['-l', '-b', '-n', '-i'],
    status: 2,
  });
  if (typeof options === 'number') return options;
  const [left, right = '-'] = options.operands;
  if (left === undefined) {
    yield* complain(process, "missing operand after 'cmp'\ncmp: Try 'cmp --help' for more information.");
    return 2;
  }
  const a = yield* readInput(process, left);
  const b = a === undefined ? undefined : yield* readInput(process, right);
  if (a === undefined || b === undefined) return 2;
  const at = a.findIndex((byte, i) => byte !== b[i]);
  if (at < 0 && a.length === b.length) return 0;
  if (options.flags.has('s')) return 1;
  const shorter = a.length < b.length ? left : right;
  if (at < 0 || at >= Math.min(a.length, b.length)) {
    const size = Math.min(a.length, b.length);
    const line = a.subarray(0, size).reduce((count, byte) => count + Number(byte === 10), 0);
    yield* complain(
      process,
      size === 0
        ? `EOF on ${shorter} which is empty`
        : `EOF on ${shorter} after byte ${size}, ${a[size - 1] === 10 ? '' : 'in '}line ${line + (a[size - 1] === 10 ? 0 : 1)}`,
    );
    return 1;
  }
  const line = a.subarray(0, at).reduce((count, byte) => count + Number(byte === 10), 1);
  yield* writeText(process.stdout, `${left} ${right} differ: char ${at + 1}, line ${line}\n`);
  return 1;
};

export const truncate: Program = function* (process) {
  const options = yield* readOptions(process, { short: 'cs:', long: { 'size=': 's', 'no-create': 'c' }, refused: ['-r', '-o'] });
  if (typeof options === 'number') return options;
  const { flags, operands } = options;
  const [, sign, digits, unit = ''] = /^([+-]?)(\d+)([KMG]B?|[KMG]iB)?$/.exec(flags.get('s') ?? '') ?? [];
  if (digits === undefined || operands.length === 0) {
    yield* complain(
      process,
      `${flags.has('s') ? (digits === undefined ? `Invalid number: '${flags.get('s')}'` : 'missing file operand') : "you must specify either '--size' or '--reference'"}\nTry 'truncate --help' for more information.`,
    );
    return 1;
  }
  let status = 0;
  for (const path of operands) {
    const full = resolvePath(process.cwd, path);
    if (flags.has('c') && !process.files.exists(full)) continue;
    const done = yield* attempt(process, `cannot open '${path}' for writing`, () => {
      const before = process.files.exists(full) ? process.files.read(full) : new Uint8Array();
      const given = Number(digits) * unitOf(unit);
      const size = Math.max(0, sign === '+' ? before.length + given : sign === '-' ? before.length - given : given);
      const after = new Uint8Array(size);
      after.set(before.subarray(0, size));
      process.files.write(full, after);
    });
    if (!done) status = 1;
  }
  return status;
};

export const split: Program = function* (process) {
  const options = yield* readOptions(process, {
    short: 'l:b:a:d',
    long: { 'lines=': 'l', 'bytes=': 'b', 'suffix-length=': 'a', 'numeric-suffixes': 'd' },
    refused: ['-n', '-C', '-t', '--number', '--filter', '--additional-suffix'],
    number: 'l',
  });
  if (typeof options === 'number') return options;
  const { flags, operands } = options;
  const [path = '-', prefix = 'x'] = operands;
  const bytes = yield* readInput(process, path);
  if (bytes === undefined) return 1;
  const [, digits = '1000', unit = ''] = /^(\d+)([kKMG]B?|[KMG]iB)?$/.exec(flags.get('b') ?? flags.get('l') ?? '') ?? [];
  const size = Math.max(1, Number(digits) * unitOf(unit));
  const width = Number(flags.get('a') ?? 2);
  const name = (i: number): string =>
    flags.has('d')
      ? String(i).padStart(width, '0')
      : Array.from({ length: width }, (_, at) => String.fromCharCode(97 + (Math.floor(i / 26 ** (width - 1 - at)) % 26))).join('');
  let at = 0;
  for (let i = 0; at < bytes.length; i++) {
    let end = at;
    if (flags.has('b')) end = Math.min(bytes.length, at + size);
    else for (let line = 0; line < size && end < bytes.length; line++) end = bytes.indexOf(10, end) + 1 || bytes.length;
    const [from, to] = [at, end];
    if (
      !(yield* attempt(process, prefix + name(i), () =>
        process.files.write(resolvePath(process.cwd, prefix + name(i)), bytes.slice(from, to)),
      ))
    )
      return 1;
    at = end;
  }
  return 0;
};

export const nproc: Program = function* (process) {
  yield* writeText(process.stdout, '2\n');
  return 0;
};

export const tty: Program = function* (process) {
  const there = isTerminal(process.stdin);
  yield* writeText(process.stdout, there ? '/dev/pts/0\n' : 'not a tty\n');
  return there ? 0 : 1;
};

/** Everything written is there at once. */
// eslint-disable-next-line require-yield
export const sync: Program = function* () {
  return 0;
};
