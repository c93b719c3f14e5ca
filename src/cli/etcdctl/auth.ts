import { decodeBytes } from '../../engine/api/base64.ts';
import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { decode, readLine, writeText } from '../../engine/os/text.ts';
import type { Client, Message } from './client.ts';
import { BAD_ARGUMENTS, Failure, isOn, type Arguments, type Flags } from './flags.ts';
import { prefixEnd } from './kv.ts';
import { formatOf, headerFields, json, key64, list, textOf, unsupported } from './print.ts';

const on = { value: false } as const;
export const ROLE_FLAGS: Flags = { prefix: on, 'from-key': on };
export const USER_FLAGS: Flags = { interactive: on, 'new-user-password': { value: true }, 'no-password': on, detail: on };

interface Context {
  readonly process: Process;
  readonly client: Client;
  readonly flags: ReadonlyMap<string, string>;
}

/** `auth enable|disable|status`. */
export function* auth(process: Process, client: Client, { flags, operands: [verb, ...more] }: Arguments): Task<number> {
  if (verb !== 'enable' && verb !== 'disable' && verb !== 'status')
    throw new Failure(1, `unknown command ${JSON.stringify(verb ?? '')} for "etcdctl auth"`);
  if (more.length > 0) throw new Failure(BAD_ARGUMENTS, `auth ${verb} command does not accept any arguments`);
  if (verb === 'enable') yield* enable(client);
  else if (verb === 'disable') yield* client.call('Auth/AuthDisable', '/v3/auth/disable', {});
  else {
    const answer = yield* client.call('Auth/AuthStatus', '/v3/auth/status', {});
    const simple = `Authentication Status: ${String(answer['enabled'] === true)}\nAuthRevision: ${textOf(answer['authRevision'])}\n`;
    yield* tell({ process, client, flags }, answer, simple);
    return 0;
  }
  yield* writeText(process.stdout, `Authentication ${verb === 'enable' ? 'Enabled' : 'Disabled'}\n`);
  return 0;
}

/** Gives root its role where it has none yet. */
function* enable(client: Client): Task<void> {
  try {
    yield* client.call('Auth/AuthEnable', '/v3/auth/enable', {});
  } catch (error) {
    if (!(error instanceof Failure) || error.message !== 'etcdserver: root user does not have root role') throw error;
    yield* client.call('Auth/RoleAdd', '/v3/auth/role/add', { name: 'root' });
    yield* client.call('Auth/UserGrantRole', '/v3/auth/user/grant', { user: 'root', role: 'root' });
    yield* client.call('Auth/AuthEnable', '/v3/auth/enable', {});
  }
}

/** `role add|delete|get|list|grant-permission|revoke-permission`. */
export function* role(process: Process, client: Client, { flags, operands: [verb, ...args] }: Arguments): Task<number> {
  const context = { process, client, flags };
  const [name = '', second = ''] = args;
  const one = (): void => {
    if (args.length !== 1) throw new Failure(BAD_ARGUMENTS, `role ${verb ?? ''} command requires role name as its argument`);
  };
  switch (verb) {
    case 'add':
      one();
      return yield* ask(context, 'RoleAdd', 'role/add', { name }, `Role ${name} created\n`);
    case 'delete':
      one();
      return yield* ask(context, 'RoleDelete', 'role/delete', { role: name }, `Role ${name} deleted\n`);
    case 'get': {
      one();
      const answer = yield* client.call('Auth/RoleGet', '/v3/auth/role/get', { role: name });
      yield* tell(context, answer, roleText(name, answer), roleFields(answer));
      return 0;
    }
    case 'list': {
      if (args.length > 0) throw new Failure(BAD_ARGUMENTS, 'role list command requires no arguments');
      const answer = yield* client.call('Auth/RoleList', '/v3/auth/role/list', {});
      yield* tell(context, answer, namesOf(answer, 'roles'), fieldOf(answer, 'Roles', 'roles'));
      return 0;
    }
    case 'grant-permission': {
      if (args.length < 3)
        throw new Failure(BAD_ARGUMENTS, 'role grant command requires role name, permission type, and key [endkey] as its argument');
      const permType = second.toUpperCase();
      if (!['READ', 'WRITE', 'READWRITE'].includes(permType)) throw new Failure(BAD_ARGUMENTS, 'invalid permission type');
      const { key, end } = rangeOf(args.slice(2), flags);
      const perm = { permType, key: key64(key), ...(end === '' ? {} : { range_end: key64(end) }) };
      return yield* ask(context, 'RoleGrantPermission', 'role/grant', { name, perm }, `Role ${name} updated\n`);
    }
    case 'revoke-permission': {
      if (args.length < 2)
        throw new Failure(BAD_ARGUMENTS, 'role revoke-permission command requires role name and key [endkey] as its argument');
      const { key, end } = rangeOf(args.slice(1), flags);
      const what = end === '' ? `key ${second}` : end === '\0' ? `range [${second}, <open ended>` : `range [${second}, ${end})`;
      const body = { role: name, key: key64(key), ...(end === '' ? {} : { range_end: key64(end) }) };
      return yield* ask(context, 'RoleRevokePermission', 'role/revoke', body, `Permission of ${what} is revoked from role ${name}\n`);
    }
  }
  throw new Failure(1, `unknown command ${JSON.stringify(verb ?? '')} for "etcdctl role"`);
}

