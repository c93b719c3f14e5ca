import type { Json, JsonObject } from '../../api/meta.ts';
import { canonicalQuantity, quantityError, QUANTITY_FORMAT_WRONG } from '../../api/quantity.ts';
import { zeroOfScalar, type FieldSchema, type TypeSchema } from '../../api/schema.ts';
import { SCHEMA } from '../../api/known-types.ts';
import { embeddedIn, namedText, structName, wholeType } from './go-types.ts';
import { canonicalTime } from './time.ts';

type Pairs = readonly (readonly [string, Json])[];

export interface Reading {
  readonly object: JsonObject;
  /** Unknown and repeated fields, in the order of the text: what strict decoding refuses and warnings say. */
  readonly strict: readonly string[];
}

/** A value that does not fit its field; the text is `encoding/json`'s. */
export class TypeFault extends Error {}

/**
 * Reads a value into a type as the server's JSON decoder does: names must match exactly, unknown fields are dropped and
 * told, the last of several equal keys wins, null means "not set", and a value of a wrong type is refused with Go's words.
 * (Which zeros are kept is the kind's own matter: see `api/canonical.ts`.) Parts that need no change are shared with the value given, which is never written to.
 */
export function readFields(value: JsonObject, schemaType: string, repeated?: ReadonlyMap<object, Pairs>): Reading {
  const reader = new Reader(repeated);
  const type = SCHEMA[schemaType];
  if (type === undefined) return { object: value, strict: [] };
  const object = reader.struct(value, schemaType, type, '', '');
  if (reader.fault !== undefined) throw new TypeFault(reader.fault);
  return { object, strict: [...reader.strict] };
}

/** The same for a value that a strategic merge made: what does not fit is told in the words of `FromUnstructured`. */
export function readUnstructured(value: JsonObject, schemaType: string): Reading {
  const reader = new UnstructuredReader(undefined);
  const type = SCHEMA[schemaType];
  if (type === undefined) return { object: value, strict: [] };
  const object = reader.struct(value, schemaType, type, '', '');
  if (reader.fault !== undefined) throw new TypeFault(reader.fault);
  return { object, strict: [...reader.strict] };
}

class Reader {
  /** Like Go's decoder, only the first is told. */
  fault: string | undefined;
  readonly strict = new Set<string>();

  constructor(readonly repeated: ReadonlyMap<object, Pairs> | undefined) {}

  struct(value: JsonObject, name: string, type: TypeSchema, goPath: string, path: string): JsonObject {
    const out: JsonObject = {};
    let changed = false;
    const pairs = this.repeated?.get(value);
    const seen = pairs === undefined ? undefined : new Set<string>();
    for (const [key, item] of pairs ?? Object.entries(value)) {
      // In-process callers spell "absent" as undefined.
      if (item === undefined) {
        changed = true;
        continue;
      }
      const at = path === '' ? key : `${path}.${key}`;
      const field = Object.hasOwn(type.fields, key) ? type.fields[key] : undefined;
      if (field === undefined) {
        this.strict.add(`unknown field ${JSON.stringify(at)}`);
        changed = true;
        continue;
      }
      if (seen?.has(key) === true) this.strict.add(`duplicate field ${JSON.stringify(at)}`);
      seen?.add(key);
      const embedded = embeddedIn(name, key);
      const step = embedded === undefined ? key : `${embedded}.${key}`;
      const read = this.value(item, field, { type: name, field: key, goPath: goPath === '' ? step : `${goPath}.${step}` }, at);
      if (read === undefined) {
        delete out[key];
        changed = true;
        continue;
      }
      if (read !== item) changed = true;
      out[key] = read;
    }
    return changed || seen !== undefined ? out : value;
  }

