import { EtcdError } from '../../etcd/etcd-error.ts';
import type { Served } from './served.ts';
import { flag, messages, text, type Message } from './wire.ts';

const denied = (): EtcdError => new EtcdError('permission-denied', 'etcdserver: permission denied');

/** For who has the role root: server/etcdserver/api/v3rpc/interceptor.go and authApplierV3. */
const ADMIN = /^\/v3\/(auth\/(?!authenticate|status)|cluster\/member\/(?!list)|maintenance\/(?!alarm|status))/;
/** For anybody at all. */
const OPEN =
  /^\/v3\/(auth\/(authenticate|status)|cluster\/member\/list|maintenance\/(alarm|status)|(kv\/)?lease\/(grant|keepalive|leases))/;

/** Throws `EtcdError` where users are enabled and a request's may not do what it asks for. */
export function permit(etcd: Served, path: string, message: Message, whose: () => string): void {
  const { auth } = etcd;
  if (!auth.enabled || OPEN.test(path)) return;
  const user = whose();
  if (ADMIN.test(path)) {
    // A user may look at itself, and at a role of its own.
    const own = (path === '/v3/auth/user/get' && message['name'] === user) || isOwnRole(etcd, path, message, user);
    if (!own && !auth.isAdmin(user)) throw denied();
    return;
  }
  for (const [access, key, end] of wanted(path, message)) if (!auth.may(user, access, key, end)) throw denied();
}

function isOwnRole({ auth }: Served, path: string, message: Message, user: string): boolean {
  return path === '/v3/auth/role/get' && auth.users.includes(user) && auth.rolesOf(user).includes(String(message['role']));
}

type Wanted = readonly [access: 'READ' | 'WRITE', key: string, end: string];

function* wanted(path: string, message: Message): Generator<Wanted> {
  const range = (access: 'READ' | 'WRITE', of: Message): Wanted => [access, text(of, 'key'), text(of, 'range_end')];
  const alsoRead = function* (of: Message): Generator<Wanted> {
    if (flag(of, 'prev_kv')) yield range('READ', of);
  };
  switch (path) {
    case '/v3/kv/range':
      return yield range('READ', message);
    case '/v3/watch':
      return yield range('READ', (message['create_request'] ?? {}) as Message);
    case '/v3/kv/put':
    case '/v3/kv/deleterange':
      yield range('WRITE', message);
      return yield* alsoRead(message);
    case '/v3/kv/txn': {
      for (const condition of messages(message, 'compare')) yield range('READ', condition);
      for (const request of [...messages(message, 'success'), ...messages(message, 'failure')]) {
        const [kind = '', body] = Object.entries(request)[0] ?? [];
        const inner = (body ?? {}) as Message;
        yield range(kind === 'request_range' ? 'READ' : 'WRITE', inner);
        yield* alsoRead(inner);
      }
    }
  }
}
