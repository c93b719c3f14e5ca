import type { ServedRequest, ServedResponse } from '../../os/process.ts';
import { decode } from '../../os/text.ts';
import { EtcdError } from '../../etcd/etcd-error.ts';
import { compaction, deleteRange, put, range, txn } from './kv.ts';
import { grant, keepAlive, leases, revoke, timeToLive } from './lease.ts';
import { alarm, defragment, hashKV, memberList, snapshot, status } from './maintenance.ts';
import type { Served } from './served.ts';
import { watch } from './watch.ts';
import type { Message } from './wire.ts';

type Method = (etcd: Served, message: Message) => Message;

const METHODS: Readonly<Record<string, Method>> = {
  '/v3/kv/range': range,
  '/v3/kv/put': put,
  '/v3/kv/deleterange': deleteRange,
  '/v3/kv/txn': txn,
  '/v3/kv/compaction': compaction,
  '/v3/lease/grant': grant,
  '/v3/lease/revoke': revoke,
  '/v3/kv/lease/revoke': revoke,
  '/v3/lease/keepalive': keepAlive,
  '/v3/lease/timetolive': timeToLive,
  '/v3/kv/lease/timetolive': timeToLive,
  '/v3/lease/leases': leases,
  '/v3/kv/lease/leases': leases,
  '/v3/cluster/member/list': memberList,
  '/v3/maintenance/status': status,
  '/v3/maintenance/alarm': alarm,
  '/v3/maintenance/defragment': defragment,
  '/v3/maintenance/hash': hashKV,
  '/v3/maintenance/snapshot': snapshot,
};

/** gRPC's codes and the HTTP status of each, as grpc-gateway maps them. */
const CODES: Readonly<Record<EtcdError['code'], readonly [code: number, status: number]>> = {
  compacted: [11, 400],
  future: [11, 400],
  'lease-not-found': [5, 404],
  'duplicate-key': [3, 400],
  'no-space': [8, 429],
  unavailable: [14, 503],
  'not-modelled': [12, 501],
  invalid: [3, 400],
};

/** etcd's v3 API as its own JSON gateway (grpc-gateway) has it: `POST /v3/kv/range` with `{"key":"…"}`. */
export function gateway(etcd: Served, { method, path, body }: ServedRequest): ServedResponse {
  if (path === '/version') return json(200, { etcdserver: '3.6.8', etcdcluster: '3.6.0', storage: '3.6.0' });
  if (path === '/health')
    return json(200, {
      health: etcd.alarms().length === 0 ? 'true' : 'false',
      reason: etcd
        .alarms()
        .map((each) => `ALARM ${each}`)
        .join(''),
    });
  const stream = path === '/v3/watch';
  const known = METHODS[path];
  if (!stream && known === undefined)
    return path.startsWith('/v3/') ? failure(12, 501, `not modelled here: ${path}`) : { status: 404, body: '404 page not found\n' };
  if (method !== 'POST') return failure(12, 501, 'Method Not Allowed');
  let message: Message;
  try {
    message = body.length === 0 ? {} : (JSON.parse(decode(body)) as Message);
  } catch (error) {
    return failure(3, 400, `proto: syntax error: ${(error as Error).message}`);
  }
  try {
    return stream ? watch(etcd, message) : json(200, (known as Method)(etcd, message));
  } catch (error) {
    if (!(error instanceof EtcdError)) throw error;
    return failure(...CODES[error.code], error.message);
  }
}

function json(status: number, body: object): ServedResponse {
  return {
    status,
    headers: { 'content-type': 'application/json', 'grpc-metadata-content-type': 'application/grpc' },
    body: JSON.stringify(body),
  };
}

function failure(code: number, status: number, message: string): ServedResponse {
  return json(status, { code, message, details: [] });
}