  /** `undefined` where Go would keep the field unset. */
  value(value: Json, schema: FieldSchema, where: Where, path: string): Json | undefined {
    if (value === null) return undefined;
    switch (schema.type) {
      case 'any':
        return where.type === 'JSONSchemaProps' ? this.schemaPart(value, where) : value;
      case 'string':
        if (typeof value !== 'string') return this.mismatch(value, schema, where);
        if (schema.format === 'byte') return this.bytes(value);
        return value;
      case 'boolean':
        return typeof value === 'boolean' ? value : this.mismatch(value, schema, where);
      case 'integer':
        return this.integer(value, schema.format, where);
      case 'number':
        return typeof value === 'number' ? value : this.mismatch(value, schema, where);
      case 'intOrString':
        // IntOrString takes a text as it is and anything else as an int32.
        return typeof value === 'string' ? value : this.integer(value, 'int32', where);
      case 'quantity': {
        const text = typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : undefined;
        const fault = text === undefined ? QUANTITY_FORMAT_WRONG : quantityError(text);
        if (fault !== undefined) return this.fail(fault);
        return canonicalQuantity(text as string);
      }
      case 'time':
      case 'microTime': {
        if (typeof value !== 'string') return this.mismatch(value, { type: 'string' }, where);
        const time = canonicalTime(value, schema.type === 'microTime');
        return 'fault' in time ? this.fail(time.fault) : time.text;
      }
      case 'ref': {
        const type = SCHEMA[schema.ref];
        if (type === undefined) return value;
        if (typeof value !== 'object' || Array.isArray(value)) return this.mismatch(value, schema, where);
        return this.struct(value, schema.ref, type, where.goPath, path);
      }
      case 'array': {
        if (!Array.isArray(value)) return this.mismatch(value, schema, where);
        let out: Json[] | undefined;
        for (let i = 0; i < value.length; i++) {
          const item = value[i] as Json;
          const read = this.value(item, schema.items, where, `${path}[${i}]`) ?? zeroOf(schema.items);
          if (read !== item) out ??= value.slice(0, i);
          out?.push(read);
        }
        return out ?? value;
      }
      case 'map':
        return this.map(value, schema, where, path);
    }
  }

  private map(value: Json, schema: FieldSchema & { type: 'map' }, where: Where, path: string): Json | undefined {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return this.mismatch(value, schema, where);
    const pairs = this.repeated?.get(value);
    const seen = new Set<string>();
    let out: JsonObject | undefined;
    for (const [key, item] of pairs ?? Object.entries(value)) {
      const at = `${path}.${key}`;
      if (pairs !== undefined) {
        if (seen.has(key)) this.strict.add(`duplicate field ${JSON.stringify(at)}`);
        seen.add(key);
      }
      const read = item === undefined ? undefined : (this.value(item, schema.items, where, at) ?? zeroOf(schema.items));
      if (read === item) continue;
      out ??= { ...value };
      if (read === undefined) delete out[key];
      else out[key] = read;
    }
    return out ?? value;
  }

  /**
   * What a JSON schema may hold instead of a schema. Types that read themselves: their unknown fields go unsaid, and their faults
   * are told of the field they stand in.
   */
  private schemaPart(value: Json, where: Where): Json | undefined {
    const { field } = where;
    const either = field === 'additionalProperties' || field === 'additionalItems';
    if (!either && field !== 'items' && field !== 'dependencies') return value;
    if (Array.isArray(value) && field === 'items') return value.map((item) => this.schemaAlone(item, where) ?? item);
    if (typeof value === 'object' && !Array.isArray(value)) return this.schemaAlone(value, where);
    return either && typeof value !== 'boolean' ? this.fail('boolean or JSON schema expected') : value;
  }

  private schemaAlone(value: Json, where: Where): Json | undefined {
    const reader = new Reader(this.repeated);
    const read = reader.value(value, { type: 'ref', ref: 'JSONSchemaProps' }, where, '');
    return reader.fault === undefined ? read : this.fail(reader.fault.replace(/field \S+ of type/, `field ${goField(where)} of type`));
  }

  protected integer(value: Json, format: 'int32' | 'int64', where: Where): Json | undefined {
    const schema = { type: 'integer', format } as const;
    if (typeof value !== 'number') return this.mismatch(value, schema, where);
    const limit = format === 'int32' ? 2 ** 31 : 2 ** 63;
    if (Number.isInteger(value) && value >= -limit && value < limit) return value;
    return this.fail(`json: cannot unmarshal number ${numberText(value)} into Go struct field ${goField(where)} of type ${format}`);
  }

  private bytes(value: string): Json | undefined {
    const at = base64Fault(value);
    return at === undefined ? value : this.fail(`illegal base64 data at input byte ${at}`);
  }

  protected mismatch(value: Json, schema: FieldSchema, where: Where): undefined {
    return this.fail(`json: cannot unmarshal ${jsonName(value)} into Go struct field ${goField(where)} of type ${goType(schema, where)}`);
  }

