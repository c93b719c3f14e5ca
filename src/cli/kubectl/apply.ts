import { rare } from '../../engine/os/rare.ts';
import type { Task } from '../../engine/os/task.ts';
import { isBuiltIn } from './built-in.ts';
import { groupResource, groupVersionOf, pathOf, resourceText } from './discovery.ts';
import { CommandError, during, isReason, throwAll } from './errors.ts';
import { goJson } from './gotext.ts';
import { labelFilter } from './label-filter.ts';
import { manifestSources, visitManifests } from './manifests.ts';
import { checkPruneFlags, prune, PRUNE_FLAGS } from './prune.ts';
import { propagationOf, waitUntilGone } from './delete.ts';
import { DRY_RUN_FLAG, dryRunOf, dryRunQuery, printerFor, PRINT_FLAGS, resultPrinter } from './printers.ts';
import type { DryRun } from './printers.ts';
import { FILE_FLAGS } from './resources.ts';
import type { Info } from './info.ts';
import type { Session } from './session.ts';
import { LAST_APPLIED, withLastApplied } from './last-applied-annotation.ts';
import { listOf } from './get.ts';
import { applyServerSide } from './server-side-apply.ts';
import { warnIfDeleting } from './warn-if-deleting.ts';
import { threeWayPatch } from './three-way.ts';
import { isObject, object, text } from './values.ts';
import type { Json, JsonObject } from './values.ts';

export const APPLY_FLAGS = `${FILE_FLAGS} ${PRINT_FLAGS} ${DRY_RUN_FLAG} validate:string=strict?strict server-side:bool force-conflicts:bool field-manager:string
  overwrite:bool=true l/selector:string ${PRUNE_FLAGS} force:bool wait:bool timeout:duration=0s cascade:string=background?background grace-period:int=-1
  openapi-patch:bool=true subresource:string`;

export function validationQuery(session: Session): Record<string, string> {
  const value = session.flags.string('validate');
  const mode = { strict: 'Strict', true: 'Strict', warn: 'Warn', ignore: 'Ignore', false: 'Ignore' }[value];
  if (mode === undefined)
    throw new CommandError(`invalid - validate option "${value}"; must be one of: strict (or true), warn, ignore (or false)`);
  return { fieldValidation: mode };
}

export function* apply(session: Session): Task<number> {
  const { flags } = session;
  if (flags.args.length > 0)
    throw new CommandError(`Unexpected args: [${flags.args.join(' ')}]\nSee 'kubectl apply -h' for help and examples`);
  const files = manifestSources(session);
  if (files.length === 0) throw new CommandError('must specify one of -f and -k');
  yield* propagationOf(session);
  if (flags.bool('force-conflicts') && !flags.bool('server-side'))
    throw new CommandError('--force-conflicts only works with --server-side');
  if (flags.string('subresource') !== '' && !flags.bool('server-side'))
    throw new CommandError('--subresource can only be specified for --server-side');
  if (flags.bool('force') && flags.bool('server-side')) throw new CommandError('--force cannot be used with --server-side');
  const dryRun = dryRunOf(session);
  if (flags.bool('force') && dryRun === 'server') throw new CommandError('--dry-run=server cannot be used with --force');
  if (flags.bool('server-side') && dryRun === 'client')
    throw new CommandError("--dry-run=client doesn't work with --server-side (did you mean --dry-run=server instead?)");
  const prunedKinds = yield* checkPruneFlags(session);
  const wanted = labelFilter(flags.string('selector'));
  const printsObjects = !['', 'name'].includes(flags.string('output')) || flags.string('template') !== '';
  const say = resultPrinter(session, dryRun);
  const shown: JsonObject[] = [];
  const visited: Info[] = [];
  const finish = function* (info: Info, found: JsonObject, operation: string): Task<void> {
    visited.push({ ...info, object: found });
    if (printsObjects) shown.push(found);
    else yield* session.out(say({ ...info, object: found, name: text(found, 'metadata', 'name') || info.name }, operation));
  };
  const options = { files, recursive: flags.bool('recursive'), validate: !['false', 'ignore'].includes(flags.string('validate')) };
  const errors: unknown[] = [];
  let count = 0;
  try {
    yield* visitManifests(session, options, function* (info) {
      if (!wanted(info.object)) return;
      count++;
      if (flags.bool('server-side'))
        yield* finish(
          info,
          yield* rare(applyServerSide)(session, info, { ...validationQuery(session), ...dryRunQuery(dryRun) }),
          'serverside-applied',
        );
      else yield* applyOne(session, info, dryRun, finish);
    });
  } catch (error) {
    errors.push(error);
  }
  if (count === 0 && errors.length === 0) throw new CommandError('no objects passed to apply');
  if (shown.length > 0)
    yield* session.out(
      (printerFor(session) as { print(o: JsonObject): string }).print(shown.length === 1 ? (shown[0] as JsonObject) : listOf(shown)),
    );
  throwAll(errors);
  if (flags.bool('prune')) yield* prune(session, visited, prunedKinds, dryRun, flags.string('cascade'));
  return 0;
}

type Finish = (info: Info, found: JsonObject, operation: string) => Task<void>;

