import type { Task } from '../../../engine/os/task.ts';
import { readAll } from '../../../engine/os/text.ts';
import { CommandError } from '../errors.ts';
import { refuseServerDryRun } from '../local.ts';
import { manifestSources } from '../manifests.ts';
import { visitAll } from '../resources.ts';
import type { Session } from '../session.ts';
import { list, object, sortedKeys, text } from '../values.ts';
import type { JsonObject } from '../values.ts';
import { Refusal, setOn } from './change.ts';
import { containersOf, matchesContainer, withContainers } from './containers.ts';
import { referenceText, valueOfReference } from './env-reference.ts';

const NAME = /^[-._a-zA-Z][-._a-zA-Z0-9]*$/;
const NAME_RULE =
  "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit (e.g. 'my.env-name',  or 'MY_ENV.NAME',  or 'MyEnvName1', regex used for validation is '[-._a-zA-Z][-._a-zA-Z0-9]*')";

interface Wanted {
  readonly set: readonly JsonObject[];
  readonly remove: readonly string[];
}

export function* setEnv(session: Session): Task<number> {
  const { flags } = session;
  const { resources, assignments } = splitEnvironment(flags.args);
  refuseServerDryRun(session);
  if (resources.length === 0 && manifestSources(session).length === 0)
    throw new CommandError('one or more resources must be specified as <resource> <name> or <resource>/<name>');
  if (flags.bool('list') && flags.string('output') !== '') throw new CommandError('--list and --output may not be specified together');
  if (flags.slice('keys').length > 0 && flags.string('from') === '')
    throw new CommandError('when specifying --keys, a configmap or secret must be provided with --from');
  const given = yield* parseEnvironment(session, [...flags.list('env'), ...assignments]);
  const from = flags.string('from') === '' ? [] : yield* fromSource(session);
  const prefix = flags.string('prefix');
  const wanted = {
    set: [...given.set, ...from].map((each) => ({ ...each, name: `${prefix}${text(each, 'name')}` })),
    remove: given.remove,
  };
  const pattern = flags.string('containers');
  return yield* setOn(session, resources, {
    operation: 'env updated',
    refused: 'failed to patch env update to pod template:',
    *edit(value, info) {
      const chosen = containersOf(value, info).filter((container) => matchesContainer(pattern, text(container, 'name')));
      if (chosen.length === 0) {
        yield* session.err(`Warning: ${info.mapping.kind}/${info.name} does not have any containers matching "${pattern}"\n`);
        return value;
      }
      if (!flags.bool('overwrite')) for (const container of chosen) checkOverwrite(container, wanted.set);
      const changed = withContainers(value, info, (container) =>
        matchesContainer(pattern, text(container, 'name')) ? changedEnvironment(container, wanted) : container,
      );
      if (!flags.bool('list')) return changed;
      for (const container of containersOf(changed, info))
        if (matchesContainer(pattern, text(container, 'name'))) yield* printEnvironment(session, changed, info.mapping.kind, container);
      return value;
    },
  });
}

function splitEnvironment(args: readonly string[]): { resources: string[]; assignments: string[] } {
  const isAssignment = (arg: string): boolean => arg.includes('=') || arg.endsWith('-');
  const first = args.findIndex(isAssignment);
  if (first < 0) return { resources: [...args], assignments: [] };
  if (!args.slice(first).every(isAssignment))
    throw new CommandError(`all resources must be specified before environment changes: ${args.join(' ')}`);
  return { resources: args.slice(0, first), assignments: args.slice(first) };
}

