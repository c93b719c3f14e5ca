import { EtcdError } from '../../etcd/etcd-error.ts';
import type { Served } from './served.ts';
import { compact, flag, key64, number, type Message } from './wire.ts';

// lessor.go: nobody gets less, since an election takes that long. 9,000,000,000 is the most.
const LEAST_TTL = 2;

/** `Lease.LeaseGrant`. */
export function grant(etcd: Served, message: Message): Message {
  const { store, leaseId } = etcd;
  if (store.refusal !== undefined) throw store.refusal;
  const ttl = number(message, 'TTL');
  if (ttl > 9e9) throw new EtcdError('invalid', 'etcdserver: too large lease TTL');
  const given = Math.max(ttl, LEAST_TTL);
  const id = store.leases.grant(given);
  return { header: etcd.header(), ID: leaseId(id), TTL: String(given) };
}

/** `Lease.LeaseRevoke`. */
export function revoke(etcd: Served, message: Message): Message {
  etcd.write(() => etcd.store.leases.revoke(lease(etcd, message)));
  return { header: etcd.header() };
}

/** `Lease.LeaseKeepAlive`, one round of it. A lease that is no more is answered with no time to live. */
export function keepAlive(etcd: Served, message: Message): Message {
  const { leases } = etcd.store;
  const ID = String(message['ID'] ?? '0');
  const id = etcd.leaseOf(message['ID']);
  if (id === undefined || !leases.list().includes(id)) return { result: compact({ header: etcd.header(), ID }) };
  leases.keepAlive(id);
  return { result: { header: etcd.header(), ID, TTL: String(leases.timeToLive(id).granted) } };
}

/** `Lease.LeaseTimeToLive`. */
export function timeToLive(etcd: Served, message: Message): Message {
  const { leases } = etcd.store;
  const ID = String(message['ID'] ?? '0');
  const id = etcd.leaseOf(message['ID']);
  if (id === undefined || !leases.list().includes(id)) return { header: etcd.header(), ID, TTL: '-1' };
  const { granted, remaining, keys } = leases.timeToLive(id);
  const shown = flag(message, 'keys') ? { keys: keys.map(key64) } : {};
  return { header: etcd.header(), ID, TTL: String(remaining), grantedTTL: String(granted), ...shown };
}

/** `Lease.LeaseLeases`. */
export function leases(etcd: Served): Message {
  return compact({ header: etcd.header(), leases: etcd.store.leases.list().map((id) => ({ ID: etcd.leaseId(id) })) });
}

function lease(etcd: Served, message: Message): number {
  return etcd.leaseOf(message['ID']) ?? 0;
}
