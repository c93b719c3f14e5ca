import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { concat, encode, readAll, writeText } from '../../engine/os/text.ts';
import type { Client, Message } from './client.ts';
import { BAD_ARGUMENTS, Failure, integer, isOn, type Arguments, type Flags } from './flags.ts';
import { formatOf, headerFields, json, key64, keyValueFields, keyValueLines, list, unsupported } from './print.ts';
import { leaseNumber } from './lease.ts';

const on = { value: false } as const;
const text = { value: true } as const;

export const GET_FLAGS: Flags = {
  consistency: text,
  order: text,
  'sort-by': text,
  limit: text,
  prefix: on,
  'from-key': on,
  rev: text,
  'keys-only': on,
  'count-only': on,
  'print-value-only': on,
  'min-create-rev': text,
  'max-create-rev': text,
  'min-mod-rev': text,
  'max-mod-rev': text,
};
export const PUT_FLAGS: Flags = { lease: text, 'prev-kv': on, 'ignore-value': on, 'ignore-lease': on };
export const DEL_FLAGS: Flags = { prefix: on, 'prev-kv': on, 'from-key': on, range: on };

/** The end of the range of all keys with a prefix, and of all keys from one on. */
export function rangeOf(key: string, end: string | undefined, flags: ReadonlyMap<string, string>): Message {
  if (isOn(flags, 'prefix') && isOn(flags, 'from-key'))
    throw new Failure(BAD_ARGUMENTS, '`--prefix` and `--from-key` cannot be set at the same time, choose one');
  const [prefix, from] = [isOn(flags, 'prefix'), isOn(flags, 'from-key')];
  if (end !== undefined) {
    if (prefix || from)
      throw new Failure(BAD_ARGUMENTS, 'too many arguments, only accept one argument when `--prefix` or `--from-key` is set');
    return { key: key64(key), range_end: key64(end) };
  }
  if ((prefix || from) && key === '') return { key: key64('\0'), range_end: key64('\0') };
  if (from) return { key: key64(key), range_end: key64('\0') };
  return prefix ? { key: key64(key), range_end: key64(prefixEnd(key)) } : { key: key64(key) };
}

export function prefixEnd(prefix: string): string {
  const last = prefix.charCodeAt(prefix.length - 1);
  return prefix.slice(0, -1) + String.fromCharCode(last + 1);
}

export function* get(process: Process, client: Client, { flags, operands }: Arguments): Task<number> {
  const answer = yield* client.call('KV/Range', '/v3/kv/range', getRequest(operands, flags));
  const format = formatOf(flags);
  if (isOn(flags, 'count-only') && format !== 'fields') throw new Failure(BAD_ARGUMENTS, '--count-only is only for `--write-out=fields`');
  const valueOnly = isOn(flags, 'print-value-only');
  if (valueOnly && format !== 'simple') throw new Failure(BAD_ARGUMENTS, 'print-value-only is only for `--write-out=simple`');
  if (format === 'table') throw unsupported('table');
  if (format === 'json') yield* process.stdout.write(json(answer));
  else yield* process.stdout.write(format === 'fields' ? encode(getFields(answer)) : getLines(answer, isOn(flags, 'hex'), valueOnly));
  return 0;
}

