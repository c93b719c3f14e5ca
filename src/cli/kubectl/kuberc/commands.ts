import { encode, readLine } from '../../../engine/os/text.ts';
import type { Task } from '../../../engine/os/task.ts';
import { decode } from '../../../engine/os/text.ts';
import type { Command } from '../command.ts';
import { CommandError, throwAll } from '../errors.ts';
import { resolvePath } from '../config/stanzas.ts';
import { printerFor } from '../printers.ts';
import type { Session } from '../session.ts';
import { isObject, list, object, text } from '../values.ts';
import type { Json, JsonObject } from '../values.ts';
import { toYaml } from '../yaml/emit.ts';
import { parseDocument } from '../yaml/parse.ts';
import { kubercPlace } from './place.ts';
import type { KubercPlace } from './place.ts';

export const KUBERC_COMMANDS: Readonly<Record<string, Command>> = {
  set: {
    about: 'Set values in the kuberc configuration',
    flags: `section:string command:string name:string policy:string option:list prependarg:list appendarg:list allowlist-entry:list overwrite:bool`,
    usage: '--section (defaults|aliases) --command COMMAND [options]',
    run: set,
  },
  view: {
    about: 'Display the current kuberc configuration',
    flags: 'o/output:string=yaml template:string allow-missing-template-keys:bool=true show-managed-fields:bool',
    usage: '[options]',
    run: view,
  },
};

const EMPTY: JsonObject = { kind: 'Preference', apiVersion: 'kubectl.config.k8s.io/v1beta1', defaults: null, aliases: null };
const RECOMMENDED: JsonObject = {
  ...EMPTY,
  defaults: [
    { command: 'apply', options: [{ name: 'server-side', default: 'true' }] },
    { command: 'delete', options: [{ name: 'interactive', default: 'true' }] },
  ],
};

function placeOf(session: Session): KubercPlace {
  const place = kubercPlace(session.process, session.flags.string('kuberc'));
  if (place === undefined) throw new CommandError('KUBERC is disabled via KUBERC=off environment variable');
  return place;
}

/** As the Go type has it: fields in its order, `null` for a list that is not there. */
function read(session: Session, path: string): JsonObject | undefined {
  const { process } = session;
  const full = resolvePath(process, path);
  if (!process.files.exists(full)) return undefined;
  const source = decode(process.files.read(full));
  if (source === '') return EMPTY;
  let value: Json;
  try {
    value = parseDocument(source, path);
  } catch (error) {
    throw error instanceof CommandError ? new CommandError(`error parsing kuberc file: ${error.message}`) : error;
  }
  const found = isObject(value) ? value : {};
  const keys = ['kind', 'apiVersion', 'defaults', 'aliases', 'credentialPluginPolicy', 'credentialPluginAllowlist'];
  return Object.fromEntries(keys.filter((key) => key in EMPTY || key in found).map((key) => [key, found[key] ?? null]));
}

function* save(session: Session, path: string, preference: JsonObject): Task<void> {
  const { process } = session;
  const full = resolvePath(process, path);
  process.files.makeDirectory(full.slice(0, full.lastIndexOf('/')) || '/', { parents: true });
  process.files.write(full, encode(toYaml(preference)), { mode: 0o644 });
  yield* session.out(`Updated ${path}\n`);
}

function* view(session: Session): Task<number> {
  const { path, explicit } = placeOf(session);
  const found = read(session, path);
  if (found === undefined) {
    if (explicit) throw new CommandError(`kuberc file not found at ${path}`);
    yield* session.out(
      `kuberc file not found at ${path}\nWould you like to generate a default kuberc file with recommended options? (y/N): `,
    );
    const answer = yield* readLine(session.process.stdin);
    if (answer?.trim().toLowerCase() === 'y') yield* save(session, path, RECOMMENDED);
    return 0;
  }
  const shown: JsonObject = { ...found, defaults: found['defaults'] ?? [], aliases: found['aliases'] ?? [] };
  yield* session.out(printerFor(session, false, Object.keys)?.print(shown) ?? '');
  return 0;
}

function* set(session: Session): Task<number> {
  const { flags } = session;
  const { path } = placeOf(session);
  if (!flags.has('section')) throw new CommandError('required flag(s) "section" not set');
  const section = flags.string('section');
  check(session, section);
  const before = read(session, path) ?? EMPTY;
  const options = flags.list('option').map((option) => {
    const [name = '', value] = option.split(/=(.*)/s);
    if (value === undefined) throw new CommandError(`invalid option format ${JSON.stringify(option)}, expected flag=value`);
    return { name: name.replace(/^-+/, ''), default: value };
  });
  yield* save(session, path, {
    ...before,
    ...(section === 'defaults'
      ? { defaults: withDefaults(session, before, options) }
      : section === 'aliases'
        ? { aliases: withAlias(session, before, options) }
        : pluginPolicy(session)),
  });
  return 0;
}

