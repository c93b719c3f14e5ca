import type { Task } from '../../engine/os/task.ts';
import { sendPatch } from './changes.ts';
import type { Command } from './command.ts';
import { CommandError, ServerError } from './errors.ts';
import { DRY_RUN_FLAG, dryRunOf, PRINT_FLAGS, resultPrinter } from './printers.ts';
import { parseQuantity, QUANTITY_RULE } from './quantity.ts';
import { manifestSources } from './manifests.ts';
import { FILE_FLAGS, visitAll, NO_RESOURCES } from './resources.ts';
import type { Info } from './info.ts';
import type { Session } from './session.ts';
import { setSubject, SET_SUBJECT_FLAGS } from './set-subject.ts';
import { equal, list, object, put, sortedKeys, text } from './values.ts';
import type { JsonObject } from './values.ts';

const COMMON = `${FILE_FLAGS} ${PRINT_FLAGS} ${DRY_RUN_FLAG} l/selector:string all:bool local:bool! field-manager:string=kubectl-set`;

export const SET_COMMANDS: Readonly<Record<string, Command>> = {
  subject: {
    about: 'Update the user, group, or service account in a role binding or cluster role binding',
    flags: SET_SUBJECT_FLAGS,
    usage:
      '(-f FILENAME | TYPE NAME) [--user=username] [--group=groupname] [--serviceaccount=namespace:serviceaccountname] [--dry-run=server|client|none] [options]',
    run: setSubject,
  },
  env: {
    about: 'Update environment variables on a pod template',
    flags: `${COMMON} c/containers:string=* e/env:list from:string prefix:string keys:list list:bool overwrite:bool=true resolve:bool!`,
    usage: 'RESOURCE/NAME KEY_1=VAL_1 ... KEY_N=VAL_N [options]',
    run: setEnv,
  },
  image: {
    about: 'Update the image of a pod template',
    flags: COMMON,
    usage: '(-f FILENAME | TYPE NAME) CONTAINER_NAME_1=CONTAINER_IMAGE_1 ... CONTAINER_NAME_N=CONTAINER_IMAGE_N [options]',
    run: setImage,
  },
  resources: {
    about: 'Update resource requests/limits on objects with pod templates',
    flags: `${COMMON} c/containers:string=* limits:string requests:string`,
    usage: '(-f FILENAME | TYPE NAME)  ([--limits=LIMITS & --requests=REQUESTS] [options]',
    run: setResources,
  },
  selector: {
    about: 'Set the selector on a resource',
    flags: `${COMMON} resource-version:string`,
    usage: '(-f FILENAME | TYPE NAME) EXPRESSIONS [--resource-version=version] [options]',
    run: setSelector,
  },
  serviceaccount: {
    about: 'Update the service account of a resource',
    flags: COMMON,
    usage: '(-f FILENAME | TYPE NAME) SERVICE_ACCOUNT [options]',
    run: setServiceAccount,
    aliases: ['sa'],
  },
};

function options(session: Session): { labelSelector: string; all: boolean } {
  return { labelSelector: session.flags.string('selector'), all: session.flags.bool('all') };
}

/** Arguments before the first assignment are resources. */
function split(args: readonly string[]): { resources: string[]; pairs: string[] } {
  const isPair = (arg: string): boolean => arg.includes('=') || /^[A-Za-z_][\w.-]*-$/.test(arg);
  return { resources: args.filter((arg) => !isPair(arg)), pairs: args.filter(isPair) };
}

function templatePath(info: Info): string[] {
  if (info.mapping.kind === 'Pod') return ['spec'];
  if (info.mapping.kind === 'CronJob') return ['spec', 'jobTemplate', 'spec', 'template', 'spec'];
  return ['spec', 'template', 'spec'];
}

function containers(info: Info, init = true): JsonObject[] {
  const path = templatePath(info);
  return [...(init ? list(info.object, ...path, 'initContainers') : []), ...list(info.object, ...path, 'containers')] as JsonObject[];
}

