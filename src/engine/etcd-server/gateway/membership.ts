import type { MemberEntry, Served } from './served.ts';
import { compact, flag, type Message } from './wire.ts';

/** `Cluster.MemberList`. */
export function memberList(etcd: Served): Message {
  return { header: header(etcd), members: shown(etcd) };
}

/** `Cluster.MemberAdd`. */
export function memberAdd(etcd: Served, message: Message): Message {
  const member = etcd.membership.add(urls(message), flag(message, 'isLearner'));
  return { header: header(etcd), member: entry(member), members: shown(etcd) };
}

/** `Cluster.MemberRemove`. */
export function memberRemove(etcd: Served, message: Message): Message {
  etcd.membership.remove(String(message['ID'] ?? '0'));
  return { header: header(etcd), members: shown(etcd) };
}

/** `Cluster.MemberUpdate`. */
export function memberUpdate(etcd: Served, message: Message): Message {
  etcd.membership.update(String(message['ID'] ?? '0'), urls(message));
  return { header: header(etcd), members: shown(etcd) };
}

/** `Cluster.MemberPromote`. */
export function memberPromote(etcd: Served, message: Message): Message {
  etcd.membership.promote(String(message['ID'] ?? '0'));
  return { header: header(etcd), members: shown(etcd) };
}

const urls = (message: Message): readonly string[] => (message['peerURLs'] as readonly string[] | undefined) ?? [];

const shown = ({ membership }: Served): Message[] => membership.list().map(entry);

const entry = ({ id, name, peerURLs, clientURLs, learner }: MemberEntry): Message =>
  compact({ ID: id, name, peerURLs, clientURLs, isLearner: learner });

/** Membership has no revision of keys. */
function header({ ids, term }: Served): Message {
  return { cluster_id: ids.cluster, member_id: ids.member, raft_term: String(term()) };
}