function* applyOne(session: Session, info: Info, dryRun: DryRun, finish: Finish): Task<void> {
  const { mapping, namespace, name } = info;
  if (text(info.object, 'metadata', 'generateName') !== '')
    throw new CommandError(`from ${text(info.object, 'metadata', 'generateName')}: cannot use generate name with apply`);
  const manager = session.flags.string('field-manager') || 'kubectl-client-side-apply';
  const query = { ...validationQuery(session), fieldManager: manager, ...dryRunQuery(dryRun) };
  const modified = withLastApplied(info.object);
  if (name === '')
    throw new CommandError(
      `error when retrieving current configuration of:\n${describeInfo(info)}\nfrom server for: "${info.source}": resource name may not be empty`,
    );
  let current: JsonObject;
  try {
    current = yield* session.json('GET', pathOf(mapping, namespace, name), { what: `get ${groupResource(mapping)} ${name}` });
  } catch (error) {
    if (!isReason(error, 'NotFound'))
      throw during(error, `retrieving current configuration of:\n${describeInfo(info)}\nfrom server for:`, info.source);
    if (dryRun === 'client') return yield* finish(info, modified, 'created');
    try {
      const created = yield* session.json('POST', pathOf(mapping, namespace), {
        body: withoutNulls(modified),
        query,
        headers: { 'content-type': 'application/json' },
        what: `post ${groupResource(mapping)}`,
      });
      return yield* finish(info, created, 'created');
    } catch (refusal) {
      throw during(refusal, 'creating', info.source);
    }
  }
  if (dryRun === 'client') return yield* finish(info, current, 'configured');
  const named = `${mapping.resource}/${name}`;
  const previous = text(current, 'metadata', 'annotations', LAST_APPLIED);
  if (previous === '') {
    yield* session.err(
      `Warning: resource ${named} is missing the ${LAST_APPLIED} annotation which is required by kubectl apply. kubectl apply should only be used on resources created declaratively by either kubectl create --save-config or kubectl apply. The missing annotation will be patched automatically.\n`,
    );
  }
  const strategic = isBuiltIn(mapping.group);
  const patch = threeWayPatch(previous === '' ? {} : (JSON.parse(previous) as JsonObject), modified, current, strategic);
  let patched = current;
  if (Object.keys(patch).length > 0) {
    try {
      patched = yield* session.json('PATCH', pathOf(mapping, namespace, name), {
        body: goJson(patch),
        query,
        headers: { 'content-type': `application/${strategic ? 'strategic-merge-patch' : 'merge-patch'}+json` },
        what: `patch ${groupResource(mapping)} ${name}`,
      });
    } catch (error) {
      if (session.flags.bool('force') && (isReason(error, 'Conflict') || isReason(error, 'Invalid')))
        return yield* finish(info, yield* replaceWhole(session, info, modified, current, query), 'configured');
      throw during(error, `applying patch:\n${goJson(patch)}\nto:\n${describeInfo(info)}\nfor:`, info.source);
    }
  }
  yield* warnIfDeleting(session, name, patched);
  yield* finish(info, patched, Object.keys(patch).length === 0 ? 'unchanged' : 'configured');
}

/** `--force`: what cannot be changed is deleted and made anew; when that fails, as it was. */
function* replaceWhole(
  session: Session,
  info: Info,
  modified: JsonObject,
  current: JsonObject,
  query: Record<string, string>,
): Task<JsonObject> {
  const { mapping, namespace, name } = info;
  const { flags } = session;
  const headers = { 'content-type': 'application/json' };
  const grace = flags.int('grace-period');
  yield* session.call('DELETE', pathOf(mapping, namespace, name), {
    headers,
    body: {
      kind: 'DeleteOptions',
      apiVersion: 'v1',
      propagationPolicy: 'Background',
      ...(grace >= 0 ? { gracePeriodSeconds: grace } : {}),
    },
  });
  yield* waitUntilGone(session, info, text(current, 'metadata', 'uid'), flags.duration('timeout'));
  try {
    return yield* session.json('POST', pathOf(mapping, namespace), { body: withoutNulls(modified), query, headers });
  } catch (refusal) {
    const { resourceVersion: _version, uid: _uid, creationTimestamp: _made, ...metadata } = object(current, 'metadata');
    yield* session.call('POST', pathOf(mapping, namespace), { body: { ...current, metadata }, headers });
    throw refusal;
  }
}

/** A field set to null is absent from a new object too, as it would be after a patch. */
function withoutNulls(value: JsonObject): JsonObject {
  const prune = (each: Json): Json => (Array.isArray(each) ? each.map(prune) : isObject(each) ? withoutNulls(each) : each);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== null)
      .map(([key, each]) => [key, prune(each)]),
  );
}

/** `resource.Info.String()`. */
export function describeInfo(info: Info): string {
  const { mapping } = info;
  const gv = mapping.group === '' ? `/${mapping.version}` : groupVersionOf(mapping.group, mapping.version);
  return `Resource: "${resourceText(mapping)}", GroupVersionKind: "${gv}, Kind=${mapping.kind}"\nName: "${info.name}", Namespace: "${info.namespace ?? ''}"`;
}
