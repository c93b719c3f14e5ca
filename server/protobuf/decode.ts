import { SCHEMA } from '../../src/engine/api/known-types.ts';
import type { Json, JsonObject } from '../../src/engine/api/meta.ts';
import type { FieldSchema } from '../../src/engine/api/schema.ts';
import { KINDS } from '../../src/engine/api/kinds/index.ts';
import { PROTOBUF_FIELDS } from './fields/index.ts';

// kubectl's typed clients write protobuf and take no for an answer from nobody. The engine reads JSON and YAML; bodies in
// protobuf are turned into JSON here, at the edge.

const MAGIC = Buffer.from('k8s\0');

/** The JSON text of a body in `application/vnd.kubernetes.protobuf`, or undefined where it is none that can be read. */
export function jsonOfProtobuf(body: Buffer): string | undefined {
  if (!body.subarray(0, 4).equals(MAGIC)) return undefined;
  try {
    const unknown = fieldsOf(body.subarray(4));
    const typeMeta = fieldsOf(unknown.find(({ number }) => number === 1)?.bytes ?? Buffer.alloc(0));
    const apiVersion = typeMeta.find(({ number }) => number === 1)?.bytes.toString('utf8') ?? '';
    const kind = typeMeta.find(({ number }) => number === 2)?.bytes.toString('utf8') ?? '';
    const raw = unknown.find(({ number }) => number === 2)?.bytes ?? Buffer.alloc(0);
    const type = typeOf(apiVersion, kind);
    if (SCHEMA[type] === undefined || PROTOBUF_FIELDS[type] === undefined) return undefined;
    return JSON.stringify({ apiVersion, kind, ...readMessage(raw, type) });
  } catch {
    return undefined;
  }
}

/** Kinds of one name in several groups or versions have types of several names; bodies of subresources are no kinds of their own. */
function typeOf(apiVersion: string, kind: string): string {
  const one = KINDS.find(
    (other) => other.kind === kind && apiVersion === (other.group === '' ? other.version : `${other.group}/${other.version}`),
  );
  return one?.schema ?? kind;
}

interface WireField {
  readonly number: number;
  /** Of length-delimited fields. */
  readonly bytes: Buffer;
  /** Of the others. */
  readonly value: bigint;
  readonly delimited: boolean;
}

function fieldsOf(message: Buffer): WireField[] {
  const fields: WireField[] = [];
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message.readUInt8(at++);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
      if (shift > 63n) throw new Error('varint too long');
    }
  };
  while (at < message.length) {
    const key = Number(varint());
    const number = key >>> 3;
    switch (key & 7) {
      case 0:
        fields.push({ number, bytes: Buffer.alloc(0), value: varint(), delimited: false });
        break;
      case 1:
        fields.push({ number, bytes: message.subarray(at, (at += 8)), value: 0n, delimited: false });
        break;
      case 2: {
        const length = Number(varint());
        if (at + length > message.length) throw new Error('message cut short');
        fields.push({ number, bytes: message.subarray(at, (at += length)), value: 0n, delimited: true });
        break;
      }
      default:
        throw new Error('unknown wire type');
    }
  }
  return fields;
}

interface Numbered {
  readonly name: string;
  readonly embedded: boolean;
}

const numberings = new Map<string, ReadonlyMap<number, Numbered>>();

function numbering(message: string): ReadonlyMap<number, Numbered> {
  const known = numberings.get(message);
  if (known !== undefined) return known;
  const fields = new Map<number, Numbered>();
  let next = 1;
  for (const word of (PROTOBUF_FIELDS[message] ?? '').split(/\s+/)) {
    const [name = '', number] = word.split('=');
    if (number !== undefined) next = Number(number);
    fields.set(next++, { name: name.replace(':', ''), embedded: name.startsWith(':') });
  }
  numberings.set(message, fields);
  return fields;
}

/** A message as an object of `type`; for embedded structs the message is another, the type remains. */
function readMessage(bytes: Buffer, type: string, message = type): JsonObject {
  const object: JsonObject = {};
  const fields = numbering(message);
  for (const wire of fieldsOf(bytes)) {
    const field = fields.get(wire.number);
    if (field === undefined) continue;
    if (field.embedded) {
      Object.assign(object, readMessage(wire.bytes, type, field.name));
      continue;
    }
    const schema = SCHEMA[type]?.fields[field.name];
    if (schema === undefined) continue;
    if (schema.type === 'array') {
      const list = (object[field.name] ??= []) as Json[];
      // Numbers may come packed.
      if (wire.delimited && schema.items.type === 'integer') list.push(...packed(wire.bytes));
      else list.push(readValue(wire, schema.items));
    } else if (schema.type === 'map') {
      const map = (object[field.name] ??= {}) as JsonObject;
      const entry = fieldsOf(wire.bytes);
      const key = entry.find(({ number }) => number === 1)?.bytes.toString('utf8') ?? '';
      const value = entry.find(({ number }) => number === 2);
      map[key] = value === undefined ? '' : readValue(value, schema.items);
    } else {
      const value = readValue(wire, schema);
      if (value !== null) object[field.name] = value;
    }
  }
  return object;
}

function readValue(wire: WireField, schema: FieldSchema): Json {
  switch (schema.type) {
    case 'string':
      return wire.bytes.toString(schema.format === 'byte' ? 'base64' : 'utf8');
    case 'boolean':
      return wire.value !== 0n;
    case 'integer':
      return Number(BigInt.asIntN(64, wire.value));
    case 'number':
      return wire.bytes.readDoubleLE(0);
    case 'quantity':
      return fieldsOf(wire.bytes)[0]?.bytes.toString('utf8') ?? '0';
    case 'intOrString': {
      const parts = fieldsOf(wire.bytes);
      const part = (number: number): WireField | undefined => parts.find((one) => one.number === number);
      if (part(1)?.value === 1n) return part(3)?.bytes.toString('utf8') ?? '';
      return Number(BigInt.asIntN(32, part(2)?.value ?? 0n));
    }
    case 'time':
    case 'microTime': {
      const parts = fieldsOf(wire.bytes);
      const seconds = parts.find(({ number }) => number === 1);
      if (seconds === undefined) return null;
      const text = new Date(Number(BigInt.asIntN(64, seconds.value)) * 1000).toISOString().slice(0, 19);
      if (schema.type === 'time') return `${text}Z`;
      const nanos = Number(parts.find(({ number }) => number === 2)?.value ?? 0n);
      return `${text}.${String(Math.floor(nanos / 1000)).padStart(6, '0')}Z`;
    }
    case 'any':
      // RawExtension and FieldsV1 carry JSON.
      return JSON.parse(fieldsOf(wire.bytes)[0]?.bytes.toString('utf8') ?? 'null') as Json;
    case 'ref':
      return readMessage(wire.bytes, schema.ref);
    case 'array':
      // A list as the value of a map is wrapped into a message (`ExtraValue`).
      return fieldsOf(wire.bytes).map((item) => readValue(item, schema.items));
    case 'map':
      return {};
  }
}

function packed(bytes: Buffer): number[] {
  const values: number[] = [];
  let value = 0n;
  let shift = 0n;
  for (const byte of bytes) {
    value |= BigInt(byte & 0x7f) << shift;
    shift += 7n;
    if (byte >= 0x80) continue;
    values.push(Number(BigInt.asIntN(64, value)));
    value = 0n;
    shift = 0n;
  }
  return values;
}
