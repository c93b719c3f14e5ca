import { encodeBytes } from '../../api/base64.ts';
import { hashText } from '../../sim/hash.ts';
import { EtcdError } from '../../etcd/etcd-error.ts';
import { withDigest } from '../../api/etcd-database.ts';
import { ETCD_VERSION, databaseOf } from '../snapshot.ts';
import { valueBytes } from '../values.ts';
import type { Served } from './served.ts';
import { compact, number, word, type Message } from './wire.ts';

const NOT_READY = 'etcdserver: member cannot become leader';

/** `Maintenance.Status`. */
export function status(etcd: Served): Message {
  const { store, ids, size } = etcd;
  return compact({
    header: etcd.header(),
    version: ETCD_VERSION,
    dbSize: String(size.allocated()),
    leader: ids.member,
    raftIndex: String(etcd.raftIndex()),
    raftTerm: String(etcd.term()),
    raftAppliedIndex: String(etcd.raftIndex()),
    errors: etcd.alarms().map((alarm) => `memberID:${ids.member} alarm:${alarm} `),
    dbSizeInUse: String(size.used()),
    storageVersion: ETCD_VERSION.replace(/\d+$/, '0'),
    dbSizeQuota: String(size.quota()),
    ...(store.available ? {} : { errors: [NOT_READY] }),
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
  const { ids } = etcd;
  const shown = (kinds: readonly string[]): Message[] => kinds.map((kind) => ({ memberID: ids.member, alarm: kind }));
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

/** `Cluster.MemberList`. */
export function memberList(etcd: Served): Message {
  const { ids, urls } = etcd;
  return {
    header: { cluster_id: ids.cluster, member_id: ids.member, raft_term: String(etcd.term()) },
    members: [{ ID: ids.member, name: ids.name, peerURLs: [urls.peer], clientURLs: [urls.client] }],
  };
}
