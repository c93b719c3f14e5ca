/** The types of the language, as the checker knows them. */
export type Type =
  /** `shown` is how messages name it, where that is not `dyn`. */
  | { readonly kind: 'dyn' | 'error'; readonly shown?: string }
  /** `int`, `google.protobuf.Timestamp`, `kubernetes.Quantity` … */
  | { readonly kind: 'plain'; readonly name: string }
  | { readonly kind: 'list'; readonly of: Type }
  | { readonly kind: 'map'; readonly key: Type; readonly of: Type }
  | { readonly kind: 'optional'; readonly of: Type }
  | { readonly kind: 'object'; readonly name: string; field(name: string): Type | undefined }
  /** Stands for any one type in a declaration. */
  | { readonly kind: 'parameter'; readonly name: string };

export const DYN: Type = { kind: 'dyn' };
export const ERROR: Type = { kind: 'error' };
export const plain = (name: string): Type => ({ kind: 'plain', name });
export const BOOL = plain('bool');
export const INT = plain('int');
export const UINT = plain('uint');
export const DOUBLE = plain('double');
export const STRING = plain('string');
export const BYTES = plain('bytes');
export const NULL = plain('null_type');
export const TIMESTAMP = plain('google.protobuf.Timestamp');
export const DURATION = plain('google.protobuf.Duration');
export const listOf = (of: Type): Type => ({ kind: 'list', of });
export const mapOf = (key: Type, of: Type): Type => ({ kind: 'map', key, of });
export const optionalOf = (of: Type): Type => ({ kind: 'optional', of });

export function typeText(type: Type): string {
  switch (type.kind) {
    case 'dyn':
      return type.shown ?? 'dyn';
    case 'error':
      return '!error!';
    case 'plain':
      return type.name;
    case 'list':
      return `list(${typeText(type.of)})`;
    case 'map':
      return `map(${typeText(type.key)}, ${typeText(type.of)})`;
    case 'optional':
      return `optional_type(${typeText(type.of)})`;
    default:
      return type.name;
  }
}

export type Bindings = Map<string, Type>;

/** Whether a value of one type may stand where another is asked for; binds parameters on the way. */
export function assignable(given: Type, wanted: Type, bindings: Bindings): boolean {
  if (wanted.kind === 'parameter') {
    const bound = bindings.get(wanted.name);
    if (bound === undefined || isLoose(bound)) {
      bindings.set(wanted.name, given);
      return true;
    }
    return assignable(given, bound, bindings) || assignable(bound, given, bindings);
  }
  if (isLoose(given) || isLoose(wanted)) return true;
  if (given.kind === 'parameter') return true;
  if (given.kind === 'plain' && given.name === 'null_type') return wanted.kind === 'object' || isNullable(wanted);
  switch (wanted.kind) {
    case 'plain':
      return given.kind === 'plain' && given.name === wanted.name;
    case 'list':
    case 'optional':
      return given.kind === wanted.kind && assignable(given.of, wanted.of, bindings);
    case 'map':
      return given.kind === 'map' && assignable(given.key, wanted.key, bindings) && assignable(given.of, wanted.of, bindings);
    case 'object':
      return given.kind === 'object' && given.name === wanted.name;
    default:
      return true;
  }
}

export const isLoose = (type: Type): boolean => type.kind === 'dyn' || type.kind === 'error';

function isNullable(type: Type): boolean {
  return type === NULL || type === TIMESTAMP || type === DURATION;
}

export function substitute(type: Type, bindings: Bindings): Type {
  switch (type.kind) {
    case 'parameter':
      return bindings.get(type.name) ?? DYN;
    case 'list':
      return listOf(substitute(type.of, bindings));
    case 'optional':
      return optionalOf(substitute(type.of, bindings));
    case 'map':
      return mapOf(substitute(type.key, bindings), substitute(type.of, bindings));
    default:
      return type;
  }
}

const SHORT: Readonly<Record<string, Type>> = { dyn: DYN, timestamp: TIMESTAMP, duration: DURATION, null: NULL };

/** A type from its text in a declaration: `list(T)`, `map(string, dyn)`, one capital letter for a parameter. */
export function readType(text: string): Type {
  const trimmed = text.trim();
  const nested = /^(list|map|optional)\((.*)\)$/.exec(trimmed);
  if (nested !== null) {
    const [first = '', second = ''] = splitTypes(nested[2] as string);
    if (nested[1] === 'list') return listOf(readType(first));
    return nested[1] === 'optional' ? optionalOf(readType(first)) : mapOf(readType(first), readType(second));
  }
  if (/^[A-Z]$/.test(trimmed)) return { kind: 'parameter', name: trimmed };
  return SHORT[trimmed] ?? plain(trimmed);
}

export function splitTypes(text: string): string[] {
  const out: string[] = [];
  let depth = 0;
  let piece = '';
  for (const c of text) {
    if (c === '(') depth++;
    if (c === ')') depth--;
    if (c === ',' && depth === 0) {
      out.push(piece);
      piece = '';
    } else piece += c;
  }
  return piece.trim() === '' ? out : [...out, piece];
}
