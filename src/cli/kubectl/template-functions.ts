import { decode } from '../../engine/os/text.ts';
import { goJson, goQuote, goSyntax, goValue } from './gotext.ts';
import { isObject } from './values.ts';
import type { Json } from './values.ts';

/** A value of a template; `undefined` is a key that is not there. */
export type Value = Json | undefined;

export class TemplateError extends Error {}

/** Go's idea of truth: not zero, not empty, there at all. */
export function truth(value: Value): boolean {
  if (value === undefined || value === null) return false;
  if (Array.isArray(value)) return value.length > 0;
  return typeof value === 'object' ? Object.keys(value).length > 0 : Boolean(value);
}

/** A built-in of text/template, or one of kubectl's two (`exists`, `base64decode`). */
/** What a template may call. */
export const FUNCTIONS: ReadonlySet<string> = new Set([
  'and', 'base64decode', 'call', 'eq', 'exists', 'ge', 'gt', 'html', 'index', 'js', 'le', 'len', 'lt', 'ne', 'not', 'or', 'print', 'printf',
  'println', 'slice', 'urlquery',
]); // prettier-ignore

export function callFunction(name: string, values: readonly Value[]): Value {
  const [first, ...rest] = values;
  const show = (value: Value): string => (value === undefined ? '<no value>' : goValue(value));
  switch (name) {
    case 'len':
      if (first === undefined || first === null) throw new TemplateError('reflect: call of reflect.Value.Type on zero Value');
      if (typeof first === 'string') return new TextEncoder().encode(first).length;
      if (Array.isArray(first)) return first.length;
      if (isObject(first)) return Object.keys(first).length;
      throw new TemplateError(`len of type ${typeof first === 'number' ? 'int64' : 'bool'}`);
    case 'index':
    case 'exists':
      return indexed(name, first, rest);
    case 'slice': {
      const [start, end] = rest as number[];
      if (typeof first !== 'string' && !Array.isArray(first)) throw new TemplateError("can't slice item of this type");
      return first.slice(start, end);
    }
    case 'not':
      return !truth(first);
    case 'and':
      return values.find((value) => !truth(value)) ?? values.at(-1);
    case 'or':
      return values.find(truth) ?? values.at(-1);
    case 'eq':
      return rest.some((value) => (value ?? null) === (first ?? null));
    case 'ne':
      return (first ?? null) !== (rest[0] ?? null);
    case 'lt':
    case 'le':
    case 'gt':
    case 'ge':
      return ordered(name, first, rest[0]);
    case 'print':
      return values.map(show).join(values.every((value) => typeof value !== 'string') ? ' ' : '');
    case 'println':
      return `${values.map(show).join(' ')}\n`;
    case 'printf':
      return format(String(first), rest);
    case 'js':
    case 'html':
    case 'urlquery':
      return name === 'urlquery' ? encodeURIComponent(show(first)) : show(first).replace(/[<>&'"]/g, (c) => `&#${c.charCodeAt(0)};`);
    case 'base64decode':
      try {
        return decode(Uint8Array.from(atob(String(first ?? '')), (c) => c.charCodeAt(0)));
      } catch {
        throw new TemplateError('base64 decode failed: illegal base64 data at input byte 0');
      }
    default:
      throw new TemplateError(`function "${name}" not defined`);
  }
}

function indexed(name: string, start: Value, keys: readonly Value[]): Value {
  let value = start;
  for (const key of keys) {
    if (Array.isArray(value) && typeof key === 'number') {
      if (key < 0 || key >= value.length) {
        if (name === 'exists') return false;
        throw new TemplateError(`error calling index: reflect: slice index out of range`.replace('error calling index: ', ''));
      }
      value = value[key];
    } else if (isObject(value ?? null) && typeof key === 'string') value = (value as Record<string, Json>)[key];
    else if (name === 'exists') return false;
    else if (value === undefined || value === null) throw new TemplateError('index of untyped nil');
    else throw new TemplateError(`can't index item of type ${typeof value}`);
  }
  return name === 'exists' ? value !== undefined : value;
}

function ordered(name: string, a: Value, b: Value): boolean {
  if ((typeof a !== 'number' && typeof a !== 'string') || typeof a !== typeof b)
    throw new TemplateError('incompatible types for comparison');
  const other = b as string | number;
  return { lt: a < other, le: a <= other, gt: a > other, ge: a >= other }[name] ?? false;
}

/** `printf`: the verbs that make sense for JSON. */
function format(pattern: string, values: readonly Value[]): string {
  let used = 0;
  return pattern.replace(
    /%(-?)(0?)(\d*)(?:\.(\d+))?([vsdqtfgx%#])/g,
    (whole, left: string, zero: string, width: string, precision: string | undefined, verb: string) => {
      if (verb === '%') return '%';
      if (used >= values.length) return `%!${verb}(MISSING)`;
      const value = values[used++];
      const text =
        verb === 'q'
          ? goQuote(String(value ?? ''))
          : verb === 'f'
            ? Number(value).toFixed(precision === undefined ? 6 : Number(precision))
            : verb === 'x'
              ? Number(value).toString(16)
              : verb === '#'
                ? goSyntax(value)
                : value === undefined || value === null
                  ? '<nil>'
                  : typeof value === 'object'
                    ? goValue(value)
                    : goJsonText(value);
      const size = Number(width || 0);
      if (whole.length === 0) return '';
      return left === '-' ? text.padEnd(size) : text.padStart(size, zero === '0' ? '0' : ' ');
    },
  );
}

function goJsonText(value: Json): string {
  return typeof value === 'string' ? value : goJson(value);
}
