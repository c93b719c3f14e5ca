import type { Process } from '../../engine/os/process.ts';
import { run, start, suspend, type Running, type Task } from '../../engine/os/task.ts';
import { decode, forEachLine } from '../../engine/os/text.ts';
import type { Client, Message } from './client.ts';
import { BAD_ARGUMENTS, Failure, integer, isOn, type Arguments, type Flags } from './flags.ts';
import { prefixEnd } from './kv.ts';
import { hexOf, key64, keyValueLines, list, raw, textOf } from './print.ts';

export const LOCK_FLAGS: Flags = { ttl: { value: true } };
export const ELECT_FLAGS: Flags = { listen: { value: false, letter: 'l' } };
// Of lock, and concurrency.defaultSessionTTL.
const LOCK_TTL = 10;
const ELECT_TTL = 60;

/** `lock NAME [COMMAND…]`: who has the oldest key below a name holds the lock. */
export function* lock(process: Process, client: Client, { flags, operands }: Arguments): Task<number> {
  const [name, ...command] = operands;
  if (name === undefined) throw new Failure(BAD_ARGUMENTS, 'lock takes a lock name argument and an optional command to execute');
  const session = new Session(process, client);
  const turn = yield* session.open(`${name}/`, '', flags.has('ttl') ? integer(flags, 'ttl') : LOCK_TTL);
  try {
    yield* session.waitTurn(turn);
    if (command.length > 0) {
      const env = new Map(process.env).set('ETCD_LOCK_KEY', turn.key).set('ETCD_LOCK_REV', String(turn.revision));
      return yield* process.spawn(command, { env }).wait();
    }
    yield* showKey(process, client, turn.key, flags);
    if (yield* session.untilOver()) throw new Failure(1, 'session expired');
    return 0;
  } finally {
    yield* session.close();
  }
}

/** `elect NAME PROPOSAL`, which leads until it is told to end, and `elect -l NAME`, which shows who leads. */
export function* elect(process: Process, client: Client, { flags, operands }: Arguments): Task<number> {
  const [name, proposal, ...more] = operands;
  if (name === undefined || more.length > 0)
    throw new Failure(BAD_ARGUMENTS, 'elect takes one election name argument and an optional proposal argument');
  const listens = isOn(flags, 'listen');
  if (proposal === undefined && !listens) throw new Failure(BAD_ARGUMENTS, 'no proposal argument but -l not set');
  if (proposal === undefined) return yield* observe(process, client, `${name}/`, flags);
  if (listens) throw new Failure(BAD_ARGUMENTS, 'proposal given but -l is set');
  const session = new Session(process, client);
  const turn = yield* session.open(`${name}/`, proposal, ELECT_TTL);
  try {
    yield* session.waitTurn(turn);
    yield* showKey(process, client, turn.key, flags);
    if (yield* session.untilOver()) throw new Failure(1, 'elect: session expired');
    return 0;
  } finally {
    yield* session.close();
  }
}

/** A place in the queue below a prefix. */
interface Turn {
  readonly prefix: string;
  readonly key: string;
  /** At which the key came to be. */
  readonly revision: number;
}

/** client/v3/concurrency: a lease that is kept alive, and lets go of everything when its client is gone. */
class Session {
  #lease = '0';
  #alive: Running | undefined;
  #signalled = false;
  #expired = false;
  #wake = (): void => {};

  constructor(
    readonly process: Process,
    readonly client: Client,
  ) {
    for (const signal of ['INT', 'TERM'] as const)
      process.onSignal(signal, () => {
        this.#signalled = true;
        this.#wake();
      });
  }