function matches(pattern: string, name: string): boolean {
  return new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replace(/\*/g, '.*')
      .replace(/\?/g, '.')}$`,
  ).test(name);
}

/** Sends changed containers as a strategic patch; says nothing when nothing has changed. */
function* change(
  session: Session,
  info: Info,
  edit: (container: JsonObject) => JsonObject,
  operation: string,
  { init = true, refused }: { readonly init?: boolean; /** Goes before a refusal. */ readonly refused?: string } = {},
): Task<void> {
  const path = templatePath(info);
  const patch: JsonObject = {};
  for (const field of init ? ['initContainers', 'containers'] : ['containers']) {
    const changed = list(info.object, ...path, field).flatMap((was) => {
      const now = edit(was as JsonObject);
      return equal(was, now) ? [] : [now];
    });
    if (changed.length > 0) put(patch, changed, ...path, field);
  }
  const dryRun = dryRunOf(session);
  if (Object.keys(patch).length === 0) return;
  let found: JsonObject;
  try {
    found = yield* sendPatch(session, info, patch, { type: 'strategic-merge-patch', manager: session.flags.string('field-manager') });
  } catch (error) {
    if (!(error instanceof ServerError) || refused === undefined) throw error;
    throw new CommandError(`${refused}: ${error.message}`);
  }
  yield* session.out(resultPrinter(session, dryRun)({ ...info, object: found }, operation));
}

function* setImage(session: Session): Task<number> {
  const { resources, pairs } = split(session.flags.args);
  if (resources.length === 0 && manifestSources(session).length === 0) throw new CommandError(NO_RESOURCES);
  if (pairs.length === 0) throw new CommandError('at least one image update is required');
  const images = pairs.map((pair) => pair.split(/=(.*)/s).slice(0, 2) as [string, string]);
  yield* visitAll(session, resources, options(session), function* (info) {
    for (const [name] of images) {
      if (name !== '*' && !containers(info).some((container) => text(container, 'name') === name))
        throw new CommandError(`unable to find container named "${name}"`);
    }
    yield* change(
      session,
      info,
      (container) => {
        const image = images.findLast(([name]) => name === '*' || name === text(container, 'name'))?.[1];
        return image === undefined || image === text(container, 'image') ? container : { name: text(container, 'name'), image };
      },
      'image updated',
    );
  });
  return 0;
}

function* setResources(session: Session): Task<number> {
  const { flags } = session;
  const [limits, requests] = [amounts(flags.string('limits')), amounts(flags.string('requests'))];
  if (limits === undefined && requests === undefined)
    throw new CommandError('you must specify an update to requests or limits (in the form of --requests/--limits)');
  yield* visitAll(session, flags.args, options(session), function* (info) {
    const pattern = flags.string('containers');
    if (!containers(info, false).some((container) => matches(pattern, text(container, 'name'))))
      throw new CommandError(`unable to find container named ${pattern}`);
    const edit = (container: JsonObject): JsonObject => {
      if (!matches(pattern, text(container, 'name'))) return container;
      const was = object(container, 'resources');
      const now = {
        ...was,
        ...(limits === undefined ? {} : { limits: { ...object(was, 'limits'), ...limits } }),
        ...(requests === undefined ? {} : { requests: { ...object(was, 'requests'), ...requests } }),
      };
      return equal(was, now) ? container : { name: text(container, 'name'), resources: now };
    };
    yield* change(session, info, edit, 'resource requirements updated', { init: false });
  });
  return 0;
}

function amounts(spec: string): JsonObject | undefined {
  if (spec === '') return undefined;
  return Object.fromEntries(
    spec.split(',').map((pair) => {
      const [name = '', value] = pair.split('=');
      if (value === undefined) throw new CommandError(`invalid argument syntax ${pair}, expected <resource>=<value>`);
      if (parseQuantity(value) === undefined) throw new CommandError(QUANTITY_RULE);
      return [name, value];
    }),
  );
}

function* setEnv(session: Session): Task<number> {
  const { flags } = session;
  const { resources, pairs } = split(flags.args);
  if (resources.length === 0 && manifestSources(session).length === 0)
    throw new CommandError('one or more resources must be specified as <resource> <name> or <resource>/<name>');
  const set: JsonObject[] = [];
  const remove: string[] = [];
  for (const pair of [...pairs, ...flags.list('env')]) {
    const equals = pair.indexOf('=');
    if (equals < 0) remove.push(pair.slice(0, -1));
    else set.push({ name: pair.slice(0, equals), value: pair.slice(equals + 1) });
  }
  if (flags.string('from') !== '') set.push(...(yield* fromSource(session)));
  yield* visitAll(session, resources, options(session), function* (info) {
    const pattern = flags.string('containers');
    if (flags.bool('list')) {
      for (const container of containers(info)) {
        yield* session.out(`# ${info.mapping.kind} ${info.name}, container ${text(container, 'name')}\n`);
        for (const variable of list(container, 'env')) yield* session.out(`${envLine(variable as JsonObject)}\n`);
      }
      return;
    }
    if (!containers(info).some((container) => matches(pattern, text(container, 'name'))))
      throw new CommandError(`${info.mapping.kind.toLowerCase()}/${info.name} does not have any containers matching "${pattern}"`);
    const edit = (container: JsonObject): JsonObject => {
      if (!matches(pattern, text(container, 'name'))) return container;
      const was = list(container, 'env') as readonly JsonObject[];
      const changed = set.filter((variable) => !was.some((each) => equal(each, variable)));
      const gone = was.filter((each) => remove.includes(text(each, 'name')));
      if (changed.length + gone.length === 0) return container;
      const replaced = changed.map((variable) => {
        const old = was.find((each) => each['name'] === variable['name']);
        return {
          ...(old?.['valueFrom'] !== undefined && variable['valueFrom'] === undefined ? { valueFrom: null } : {}),
          ...(old?.['value'] !== undefined && variable['value'] === undefined ? { value: null } : {}),
          ...variable,
        };
      });
      const left = was.filter((each) => !gone.includes(each)).map((each) => text(each, 'name'));
      const order = [...left, ...changed.map((each) => text(each, 'name')).filter((name) => !left.includes(name))].map((name) => ({
        name,
      }));
      return {
        '$setElementOrder/env': order,
        name: text(container, 'name'),
        env: [...replaced, ...gone.map((each) => ({ $patch: 'delete', name: text(each, 'name') }))],
      };
    };
    yield* change(session, info, edit, 'env updated', { refused: 'failed to patch env update to pod template' });
  });
  return 0;
}

