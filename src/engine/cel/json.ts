import { encodeBytes } from '../api/base64.ts';
import { durationText, timestampText } from './time.ts';
import { CelError, Duration, isList, isMap, Timestamp, typeName, Unsigned, type Value } from './values.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A value as JSON has it. */
export function toJson(value: Value): Json {
  if (value === null || typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string') return value;
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Unsigned) return Number(value.value);
  if (value instanceof Timestamp) return timestampText(value);
  if (value instanceof Duration) return durationText(value);
  if (isList(value)) return value.map(toJson);
  if (value instanceof Uint8Array) return encodeBytes(value);
  if (!isMap(value)) throw new CelError(`unsupported conversion to google.protobuf.Value: ${typeName(value)}`);
  const out: { [key: string]: Json } = {};
  for (const [key, item] of value)
    Object.defineProperty(out, String(key), { value: toJson(item), enumerable: true, configurable: true, writable: true });
  return out;
}