function check({ flags }: Session, section: string): void {
  const refuse = (why: string): never => {
    throw new CommandError(why);
  };
  const [name, command, policy] = [flags.string('name'), flags.string('command'), flags.string('policy')];
  const entries = flags.list('allowlist-entry').length;
  const plugin = section === 'credentialplugin';
  if (section !== 'defaults' && section !== 'aliases' && !plugin)
    refuse(`--section must be "defaults", "aliases", or "credentialplugin", got: ${section}`);
  if (section === 'aliases' && name === '') refuse('--name is required when --section=aliases');
  if (section === 'defaults' && name !== '') refuse('--name should not be specified when --section=defaults');
  if (section === 'defaults' && (flags.list('prependarg').length > 0 || flags.list('appendarg').length > 0))
    refuse('--prependarg and --appendarg are only valid for --section=aliases');
  if (!plugin && command === '') refuse('--command is required when --section=aliases or --section=defaults');
  if (!plugin) return;
  if (policy === '') refuse('--policy is required when --section=credentialplugin');
  if (!['AllowAll', 'DenyAll', 'Allowlist'].includes(policy))
    refuse(` --policy must be  "AllowAll", "DenyAll", or "Allowlist", got: ${policy}`);
  if (policy !== 'Allowlist' && entries > 0)
    refuse('--allowlist-entry may only be used when --section=credentialplugin and --policy=Allowlist');
  if (policy === 'Allowlist' && entries === 0)
    refuse('--allowlist-entry is required when --section=credentialplugin and --policy=Allowlist');
}

function withDefaults({ flags }: Session, before: JsonObject, options: readonly JsonObject[]): Json {
  const command = flags.string('command');
  const all = [...list(before, 'defaults')];
  const at = all.findIndex((each) => text(each, 'command') === command);
  if (at >= 0 && !flags.bool('overwrite'))
    throw new CommandError(`defaults for command ${JSON.stringify(command)} already exist, use --overwrite to replace`);
  // What is not said again stays.
  const kept = options.length > 0 ? [...options] : at < 0 ? null : (object(all[at])['options'] ?? null);
  all.splice(at < 0 ? all.length : at, 1, { command, options: kept });
  return all;
}

function withAlias({ flags }: Session, before: JsonObject, options: readonly JsonObject[]): Json {
  const name = flags.string('name');
  const all = [...list(before, 'aliases')];
  const at = all.findIndex((each) => text(each, 'name') === name);
  if (at >= 0 && !flags.bool('overwrite'))
    throw new CommandError(`alias ${JSON.stringify(name)} already exists, use --overwrite to replace`);
  const old = object(all[at]);
  const kept = (key: string, given: readonly Json[]): JsonObject => {
    const value = given.length > 0 ? [...given] : list(old, key);
    return value.length === 0 ? {} : { [key]: [...value] };
  };
  all.splice(at < 0 ? all.length : at, 1, {
    name,
    command: flags.string('command'),
    ...kept('prependArgs', flags.list('prependarg')),
    ...kept('appendArgs', flags.list('appendarg')),
    ...kept('options', options),
  });
  return all;
}

function pluginPolicy({ flags }: Session): JsonObject {
  const problems: unknown[] = [];
  const allowed: Json[] = [];
  for (const pair of flags.list('allowlist-entry').flatMap((each) => each.split(','))) {
    const [field = '', value] = pair.split(/=(.*)/s);
    if (value === undefined) problems.push(new CommandError(`improperly formatted allowlist entry: ${JSON.stringify(pair)}`));
    else if (field === 'name') problems.push(new CommandError('allowlist entry field "name" is deprecated, use "command" instead'));
    else if (field !== 'command') problems.push(new CommandError(`unrecognized allowlist entry field: ${JSON.stringify(field)}`));
    else if (value.trim() === '') problems.push(new CommandError('empty value in allowlist entry for field "command"'));
    else allowed.push({ command: value });
  }
  throwAll(problems);
  return { credentialPluginPolicy: flags.string('policy'), ...(allowed.length === 0 ? {} : { credentialPluginAllowlist: allowed }) };
}