function envLine(variable: JsonObject): string {
  const name = text(variable, 'name');
  const source = object(variable, 'valueFrom');
  if (Object.keys(source).length === 0) return `${name}=${text(variable, 'value')}`;
  const [kind] = Object.keys(source) as [string];
  if (kind === 'configMapKeyRef') return `# ${name} from configmap ${text(source, kind, 'name')}, key ${text(source, kind, 'key')}`;
  if (kind === 'secretKeyRef') return `# ${name} from secret ${text(source, kind, 'name')}, key ${text(source, kind, 'key')}`;
  if (kind === 'fieldRef') return `# ${name} from field path ${text(source, kind, 'fieldPath')}`;
  return `# ${name} from resource ${text(source, kind, 'resource')}`;
}

function* fromSource(session: Session): Task<JsonObject[]> {
  const { flags } = session;
  const [type = '', name = ''] = flags.string('from').split('/');
  const kind = { configmap: 'configmaps', configmaps: 'configmaps', cm: 'configmaps', secret: 'secrets', secrets: 'secrets' }[type];
  if (kind === undefined) throw new CommandError(`unsupported resource specified in --from`);
  const found = yield* session.json('GET', `/api/v1/namespaces/${session.namespace}/${kind}/${name}`);
  const keys = flags.slice('keys');
  const variables: JsonObject[] = [];
  for (const key of sortedKeys(object(found, 'data'))) {
    if (keys.length > 0 && !keys.includes(key)) continue;
    const variable = key.replace(/[-.]/g, '_').toUpperCase();
    if (/[-.]/.test(key)) yield* session.warn(`key ${key} transferred to ${variable}`);
    variables.push({
      name: `${flags.string('prefix')}${variable}`,
      valueFrom: { [kind === 'secrets' ? 'secretKeyRef' : 'configMapKeyRef']: { key, name } },
    });
  }
  return variables;
}

function* setServiceAccount(session: Session): Task<number> {
  const args = [...session.flags.args];
  const account = args.pop();
  if (account === undefined) throw new CommandError('serviceaccount is required');
  yield* visitAll(session, args, options(session), function* (info) {
    const patch: JsonObject = {};
    put(patch, { serviceAccountName: account }, ...templatePath(info));
    const found = yield* sendPatch(session, info, patch, { type: 'strategic-merge-patch', manager: session.flags.string('field-manager') });
    yield* session.out(resultPrinter(session, dryRunOf(session))({ ...info, object: found }, 'serviceaccount updated'));
  });
  return 0;
}

function* setSelector(session: Session): Task<number> {
  const { resources, pairs } = split(session.flags.args);
  // The last word is taken for the selector even when it is none, and then no resource is left.
  if (pairs.length === 0) throw new CommandError(NO_RESOURCES);
  const selector = Object.fromEntries(pairs.flatMap((pair) => pair.split(',')).map((pair) => pair.split('=') as [string, string]));
  yield* visitAll(session, resources, options(session), function* (info) {
    if (info.mapping.kind !== 'Service') throw new CommandError(`setting a selector is only supported for Services`);
    const old = object(info.object, 'spec', 'selector');
    const gone = Object.fromEntries(
      Object.keys(old)
        .filter((key) => !(key in selector))
        .map((key) => [key, null]),
    );
    const found = yield* sendPatch(
      session,
      info,
      { spec: { selector: { ...gone, ...selector } } },
      { manager: session.flags.string('field-manager') },
    );
    yield* session.out(resultPrinter(session, dryRunOf(session))({ ...info, object: found }, 'selector updated'));
  });
  return 0;
}
