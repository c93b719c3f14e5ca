import { EtcdError } from '../../etcd/etcd-error.ts';
import type { KeyValue, Op } from '../../etcd/store.ts';
import { storedValue, valueBytes } from '../values.ts';
import type { Served } from './served.ts';
import { bytes, compact, flag, keyValue, messages, number, rangeEnd, text, word, type Message } from './wire.ts';

/** `KV.Range`. */
export function range(etcd: Served, message: Message): Message {
  return { header: etcd.header(), ...rangeOf(etcd, message) };
}

function rangeOf(etcd: Served, message: Message): Message {
  const key = text(message, 'key');
  const revision = number(message, 'revision');
  if (key === '') throw new EtcdError('invalid', 'etcdserver: key is not provided');
  let kvs = found(etcd, message, revision).filter((kv) => within(message, kv));
  const count = kvs.length;
  const limit = number(message, 'limit');
  kvs = sorted(kvs, word(message, 'sort_order'), word(message, 'sort_target'));
  const more = limit > 0 && count > limit;
  if (more) kvs = kvs.slice(0, limit);
  if (flag(message, 'count_only')) return compact({ count: String(count) });
  const keysOnly = flag(message, 'keys_only');
  return compact({ kvs: kvs.map((kv) => keyValue(kv, etcd.leaseId, keysOnly)), more, count: String(count) });
}

function found({ store }: Served, message: Message, revision = 0): readonly KeyValue[] {
  const key = text(message, 'key');
  const end = rangeEnd(message);
  if (end !== undefined) return store.range(key, end, { revision }).kvs;
  const one = store.get(key, revision);
  return one === undefined ? [] : [one];
}

function within(message: Message, { modRevision, createRevision }: KeyValue): boolean {
  const bound = (field: string, fits: (bound: number) => boolean): boolean => number(message, field) === 0 || fits(number(message, field));
  return (
    bound('min_mod_revision', (least) => modRevision >= least) &&
    bound('max_mod_revision', (most) => modRevision <= most) &&
    bound('min_create_revision', (least) => createRevision >= least) &&
    bound('max_create_revision', (most) => createRevision <= most)
  );
}

function sorted(kvs: readonly KeyValue[], order: string, target: string): KeyValue[] {
  const list = [...kvs];
  // A target without an order is ascending; keys are in that order anyway.
  if (order === '' || order === 'NONE') if (target === '' || target === 'KEY') return list;
  const sign = order === 'DESCEND' ? -1 : 1;
  const decoder = new TextDecoder();
  const by: Readonly<Record<string, (kv: KeyValue) => number | string>> = {
    VERSION: ({ version }) => version,
    CREATE: ({ createRevision }) => createRevision,
    MOD: ({ modRevision }) => modRevision,
    VALUE: ({ value }) => decoder.decode(valueBytes(value)),
  };
  const of = by[target] ?? (({ key }: KeyValue) => key);
  return list.sort((a, b) => (of(a) < of(b) ? -sign : of(a) > of(b) ? sign : 0));
}

/** `KV.Put`. */
export function put(etcd: Served, message: Message): Message {
  const { store } = etcd;
  const before = store.get(text(message, 'key'));
  etcd.write(() => store.txn([], [putOp(etcd, message)], []));
  return compact({ header: etcd.header(), prev_kv: previous(etcd, message, before === undefined ? [] : [before])[0] });
}

function putOp({ store, leaseOf }: Served, message: Message): Op {
  const key = text(message, 'key');
  if (key === '') throw new EtcdError('invalid', 'etcdserver: key is not provided');
  const before = store.get(key);
  const [keepValue, keepLease] = [flag(message, 'ignore_value'), flag(message, 'ignore_lease')];
  if ((keepValue || keepLease) && before === undefined) throw new EtcdError('invalid', 'etcdserver: key not found');
  const given = keepValue && before !== undefined ? valueBytes(before.value) : bytes(message, 'value');
  const lease = keepLease ? before?.lease : leaseOf(message['lease']);
  return { op: 'put', key, value: storedValue(key, given, store.revision + 1), ...(lease === undefined ? {} : { lease }) };
}

