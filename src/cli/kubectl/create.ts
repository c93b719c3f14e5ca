import { rare } from '../../engine/os/rare.ts';
import type { Task } from '../../engine/os/task.ts';
import { withLastApplied } from './last-applied-annotation.ts';
import { validationQuery } from './apply.ts';
import { EDIT_NOTE, editInEditor } from './editor.ts';
import { labelFilter } from './label-filter.ts';
import { GENERATORS } from './create/generators.ts';
import { groupResource, guessedMapping, lookUp, mappingForKind, pathOf } from './discovery.ts';
import { CommandError, ServerError, toldBy, during } from './errors.ts';
import { manifestSources, visitManifests } from './manifests.ts';
import { dryRunOf, dryRunQuery, DRY_RUN_FLAG, PRINT_FLAGS, printerFor, resultPrinter } from './printers.ts';
import { checkRaw, rawRequest } from './raw.ts';
import { FILE_FLAGS } from './resources.ts';
import type { Info } from './info.ts';
import type { Session } from './session.ts';
import { ConnectionError } from './transport.ts';
import { has, object, sortedKeys, text } from './values.ts';
import type { JsonObject } from './values.ts';

export const CREATE_FLAGS = `${FILE_FLAGS} ${PRINT_FLAGS} ${DRY_RUN_FLAG} validate:string=strict?strict save-config:bool field-manager:string=kubectl-create l/selector:string
  edit:bool raw:string windows-line-endings:bool`;
/** What all `kubectl create TYPE` have in common. */
export const CREATE_TYPE_FLAGS = `${PRINT_FLAGS} ${DRY_RUN_FLAG} validate:string=strict?strict save-config:bool field-manager:string=kubectl-create`;

export function* create(session: Session): Task<number> {
  const { flags } = session;
  if (flags.has('raw')) {
    if (flags.bool('edit')) throw new CommandError('--raw and --edit are mutually exclusive');
    checkRaw(session);
    if (flags.string('selector') !== '') throw new CommandError('--raw and --selector (-l) are mutually exclusive');
    return yield* rawRequest(session, 'POST', flags.string('raw'));
  }
  const files = manifestSources(session);
  if (flags.args.length > 0)
    throw new CommandError(`Unexpected args: [${flags.args.join(' ')}]\nSee 'kubectl create -h' for help and examples`);
  if (files.length === 0) throw new CommandError('must specify one of -f and -k');
  const dryRun = dryRunOf(session);
  const say = resultPrinter(session, dryRun);
  if (flags.bool('edit')) return yield* editBeforeCreate(session);
  const wanted = labelFilter(flags.string('selector'));
  let count = 0;
  const options = { files, recursive: flags.bool('recursive'), validate: !['false', 'ignore'].includes(flags.string('validate')) };
  yield* visitManifests(session, options, function* (info) {
    if (!wanted(info.object)) return;
    count++;
    let created = flags.bool('save-config') ? withLastApplied(info.object) : info.object;
    if (dryRun !== 'client') {
      try {
        created = yield* send(session, info, created, { ...validationQuery(session), ...dryRunQuery(dryRun) });
      } catch (error) {
        throw during(error, 'creating', info.source);
      }
    }
    yield* session.out(say({ ...info, object: created, name: text(created, 'metadata', 'name') }, 'created'));
  });
  if (count === 0) throw new CommandError('no objects passed to create');
  return 0;
}

/** `--edit`: what the files hold is edited before it is created. */
function* editBeforeCreate(session: Session): Task<number> {
  const { flags } = session;
  const infos: Info[] = [];
  const options = { files: manifestSources(session), recursive: flags.bool('recursive'), validate: true };
  // eslint-disable-next-line require-yield
  yield* visitManifests(session, options, function* (info) {
    infos.push(info);
  });
  return yield* rare(editInEditor)(session, infos, {
    note: EDIT_NOTE,
    operation: 'created',
    shown: (info) => info.object,
    *send(info, _before, after) {
      const value = flags.bool('save-config') ? withLastApplied(after) : after;
      return yield* send(session, info, value, validationQuery(session));
    },
  });
}

function send(
  session: Session,
  info: Pick<Info, 'mapping' | 'namespace'>,
  value: JsonObject,
  query: Record<string, string>,
): Task<JsonObject> {
  return session.json('POST', pathOf(info.mapping, info.namespace), {
    body: value,
    query: { fieldManager: session.flags.string('field-manager') || 'kubectl-create', ...query },
    headers: { 'content-type': 'application/json' },
    what: `post ${groupResource(info.mapping)}`,
  });
}

/** `kubectl create deployment web …`: an object made from flags. */
export function* createType(session: Session, type: string): Task<number> {
  const generator = GENERATORS[type];
  if (generator === undefined) throw new Error(`no generator for ${type}`);
  const dryRun = dryRunOf(session);
  printerFor(session);
  const query = validationQuery(session);
  const made = yield* generator.make(session);
  yield* submit(session, made, { dryRun, operation: 'created', query, failed: generator.failed });
  return 0;
}

/** Creates an object that kubectl made up, and says so. The namespace shows in a client's dry run only when it was asked for. */
export function* submit(
  session: Session,
  made: JsonObject,
  options: { dryRun: ReturnType<typeof dryRunOf>; operation: string; failed?: string; manager?: string; query?: Record<string, string> },
): Task<JsonObject> {
  const { dryRun, operation, failed } = options;
  const [apiVersion, kind] = [text(made, 'apiVersion'), text(made, 'kind')];
  // What `create` makes goes to where its type is known to be.
  const mapping =
    dryRun === 'client' || failed !== undefined
      ? guessedMapping(made)
      : yield* lookUp(session, (discovery) => mappingForKind(discovery, apiVersion, kind));
  if (mapping === undefined) throw new CommandError(`no matches for kind "${kind}" in version "${apiVersion}"`);
  const namespaced = mapping.namespaced && (dryRun !== 'client' || session.namespaceGiven) && !has(made, 'metadata', 'namespace');
  let created: JsonObject = namespaced ? { ...made, metadata: { ...object(made, 'metadata'), namespace: session.namespace } } : made;
  const say = resultPrinter(session, dryRun, dryRun === 'client' ? Object.keys : sortedKeys);
  if (session.flags.bool('save-config')) created = withLastApplied(created, true);
  if (dryRun !== 'client') {
    try {
      created = yield* send(
        session,
        { mapping, ...(mapping.namespaced ? { namespace: text(created, 'metadata', 'namespace') } : {}) },
        created,
        {
          ...(options.manager === undefined ? {} : { fieldManager: options.manager }),
          ...options.query,
          ...dryRunQuery(dryRun),
        },
      );
    } catch (error) {
      if (failed && (error instanceof ServerError || error instanceof ConnectionError)) throw new CommandError(`${failed}${toldBy(error)}`);
      throw error;
    }
  }
  yield* session.out(say({ mapping, name: text(created, 'metadata', 'name'), object: created }, operation));
  return created;
}
