import { AwkRunTimeError } from './syntax.ts';

/** A text that came from outside and looks like a number is both (POSIX "numeric string"). */
export interface Numeric {
  readonly text: string;
  readonly number: number;
}

export type Value = number | string | Numeric;

const NUMBER = /^[ \t\n]*[-+]?(\d+\.?\d*([eE][-+]?\d+)?|\.\d+([eE][-+]?\d+)?)/;

/** What was read: a field, a `-v` assignment, an element that `split` made. */
export function fromOutside(text: string): Value {
  const found = NUMBER.exec(text)?.[0];
  return found !== undefined && text.slice(found.length).trim() === '' ? { text, number: Number(found) } : text;
}

export function toNumber(value: Value): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'object') return value.number;
  return Number(NUMBER.exec(value)?.[0] ?? 0);
}

export function toText(value: Value, format = '%.6g'): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'object') return value.text;
  if (Number.isInteger(value)) return Math.abs(value) < 1e18 ? String(value) : value.toString();
  return general(value, Number(/\.(\d+)/.exec(format)?.[1] ?? 6));
}

export function isTrue(value: Value): boolean {
  if (typeof value === 'string') return value !== '';
  return typeof value === 'number' ? value !== 0 : value.number !== 0;
}

export function compare(left: Value, right: Value): number {
  if (typeof left !== 'string' && typeof right !== 'string') return toNumber(left) - toNumber(right);
  const [a, b] = [toText(left), toText(right)];
  return a < b ? -1 : a > b ? 1 : 0;
}

/** C's `%f`: as `toFixed`, but what lies exactly between two goes to the even one. */
export function fixed(value: number, digits: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
  return toEven(value.toFixed(digits), value.toFixed(Math.min(100, digits + 60)), digits);
}

/** C's `%e`, but for the exponent's second digit. */
export function exponential(value: number, digits: number): string {
  const [rounded = '', power = ''] = value.toExponential(digits).split('e');
  const [whole = ''] = value.toExponential(Math.min(100, digits + 60)).split('e');
  return `${toEven(rounded, whole, digits)}e${power}`;
}

function toEven(rounded: string, exact: string, digits: number): string {
  const point = exact.indexOf('.');
  const kept = exact.slice(0, digits === 0 ? point : point + 1 + digits);
  return /^\.?50*$/.test(exact.slice(kept.length)) && /[02468]$/.test(kept) ? kept : rounded;
}

/** C's `%g`. */
export function general(value: number, precision: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
  const digits = Math.max(1, precision);
  const exponent = value === 0 ? 0 : Number(exponential(value, digits - 1).split('e')[1]);
  if (exponent < -4 || exponent >= digits) {
    const [mantissa = '', power = ''] = exponential(value, digits - 1).split('e');
    return `${mantissa.includes('.') ? mantissa.replace(/\.?0+$/, '') : mantissa}e${power.replace(/^([-+])(\d)$/, '$10$2')}`;
  }
  const plain = fixed(value, Math.max(0, digits - 1 - exponent));
  return plain.includes('.') ? plain.replace(/\.?0+$/, '') : plain;
}

/** `sprintf`. */
export function format(pattern: string, args: readonly Value[], name = 'sprintf'): string {
  let next = 0;
  const take = (): Value => {
    const value = args[next++];
    if (value === undefined) throw new AwkRunTimeError(`not enough arguments passed to ${name}("${pattern}")`);
    return value;
  };
  return pattern.replace(
    /%([-+ 0#]*)(\*|\d+)?(?:\.(\*|\d+)?)?([a-zA-Z%])/g,
    (all, flags: string, width: string, precision: string, kind: string) => {
      if (kind === '%') return '%';
      const size = width === '*' ? toNumber(take()) : Number(width ?? 0);
      const digits = precision === '*' ? toNumber(take()) : precision !== undefined ? Number(precision) : /\./.test(all) ? 0 : undefined;
      const value = take();
      let text: string;
      switch (kind) {
        case 'd':
        case 'i':
        case 'u': {
          const number = Math.trunc(toNumber(value));
          text = String(Math.abs(number)).padStart(digits ?? 0, '0');
          text = (number < 0 ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '') + text;
          break;
        }
        case 'x':
        case 'X':
        case 'o': {
          text = Math.trunc(toNumber(value)).toString(kind === 'o' ? 8 : 16);
          if (kind === 'X') text = text.toUpperCase();
          break;
        }
        case 'f':
        case 'F':
        case 'e':
        case 'E':
        case 'g':
        case 'G': {
          const number = toNumber(value);
          text =
            kind.toLowerCase() === 'f'
              ? fixed(number, digits ?? 6)
              : kind.toLowerCase() === 'e'
                ? exponential(number, digits ?? 6).replace(/e([-+])(\d)$/, 'e$10$2')
                : general(number, digits ?? 6);
          if (kind === 'E' || kind === 'G') text = text.toUpperCase();
          if (flags.includes('+') && number >= 0) text = `+${text}`;
          break;
        }
        case 'c':
          text = typeof value === 'number' ? String.fromCodePoint(Math.trunc(value)) : toText(value).slice(0, 1);
          break;
        case 's':
          text = toText(value).slice(0, digits);
          break;
        default:
          throw new AwkRunTimeError(`improper conversion(number ${next}) in ${name}("${pattern}")`);
      }
      if (flags.includes('-')) return text.padEnd(size);
      if (flags.includes('0') && !'sc'.includes(kind))
        return text.replace(/^([-+ ]?)(.*)$/s, (_, sign: string, rest: string) => sign + rest.padStart(size - sign.length, '0'));
      return text.padStart(size);
    },
  );
}
