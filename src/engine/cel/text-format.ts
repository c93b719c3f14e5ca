import { durationText, timestampText } from './time.ts';
import { textOf } from './standard.ts';
import type { Type } from './types.ts';
import { CelError, Duration, isList, isMap, numeric, Timestamp, typeName, TypeValue, Unsigned, type Value } from './values.ts';

const PRECISION = 6;
const MAX_PRECISION = 100;

/** One `%…` of a pattern. */
interface Clause {
  readonly verb: string;
  readonly precision: number | undefined;
}

/** What each clause takes, as messages say it. */
const TAKES: Readonly<Record<string, { readonly types: readonly string[]; readonly told: string }>> = {
  s: {
    types: [
      'list', 'map', 'int', 'uint', 'double', 'bool', 'string', 'google.protobuf.Timestamp', 'bytes', 'google.protobuf.Duration', 'type', 'null_type',
    ], // prettier-ignore
    told: 'string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps',
  },
  d: { types: ['int', 'uint'], told: 'decimal clause can only be used on integers' },
  f: { types: ['double'], told: 'fixed-point clause can only be used on doubles' },
  e: { types: ['double'], told: 'scientific clause can only be used on doubles' },
  b: { types: ['int', 'uint', 'bool'], told: 'only integers and bools can be formatted as binary' },
  x: { types: ['int', 'uint', 'string', 'bytes'], told: 'only integers, byte buffers, and strings can be formatted as hex' },
  X: { types: ['int', 'uint', 'string', 'bytes'], told: 'only integers, byte buffers, and strings can be formatted as hex' },
  o: { types: ['int', 'uint'], told: 'octal clause can only be used on integers' },
};
const WORDS = new Set(['NaN', 'Infinity', '-Infinity']);

/** `format` of the strings library: `"%d of %s".format([1, "x"])`. */
export function formatText(pattern: string, values: readonly Value[]): string {
  let out = '';
  let next = 0;
  for (const part of partsOf(pattern)) {
    if (typeof part === 'string') {
      out += part;
      continue;
    }
    const value = values[next];
    if (value === undefined) throw new CelError(`index ${next} out of range`);
    next++;
    const { types, told } = takes(part);
    const exception = (part.verb === 'f' || part.verb === 'e') && typeof value === 'string' && WORDS.has(value);
    if (!types.includes(typeName(value)) && !exception)
      throw new CelError(`error during formatting: ${told}, was given ${typeName(value)}`);
    out += formatted(part, value);
  }
  return out;
}

/** What can be told of a pattern before it is used: which argument is to blame (none: the call itself), and why. */
export function formatFault(
  pattern: string,
  types: readonly (Type | undefined)[],
): { readonly at?: number; readonly text: string } | undefined {
  let next = 0;
  try {
    for (const part of partsOf(pattern)) {
      if (typeof part === 'string') continue;
      if (next >= types.length) return { text: `index ${next} out of range` };
      const at = next++;
      const type = types[at];
      const name = type?.kind === 'plain' ? type.name : type?.kind === 'list' || type?.kind === 'map' ? type.kind : undefined;
      const { types: allowed, told } = takes(part);
      const loose = name === undefined && type?.kind !== 'object' && type?.kind !== 'optional';
      const exception = name === 'string' && (part.verb === 'f' || part.verb === 'e');
      if (!loose && !exception && !allowed.includes(name ?? '')) {
        const shown = name ?? (type?.kind === 'optional' ? 'optional_type' : type?.kind === 'object' ? type.name : '');
        return { at, text: `error during formatting: ${told}, was given ${shown}` };
      }
    }
  } catch (error) {
    if (!(error instanceof CelError)) throw error;
    return { text: error.message };
  }
  if (types.length > next) return { text: `too many arguments supplied to string.format (expected ${next}, got ${types.length})` };
  return undefined;
}

function takes({ verb }: Clause): { readonly types: readonly string[]; readonly told: string } {
  const found = Object.hasOwn(TAKES, verb) ? TAKES[verb] : undefined;
  if (found === undefined) throw new CelError(`could not parse formatting clause: unrecognized formatting clause "${verb}"`);
  return found;
}

