import { decodeBytes, encodeText } from '../../engine/api/base64.ts';
import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { concat, decode, encode, writeText } from '../../engine/os/text.ts';
import type { Message } from './client.ts';
import { Failure } from './flags.ts';
import { goJson, quoted } from './go-json.ts';
import { table } from './table.ts';

export type Format = 'simple' | 'json' | 'fields' | 'table';

/** What `-w` asks for. Throws `Failure`. */
export function formatOf(flags: ReadonlyMap<string, string>): Format {
  const given = flags.get('write-out') ?? 'simple';
  if (given === 'protobuf') throw new Failure(4, 'not modelled here: --write-out=protobuf');
  if (!['simple', 'json', 'fields', 'table'].includes(given)) throw new Failure(4, 'unsupported output format');
  return given as Format;
}

const NEWLINE = encode('\n');

export const key64 = encodeText;

/** Bytes of a field, as they are stored. */
export const raw = (message: Message, field: string): Uint8Array => decodeBytes(String(message[field] ?? ''));

export const list = (message: Message, field: string): readonly Message[] => (message[field] as readonly Message[] | undefined) ?? [];

/** Key and value, each on a line, byte for byte (`\x2f` with `--hex`). */
export function keyValueLines(kv: Message, options: { hex: boolean; valueOnly?: boolean }): Uint8Array {
  const shown = (field: string): Uint8Array => (options.hex ? encode(hex(raw(kv, field))) : raw(kv, field));
  const value = [shown('value'), NEWLINE];
  return concat(options.valueOnly === true ? value : [shown('key'), NEWLINE, ...value]);
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
}

/** `-w fields`: the header, then each field on a line. */
export function headerFields(message: Message): string {
  const header = (message['header'] ?? {}) as Message;
  const revision = Number(header['revision'] ?? 0) > 0 ? `"Revision" : ${String(header['revision'])}\n` : '';
  return `"ClusterID" : ${String(header['cluster_id'])}\n"MemberID" : ${String(header['member_id'])}\n${revision}"RaftTerm" : ${String(header['raft_term'])}\n`;
}

export function keyValueFields(prefix: string, kv: Message): string {
  const count = (field: string): string => String(kv[field] ?? 0);
  return [
    `"${prefix}Key" : ${quoted(decode(raw(kv, 'key')))}`,
    `"${prefix}CreateRevision" : ${count('create_revision')}`,
    `"${prefix}ModRevision" : ${count('mod_revision')}`,
    `"${prefix}Version" : ${count('version')}`,
    `"${prefix}Value" : ${quoted(decode(raw(kv, 'value')))}`,
    `"${prefix}Lease" : ${count('lease')}`,
    '',
  ].join('\n');
}

export const json = (value: unknown): Uint8Array => encode(`${goJson(value)}\n`);

export function unsupported(format: string): Failure {
  return new Failure(4, `${format} not supported as output format`);
}

/** A number of 64 bits in hexadecimal, as members and leases are called. */
export const hexOf = (value: unknown): string => BigInt(textOf(value) || '0').toString(16);

export const textOf = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';

interface Shown {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly value: unknown;
  readonly fields: string;
}

/** What has a table, in the form that is asked for. */
export function* show(process: Process, flags: ReadonlyMap<string, string>, { header, rows, value, fields }: Shown): Task<void> {
  const format = formatOf(flags);
  if (format === 'json') yield* process.stdout.write(json(value));
  else if (format === 'fields') yield* process.stdout.write(encode(fields));
  else yield* writeText(process.stdout, format === 'table' ? table(header, rows) : rows.map((row) => `${row.join(', ')}\n`).join(''));
}