/** `KV.DeleteRange`. */
export function deleteRange(etcd: Served, message: Message): Message {
  const before = found(etcd, message);
  etcd.write(() => etcd.store.txn([], [deleteOp(message)], []));
  return compact({ header: etcd.header(), deleted: String(before.length), prev_kvs: previous(etcd, message, before) });
}

function deleteOp(message: Message): Op {
  const key = text(message, 'key');
  if (key === '') throw new EtcdError('invalid', 'etcdserver: key is not provided');
  const end = rangeEnd(message);
  return { op: 'delete', key, ...(end === undefined ? {} : { end }) };
}

function previous({ leaseId }: Served, message: Message, kvs: readonly KeyValue[]): Message[] {
  return flag(message, 'prev_kv') ? kvs.map((kv) => keyValue(kv, leaseId)) : [];
}

/** `KV.Txn`: all writes at one revision; a range sees what was there before, or what is there after the writes ahead of it. */
export function txn(etcd: Served, message: Message): Message {
  const succeeded = messages(message, 'compare').every((condition) => holds(etcd, condition));
  const requests = messages(message, succeeded ? 'success' : 'failure');
  const ops: Op[] = [];
  const answers: (() => Message)[] = [];
  for (const request of requests) {
    const [kind = '', body] = Object.entries(request)[0] ?? [];
    const inner = (body ?? {}) as Message;
    if (kind === 'request_range') {
      const early = ops.length === 0 ? rangeOf(etcd, inner) : undefined;
      answers.push(() => ({ response_range: { header: etcd.header(), ...(early ?? rangeOf(etcd, inner)) } }));
    } else if (kind === 'request_put') {
      const before = etcd.store.get(text(inner, 'key'));
      ops.push(putOp(etcd, inner));
      answers.push(() => ({
        response_put: compact({ header: etcd.header(), prev_kv: previous(etcd, inner, before === undefined ? [] : [before])[0] }),
      }));
    } else if (kind === 'request_delete_range') {
      const before = found(etcd, inner);
      ops.push(deleteOp(inner));
      answers.push(() => ({
        response_delete_range: compact({
          header: etcd.header(),
          deleted: String(before.length),
          prev_kvs: previous(etcd, inner, before),
        }),
      }));
    } else throw new EtcdError('not-modelled', 'not modelled here: a transaction within a transaction');
  }
  if (ops.length > 0) etcd.write(() => etcd.store.txn([], ops, []));
  return compact({ header: etcd.header(), succeeded, responses: answers.map((answer) => answer()) });
}

function holds({ store, leaseOf }: Served, condition: Message): boolean {
  const kv = store.get(text(condition, 'key'));
  const target = word(condition, 'target');
  const result = word(condition, 'result');
  let order: number;
  if (target === 'VALUE') {
    // A key that is not there has no value to compare.
    if (kv === undefined) return false;
    const [actual, wanted] = [new TextDecoder().decode(valueBytes(kv.value)), text(condition, 'value')];
    order = actual < wanted ? -1 : actual > wanted ? 1 : 0;
  } else {
    const fields: Readonly<Record<string, [number, number]>> = {
      CREATE: [kv?.createRevision ?? 0, number(condition, 'create_revision')],
      MOD: [kv?.modRevision ?? 0, number(condition, 'mod_revision')],
      LEASE: [kv?.lease ?? 0, leaseOf(condition['lease']) ?? 0],
    };
    const [actual, wanted] = fields[target] ?? [kv?.version ?? 0, number(condition, 'version')];
    order = actual - wanted;
  }
  if (result === 'GREATER') return order > 0;
  if (result === 'LESS') return order < 0;
  return result === 'NOT_EQUAL' ? order !== 0 : order === 0;
}

/** `KV.Compact`. */
export function compaction(etcd: Served, message: Message): Message {
  etcd.beforeCompaction();
  etcd.store.compact(number(message, 'revision'));
  return { header: etcd.header() };
}