function getRequest(operands: readonly string[], flags: ReadonlyMap<string, string>): Message {
  const [key, end] = operands;
  if (key === undefined) throw new Failure(BAD_ARGUMENTS, 'get command needs one argument as key and an optional argument as range_end');
  if (isOn(flags, 'keys-only') && isOn(flags, 'count-only'))
    throw new Failure(BAD_ARGUMENTS, '`--keys-only` and `--count-only` cannot be set at the same time, choose one');
  const consistency = flags.get('consistency') ?? 'l';
  if (consistency !== 'l' && consistency !== 's') throw new Failure(4, `unknown consistency flag ${JSON.stringify(consistency)}`);
  const order = (flags.get('order') ?? '').toUpperCase();
  if (!['', 'ASCEND', 'DESCEND'].includes(order)) throw new Failure(4, `bad sort order ${flags.get('order') ?? ''}`);
  const by = (flags.get('sort-by') ?? '').toUpperCase();
  if (!['', 'CREATE', 'KEY', 'MODIFY', 'VALUE', 'VERSION'].includes(by))
    throw new Failure(4, `bad sort target ${flags.get('sort-by') ?? ''}`);
  const bound = (flag: string, field: string): Message => (integer(flags, flag) > 0 ? { [field]: String(integer(flags, flag)) } : {});
  return {
    ...rangeOf(key, end, flags),
    ...bound('limit', 'limit'),
    ...bound('rev', 'revision'),
    ...bound('min-create-rev', 'min_create_revision'),
    ...bound('max-create-rev', 'max_create_revision'),
    ...bound('min-mod-rev', 'min_mod_revision'),
    ...bound('max-mod-rev', 'max_mod_revision'),
    ...(order === '' ? {} : { sort_order: order }),
    ...(by === '' ? {} : { sort_target: by === 'MODIFY' ? 'MOD' : by }),
    ...(isOn(flags, 'keys-only') ? { keys_only: true } : {}),
    ...(isOn(flags, 'count-only') ? { count_only: true } : {}),
    ...(consistency === 's' ? { serializable: true } : {}),
  };
}

function getLines(answer: Message, hex: boolean, valueOnly = false): Uint8Array {
  return concat([new Uint8Array(), ...list(answer, 'kvs').map((kv) => keyValueLines(kv, { hex, valueOnly }))]);
}

function getFields(answer: Message): string {
  const kvs = list(answer, 'kvs').map((kv) => keyValueFields('', kv));
  return `${headerFields(answer)}${kvs.join('')}"More" : ${String(answer['more'] ?? false)}\n"Count" : ${String(answer['count'] ?? 0)}\n`;
}

export function* put(process: Process, client: Client, { flags, operands }: Arguments): Task<number> {
  const needs = 'put command needs 1 argument and input from stdin or 2 arguments';
  const [, given] = operands;
  let value = given ?? '';
  if (operands.length > 0 && given === undefined && !isOn(flags, 'ignore-value')) {
    value = yield* readAll(process.stdin);
    if (value === '') throw new Failure(BAD_ARGUMENTS, needs);
  }
  const answer = yield* client.call('KV/Put', '/v3/kv/put', putRequest(operands, value, flags));
  const format = formatOf(flags);
  if (format === 'table') throw unsupported('table');
  if (format === 'json') yield* process.stdout.write(json(answer));
  else yield* process.stdout.write(format === 'fields' ? encode(putFields(answer)) : putLines(answer, isOn(flags, 'hex')));
  return 0;
}

function putRequest(operands: readonly string[], value: string, flags: ReadonlyMap<string, string>): Message {
  const [key] = operands;
  if (key === undefined) throw new Failure(BAD_ARGUMENTS, 'put command needs 1 argument and input from stdin or 2 arguments');
  const keep = isOn(flags, 'ignore-value');
  if (keep && operands.length > 1) throw new Failure(BAD_ARGUMENTS, "put command needs only 1 argument when 'ignore-value' is set");
  const lease = leaseNumber(flags.get('lease') ?? '0');
  return {
    key: key64(key),
    ...(keep ? { ignore_value: true } : { value: key64(value) }),
    ...(lease === '0' ? {} : { lease }),
    ...(isOn(flags, 'prev-kv') ? { prev_kv: true } : {}),
    ...(isOn(flags, 'ignore-lease') ? { ignore_lease: true } : {}),
  };
}

function putLines(answer: Message, hex: boolean): Uint8Array {
  const previous = answer['prev_kv'] as Message | undefined;
  return concat([encode('OK\n'), ...(previous === undefined ? [] : [keyValueLines(previous, { hex })])]);
}

