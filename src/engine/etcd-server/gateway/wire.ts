import { decodeBytes, encodeBytes } from '../../api/base64.ts';
import { decode, encode } from '../../os/text.ts';
import type { KeyValue } from '../../etcd/store.ts';
import { valueBytes } from '../values.ts';

/** A message of etcd's v3 API as its gateway writes it in JSON: bytes in base64, 64-bit numbers as texts, what is empty left out. */
export interface Message {
  readonly [field: string]: unknown;
}

export const text = (message: Message, field: string): string => {
  const value = message[field];
  return typeof value === 'string' ? decode(decodeBytes(value)) : '';
};

export const bytes = (message: Message, field: string): Uint8Array => {
  const value = message[field];
  return typeof value === 'string' ? decodeBytes(value) : new Uint8Array();
};

export const number = (message: Message, field: string): number => {
  const value = Number(message[field] ?? 0);
  return Number.isFinite(value) ? value : 0;
};

export const flag = (message: Message, field: string): boolean => message[field] === true;

export const word = (message: Message, field: string): string => (typeof message[field] === 'string' ? message[field] : '');

export const messages = (message: Message, field: string): Message[] =>
  Array.isArray(message[field]) ? (message[field] as Message[]) : [];

/** Without the fields that protobuf leaves out: nothing, no, and zero. */
export function compact(fields: Readonly<Record<string, unknown>>): Message {
  return Object.fromEntries(
    Object.entries(fields).filter(
      ([, value]) =>
        value !== undefined && value !== '' && value !== '0' && value !== false && !(Array.isArray(value) && value.length === 0),
    ),
  );
}

export const key64 = (key: string): string => encodeBytes(encode(key));

/** `leaseId` writes a lease's number as clients see it. */
export function keyValue(kv: KeyValue, leaseId: (id: number) => string, keysOnly = false): Message {
  return compact({
    key: key64(kv.key),
    create_revision: String(kv.createRevision),
    mod_revision: String(kv.modRevision),
    version: String(kv.version),
    value: keysOnly ? '' : encodeBytes(valueBytes(kv.value)),
    lease: kv.lease === undefined ? '' : leaseId(kv.lease),
  });
}

/** The end of a range as the store has it: undefined for a single key, `''` for no end. */
export function rangeEnd(message: Message): string | undefined {
  const end = text(message, 'range_end');
  if (end === '') return undefined;
  return end === '\0' ? '' : end;
}
