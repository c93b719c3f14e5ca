import type { Process } from '../../engine/os/process.ts';
import { start, type Running, type Task } from '../../engine/os/task.ts';
import { concat, decode, encode, forEachLine, readLine, writeText } from '../../engine/os/text.ts';
import type { Client, Message } from './client.ts';
import { BAD_ARGUMENTS, Failure, integer, isOn, readArguments, type Arguments, type Flags } from './flags.ts';
import { rangeOf } from './kv.ts';
import { formatOf, headerFields, json, keyValueFields, keyValueLines, list, raw, unsupported } from './print.ts';
import { argify } from './txn.ts';

export const WATCH_FLAGS: Flags = {
  interactive: { value: false, letter: 'i' },
  prefix: { value: false },
  rev: { value: true },
  'prev-kv': { value: false },
  'progress-notify': { value: false },
};
const INTERRUPTED = 5;

/** Shows events as they come, and runs what stands after `--` for each. */
export function* watch(process: Process, client: Client, given: Arguments): Task<number> {
  const { flags } = given;
  if (isOn(flags, 'progress-notify')) throw new Failure(4, 'not modelled here: --progress-notify');
  if (formatOf(flags) === 'table') throw unsupported('table');
  if (isOn(flags, 'interactive')) return yield* interactive(process, client, flags);
  const dashes = process.argv.indexOf('--');
  const command = dashes < 0 ? [] : process.argv.slice(dashes + 1);
  const operands = command.length === 0 ? given.operands : given.operands.slice(0, given.operands.length - command.length);
  yield* follow(process, client, watched(operands, flags), flags, command);
  throw new Failure(INTERRUPTED, 'watch is canceled by the server');
}

function watched(operands: readonly string[], flags: ReadonlyMap<string, string>): Message {
  const [key, end] = operands;
  if (key === undefined) throw new Failure(BAD_ARGUMENTS, 'bad number of arguments');
  if (end !== undefined && isOn(flags, 'prefix')) throw new Failure(BAD_ARGUMENTS, '`range_end` and `--prefix` are mutually exclusive');
  const revision = integer(flags, 'rev');
  return {
    ...rangeOf(key, end, flags),
    ...(revision > 0 ? { start_revision: String(revision) } : {}),
    ...(isOn(flags, 'prev-kv') ? { prev_kv: true } : {}),
  };
}

function* follow(
  process: Process,
  client: Client,
  create: Message,
  flags: ReadonlyMap<string, string>,
  command: readonly string[],
): Task<void> {
  const { body } = yield* client.open('Watch/Watch', '/v3/watch', { create_request: create });
  try {
    yield* forEachLine(body, function* (line) {
      if (line.trim() === '') return;
      const { result } = JSON.parse(line) as { result: Message };
      if (result['canceled'] === true)
        yield* writeText(
          process.stderr,
          `watch was canceled (${String(result['cancel_reason'] ?? 'etcdserver: mvcc: required revision has been compacted')})\n`,
        );
      if (result['created'] === true) return;
      yield* show(process, result, flags);
      if (command.length > 0) for (const event of list(result, 'events')) yield* runFor(process, command, result, event);
    });
  } finally {
    body.close();
  }
}

function* show(process: Process, result: Message, flags: ReadonlyMap<string, string>): Task<void> {
  const format = formatOf(flags);
  const events = list(result, 'events');
  if (format === 'json') {
    const compacted = Number(result['compact_revision'] ?? 0);
    const told = {
      Header: result['header'],
      Events: events.length === 0 ? null : events,
      CompactRevision: compacted,
      Canceled: result['canceled'] === true,
      Created: false,
    };
    yield* process.stdout.write(json(told));
    return;
  }
  const hex = isOn(flags, 'hex');
  const parts: Uint8Array[] = [encode(format === 'fields' ? headerFields(result) : '')];
  for (const event of events) {
    const type = String(event['type'] ?? 'PUT');
    const previous = event['prev_kv'] as Message | undefined;
    const kv = event['kv'] as Message;
    parts.push(encode(format === 'fields' ? `"Type" : ${type}\n` : `${type}\n`));
    if (format === 'fields')
      parts.push(encode(`${previous === undefined ? '' : keyValueFields('Prev', previous)}${keyValueFields('', kv)}`));
    else parts.push(...(previous === undefined ? [] : [keyValueLines(previous, { hex })]), keyValueLines(kv, { hex }));
  }
  yield* process.stdout.write(concat(parts));
}

function* runFor(process: Process, command: readonly string[], result: Message, event: Message): Task<void> {
  const env = new Map(process.env);
  const kv = event['kv'] as Message;
  env.set('ETCD_WATCH_REVISION', String((result['header'] as Message)['revision']));
  env.set('ETCD_WATCH_EVENT_TYPE', JSON.stringify(String(event['type'] ?? 'PUT')));
  env.set('ETCD_WATCH_KEY', JSON.stringify(decode(raw(kv, 'key'))));
  env.set('ETCD_WATCH_VALUE', JSON.stringify(decode(raw(kv, 'value'))));
  const code = yield* process.spawn(command, { env }).wait();
  if (code !== 0) throw new Failure(1, `command ${JSON.stringify(command)} error (exit status ${code})`);
}

/** `watch -i`: each line begins another watch. */
function* interactive(process: Process, client: Client, flags: ReadonlyMap<string, string>): Task<number> {
  const running: Running[] = [];
  try {
    for (;;) {
      const line = yield* readLine(process.stdin);
      if (line?.endsWith('\n') !== true) throw new Failure(3, 'error reading watch request line: EOF');
      const text = line.slice(0, -1);
      const [name, ...args] = argify(text);
      if (name !== 'watch') {
        const problem =
          name === undefined ? `Invalid command: ${text} (watch and progress supported)` : `Invalid command ${text} (only support watch)`;
        yield* writeText(process.stderr, `${problem}\n`);
        continue;
      }
      const own = readArguments(args, WATCH_FLAGS);
      if (own.operands.length === 0) {
        yield* writeText(process.stderr, `Invalid command ${text} (command type or key is not provided)\n`);
        continue;
      }
      const all = new Map([...flags, ...own.flags]);
      running.push(start(follow(process, client, watched(own.operands, own.flags), all, []), () => {}));
    }
  } finally {
    for (const each of running) each.kill();
  }
}
