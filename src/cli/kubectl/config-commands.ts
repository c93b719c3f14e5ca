import type { Task } from '../../engine/os/task.ts';
import type { Command } from './command.ts';
import { CommandError } from './errors.ts';
import { goJson } from './gotext.ts';
import { printJsonPath } from './jsonpath.ts';
import { loadKubeconfig, saveKubeconfig } from './kubeconfig.ts';
import type { Session } from './session.ts';
import { tableText } from './tabwriter.ts';
import { copy, isObject, list, object, text } from './values.ts';
import type { Json, JsonObject } from './values.ts';
import { toYaml } from './yaml/emit.ts';

const command = (about: string, run: (session: Session) => Task<number>, flags = '', usage = '[options]'): Command => ({
  about,
  run,
  flags,
  usage,
});

export const CONFIG_COMMANDS: Readonly<Record<string, Command>> = {
  'current-context': command('Display the current-context', currentContext),
  'delete-context': command('Delete the specified context from the kubeconfig', deleteContext, '', 'NAME [options]'),
  'get-clusters': command('Display clusters defined in the kubeconfig', (session) => names(session, 'clusters')),
  'get-contexts': command(
    'Describe one or many contexts',
    getContexts,
    'o/output:string no-headers:bool',
    '[(-o|--output=)name)] [options]',
  ),
  'get-users': command('Display users defined in the kubeconfig', (session) => names(session, 'users')),
  'rename-context': command('Rename a context from the kubeconfig file', renameContext, '', 'CONTEXT_NAME NEW_NAME [options]'),
  'set-context': command(
    'Set a context entry in kubeconfig',
    setContext,
    'current:bool',
    '[NAME | --current] [--cluster=cluster_nickname] [--user=user_nickname] [--namespace=namespace] [options]',
  ),
  'use-context': { ...command('Set the current-context in a kubeconfig file', useContext, '', 'CONTEXT_NAME [options]'), aliases: ['use'] },
  view: command(
    'Display merged kubeconfig settings or a specified kubeconfig file',
    view,
    'o/output:string=yaml minify:bool raw:bool flatten:bool merge:bool=true',
    '[flags] [options]',
  ),
};

function load(session: Session): JsonObject {
  return loadKubeconfig(session.process, session.flags);
}

function save(session: Session, config: JsonObject): void {
  saveKubeconfig(session.process, session.flags, config);
}

function contextOf(config: JsonObject, name: string): JsonObject | undefined {
  return list(config, 'contexts').find((each) => text(each, 'name') === name) as JsonObject | undefined;
}

function* currentContext(session: Session): Task<number> {
  const name = text(load(session), 'current-context');
  if (name === '') throw new CommandError('current-context is not set');
  yield* session.out(`${name}\n`);
  return 0;
}

function* useContext(session: Session): Task<number> {
  const config = load(session);
  const [name] = session.flags.args;
  if (name === undefined) throw new CommandError("Unexpected args: []\nSee 'kubectl config use-context -h' for help and examples");
  if (contextOf(config, name) === undefined) throw new CommandError(`no context exists with the name: "${name}"`);
  save(session, { ...config, 'current-context': name });
  yield* session.out(`Switched to context "${name}".\n`);
  return 0;
}

function* setContext(session: Session): Task<number> {
  const { flags } = session;
  const config = copy(load(session));
  const name = flags.bool('current') ? text(config, 'current-context') : flags.args[0];
  if (name === undefined)
    throw new CommandError(
      "you must specify a non-empty context name or --current\nSee 'kubectl config set-context -h' for help and examples",
    );
  if (name === '') throw new CommandError('no current context is set');
  const known = contextOf(config, name);
  const fields = Object.fromEntries(
    ['cluster', 'user', 'namespace'].filter((field) => flags.has(field)).map((field) => [field, flags.string(field)]),
  );
  if (known === undefined) (config['contexts'] as Json[]).push({ name, context: fields });
  else known['context'] = { ...object(known, 'context'), ...fields };
  save(session, config);
  yield* session.out(`Context "${name}" ${known === undefined ? 'created' : 'modified'}.\n`);
  return 0;
}

