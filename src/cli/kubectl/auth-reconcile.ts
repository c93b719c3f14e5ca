import type { Task } from '../../engine/os/task.ts';
import { pathOf } from './discovery.ts';
import { CommandError, isReason } from './errors.ts';
import type { Info } from './info.ts';
import { manifestSources, visitManifests } from './manifests.ts';
import { DRY_RUN_FLAG, dryRunOf, PRINT_FLAGS, resultPrinter } from './printers.ts';
import type { DryRun } from './printers.ts';
import { FILE_FLAGS } from './resources.ts';
import type { Session } from './session.ts';
import { equal, has, list, object, text } from './values.ts';
import type { Json, JsonObject } from './values.ts';

export const RECONCILE_FLAGS = `${FILE_FLAGS} ${PRINT_FLAGS} ${DRY_RUN_FLAG} remove-extra-permissions:bool remove-extra-subjects:bool`;

const RBAC = 'rbac.authorization.k8s.io';
const PROTECTED = 'rbac.authorization.kubernetes.io/autoupdate';

type Operation = 'create' | 'update' | 'recreate' | 'none';

interface Reconciled {
  readonly object: JsonObject;
  readonly operation: Operation;
  readonly kept: boolean;
  /** Headings of what was added and removed, each with its lines. */
  readonly changes: readonly { readonly head: string; readonly items: readonly Json[] }[];
}

export function* reconcile(session: Session): Task<number> {
  const files = manifestSources(session);
  if (files.length === 0) throw new CommandError('must specify one of -f and -k');
  const dryRun = dryRunOf(session);
  if (dryRun === 'server') throw new CommandError('--dry-run=server for command reconcile is not supported yet');
  const say = resultPrinter(session, dryRun);
  yield* visitManifests(session, { files, recursive: session.flags.bool('recursive'), validate: false }, function* (info) {
    if (info.mapping.group !== RBAC) return;
    const done = info.mapping.kind.endsWith('Role')
      ? yield* reconcileRole(session, info, dryRun)
      : yield* reconcileBinding(session, info, dryRun);
    yield* session.out(say({ ...info, object: done.object }, 'reconciled'));
    yield* session.err(explanation(done));
  });
  return 0;
}

function explanation({ operation, kept, changes }: Reconciled): string {
  if (operation === 'none') return '';
  const caveat = kept ? `, but object opted out (${PROTECTED}: false)` : '';
  const lists = changes
    .filter(({ items }) => items.length > 0)
    .map(({ head, items }) => `\t${head}:\n${items.map((item) => `\t\t${goStruct(item)}\n`).join('')}`);
  return `\treconciliation required ${operation}${caveat}\n${lists.join('')}`;
}

/** `%+v` of a rule or a subject. */
function goStruct(value: Json): string {
  if (!has(value, 'kind')) {
    const words = (field: string): string =>
      `[${list(value, field)
        .map((each) => text(each))
        .join(' ')}]`;
    return `{Verbs:${words('verbs')} APIGroups:${words('apiGroups')} Resources:${words('resources')} ResourceNames:${words('resourceNames')} NonResourceURLs:${words('nonResourceURLs')}}`;
  }
  return `{Kind:${text(value, 'kind')} APIGroup:${text(value, 'apiGroup')} Name:${text(value, 'name')} Namespace:${text(value, 'namespace')}}`;
}

function* existing(session: Session, info: Info): Task<JsonObject | undefined> {
  try {
    return yield* session.json('GET', pathOf(info.mapping, info.namespace, info.name));
  } catch (error) {
    if (isReason(error, 'NotFound')) return undefined;
    throw error;
  }
}

function* reconcileRole(session: Session, info: Info, dryRun: DryRun): Task<Reconciled> {
  const wanted = list(info.object, 'rules');
  const found = yield* existing(session, info);
  if (found === undefined)
    return yield* finish(session, info, dryRun, info.object, 'create', [{ head: 'missing rules added', items: wanted }]);
  const was = list(found, 'rules');
  const missing = wanted.flatMap(singleRules).filter((rule) => !was.some((each) => covers(each, rule)));
  const extra = was.flatMap(singleRules).filter((rule) => !wanted.some((each) => covers(each, rule)));
  const remove = session.flags.bool('remove-extra-permissions') && extra.length > 0;
  const merged = withMetadata(found, info.object);
  const rules = remove ? [...wanted] : [...was, ...missing];
  const changed = missing.length > 0 || remove || !equal(object(merged, 'metadata'), object(found, 'metadata'));
  return yield* finish(
    session,
    info,
    dryRun,
    { ...merged, ...(has(info.object, 'aggregationRule') ? { aggregationRule: info.object['aggregationRule'] as Json } : {}), rules },
    changed ? 'update' : 'none',
    [
      { head: 'missing rules added', items: missing },
      { head: 'extra rules removed', items: remove ? extra : [] },
    ],
  );
}

