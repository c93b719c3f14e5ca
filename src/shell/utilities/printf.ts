import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { writeText } from '../../engine/os/text.ts';
import { ansiQuote } from '../declaration.ts';
import { exponential, fixed, general } from './awk/values.ts';
import { strftime } from './strftime.ts';
import { encodeRaw, unescape } from './escapes.ts';

/** Formats `%s %d %i %u %x %X %o %c %b %q %f %e %g %%` with flags, width and precision; the format is reused while arguments are left. */
export function* printf(process: Process, where = '', wrongNumber = 'invalid number'): Task<number> {
  const bash = where.includes(': line ') || where.startsWith('bash: ');
  const args = process.argv.slice(1);
  const literal = args[0] === '--';
  if (literal) args.shift();
  const format = args.shift();
  if (format === undefined) {
    yield* writeText(process.stderr, 'printf: usage: printf [-v var] format [arguments]\n');
    return 2;
  }
  if (/^-./.test(format) && !literal) {
    yield* writeText(
      process.stderr,
      `${where}printf: ${format.slice(0, 2)}: invalid option\nprintf: usage: printf [-v var] format [arguments]\n`,
    );
    return 2;
  }
  let status = 0;
  let output = '';
  do {
    const before = args.length;
    let at = 0;
    while (at < format.length) {
      const directive = /^%([-+ 0#']*)(\*|\d+)?(?:\.(\*|\d+)?)?(?:\(([^)]*)\)(?=T))?(?:hh?|ll?|[jztL](?=[diouxX]))?([a-zA-Z%])/.exec(
        format.slice(at),
      );
      if (format[at] === '%' && directive !== null) {
        at += directive[0].length;
        const [all, flags = '', width, precision, dateFormat, kind = 's'] = directive as unknown as string[];
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
        const made =
          kind === 'T' && dateFormat !== undefined
            ? date(dateFormat, args.shift(), process.now())
            : convert(kind, args.shift(), flags, digits);
        if (made === undefined) {
          yield* process.stdout.write(encodeRaw(output));
          yield* writeText(
            process.stderr,
            `${where}printf: ${bash ? `\`${kind}': invalid format character` : `${all}: invalid directive`}\n`,
          );
          return 1;
        }
        if (made.warning !== undefined)
          yield* writeText(process.stderr, `${where}printf: warning: ${made.warning}: Numerical result out of range\n`);
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
          yield* process.stdout.write(encodeRaw(output));
          return status;
        }
        continue;
      }
      // A `%` that begins nothing known.
      if (format[at] === '%' && bash) {
        const wrong = format.slice(at + 1).replace(/^[-+ 0#']*\d*(?:\.\d*)?/, '')[0];
        yield* process.stdout.write(encodeRaw(output));
        yield* writeText(process.stderr, `${where}printf: ${wrong === undefined ? `\`${format.slice(at)}': missing format character` : `\`${wrong}': invalid format character`}\n`); // prettier-ignore
        return 1;
      }
      const next = format.indexOf('%', at + 1);
      const piece = format.slice(at, next < 0 ? undefined : next);
      // Only `%b` stops at `\c`; dash takes it anywhere.
      const { text, stopped } = unescape(bash ? piece.replace(/\\c/g, '\\\\c') : piece, false, true);
      output += text;
      at += piece.length;
      if (stopped) {
        yield* process.stdout.write(encodeRaw(output));
        return status;
      }
    }
    if (args.length === before) break;
  } while (args.length > 0);
  yield* process.stdout.write(encodeRaw(output));
  return status;
}

interface Converted {
  text: string;
  complaint?: string;
  warning?: string;
  stop?: boolean;
}

function convert(kind: string, arg: string | undefined, flags: string, precision: number | undefined): Converted | undefined {
  const cut = (text: string): string => (precision === undefined ? text : text.slice(0, precision));
  switch (kind) {
    case 's':
      return { text: cut(arg ?? '') };
    case 'b': {
      const { text, stopped } = unescape(arg ?? '', true, true);
      return { text: cut(text), stop: stopped };
    }
    case 'q':
      return { text: quotedForShell(arg ?? '') };
    case 'c':
      return { text: (arg ?? '').slice(0, 1) || '\0' };
    case 'd':
    case 'i':
    case 'u':
    case 'x':
    case 'X':
    case 'o': {
      const quoted = arg !== undefined && /^['"]/.test(arg);
      const known = quoted ? BigInt(arg.codePointAt(1) ?? 0) : integer(arg ?? '0');
      const given =
        known ??
        BigInt(
          /^\s*[-+]?\d+/
            .exec(arg ?? '')?.[0]
            .trim()
            .replace('+', '') ?? 0,
        );
      const most = kind === 'd' || kind === 'i' ? MOST : 2n * MOST + 1n;
      const bounded = given > most ? most : given < -MOST - 1n ? -MOST - 1n : given;
      // What has no sign wraps around.
      const value = kind === 'd' || kind === 'i' ? bounded : BigInt.asUintN(64, bounded);
      const size = value < 0n ? -value : value;
      let text =
        kind === 'x' ? size.toString(16) : kind === 'X' ? size.toString(16).toUpperCase() : kind === 'o' ? size.toString(8) : String(size);
      if (precision !== undefined) text = text.padStart(precision, '0');
      if (flags.includes('#') && value !== 0n)
        text = kind === 'x' ? `0x${text}` : kind === 'X' ? `0X${text}` : kind === 'o' ? `0${text}` : text;
      const sign = value < 0n ? '-' : kind !== 'd' && kind !== 'i' ? '' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
      return {
        text: sign + text,
        ...(known === undefined && arg !== undefined ? { complaint: arg } : {}),
        ...(bounded === given ? {} : { warning: arg as string }),
      };
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
          ? fixed(good, precision ?? 6)
          : lower === 'e'
            ? exponent(exponential(good, precision ?? 6))
            : general(good, precision ?? 6);
      return {
        text: (flags.includes('+') && good >= 0 ? '+' : '') + (kind === lower ? text : text.toUpperCase()),
        ...(Number.isNaN(value) ? { complaint: arg as string } : {}),
      };
    }
    default:
      return undefined;
  }
}

/** `%q`: with backslashes, or as `$'…'` where there are control characters. */
function quotedForShell(text: string): string {
  if (text === '') return "''";
  if (/[\x00-\x1f\x7f]/.test(text)) return ansiQuote(text); // eslint-disable-line no-control-regex
  return text.replace(/[^\w@%+=:./\-~#\u0080-\uffff]|^[~#]/g, '\\$&');
}

const MOST = 2n ** 63n - 1n;

function integer(text: string): bigint | undefined {
  const [, sign, digits] = /^\s*([-+]?)(0[xX][0-9a-fA-F]+|\d+)\s*$/.exec(text) ?? [];
  if (digits === undefined) return text.trim() === '' ? 0n : undefined;
  if (/^0\d/.test(digits) && /[89]/.test(digits)) return undefined;
  const size = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
  return sign === '-' ? -size : size;
}

/** bash's `%(format)T`; -1 and nothing are now. */
function date(format: string, arg: string | undefined, now: number): Converted {
  const seconds = Number(arg ?? -1);
  return { text: strftime(format === '' ? '%H:%M:%S' : format, seconds < 0 ? now : seconds * 1000) };
}
