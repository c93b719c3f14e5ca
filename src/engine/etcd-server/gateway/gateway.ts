import { toldWithin } from '../../os/patience.ts';
import type { Task } from '../../os/task.ts';
import type { ServedRequest, ServedResponse } from '../../os/process.ts';
import { decode } from '../../os/text.ts';
import { parseCertificates } from '../../api/x509/certificate.ts';
import { EtcdError, timedOut } from '../../etcd/etcd-error.ts';
import { SECOND, type Millis } from '../../sim/time.ts';
import { AUTH_METHODS } from './auth.ts';
import { compaction, deleteRange, put, range, txn } from './kv.ts';
import { grant, keepAlive, leases, revoke, timeToLive } from './lease.ts';
import { alarm, defragment, hashKV, moveLeader, snapshot, status } from './maintenance.ts';
import { memberAdd, memberList, memberPromote, memberRemove, memberUpdate } from './membership.ts';
import { permit } from './permission.ts';
import type { Served } from './served.ts';
import { watch } from './watch.ts';
import { flag, type Message } from './wire.ts';

type Method = (etcd: Served, message: Message) => Message;

/** What all members have to agree upon, or the leader to vouch for. */
const AGREED: Readonly<Record<string, Method>> = {
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
  '/v3/cluster/member/add': memberAdd,
  '/v3/cluster/member/list': memberList,
  '/v3/cluster/member/promote': memberPromote,
  '/v3/cluster/member/remove': memberRemove,
  '/v3/cluster/member/update': memberUpdate,
  '/v3/maintenance/alarm': alarm,
  ...AUTH_METHODS,
};

/** What a member answers by itself. */
const OWN: Readonly<Record<string, Method>> = {
  '/v3/maintenance/status': status,
  '/v3/maintenance/defragment': defragment,
  '/v3/maintenance/hash': hashKV,
  '/v3/maintenance/snapshot': snapshot,
  '/v3/maintenance/transfer-leadership': moveLeader,
};

/** gRPC's codes and the HTTP status of each, as grpc-gateway maps them. */
const CODES: Readonly<Record<EtcdError['code'], readonly [code: number, status: number]>> = {
  compacted: [11, 400],
  future: [11, 400],
  'lease-not-found': [5, 404],
  'not-found': [5, 404],
  'duplicate-key': [3, 400],
  'no-space': [8, 429],
  unavailable: [14, 503],
  'not-modelled': [12, 501],
  invalid: [3, 400],
  precondition: [9, 400],
  'permission-denied': [7, 403],
  unauthenticated: [16, 401],
};

// server.Cfg.ReqTimeout: five seconds for the disk and the queue, and two elections.
export const REQUEST_TIMEOUT: Millis = 7 * SECOND;

/** etcd's v3 API as its own JSON gateway (grpc-gateway) has it: `POST /v3/kv/range` with `{"key":"…"}`. */
export function gateway(etcd: Served, request: ServedRequest): ServedResponse | Task<ServedResponse> {
  const { method, path, body } = request;
  if (path === '/version') return json(200, { etcdserver: '3.6.8', etcdcluster: '3.6.0', storage: '3.6.0' });
  if (path === '/health') return health(etcd);
  const stream = path === '/v3/watch';
  const known = AGREED[path] ?? OWN[path];
  if (!stream && known === undefined)
    return path.startsWith('/v3/') ? failure(12, 501, `not modelled here: ${path}`) : { status: 404, body: '404 page not found\n' };
  if (method !== 'POST') return failure(12, 501, 'Method Not Allowed');
  let message: Message;
  try {
    message = body.length === 0 ? {} : (JSON.parse(decode(body)) as Message);
  } catch (error) {
    return failure(3, 400, `proto: syntax error: ${(error as Error).message}`);
  }
  const answer = (): ServedResponse => {
    try {
      permit(etcd, path, message, () => userOf(etcd, request));
      return stream ? watch(etcd, message) : json(200, (known as Method)(etcd, message));
    } catch (error) {
      if (!(error instanceof EtcdError)) throw error;
      return refused(error);
    }
  };
  const alone =
    OWN[path] !== undefined || flag(message, 'serializable') || (path === '/v3/cluster/member/list' && message['linearizable'] === false);
  if (etcd.learner && !alone) return refused(new EtcdError('precondition', 'etcdserver: rpc not supported for learner'));
  // A watch begins where it is asked for, and hears nothing while there is no leader.
  return alone || stream || etcd.leader() !== undefined ? answer() : patiently(etcd, answer);
}

/** Waits until somebody leads, as long as a request may take. */
function* patiently(etcd: Served, answer: () => ServedResponse): Task<ServedResponse> {
  const { sim } = etcd;
  const end = sim.now + REQUEST_TIMEOUT;
  while (etcd.leader() === undefined) {
    if (!(yield* toldWithin(sim, end - sim.now, (tell) => etcd.onceLed(tell)))) return refused(timedOut());
  }
  return answer();
}

/** Whose token a request carries, or else whom the client's certificate names. */
function userOf({ auth }: Served, { headers, tls }: ServedRequest): string {
  const token = headers['authorization'];
  if (token !== undefined) return auth.userOf(token);
  const name = parseCertificates(tls?.certificates ?? '')[0]?.commonName ?? '';
  if (name === '') throw new EtcdError('invalid', 'etcdserver: user name is empty');
  return name;
}

function health(etcd: Served): ServedResponse {
  const reasons = etcd.alarms().map(({ alarm: kind }) => `ALARM ${kind}`);
  if (etcd.leader() === undefined) reasons.push('RAFT NO LEADER');
  return json(reasons.length === 0 ? 200 : 503, { health: String(reasons.length === 0), reason: reasons[0] ?? '' });
}

function json(status: number, body: object): ServedResponse {
  return {
    status,
    headers: { 'content-type': 'application/json', 'grpc-metadata-content-type': 'application/grpc' },
    body: JSON.stringify(body),
  };
}

function refused(error: EtcdError): ServedResponse {
  return failure(...CODES[error.code], error.message);
}

function failure(code: number, status: number, message: string): ServedResponse {
  return json(status, { code, message, details: [] });
}
