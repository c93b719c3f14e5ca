import type { Task } from '../../../engine/os/task.ts';
import { CommandError, UsageError } from '../errors.ts';
import { printerFor } from '../printers.ts';
import type { Session } from '../session.ts';
import { isObject, text } from '../values.ts';
import type { Json, JsonObject } from '../values.ts';
import { load } from './access.ts';
import { absolutePath, directoryOf, documentOf } from './stanzas.ts';
import type { Section, Stanzas } from './stanzas.ts';

export const VIEW_FLAGS =
  'o/output:string=yaml template:string allow-missing-template-keys:bool=true show-managed-fields:bool minify:bool raw:bool flatten:bool merge:bool=true';

export function* view(session: Session): Task<number> {
  const { flags } = session;
  if (flags.args.length > 0) throw new UsageError(session.command, `unexpected arguments: [${flags.args.join(' ')}]`);
  let config = load(session);
  if (flags.bool('minify')) config = minified(config, flags.string('context') || config.currentContext);
  if (flags.bool('flatten')) config = flattened(session, config);
  const document = documentOf(config);
  const shown = flags.bool('raw') || flags.bool('flatten') ? document : (redact(document) as JsonObject);
  if (flags.string('output') === 'name') yield* session.out('config/<unknown>\n');
  // The kubeconfig's own fields keep the order of their structs in JSON, unlike those of API objects.
  else if (flags.string('output') === 'json') yield* session.out(`${JSON.stringify(shown, null, 4)}\n`);
  else yield* session.out(printerFor(session)?.print(shown) ?? '');
  return 0;
}

function minified(config: Stanzas, name: string): Stanzas {
  if (name === '') throw new CommandError('current-context must exist in order to minify');
  const context = config.contexts.get(name);
  if (context === undefined) throw new CommandError(`cannot locate context ${name}`);
  const only = (section: Section, what: string, wanted: string): ReadonlyMap<string, JsonObject> => {
    const found = config[section].get(wanted);
    if (wanted !== '' && found === undefined) throw new CommandError(`cannot locate ${what} ${wanted}`);
    return new Map(found === undefined ? [] : [[wanted, found]]);
  };
  return {
    ...config,
    currentContext: name,
    contexts: new Map([[name, context]]),
    clusters: only('clusters', 'cluster', text(context, 'cluster')),
    users: only('users', 'user', text(context, 'user')),
  };
}

/** Files that the kubeconfig names, taken into it. */
function flattened(session: Session, config: Stanzas): Stanzas {
  const { files, cwd } = session.process;
  const flatten = (section: Section, fields: readonly string[]): ReadonlyMap<string, JsonObject> =>
    new Map(
      [...config[section]].map(([name, entry]) => {
        const found = { ...entry };
        for (const field of fields) {
          const path = text(entry, field);
          if (path === '') continue;
          const origin = config.origins.get(`${section}/${name}`);
          const absolute = absolutePath(origin === undefined ? cwd : directoryOf(origin), path);
          if (!files.exists(absolute)) throw new CommandError(`open ${absolute}: no such file or directory`);
          found[`${field}-data`] = btoa([...files.read(absolute)].map((byte) => String.fromCharCode(byte)).join(''));
          delete found[field];
        }
        return [name, found] as const;
      }),
    );
  return {
    ...config,
    clusters: flatten('clusters', ['certificate-authority']),
    users: flatten('users', ['client-certificate', 'client-key']),
  };
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