/** `user add|delete|get|list|passwd|grant-role|revoke-role`. */
export function* user(process: Process, client: Client, { flags, operands: [verb, ...args] }: Arguments): Task<number> {
  const context = { process, client, flags };
  const [name = '', granted = ''] = args;
  const one = (): void => {
    if (args.length !== 1) throw new Failure(BAD_ARGUMENTS, `user ${verb ?? ''} command requires user name as its argument`);
  };
  const two = (sentence: string): void => {
    if (args.length !== 2) throw new Failure(BAD_ARGUMENTS, sentence);
  };
  switch (verb) {
    case 'add': {
      one();
      const known = yield* newUser(context, name);
      return yield* ask(context, 'UserAdd', 'user/add', known, `User ${textOf(known['name'])} created\n`);
    }
    case 'delete':
      one();
      return yield* ask(context, 'UserDelete', 'user/delete', { name }, `User ${name} deleted\n`);
    case 'passwd':
      one();
      return yield* ask(
        context,
        'UserChangePassword',
        'user/changepw',
        { name, password: yield* passwordOf(context, name) },
        'Password updated\n',
      );
    case 'grant-role':
      two('user grant command requires user name and role name as its argument');
      return yield* ask(
        context,
        'UserGrantRole',
        'user/grant',
        { user: name, role: granted },
        `Role ${granted} is granted to user ${name}\n`,
      );
    case 'revoke-role':
      two('user revoke-role requires user name and role name as its argument');
      return yield* ask(
        context,
        'UserRevokeRole',
        'user/revoke',
        { name, role: granted },
        `Role ${granted} is revoked from user ${name}\n`,
      );
    case 'list': {
      if (args.length > 0) throw new Failure(BAD_ARGUMENTS, 'user list command requires no arguments');
      const answer = yield* client.call('Auth/UserList', '/v3/auth/user/list', {});
      yield* tell(context, answer, namesOf(answer, 'users'), fieldOf(answer, 'Users', 'users'));
      return 0;
    }
    case 'get':
      one();
      return yield* userGet(context, name);
  }
  throw new Failure(1, `unknown command ${JSON.stringify(verb ?? '')} for "etcdctl user"`);
}

function* userGet(context: Context, name: string): Task<number> {
  const { process, client, flags } = context;
  const answer = yield* client.call('Auth/UserGet', '/v3/auth/user/get', { name });
  const roles = (answer['roles'] as readonly string[] | undefined) ?? [];
  if (!isOn(flags, 'detail')) {
    yield* tell(context, answer, `User: ${name}\nRoles:${roles.map((each) => ` ${each}`).join('')}\n`, fieldOf(answer, 'Roles', 'roles'));
    return 0;
  }
  yield* writeText(process.stdout, `User: ${name}\n`);
  for (const each of roles) {
    const found = yield* client.call('Auth/RoleGet', '/v3/auth/role/get', { role: each });
    yield* writeText(process.stdout, '\n');
    yield* tell(context, found, roleText(each, found), roleFields(found));
  }
  return 0;
}

