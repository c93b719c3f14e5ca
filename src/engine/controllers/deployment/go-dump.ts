import type { PodTemplateSpec } from '../../api/generated/types.ts';
import { GO_STRUCTS } from './go-structs.ts';

/**
 * What `dump.ForHash` prints of a pod template as the controller's Go struct: every field with its type, set or not. Lists and maps
 * without content are nil to it, since that is how they come over the wire.
 */
export function goDump(template: PodTemplateSpec): string {
  return `(v1.PodTemplateSpec)${printStruct('PodTemplateSpec', template)}`;
}

interface Field {
  readonly head: string;
  /** Undefined for an embedded struct, whose fields are the outer's in JSON. */
  readonly json: string | undefined;
  readonly type: string;
}

const NIL = '<nil>';
const NO_TIME = '{Time:(time.Time){wall:(uint64)0 ext:(int64)0 loc:(*time.Location)<nil>}}';
const INTEGERS = new Set(['int32', 'int64']);
const structs = new Map<string, readonly Field[]>();

function fieldsOf(struct: string): readonly Field[] {
  let fields = structs.get(struct);
  if (fields === undefined) {
    fields = (GO_STRUCTS[struct] ?? '').split(/,\s+/).map((text) => {
      const [names = '', type = ''] = text.split(/\s+/);
      const embedded = names.endsWith('>');
      const [own = '', json] = names.replace('>', '').split('=');
      const head = `${own}:(${typeText(type)})`;
      return { head, json: embedded ? undefined : (json ?? own.charAt(0).toLowerCase() + own.slice(1)), type };
    });
    structs.set(struct, fields);
  }
  return fields;
}

/** Types of the API's own packages print with their package's name. */
function typeText(type: string): string {
  return type.replace(/(^|[\]*[])([A-Z])/g, '$1v1.$2');
}

function printStruct(struct: string, value: unknown): string {
  const object = (value ?? {}) as Record<string, unknown>;
  return `{${fieldsOf(struct)
    .map(({ head, json, type }) => head + print(type, json === undefined ? object : object[json]))
    .join(' ')}}`;
}

// Without the type in front, which stands with the field.
function print(type: string, value: unknown): string {
  if (type.startsWith('*')) return value === undefined || value === null ? NIL : print(type.slice(1), value);
  if (type.startsWith('[]')) {
    const list = (value ?? []) as unknown[];
    return list.length === 0 ? NIL : `[${list.map((item) => print(type.slice(2), item)).join(' ')}]`;
  }
  if (type === 'ResourceList') return print('map[string]resource.Quantity', value);
  if (type.startsWith('map[')) {
    const map = (value ?? {}) as Record<string, unknown>;
    const keys = Object.keys(map).sort();
    const of = type.slice(type.indexOf(']') + 1);
    return keys.length === 0 ? NIL : `map[${keys.map((key) => `${key}:${print(of, map[key])}`).join(' ')}]`;
  }
  if (INTEGERS.has(type)) return String(value ?? 0);
  if (type === 'bool') return String(value ?? false);
  if (type === 'Time') return NO_TIME;
  if (type === 'resource.Quantity') return printQuantity(value === undefined ? undefined : String(value));
  if (type === 'intstr.IntOrString') {
    const text = typeof value === 'string';
    return `{Type:(intstr.Type)${text ? 1 : 0} IntVal:(int32)${text ? 0 : String(value ?? 0)} StrVal:(string)${text ? value : ''}}`;
  }
  return GO_STRUCTS[type] === undefined ? ((value as string | undefined) ?? '') : printStruct(type, value);
}

const DECIMAL: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const BINARY: readonly string[] = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

/** A parsed quantity: its text is kept where it is seen to be canonical (resource.ParseQuantity). */
function printQuantity(text: string | undefined): string {
  const [, digits = '', exponent, suffix = ''] = /^-?(\d+)(?:e(-?\d+))?([A-Za-z]*)$/.exec(text ?? '') ?? [];
  const sign = text?.startsWith('-') === true ? '-' : '';
  const power = BINARY.indexOf(suffix) + 1;
  const scale = power > 0 ? 0 : exponent === undefined ? (DECIMAL[suffix] ?? 0) : Number(exponent);
  const value = digits === '' ? '0' : `${digits === '0' ? '' : sign}${BigInt(digits) * 1024n ** BigInt(power)}`;
  const format = text === undefined ? '' : power > 0 ? 'BinarySI' : exponent === undefined ? 'DecimalSI' : 'DecimalExponent';
  const kept =
    power > 0 ? (Number(digits) & 7) !== 0 : text === '0' || (scale % 3 === 0 && !digits.endsWith('000') && !digits.startsWith('0'));
  return `{i:(resource.int64Amount){value:(int64)${value} scale:(resource.Scale)${scale}} d:(resource.infDecAmount){Dec:(*inf.Dec)<nil>} s:(string)${kept ? (text ?? '') : ''} Format:(resource.Format)${format}}`;
}