function putFields(answer: Message): string {
  const previous = answer['prev_kv'] as Message | undefined;
  return `${headerFields(answer)}${previous === undefined ? '' : keyValueFields('Prev', previous)}`;
}

export function* del(process: Process, client: Client, { flags, operands }: Arguments): Task<number> {
  const request = delRequest(operands, flags);
  const [from = '', to] = operands;
  if (to !== undefined && !isOn(flags, 'range')) {
    yield* writeText(
      process.stderr,
      `Warning: Keys between ${JSON.stringify(from)} and ${JSON.stringify(to)} will be deleted. Please interrupt the command within next 2 seconds to cancel. You can provide \`--range\` flag to avoid the delay.\n`,
    );
    yield* process.sleep(2000);
  }
  const answer = yield* client.call('KV/DeleteRange', '/v3/kv/deleterange', request);
  const format = formatOf(flags);
  if (format === 'table') throw unsupported('table');
  if (format === 'json') yield* process.stdout.write(json(answer));
  else yield* process.stdout.write(format === 'fields' ? encode(delFields(answer)) : delLines(answer, isOn(flags, 'hex')));
  return 0;
}

function delRequest(operands: readonly string[], flags: ReadonlyMap<string, string>): Message {
  const [key, end] = operands;
  if (key === undefined || operands.length > 2)
    throw new Failure(BAD_ARGUMENTS, 'del command needs one argument as key and an optional argument as range_end');
  return { ...rangeOf(key, end, flags), ...(isOn(flags, 'prev-kv') ? { prev_kv: true } : {}) };
}

function delLines(answer: Message, hex: boolean): Uint8Array {
  return concat([encode(`${String(answer['deleted'] ?? 0)}\n`), ...list(answer, 'prev_kvs').map((kv) => keyValueLines(kv, { hex }))]);
}

function delFields(answer: Message): string {
  const previous = list(answer, 'prev_kvs').map((kv) => keyValueFields('Prev', kv));
  return `${headerFields(answer)}"Deleted" : ${String(answer['deleted'] ?? 0)}\n${previous.join('')}`;
}

/** For `txn`: a request of one line. */
export function operation(name: string, operands: readonly string[], flags: ReadonlyMap<string, string>): Message | undefined {
  if (name === 'get') return { request_range: getRequest(operands, flags) };
  if (name === 'put') return { request_put: putRequest(operands, operands[1] ?? '', flags) };
  return name === 'del' ? { request_delete_range: delRequest(operands, flags) } : undefined;
}

/** For `txn`: what one of its requests was answered. */
export function* showAnswer(process: Process, answer: Message, format: 'simple' | 'fields', hex: boolean): Task<void> {
  const [kind = '', body] = Object.entries(answer)[0] ?? [];
  const message = body as Message;
  const fields = format === 'fields';
  if (kind === 'response_range') yield* process.stdout.write(fields ? encode(getFields(message)) : getLines(message, hex));
  else if (kind === 'response_put') yield* process.stdout.write(fields ? encode(putFields(message)) : putLines(message, hex));
  else yield* process.stdout.write(fields ? encode(delFields(message)) : delLines(message, hex));
}

export function* compaction(process: Process, client: Client, { flags, operands }: Arguments): Task<number> {
  const [revision] = operands;
  if (revision === undefined || operands.length > 1) throw new Failure(BAD_ARGUMENTS, 'compaction command needs 1 argument');
  if (!/^-?\d+$/.test(revision)) throw new Failure(1, `strconv.ParseInt: parsing ${JSON.stringify(revision)}: invalid syntax`);
  yield* client.call('KV/Compact', '/v3/kv/compaction', { revision, ...(isOn(flags, 'physical') ? { physical: true } : {}) });
  yield* writeText(process.stdout, `compacted revision ${revision}\n`);
  return 0;
}