  /** Takes a place in the queue. */
  *open(prefix: string, value: string, ttl: number): Task<Turn> {
    const { client } = this;
    const granted = yield* client.call('Lease/LeaseGrant', '/v3/lease/grant', { TTL: String(ttl) });
    this.#lease = textOf(granted['ID']);
    this.#alive = start(this.#keepAlive((ttl * 1000) / 3));
    const key = `${prefix}${hexOf(this.#lease)}`;
    const put = { request_put: { key: key64(key), value: key64(value), lease: this.#lease } };
    const absent = { target: 'CREATE', result: 'EQUAL', key: key64(key), create_revision: '0' };
    const answer = yield* client.call('KV/Txn', '/v3/kv/txn', { compare: [absent], success: [put] });
    return { prefix, key, revision: Number((answer['header'] as Message)['revision']) };
  }

  /** Until all that came before are gone. Throws `Failure` when a signal comes. */
  *waitTurn({ prefix, revision }: Turn): Task<void> {
    for (;;) {
      const answer = yield* this.client.call('KV/Range', '/v3/kv/range', {
        key: key64(prefix),
        range_end: key64(prefixEnd(prefix)),
        max_create_revision: String(revision - 1),
        sort_order: 'DESCEND',
        sort_target: 'CREATE',
        limit: '1',
      });
      const before = list(answer, 'kvs')[0];
      if (before === undefined) return;
      yield* this.#untilDeleted(decode(raw(before, 'key')), Number((answer['header'] as Message)['revision']));
      if (this.#signalled) throw new Failure(1, 'context canceled');
    }
  }

  *#untilDeleted(key: string, revision: number): Task<void> {
    const create = { key: key64(key), start_revision: String(revision) };
    const { body } = yield* this.client.open('Watch/Watch', '/v3/watch', { create_request: create });
    const deleted = forEachLine(body, function* (line) {
      const events = line.trim() === '' ? [] : list((JSON.parse(line) as { result: Message }).result, 'events');
      return !events.some((event) => event['type'] === 'DELETE');
    });
    if (!this.#signalled) yield* unlessWoken(deleted, (wake) => (this.#wake = wake));
    body.close();
  }

  /** Until a signal comes; true where the lease was over before. */
  *untilOver(): Task<boolean> {
    if (!this.#signalled && !this.#expired)
      yield* suspend<void>((resume) => {
        this.#wake = () => resume();
        return () => {};
      });
    return this.#expired;
  }

  *close(): Task<void> {
    this.#alive?.kill();
    if (!this.#expired) yield* this.client.call('Lease/LeaseRevoke', '/v3/lease/revoke', { ID: this.#lease });
  }

  *#keepAlive(period: number): Task<void> {
    for (;;) {
      yield* this.process.sleep(period);
      const answer = yield* this.client.call('Lease/LeaseKeepAlive', '/v3/lease/keepalive', { ID: this.#lease });
      if (Number(answer['TTL'] ?? 0) > 0) continue;
      this.#expired = true;
      return this.#wake();
    }
  }
}

/** Whoever has the oldest key leads; each new leader, and what it proclaims, is shown. */
function* observe(process: Process, client: Client, prefix: string, flags: ReadonlyMap<string, string>): Task<number> {
  const range = { key: key64(prefix), range_end: key64(prefixEnd(prefix)) };
  const leader = function* (): Task<Message | undefined> {
    const answer = yield* client.call('KV/Range', '/v3/kv/range', { ...range, sort_order: 'ASCEND', sort_target: 'CREATE', limit: '1' });
    return list(answer, 'kvs')[0];
  };
  const { body } = yield* client.open('Watch/Watch', '/v3/watch', { create_request: range });
  let shown = '';
  const look = function* (): Task<void> {
    const found = yield* leader();
    const version = found === undefined ? '' : `${textOf(found['key'])} ${textOf(found['mod_revision'])}`;
    if (found !== undefined && version !== shown) yield* process.stdout.write(keyValueLines(found, { hex: isOn(flags, 'hex') }));
    shown = version;
  };
  yield* look();
  const changes = forEachLine(body, function* (line) {
    if (line.includes('"events"')) yield* look();
  });
  yield* unlessWoken(changes, (wake) => {
    for (const signal of ['INT', 'TERM'] as const) process.onSignal(signal, wake);
  });
  body.close();
  return 0;
}

/** Does a task until it is done, or until `wake` is called. */
function* unlessWoken(task: Task<void>, set: (wake: () => void) => void): Task<void> {
  yield* suspend<void>((resume, fail) => {
    const running = run(task, resume, fail);
    set(() => {
      running.kill();
      resume();
    });
    return () => running.kill();
  });
}

function* showKey(process: Process, client: Client, key: string, flags: ReadonlyMap<string, string>): Task<void> {
  const answer = yield* client.call('KV/Range', '/v3/kv/range', { key: key64(key) });
  for (const kv of list(answer, 'kvs')) yield* process.stdout.write(keyValueLines(kv, { hex: isOn(flags, 'hex') }));
}
