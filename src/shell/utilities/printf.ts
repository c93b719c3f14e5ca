import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { writeText } from '../../engine/os/text.ts';
import { unescape } from './escapes.ts';

/** Formats `%s %d %i %u %x %X %o %c %b %q %f %e %g %%` with flags, width and precision; the format is reused while arguments are left. */
export function* printf(process: Process, where = '', wrongNumber = 'invalid number'): Task<number> {
  const args = process.argv.slice(1);
  if (args[0] === '--') args.shift();
  const format = args.shift();
  if (format === undefined) {
    yield* writeText(process.stderr, 'printf: usage: printf [-v var] format [arguments]\n');
    return 2;
  }
  if (/^-./.test(format)) {
    yield* writeText(process.stderr, `printf: ${format.slice(0, 2)}: invalid option\nprintf: usage: printf [-v var] format [arguments]\n`);
    return 2;
  }
  let status = 0;
  let output = '';
  do {
    const before = args.length;
    let at = 0;
    while (at < format.length) {
      const directive = /^%([-+ 0#]*)(\*|\d+)?(?:\.(\*|\d+)?)?([a-zA-Z%])/.exec(format.slice(at));
      if (format[at] === '%' && directive !== null) {
        at += directive[0].length;
        const [all, flags = '', width, precision, kind = 's'] = directive as unknown as string[];
        if (kind === '%') {
          output += '%';
          continue;
        }
        const size = width === '*' ? Number(args.shift() ?? 0) : Number(width ?? 0);
        const digits =
          precision === '*'
            ? Number(args.shift() ?? 0)
            : precision === undefined
              ? /\./.test(all as string)
                ? 0
                : undefined
              : Number(precision);
        const made = convert(kind, args.shift(), flags, digits);
        if (made === undefined) {
          yield* writeText(process.stdout, output);
          yield* writeText(process.stderr, `${where}printf: ${all}: invalid directive\n`);
          return 1;
        }
        if (made.complaint !== undefined) {
          yield* writeText(process.stderr, `${where}printf: ${made.complaint}: ${wrongNumber}\n`);
          status = 1;
        }
        const zero = flags.includes('0') && !flags.includes('-') && kind !== 's' && kind !== 'c';
        const padded = zero
          ? made.text.replace(/^([-+]?)(.*)$/s, (_, sign: string, rest: string) => sign + rest.padStart(size - sign.length, '0'))
          : made.text;
        output += flags.includes('-') ? padded.padEnd(size) : padded.padStart(size);
        if (made.stop === true) {
          yield* writeText(process.stdout, output);
          return status;
        }
        continue;
      }
      const next = format.indexOf('%', at + 1);
      const piece = format.slice(at, next < 0 ? undefined : next);
      const { text, stopped } = unescape(piece, false);
      output += text;
      at += piece.length;
      if (stopped) {
        yield* writeText(process.stdout, output);
        return status;
      }
    }
    if (args.length === before) break;
  } while (args.length > 0);
  yield* writeText(process.stdout, output);
  return status;
}

interface Converted {
  text: string;
  complaint?: string;
  stop?: boolean;
}

function convert(kind: string, arg: string | undefined, flags: string, precision: number | undefined): Converted | undefined {
  const cut = (text: string): string => (precision === undefined ? text : text.slice(0, precision));
  switch (kind) {
    case 's':
      return { text: cut(arg ?? '') };
    case 'b': {
      const { text, stopped } = unescape(arg ?? '', true);
      return { text: cut(text), stop: stopped };
    }
    case 'q':
      return { text: /^[\w@%+=:,./-]+$/.test(arg ?? '') ? (arg ?? '') : arg ? arg.replace(/[^\w@%+=:,./-]/g, '\\$&') : "''" };
    case 'c':
      return { text: (arg ?? '').slice(0, 1) };
    case 'd':
    case 'i':
    case 'u':
    case 'x':
    case 'X':
    case 'o': {
      const quoted = arg !== undefined && /^['"]./.test(arg);
      const number = quoted ? (arg.codePointAt(1) ?? 0) : integer(arg ?? '0');
      const value = Number.isNaN(number) ? Number.parseInt(arg ?? '0', 10) || 0 : number;
      let text =
        kind === 'x'
          ? Math.abs(value).toString(16)
          : kind === 'X'
            ? Math.abs(value).toString(16).toUpperCase()
            : kind === 'o'
              ? Math.abs(value).toString(8)
              : String(Math.abs(value));
      if (precision !== undefined) text = text.padStart(precision, '0');
      if (flags.includes('#') && value !== 0)
        text = kind === 'x' ? `0x${text}` : kind === 'X' ? `0X${text}` : kind === 'o' ? `0${text}` : text;
      const sign = value < 0 ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
      return { text: sign + text, ...(Number.isNaN(number) && arg !== undefined ? { complaint: arg } : {}) };
    }
    case 'f':
    case 'F':
    case 'e':
    case 'E':
    case 'g':
    case 'G': {
      const value = Number(arg ?? 0);
      const good = Number.isNaN(value) ? 0 : value;
      const exponent = (text: string): string => text.replace(/e([-+])(\d)$/, 'e$10$2');
      const lower = kind.toLowerCase();
      const text =
        lower === 'f'
          ? good.toFixed(precision ?? 6)
          : lower === 'e'
            ? exponent(good.toExponential(precision ?? 6))
            : String(Number(good.toPrecision(precision || 6)));
      return { text: (flags.includes('+') && good >= 0 ? '+' : '') + text, ...(Number.isNaN(value) ? { complaint: arg as string } : {}) };
    }
    default:
      return undefined;
  }
}

function integer(text: string): number {
  const trimmed = text.trim();
  if (trimmed === '') return 0;
  if (/^[-+]?0[0-7]+$/.test(trimmed)) return Number.parseInt(trimmed, 8);
  return /^[-+]?(\d+|0[xX][0-9a-fA-F]+)$/.test(trimmed) ? Number(trimmed) : Number.NaN;
}
