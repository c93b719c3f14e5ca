import type { Task } from '../../../engine/os/task.ts';
import { CommandError, HelpError } from '../errors.ts';
import type { Session } from '../session.ts';
import { list, object, sortedKeys, text } from '../values.ts';
import type { Json, JsonObject } from '../values.ts';
import { embedded, load, save, withEntry } from './access.ts';
import { resolvePath } from './stanzas.ts';

export const SET_CREDENTIALS_FLAGS = `embed-certs:bool username:string password:string auth-provider:string auth-provider-arg:list exec-command:string
  exec-api-version:string exec-arg:list exec-env:list exec-interactive-mode:string exec-provide-cluster-info:bool`;

export function* setCredentials(session: Session): Task<number> {
  const { flags } = session;
  const [name = ''] = flags.args;
  if (flags.args.length !== 1) throw new HelpError(`unexpected args: [${flags.args.join(' ')}]`);
  const providerArgs = pairs(session, 'auth-provider-arg');
  const env = pairs(session, 'exec-env');
  if (name === '') throw new CommandError('you must specify a non-empty user name');
  const basic = flags.string('username') !== '' || flags.string('password') !== '';
  if (flags.string('token') !== '' && basic)
    throw new CommandError('you cannot specify more than one authentication method at the same time: --token, --username/--password');
  if (flags.bool('embed-certs') && flags.string('client-certificate') === '' && flags.string('client-key') === '')
    throw new CommandError('you must specify a --client-certificate or --client-key to embed');
  const config = load(session);
  const user: JsonObject = { ...config.users.get(name) };
  for (const flag of ['client-certificate', 'client-key']) {
    if (!flags.has(flag)) continue;
    const given = flags.string(flag);
    if (flags.bool('embed-certs')) Object.assign(user, { [`${flag}-data`]: embedded(session, flag), [flag]: '' });
    else
      Object.assign(
        user,
        { [flag]: given === '' ? '' : resolvePath(session.process, given) },
        given === '' ? {} : { [`${flag}-data`]: '' },
      );
  }
  for (const flag of ['token', 'username', 'password']) if (flags.has(flag)) user[flag] = flags.string(flag);
  // One way of proving oneself puts out the other.
  if (flags.string('token') !== '') Object.assign(user, { username: '', password: '' });
  if (basic) user['token'] = '';
  authProvider(session, user, providerArgs);
  execPlugin(session, user, env);
  save(session, config, withEntry(config, 'users', name, user));
  yield* session.out(`User "${name}" set.\n`);
  return 0;
}

interface Pairs {
  readonly set: ReadonlyMap<string, string>;
  readonly removed: readonly string[];
}

/** `key=value`, and `key-` for what is to go. */
function pairs(session: Session, flag: string): Pairs {
  const set = new Map<string, string>();
  const removed: string[] = [];
  for (const given of session.flags.slice(flag)) {
    const equals = given.indexOf('=');
    if (equals >= 0) set.set(given.slice(0, equals), given.slice(equals + 1));
    else if (given.endsWith('-')) removed.push(given.slice(0, -1));
    else throw new HelpError(`invalid ${flag} format: ${given}`);
  }
  return { set, removed };
}

function authProvider(session: Session, user: JsonObject, args: Pairs): void {
  const { flags } = session;
  if (flags.has('auth-provider')) {
    const name = flags.string('auth-provider');
    if (text(user, 'auth-provider', 'name') !== name) user['auth-provider'] = { config: {}, name };
  }
  if (!flags.has('auth-provider-arg') || user['auth-provider'] === undefined) return;
  const config: JsonObject = { ...object(user, 'auth-provider', 'config') };
  for (const [key, value] of args.set) config[key] = value;
  for (const key of args.removed) delete config[key];
  user['auth-provider'] = { ...object(user, 'auth-provider'), config };
}

function execPlugin(session: Session, user: JsonObject, env: Pairs): void {
  const { flags } = session;
  if (flags.has('exec-command'))
    user['exec'] = { args: null, env: null, provideClusterInfo: false, ...object(user, 'exec'), command: flags.string('exec-command') };
  if (user['exec'] === undefined) return;
  const exec: JsonObject = { ...object(user, 'exec') };
  // A new command does not keep the arguments of the old one.
  if (flags.has('exec-command')) exec['args'] = null;
  if (flags.has('exec-api-version')) exec['apiVersion'] = flags.string('exec-api-version');
  if (flags.has('exec-interactive-mode')) exec['interactiveMode'] = flags.string('exec-interactive-mode');
  if (flags.has('exec-provide-cluster-info')) exec['provideClusterInfo'] = flags.bool('exec-provide-cluster-info');
  if (flags.has('exec-arg')) exec['args'] = flags.slice('exec-arg');
  if (flags.has('exec-env')) {
    const known: Json[] = list(exec, 'env')
      .filter((each) => !env.removed.includes(text(each, 'name')))
      .map((each) => ({ ...object(each), value: env.set.get(text(each, 'name')) ?? text(each, 'value') }));
    const fresh = sortedKeys(Object.fromEntries(env.set)).filter((key) => !known.some((each) => text(each, 'name') === key));
    exec['env'] = [...known, ...fresh.map((key) => ({ name: key, value: env.set.get(key) as string }))];
  }
  user['exec'] = exec;
}