  protected fail(text: string): undefined {
    this.fault ??= text;
    return undefined;
  }
}

class UnstructuredReader extends Reader {
  protected override mismatch(value: Json, schema: FieldSchema, where: Where): undefined {
    const from = goKind(value);
    if (schema.type === 'array') return this.fail(`cannot restore slice from ${from}`);
    if (schema.type === 'map') return this.fail(`cannot restore map from ${from}`);
    if (schema.type === 'ref') return this.fail(`cannot restore struct from: ${from}`);
    const to =
      schema.type === 'integer' ? schema.format : schema.type === 'number' ? 'float64' : schema.type === 'boolean' ? 'bool' : 'string';
    // Only what Go could convert, but should not, is told as a conversion.
    const convertible = (from.endsWith('64') && to !== 'bool' && to !== 'string') || (from === 'int64' && to === 'string');
    return this.fail(convertible ? `cannot convert ${from} to ${goType(schema, where)}` : `unrecognized type: ${to}`);
  }

  protected override integer(value: Json, format: 'int32' | 'int64', where: Where): Json | undefined {
    if (typeof value === 'number' && Number.isInteger(value)) return super.integer(value, format, where);
    return this.mismatch(value, { type: 'integer', format }, where);
  }
}

function goKind(value: Json): string {
  if (Array.isArray(value)) return 'slice';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  return typeof value === 'boolean' ? 'bool' : typeof value === 'object' ? 'map' : 'string';
}

/** The innermost struct field on the way to a value, and the path of JSON names (without indexes) that leads there. */
interface Where {
  readonly type: string;
  readonly field: string;
  readonly goPath: string;
}

const goField = ({ type, goPath }: Where): string => `${structName(type)}.${goPath}`;

// The one stored version that is not the first.
const AUTOSCALING_V2 = /^(HorizontalPodAutoscaler\w*|HPAScaling\w+|Metric\w+|\w+Metric(Source|Status)|CrossVersionObjectReference)$(?<!V1)/;

function goType(schema: FieldSchema, where: Where): string {
  const whole = SCHEMA[where.type]?.fields[where.field] === schema ? wholeType(where.type, where.field) : undefined;
  if (whole !== undefined) return whole;
  switch (schema.type) {
    case 'string':
      return schema.format === 'byte' ? '[]uint8' : namedText(where.type, where.field);
    case 'boolean':
      return 'bool';
    case 'integer':
      return schema.format;
    case 'number':
      return 'float64';
    case 'ref':
      return `${AUTOSCALING_V2.test(schema.ref) ? 'v2' : 'v1'}.${structName(schema.ref)}`;
    case 'array':
      return `[]${goType(schema.items, where)}`;
    case 'map':
      return schema.items.type === 'quantity' ? 'v1.ResourceList' : `map[string]${goType(schema.items, where)}`;
    case 'quantity':
      return 'resource.Quantity';
    case 'intOrString':
      return 'intstr.IntOrString';
    case 'time':
      return 'v1.Time';
    case 'microTime':
      return 'v1.MicroTime';
    case 'any':
      return where.type === 'JSONSchemaProps' ? 'v1.JSON' : 'runtime.RawExtension';
  }
}

export function jsonName(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

const numberText = (value: number): string =>
  Number.isInteger(value) && Math.abs(value) < 1e21 ? BigInt(value).toString() : String(value);

/** What a null becomes as an element of a list or a value of a map. */
function zeroOf(schema: FieldSchema): Json {
  if (schema.type === 'quantity') return '0';
  return schema.type === 'ref' ? {} : zeroOfScalar(schema);
}

/** Where `base64.StdEncoding` stops, if it does. Line breaks are skipped. */
function base64Fault(text: string): number | undefined {
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i] as string;
    if (c === '\n' || c === '\r') continue;
    if (c === '=') {
      const rest = text.slice(i).replace(/[\r\n]/g, '');
      if (count % 4 === 2) return rest === '==' ? undefined : rest === '=' ? text.length : i + 1;
      if (count % 4 === 3) return rest === '=' ? undefined : i + 1;
      return i;
    }
    if (!/[A-Za-z0-9+/]/.test(c)) return i;
    count++;
  }
  return count % 4 === 0 ? undefined : text.length - (count % 4);
}