/** `KEY=VALUE`, `KEY-`, and `-` for lines of standard input. */
function* parseEnvironment(session: Session, words: readonly string[]): Task<Wanted> {
  const set: JsonObject[] = [];
  const remove: string[] = [];
  for (const word of words) {
    const [name = '', value] = word.split(/=(.*)/s);
    if (word === '-') {
      for (const line of (yield* readAll(session.process.stdin)).split('\n')) {
        const [key = '', content] = line.replace(/#.*/, '').split(/=(.*)/s);
        if (content !== undefined) set.push({ name: key, value: content });
      }
    } else if (value !== undefined) {
      if (!NAME.test(name)) throw new CommandError(`"${name}" is not a valid key name: ${NAME_RULE}`);
      set.push({ name, value });
    } else if (word.endsWith('-')) remove.push(word.slice(0, -1));
    else throw new CommandError(`unknown environment variable: ${word}`);
  }
  if (remove.some((name) => set.some((each) => each['name'] === name)))
    throw new CommandError('can not both modify and remove the same environment variable in the same command');
  return { set, remove };
}

/** Variables made of the keys of a ConfigMap or a Secret. */
function* fromSource(session: Session): Task<JsonObject[]> {
  const { flags } = session;
  const keys = flags.slice('keys');
  const found: JsonObject[] = [];
  yield* visitAll(session, [flags.string('from')], {}, function* ({ mapping, name, object: source }) {
    if (mapping.group !== '' || (mapping.kind !== 'Secret' && mapping.kind !== 'ConfigMap'))
      throw new CommandError('unsupported resource specified in --from');
    for (const key of sortedKeys(object(source, 'data'))) {
      if (keys.length > 0 && !keys.includes(key)) continue;
      const variable = key.replace(/[^a-zA-Z0-9_]/g, '_').toUpperCase();
      if (variable !== key) yield* session.err(`Warning: key ${key} transferred to ${variable}\n`);
      found.push({ name: variable, valueFrom: { [mapping.kind === 'Secret' ? 'secretKeyRef' : 'configMapKeyRef']: { key, name } } });
    }
  });
  return found;
}

function checkOverwrite(container: JsonObject, set: readonly JsonObject[]): void {
  for (const { name, value } of set) {
    const known = list(container, 'env').find((each) => text(each, 'name') === name);
    if (known !== undefined && text(known, 'value') !== text(value))
      throw new Refusal(`'${String(name)}' already has a value (${text(known, 'value')}), and --overwrite is false`);
  }
}

/** A variable keeps its place; what is new comes last. */
function changedEnvironment(container: JsonObject, { set, remove }: Wanted): JsonObject {
  const known = list(container, 'env') as readonly JsonObject[];
  const named = (name: string): JsonObject | undefined => set.findLast((each) => each['name'] === name);
  const kept = known.filter((each) => !remove.includes(text(each, 'name'))).map((each) => named(text(each, 'name')) ?? each);
  const fresh = [...new Set(set.map((each) => text(each, 'name')))]
    .filter((name) => !remove.includes(name) && !known.some((each) => text(each, 'name') === name))
    .flatMap((name) => named(name) ?? []);
  const env = [...kept, ...fresh];
  const { env: _env, ...rest } = container;
  return env.length === 0 ? rest : { ...rest, env };
}

function* printEnvironment(session: Session, value: JsonObject, kind: string, container: JsonObject): Task<void> {
  yield* session.out(`# ${kind} ${text(value, 'metadata', 'name')}, container ${text(container, 'name')}\n`);
  const failures = new Map<string, string[]>();
  for (const variable of list(container, 'env') as readonly JsonObject[]) {
    const [name, source] = [text(variable, 'name'), object(variable, 'valueFrom')];
    if (Object.keys(source).length === 0) {
      yield* session.out(`${name}=${text(variable, 'value')}\n`);
      continue;
    }
    if (session.flags.bool('resolve')) {
      try {
        yield* session.out(`${name}=${yield* valueOfReference(session, source, value, container)}\n`);
        continue;
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        failures.set(error.message, [...(failures.get(error.message) ?? []), name]);
      }
    }
    yield* session.out(`# ${name} from ${referenceText(source)}\n`);
  }
  for (const [why, names] of [...failures].sort())
    yield* session.err(`error retrieving reference for ${names.sort().join(', ')}: ${why}\n`);
}