function* partsOf(pattern: string): Generator<string | Clause> {
  for (let at = 0; at < pattern.length;) {
    const percent = pattern.indexOf('%', at);
    if (percent < 0) return yield pattern.slice(at);
    if (percent > at) yield pattern.slice(at, percent);
    if (percent + 1 >= pattern.length) throw new CelError('unexpected end of string');
    if (pattern[percent + 1] === '%') {
      yield '%';
      at = percent + 2;
      continue;
    }
    const [whole = '', digits] = /^(?:\.(\d+))?/.exec(pattern.slice(percent + 1)) ?? [];
    const code = pattern.codePointAt(percent + 1 + whole.length);
    if (code === undefined)
      throw new CelError('could not parse formatting clause: error while parsing precision: could not find end of precision specifier');
    const verb = String.fromCodePoint(code);
    if (Number(digits ?? 0) > MAX_PRECISION)
      throw new CelError(
        `could not parse formatting clause: error while parsing precision: precision ${digits} exceeds maximum allowed precision ${MAX_PRECISION}`,
      );
    yield { verb, precision: digits === undefined ? undefined : Number(digits) };
    at = percent + 1 + whole.length + verb.length;
  }
}

function formatted({ verb, precision = PRECISION }: Clause, value: Value): string {
  switch (verb) {
    case 's':
      return shown(value);
    case 'f':
      return fixedPoint(Number(value), precision);
    case 'e':
      return scientific(Number(value), precision);
    case 'b':
      return typeof value === 'boolean' ? (value ? '1' : '0') : whole(value).toString(2);
    case 'o':
      return whole(value).toString(8);
    case 'x':
    case 'X': {
      const hex = hexOf(value);
      return verb === 'X' ? hex.toUpperCase() : hex;
    }
    default:
      return whole(value).toString();
  }
}

const whole = (value: Value): bigint => BigInt(numeric(value) ?? 0);

function hexOf(value: Value): string {
  if (typeof value !== 'string' && !(value instanceof Uint8Array)) return whole(value).toString(16);
  const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value;
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** As numbers are written in American English, which is the library's locale. */
function fixedPoint(value: number, precision: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '-∞';
  const [before = '', after] = value.toFixed(precision).split('.');
  const grouped = before.replace(/\B(?=(\d{3})+$)/g, ',');
  return after === undefined ? grouped : `${grouped}.${after}`;
}

const RAISED: Readonly<Record<string, string>> = {
  '-': '⁻', '0': '⁰', '1': '¹', '2': '²', '3': '³', '4': '⁴', '5': '⁵', '6': '⁶', '7': '⁷', '8': '⁸', '9': '⁹',
}; // prettier-ignore

function scientific(value: number, precision: number): string {
  if (!Number.isFinite(value)) return fixedPoint(value, precision);
  const [digits = '', exponent = '0'] = value.toExponential(precision).split('e');
  const size = Number(exponent);
  const text = `${size < 0 ? '-' : ''}${String(Math.abs(size)).padStart(2, '0')}`;
  return `${digits} × 10${[...text].map((sign) => RAISED[sign] ?? sign).join('')}`;
}

function shown(value: Value): string {
  if (value === null) return 'null';
  if (value instanceof TypeValue) return value.name;
  if (isList(value)) return `[${value.map(inside).join(', ')}]`;
  if (!isMap(value)) return textOf(value);
  const pairs = [...value].map(([key, item]) => [inside(key), inside(item)] as const);
  return `{${pairs
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => `${key}:${item}`)
    .join(', ')}}`;
}

/** A value within a list or a map is written as the language writes it. */
function inside(value: Value): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value instanceof Uint8Array) return `b${JSON.stringify(textOf(value))}`;
  if (value instanceof Timestamp) return `timestamp(${JSON.stringify(timestampText(value))})`;
  if (value instanceof Duration) return `duration(${JSON.stringify(durationText(value))})`;
  if (typeof value === 'number') return Number.isFinite(value) ? value.toFixed(PRECISION) : JSON.stringify(textOf(value));
  if (value instanceof Unsigned) return String(value.value);
  return shown(value);
}
