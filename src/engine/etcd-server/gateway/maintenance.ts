import { encodeBytes } from '../../api/base64.ts';
import { hashText } from '../../sim/hash.ts';
import { EtcdError } from '../../etcd/etcd-error.ts';
import { withDigest } from '../../api/etcd-database.ts';
import { ETCD_VERSION, databaseOf } from '../snapshot.ts';
import { valueBytes } from '../values.ts';
import type { Alarm, Served } from './served.ts';
import { compact, number, word, type Message } from './wire.ts';

/** `Maintenance.Status`. */
export function status(etcd: Served): Message {
  const { learner, size } = etcd;
  const leader = etcd.leader();
  const errors = etcd.alarms().map((alarm) => `memberID:${alarm.member} alarm:${alarm.alarm} `);
  return compact({
    header: etcd.header(),
    version: ETCD_VERSION,
    dbSize: String(size.allocated()),
    leader: leader ?? '0',
    raftIndex: String(etcd.raftIndex()),
    raftTerm: String(etcd.term()),
    raftAppliedIndex: String(etcd.raftIndex()),
    errors: leader === undefined ? ['etcdserver: no leader', ...errors] : errors,
    dbSizeInUse: String(size.used()),
    storageVersion: ETCD_VERSION.replace(/\d+$/, '0'),
    dbSizeQuota: String(size.quota()),
    isLearner: learner,
    downgradeInfo: {},
  });
}

/** `Maintenance.Defragment`. */
export function defragment(etcd: Served): Message {
  etcd.size.release();
  return { header: etcd.header() };
}

/** `Maintenance.Alarm`. */
export function alarm(etcd: Served, message: Message): Message {
  const action = word(message, 'action');
  const shown = (raised: readonly Alarm[]): Message[] => raised.map((each) => ({ memberID: each.member, alarm: each.alarm }));
  if (action === 'ACTIVATE') throw new EtcdError('not-modelled', 'not modelled here: an alarm that a client raises');
  if (action === 'DEACTIVATE') {
    const raised = etcd.alarms();
    etcd.disarm();
    return compact({ header: etcd.header(), alarms: shown(raised) });
  }
  return compact({ header: etcd.header(), alarms: shown(etcd.alarms()) });
}

/** `Maintenance.HashKV`. */
export function hashKV(etcd: Served, message: Message): Message {
  const { store } = etcd;
  const revision = number(message, 'revision');
  const decoder = new TextDecoder();
  let hash = 0x811c9dc5;
  for (const { key, value, modRevision } of store.range('', '', { revision }).kvs)
    hash = hashText(`${key} ${modRevision} ${decoder.decode(valueBytes(value))}`, hash);
  return compact({
    header: etcd.header(),
    hash: hash >>> 0,
    compact_revision: String(store.compactRevision === 0 ? -1 : store.compactRevision),
    hash_revision: String(revision === 0 ? store.revision : revision),
  });
}

/** `Maintenance.Snapshot`: the whole file in one piece. */
export function snapshot({ store }: Served): Message {
  return { result: { blob: encodeBytes(withDigest(databaseOf(store))), version: ETCD_VERSION } };
}

/** `Maintenance.MoveLeader`, for the leader itself. */
export function moveLeader(etcd: Served, message: Message): Message {
  etcd.membership.transfer(etcd.ids.member, word(message, 'targetID'));
  return { header: etcd.header() };
}
