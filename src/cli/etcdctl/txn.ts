import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { readLine, writeText } from '../../engine/os/text.ts';
import type { Client, Message } from './client.ts';
import { BAD_ARGUMENTS, Failure, isOn, readArguments, type Arguments } from './flags.ts';
import { DEL_FLAGS, GET_FLAGS, PUT_FLAGS, operation, showAnswer } from './kv.ts';
import { formatOf, headerFields, json, key64, list, unsupported } from './print.ts';

const INVALID_INPUT = 3;

/** Reads comparisons, requests for when they hold, and requests for when not; an empty line ends each. */
export function* txn(process: Process, client: Client, { flags, operands }: Arguments): Task<number> {
  if (operands.length > 0) throw new Failure(BAD_ARGUMENTS, 'txn command does not accept argument');
  const prompt = function* (text: string): Task<void> {
    if (isOn(flags, 'interactive')) yield* writeText(process.stdout, `${text}\n`);
  };
  yield* prompt('compares:');
  const compare = yield* block(process, comparison);
  yield* prompt('success requests (get, put, del):');
  const success = yield* block(process, request);
  yield* prompt('failure requests (get, put, del):');
  const failure = yield* block(process, request);
  const answer = yield* client.call('KV/Txn', '/v3/kv/txn', { compare, success, failure });
  const format = formatOf(flags);
  if (format === 'table') throw unsupported('table');
  const responses = list(answer, 'responses');
  if (format === 'json') {
    const told = responses.length === 0 ? {} : { responses: responses.map((Response) => ({ Response })) };
    yield* process.stdout.write(json({ ...answer, ...told }));
    return 0;
  }
  const succeeded = answer['succeeded'] === true;
  yield* writeText(
    process.stdout,
    format === 'fields' ? `${headerFields(answer)}"Succeeded" : ${succeeded}\n` : `${succeeded ? 'SUCCESS' : 'FAILURE'}\n`,
  );
  for (const response of responses) {
    if (format === 'simple') yield* writeText(process.stdout, '\n');
    yield* showAnswer(process, response, format, isOn(flags, 'hex'));
  }
  return 0;
}

function* block(process: Process, read: (line: string) => Message): Task<Message[]> {
  const found: Message[] = [];
  for (;;) {
    const line = yield* readLine(process.stdin);
    if (line?.endsWith('\n') !== true) throw new Failure(INVALID_INPUT, 'EOF');
    if (line.trim() === '') return found;
    found.push(read(line.trim()));
  }
}

const TARGETS: Readonly<Record<string, readonly [target: string, field: string]>> = {
  ver: ['VERSION', 'version'],
  version: ['VERSION', 'version'],
  c: ['CREATE', 'create_revision'],
  create: ['CREATE', 'create_revision'],
  m: ['MOD', 'mod_revision'],
  mod: ['MOD', 'mod_revision'],
  val: ['VALUE', 'value'],
  value: ['VALUE', 'value'],
  lease: ['LEASE', 'lease'],
};
const RESULTS: Readonly<Record<string, string>> = { '=': 'EQUAL', '!=': 'NOT_EQUAL', '<': 'LESS', '>': 'GREATER' };

function comparison(line: string): Message {
  const [, name = '', key, sign = '', wanted] = /^([^(]*)\("((?:[^"\\]|\\.)*)"\)\s*(\S+)\s+"((?:[^"\\]|\\.)*)"$/.exec(line) ?? [];
  if (key === undefined || wanted === undefined) throw new Failure(INVALID_INPUT, `malformed comparison: ${line}`);
  const target = TARGETS[name];
  if (target === undefined) throw new Failure(INVALID_INPUT, `malformed comparison: ${line} (unknown target ${name})`);
  const result = RESULTS[sign];
  if (result === undefined) throw new Failure(INVALID_INPUT, 'Unknown result op');
  const [kind, field] = target;
  if (kind !== 'VALUE' && !/^-?[\da-f]+$/i.test(wanted)) throw new Failure(INVALID_INPUT, `invalid txn compare request: ${line}`);
  const value = kind === 'VALUE' ? key64(unquote(wanted)) : kind === 'LEASE' ? BigInt(`0x${wanted}`).toString() : wanted;
  return { target: kind, result, key: key64(unquote(key)), [field]: value };
}

function request(line: string): Message {
  const [name = '', ...args] = argify(line);
  if (args.length === 0) throw new Failure(INVALID_INPUT, `invalid txn compare request: ${line}`);
  const known = { get: GET_FLAGS, put: PUT_FLAGS, del: DEL_FLAGS }[name];
  const { flags, operands } = readArguments(args, known ?? {});
  const found = operation(name, operands, flags);
  if (found === undefined) throw new Failure(INVALID_INPUT, `invalid txn request: ${line}`);
  return found;
}

/** Words of a line, some of them quoted. */
export function argify(line: string): string[] {
  return (line.match(/"(?:[^"\\]|\\.)*"|'[^']*'|[^'"\s]\S*[^'"\s]?/g) ?? []).map((word) =>
    word.startsWith("'") ? word.slice(1, -1) : word.startsWith('"') ? unquote(word.slice(1, -1)) : word,
  );
}

function unquote(text: string): string {
  return text.replace(/\\(n|t|.)/g, (_, c: string) => (c === 'n' ? '\n' : c === 't' ? '\t' : c));
}