/** `NAME`, `NAME:PASSWORD`, and the flags that say how the password comes. */
function* newUser(context: Context, given: string): Task<Message> {
  const { flags } = context;
  if (isOn(flags, 'no-password')) return { name: given, options: { no_password: true } };
  const told = flags.get('new-user-password');
  if (told !== undefined && told !== '') return { name: given, password: told };
  const at = given.indexOf(':');
  if (at < 0) return { name: given, password: yield* passwordOf(context, given) };
  if (at === 0) throw new Failure(BAD_ARGUMENTS, 'empty user name is not allowed');
  return { name: given.slice(0, at), password: given.slice(at + 1) };
}

function* passwordOf({ process, flags }: Context, name: string): Task<string> {
  const line = function* (): Task<string> {
    return ((yield* readLine(process.stdin)) ?? '').trimEnd();
  };
  if (flags.get('interactive') === 'false') return yield* line();
  yield* writeText(process.stdout, `Password of ${name}: `);
  const first = yield* line();
  if (first === '') throw new Failure(BAD_ARGUMENTS, 'empty password');
  yield* writeText(process.stdout, `\nType password of ${name} again for confirmation: `);
  const again = yield* line();
  yield* writeText(process.stdout, '\n');
  if (first !== again) throw new Failure(BAD_ARGUMENTS, 'given passwords are different');
  return first;
}

function* ask(context: Context, method: string, path: string, body: Message, simple: string): Task<number> {
  const answer = yield* context.client.call(`Auth/${method}`, `/v3/auth/${path}`, body);
  yield* tell(context, answer, simple);
  return 0;
}

function* tell({ process, flags }: Context, answer: Message, simple: string, fields = ''): Task<void> {
  const format = formatOf(flags);
  if (format === 'table') throw unsupported(format);
  if (format === 'json') yield* process.stdout.write(json(answer));
  else yield* writeText(process.stdout, format === 'fields' ? headerFields(answer) + fields : simple);
}

function rangeOf([key = '', end]: readonly string[], flags: ReadonlyMap<string, string>): { key: string; end: string } {
  const [prefix, from] = [isOn(flags, 'prefix'), isOn(flags, 'from-key')];
  if (prefix && from) throw new Failure(BAD_ARGUMENTS, '--from-key and --prefix flags are mutually exclusive');
  if (key === '') return { key: '\0', end: prefix || from ? '\0' : '' };
  if (end === undefined) return { key, end: prefix ? prefixEnd(key) : from ? '\0' : '' };
  if (prefix || from) throw new Failure(BAD_ARGUMENTS, `unexpected endkey argument with --${prefix ? 'prefix' : 'from-key'} flag`);
  return { key, end };
}

function roleText(name: string, answer: Message): string {
  const permissions = list(answer, 'perm');
  const everything = name === 'root' && permissions.length === 0 ? '\t[, <open ended>\n' : '';
  const lines = (access: string): string =>
    permissions
      .filter((each) => [access, 'READWRITE'].includes(textOf(each['permType']) || 'READ'))
      .map(permissionLine)
      .join('');
  return `Role ${name}\nKV Read:\n${everything}${lines('READ')}KV Write:\n${everything}${lines('WRITE')}`;
}

function permissionLine(permission: Message): string {
  const [key, end] = rangeTexts(permission);
  if (end === '') return `\t${key}\n`;
  const prefix = key !== '' && prefixEnd(key) === end ? ` (prefix ${key})` : '';
  return `\t[${key}, ${end === '\0' ? '<open ended>' : `${end})`}${prefix}\n`;
}

function roleFields(answer: Message): string {
  return list(answer, 'perm')
    .map((each) => {
      const [key, end] = rangeTexts(each);
      return `"PermType" :  ${textOf(each['permType']) || 'READ'}\n"Key" : ${JSON.stringify(key)}\n"RangeEnd" : ${JSON.stringify(end)}\n`;
    })
    .join('');
}

const rangeTexts = (permission: Message): [key: string, end: string] => [
  decode(decodeBytes(textOf(permission['key']))),
  decode(decodeBytes(textOf(permission['range_end']))),
];

const namesOf = (answer: Message, field: string): string =>
  ((answer[field] as readonly string[] | undefined) ?? []).map((name) => `${name}\n`).join('');

const fieldOf = (answer: Message, title: string, field: string): string =>
  `"${title}" :${((answer[field] as readonly string[] | undefined) ?? []).map((name) => ` ${JSON.stringify(name)}`).join('')}\n`;
