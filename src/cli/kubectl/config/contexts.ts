import type { Task } from '../../../engine/os/task.ts';
import { CommandError, HelpError } from '../errors.ts';
import type { Session } from '../session.ts';
import { tableText } from '../tabwriter.ts';
import { text } from '../values.ts';
import { fileOf, load, save, withEntry, withoutEntry } from './access.ts';

export const GET_CONTEXTS_FLAGS = 'o/output:string no-headers:bool';
export const SET_CONTEXT_FLAGS = 'current:bool';

export function* currentContext(session: Session): Task<number> {
  const name = load(session).currentContext;
  if (name === '') throw new CommandError('current-context is not set');
  yield* session.out(`${name}\n`);
  return 0;
}

export function* useContext(session: Session): Task<number> {
  const { args } = session.flags;
  const [name = ''] = args;
  if (args.length !== 1) throw new HelpError(`Unexpected args: [${args.join(' ')}]`);
  if (name === '') throw new CommandError('empty context names are not allowed');
  const config = load(session);
  if (!config.contexts.has(name)) throw new CommandError(`no context exists with the name: "${name}"`);
  save(session, config, { ...config, currentContext: name });
  yield* session.out(`Switched to context "${name}".\n`);
  return 0;
}

export function* setContext(session: Session): Task<number> {
  const { flags } = session;
  if (flags.args.length > 1) throw new HelpError(`Unexpected args: [${flags.args.join(' ')}]`);
  const [given = ''] = flags.args;
  const current = flags.bool('current');
  if (given === '' && !current) throw new CommandError('you must specify a non-empty context name or --current');
  if (given !== '' && current) throw new CommandError('you cannot specify both a context name and --current');
  const config = load(session);
  const name = current ? config.currentContext : given;
  if (name === '') throw new CommandError('no current context is set');
  const known = config.contexts.get(name);
  const fields = Object.fromEntries(
    ['cluster', 'user', 'namespace'].filter((field) => flags.has(field)).map((field) => [field, flags.string(field)]),
  );
  save(session, config, withEntry(config, 'contexts', name, { ...known, ...fields }));
  yield* session.out(`Context "${name}" ${known === undefined ? 'created' : 'modified'}.\n`);
  return 0;
}

export function* deleteContext(session: Session): Task<number> {
  const config = load(session);
  const [name] = session.flags.args;
  if (name === undefined || session.flags.args.length > 1) throw new HelpError('');
  if (!config.contexts.has(name)) throw new CommandError(`cannot delete context ${name}, not in ${fileOf(session)}`);
  if (config.currentContext === name)
    yield* session.err('warning: this removed your active context, use "kubectl config use-context" to select a different one\n');
  save(session, config, withoutEntry(config, 'contexts', name));
  yield* session.out(`deleted context ${name} from ${fileOf(session)}\n`);
  return 0;
}

export function* renameContext(session: Session): Task<number> {
  const { args } = session.flags;
  if (args.length !== 2) throw new HelpError(`Unexpected args: [${args.join(' ')}]`);
  const [from = '', to = ''] = args;
  const config = load(session);
  const known = config.contexts.get(from);
  if (known === undefined) throw new CommandError(`cannot rename the context "${from}", it's not in ${fileOf(session)}`);
  if (config.contexts.has(to))
    throw new CommandError(`cannot rename the context "${from}", the context "${to}" already exists in ${fileOf(session)}`);
  const renamed = withEntry(withoutEntry(config, 'contexts', from), 'contexts', to, known);
  save(session, config, { ...renamed, currentContext: config.currentContext === from ? to : config.currentContext });
  yield* session.out(`Context "${from}" renamed to "${to}".\n`);
  return 0;
}

export function* getContexts(session: Session): Task<number> {
  const { flags } = session;
  const output = flags.string('output');
  if (output !== '' && output !== 'name')
    throw new CommandError(`--output ${output} is not available in kubectl config get-contexts; resetting to default output format`);
  const config = load(session);
  const wanted = flags.args.length > 0 ? flags.args : [...config.contexts.keys()];
  const names = [...wanted].sort().filter((name) => config.contexts.has(name));
  if (output === 'name') yield* session.out(names.map((name) => `${name}\n`).join(''));
  else {
    const rows = names.map((name) => {
      const context = config.contexts.get(name);
      const mark = name === config.currentContext ? '*' : '';
      return [mark, name, text(context, 'cluster'), text(context, 'user'), text(context, 'namespace')];
    });
    yield* session.out(tableText(flags.bool('no-headers') ? rows : [['CURRENT', 'NAME', 'CLUSTER', 'AUTHINFO', 'NAMESPACE'], ...rows]));
  }
  const missing = wanted.filter((name) => !config.contexts.has(name)).map((name) => `context ${name} not found`);
  if (missing.length > 0) throw new CommandError(missing.length === 1 ? (missing[0] as string) : `[${missing.join(', ')}]`);
  return 0;
}
