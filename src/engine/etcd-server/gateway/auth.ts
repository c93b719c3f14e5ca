import type { Access } from '../auth.ts';
import type { Served } from './served.ts';
import { compact, flag, key64, text, word, type Message } from './wire.ts';

type Method = (etcd: Served, message: Message) => Message;

/** Does it, and answers with nothing but a header. */
const done =
  (act: (etcd: Served, message: Message) => void): Method =>
  (etcd, message) => {
    act(etcd, message);
    return { header: etcd.header() };
  };

const options = (message: Message): Message => (message['options'] ?? {}) as Message;

/** The service `Auth`: users, roles, what they may, and whether any of it counts. */
export const AUTH_METHODS: Readonly<Record<string, Method>> = {
  '/v3/auth/enable': done(({ auth }) => auth.enable()),
  '/v3/auth/disable': done(({ auth }) => auth.disable()),
  '/v3/auth/status': ({ auth, header }) => compact({ header: header(), enabled: auth.enabled, authRevision: String(auth.revision) }),
  '/v3/auth/authenticate': ({ auth, header }, message) => ({
    header: header(),
    token: auth.authenticate(word(message, 'name'), word(message, 'password')),
  }),
  '/v3/auth/user/add': done(({ auth }, message) =>
    auth.addUser(word(message, 'name'), flag(options(message), 'no_password') ? undefined : word(message, 'password')),
  ),
  '/v3/auth/user/get': ({ auth, header }, message) => compact({ header: header(), roles: auth.rolesOf(word(message, 'name')) }),
  '/v3/auth/user/list': ({ auth, header }) => compact({ header: header(), users: auth.users }),
  '/v3/auth/user/delete': done(({ auth }, message) => auth.deleteUser(word(message, 'name'))),
  '/v3/auth/user/changepw': done(({ auth }, message) => auth.changePassword(word(message, 'name'), word(message, 'password'))),
  '/v3/auth/user/grant': done(({ auth }, message) => auth.grantRole(word(message, 'user'), word(message, 'role'))),
  '/v3/auth/user/revoke': done(({ auth }, message) => auth.revokeRole(word(message, 'name'), word(message, 'role'))),
  '/v3/auth/role/add': done(({ auth }, message) => auth.addRole(word(message, 'name'))),
  '/v3/auth/role/get': ({ auth, header }, message) =>
    compact({
      header: header(),
      perm: auth
        .permissionsOf(word(message, 'role'))
        .map(({ access, key, end }) =>
          compact({ permType: access === 'READ' ? '' : access, key: key64(key), range_end: end === '' ? '' : key64(end) }),
        ),
    }),
  '/v3/auth/role/list': ({ auth, header }) => compact({ header: header(), roles: auth.roles }),
  '/v3/auth/role/delete': done(({ auth }, message) => auth.deleteRole(word(message, 'role'))),
  '/v3/auth/role/grant': done(({ auth }, message) => {
    const permission = (message['perm'] ?? {}) as Message;
    const access = (word(permission, 'permType') || 'READ') as Access;
    auth.grant(word(message, 'name'), { access, key: text(permission, 'key'), end: text(permission, 'range_end') });
  }),
  '/v3/auth/role/revoke': done(({ auth }, message) => auth.revoke(word(message, 'role'), text(message, 'key'), text(message, 'range_end'))),
};