function* reconcileBinding(session: Session, info: Info, dryRun: DryRun): Task<Reconciled> {
  const wanted = list(info.object, 'subjects').map(withGroup);
  const desired: JsonObject = { ...info.object, subjects: wanted };
  const found = yield* existing(session, info);
  if (found === undefined)
    return yield* finish(session, info, dryRun, desired, 'create', [{ head: 'missing subjects added', items: wanted }]);
  if (!equal(object(found, 'roleRef'), object(desired, 'roleRef'))) {
    // What a binding grants cannot be changed: it is made anew.
    if (dryRun === 'none') yield* session.call('DELETE', pathOf(info.mapping, info.namespace, info.name));
    return yield* finish(session, info, dryRun, desired, 'recreate', []);
  }
  const was = list(found, 'subjects');
  const missing = wanted.filter((each) => !was.some((one) => goStruct(one) === goStruct(each)));
  const extra = was.filter((each) => !wanted.some((one) => goStruct(one) === goStruct(each)));
  const remove = session.flags.bool('remove-extra-subjects') && extra.length > 0;
  const merged = withMetadata(found, info.object);
  const subjects = [...was.filter((each) => !remove || !extra.includes(each)), ...missing];
  const changed = missing.length > 0 || remove || !equal(object(merged, 'metadata'), object(found, 'metadata'));
  return yield* finish(session, info, dryRun, { ...merged, subjects }, changed ? 'update' : 'none', [
    { head: 'missing subjects added', items: missing },
    { head: 'extra subjects removed', items: remove ? extra : [] },
  ]);
}

function* finish(
  session: Session,
  info: Info,
  dryRun: DryRun,
  wanted: JsonObject,
  operation: Operation,
  changes: Reconciled['changes'],
): Task<Reconciled> {
  const kept = text(wanted, 'metadata', 'annotations', PROTECTED) === 'false' && operation !== 'none' && operation !== 'create';
  if (dryRun !== 'none' || operation === 'none' || kept) return { object: wanted, operation, kept, changes };
  const headers = { 'content-type': 'application/json' };
  if (operation === 'create' && info.namespace !== undefined) yield* ensureNamespace(session, info.namespace);
  const answer =
    operation === 'update'
      ? yield* session.json('PUT', pathOf(info.mapping, info.namespace, info.name), { body: wanted, headers })
      : yield* session.json('POST', pathOf(info.mapping, info.namespace), { body: wanted, headers });
  return { object: answer, operation, kept, changes };
}

function* ensureNamespace(session: Session, namespace: string): Task<void> {
  try {
    yield* session.call('POST', '/api/v1/namespaces', {
      body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
      headers: { 'content-type': 'application/json' },
    });
  } catch (error) {
    if (!isReason(error, 'AlreadyExists') && !isReason(error, 'Forbidden')) throw error;
  }
}

function withMetadata(found: JsonObject, wanted: JsonObject): JsonObject {
  const metadata: JsonObject = { ...object(found, 'metadata') };
  for (const field of ['labels', 'annotations'])
    if (has(wanted, 'metadata', field)) metadata[field] = { ...object(found, 'metadata', field), ...object(wanted, 'metadata', field) };
  return { ...found, metadata };
}

function withGroup(subject: Json): JsonObject {
  const group = ['User', 'Group'].includes(text(subject, 'kind')) ? { apiGroup: RBAC } : {};
  return { ...group, ...object(subject) };
}

/** A rule as the rules of one verb on one resource, name or URL that it is made of. */
function singleRules(rule: Json): JsonObject[] {
  const each = (field: string): readonly Json[] => list(rule, field);
  const found: JsonObject[] = [];
  for (const group of each('apiGroups'))
    for (const resource of each('resources'))
      for (const verb of each('verbs')) {
        const base = { apiGroups: [group], resources: [resource], verbs: [verb] };
        if (each('resourceNames').length === 0) found.push(base);
        for (const name of each('resourceNames')) found.push({ ...base, resourceNames: [name] });
      }
  for (const url of each('nonResourceURLs')) for (const verb of each('verbs')) found.push({ nonResourceURLs: [url], verbs: [verb] });
  return found;
}

function covers(owner: Json, rule: JsonObject): boolean {
  const within = (field: string): boolean => {
    const [wanted, offered] = [list(rule, field), list(owner, field)];
    return wanted.every(
      (each) => offered.includes('*') || offered.includes(each) || offered.some((one) => matchesSubresource(field, text(one), text(each))),
    );
  };
  if (!within('verbs')) return false;
  if (list(rule, 'nonResourceURLs').length > 0)
    return list(rule, 'nonResourceURLs').every((url) =>
      list(owner, 'nonResourceURLs').some(
        (each) => each === url || (text(each).endsWith('*') && text(url).startsWith(text(each).slice(0, -1))),
      ),
    );
  const names = list(owner, 'resourceNames');
  return (
    within('apiGroups') &&
    within('resources') &&
    (names.length === 0 || (list(rule, 'resourceNames').length > 0 && within('resourceNames')))
  );
}

/** A wildcard before a slash stands for that subresource of everything. */
function matchesSubresource(field: string, offered: string, wanted: string): boolean {
  return field === 'resources' && offered.startsWith('*/') && wanted.endsWith(offered.slice(1));
}