function* deleteContext(session: Session): Task<number> {
  const config = load(session);
  const [name = ''] = session.flags.args;
  if (contextOf(config, name) === undefined) throw new CommandError(`cannot delete context ${name}, not in the kubeconfig`);
  if (text(config, 'current-context') === name)
    yield* session.err('warning: this removed your active context, use "kubectl config use-context" to select a different one\n');
  save(session, { ...config, contexts: list(config, 'contexts').filter((each) => text(each, 'name') !== name) });
  yield* session.out(`deleted context ${name}\n`);
  return 0;
}

function* renameContext(session: Session): Task<number> {
  const config = copy(load(session));
  const [from = '', to = ''] = session.flags.args;
  const known = contextOf(config, from);
  if (known === undefined) throw new CommandError(`cannot rename the context "${from}", it's not in the kubeconfig`);
  if (contextOf(config, to) !== undefined)
    throw new CommandError(`cannot rename the context "${from}", the context "${to}" already exists`);
  known['name'] = to;
  save(session, { ...config, ...(text(config, 'current-context') === from ? { 'current-context': to } : {}) });
  yield* session.out(`Context "${from}" renamed to "${to}".\n`);
  return 0;
}

function* names(session: Session, section: 'clusters' | 'users'): Task<number> {
  yield* session.out(
    `NAME\n${list(load(session), section)
      .map((each) => `${text(each, 'name')}\n`)
      .join('')}`,
  );
  return 0;
}

function* getContexts(session: Session): Task<number> {
  const { flags } = session;
  const config = load(session);
  const wanted = flags.args;
  for (const name of wanted) if (contextOf(config, name) === undefined) throw new CommandError(`context ${name} not found`);
  const contexts = [...list(config, 'contexts')]
    .filter((each) => wanted.length === 0 || wanted.includes(text(each, 'name')))
    .sort((a, b) => (text(a, 'name') < text(b, 'name') ? -1 : 1));
  if (flags.string('output') === 'name') {
    for (const each of contexts) yield* session.out(`${text(each, 'name')}\n`);
    return 0;
  }
  const rows = contexts.map((each) => [
    text(each, 'name') === text(config, 'current-context') ? '*' : '',
    text(each, 'name'),
    text(each, 'context', 'cluster'),
    text(each, 'context', 'user'),
    text(each, 'context', 'namespace'),
  ]);
  yield* session.out(tableText(flags.bool('no-headers') ? rows : [['CURRENT', 'NAME', 'CLUSTER', 'AUTHINFO', 'NAMESPACE'], ...rows]));
  return 0;
}

function* view(session: Session): Task<number> {
  const { flags } = session;
  let config = load(session);
  if (flags.bool('minify')) {
    const name = flags.string('context') || text(config, 'current-context');
    const context = contextOf(config, name);
    if (context === undefined) throw new CommandError('cannot locate context ' + name);
    const only = (section: string, wanted: string): Json[] => list(config, section).filter((each) => text(each, 'name') === wanted);
    config = {
      ...config,
      'current-context': name,
      contexts: [context],
      clusters: only('clusters', text(context, 'context', 'cluster')),
      users: only('users', text(context, 'context', 'user')),
    };
  }
  const shown = flags.bool('raw') ? config : (redact(config) as JsonObject);
  const output = flags.string('output');
  if (output === 'json') yield* session.out(`${goJson(shown, '    ')}\n`);
  else if (output === 'yaml') yield* session.out(toYaml(shown));
  else {
    if (!output.startsWith('jsonpath='))
      throw new CommandError(
        `unable to match a printer suitable for the output format "${output}", allowed formats are: json,jsonpath,yaml`,
      );
    yield* session.out(printJsonPath(output.slice('jsonpath='.length), shown, true));
  }
  return 0;
}

const SECRET: Readonly<Record<string, string>> = {
  'certificate-authority-data': 'DATA+OMITTED', 'client-certificate-data': 'DATA+OMITTED', 'client-key-data': 'DATA+OMITTED', token: 'REDACTED', password: 'REDACTED',
}; // prettier-ignore

function redact(value: Json): Json {
  if (Array.isArray(value)) return value.map(redact);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, SECRET[key] !== undefined && item !== '' ? SECRET[key] : redact(item)]),
  );
}
