import type { Task } from '../../../engine/os/task.ts';
import { findMapping, groupResource, lookUp } from '../discovery.ts';
import type { Mapping } from '../discovery.ts';
import { BareError, CommandError } from '../errors.ts';
import type { Session } from '../session.ts';
import type { Json, JsonObject } from '../values.ts';
import { nameOf } from './arguments.ts';

const RBAC = 'rbac.authorization.k8s.io';
const RESOURCE_VERBS = new Set([
  '*',
  'get',
  'delete',
  'list',
  'create',
  'update',
  'patch',
  'watch',
  'proxy',
  'deletecollection',
  'use',
  'bind',
  'escalate',
  'impersonate',
]);
const URL_VERBS = new Set(['*', 'get', 'post', 'put', 'delete', 'patch', 'head', 'options']);
/** Verbs that only some resources know, not all of which a server serves. */
const SPECIAL_VERBS: Readonly<Record<string, readonly string[]>> = {
  use: ['podsecuritypolicies.policy', 'podsecuritypolicies.extensions'],
  bind: [`roles.${RBAC}`, `clusterroles.${RBAC}`],
  escalate: [`roles.${RBAC}`, `clusterroles.${RBAC}`],
  impersonate: ['users', 'serviceaccounts', 'groups', 'userextras.authentication.k8s.io'],
};

export function* makeRole(session: Session): Task<JsonObject> {
  const name = yield* nameOf(session);
  const verbs = verbsOf(session);
  if (verbs.length === 0) throw new CommandError('at least one verb must be specified');
  yield* warnOfVerbs(session, verbs);
  if (session.flags.slice('resource').length === 0) throw new CommandError('at least one resource must be specified');
  return { kind: 'Role', apiVersion: `${RBAC}/v1`, metadata: { name }, rules: yield* rulesOf(session, verbs) };
}

export function* makeClusterRole(session: Session): Task<JsonObject> {
  const { flags } = session;
  const name = yield* nameOf(session);
  const head = { kind: 'ClusterRole', apiVersion: `${RBAC}/v1`, metadata: { name } };
  const aggregation = flags.slice('aggregation-rule');
  const malformed = aggregation.find((pair) => !pair.includes('='));
  if (malformed !== undefined)
    throw new CommandError(
      `invalid argument ${JSON.stringify(malformed)} for "--aggregation-rule" flag: malformed pair, expect string=string\nSee '${session.command} --help' for usage.`,
    );
  if (aggregation.length > 0) {
    if (['verb', 'resource', 'resource-name', 'non-resource-url'].some((flag) => flags.has(flag)))
      throw new CommandError('aggregation rule must be specified without nonResourceURLs, verbs, resources or resourceNames');
    const matchLabels = Object.fromEntries(aggregation.map((pair) => pair.split(/=(.*)/s).slice(0, 2))) as JsonObject;
    return { ...head, rules: null, aggregationRule: { clusterRoleSelectors: [{ matchLabels }] } };
  }
  const verbs = verbsOf(session);
  const urls = [...new Set(flags.slice('non-resource-url'))];
  const rules: Json[] = [];
  if (verbs.length === 0) throw new CommandError('at least one verb must be specified');
  if (flags.slice('resource').length === 0 && urls.length === 0)
    throw new CommandError('one of resource or nonResourceURL must be specified');
  if (flags.slice('resource').length > 0) {
    yield* warnOfVerbs(session, verbs);
    rules.push(...(yield* rulesOf(session, verbs)));
  }
  if (urls.length > 0) {
    const wrong = verbs.find((verb) => !URL_VERBS.has(verb));
    if (wrong !== undefined) throw new CommandError(`invalid verb: '${wrong}' for nonResourceURL`);
    rules.push({ verbs, nonResourceURLs: urls });
  }
  for (const url of urls) {
    if (url !== '*' && !url.startsWith('/')) throw new CommandError('nonResourceURL should start with /');
    if (url.indexOf('*') >= 0 && url.indexOf('*') < url.length - 1)
      throw new CommandError("nonResourceURL only supports wildcard matches when '*' is at the end");
  }
  return { ...head, rules };
}

/** Each once; `*` stands for all of them. */
function verbsOf({ flags }: Session): string[] {
  const verbs = [...new Set(flags.slice('verb'))];
  return verbs.includes('*') ? ['*'] : verbs;
}

function* warnOfVerbs(session: Session, verbs: readonly string[]): Task<void> {
  for (const verb of verbs) if (!RESOURCE_VERBS.has(verb)) yield* session.err(`Warning: '${verb}' is not a standard resource verb\n`);
}

/** One rule for each API group that the resources belong to. */
function* rulesOf(session: Session, verbs: readonly string[]): Task<Json[]> {
  const { flags } = session;
  const given = flags.slice('resource');
  const groups = new Map<string, string[]>();
  for (const word of given.includes('*') ? ['*'] : given) {
    const [, typed = '', subresource] = /^([^/]*)(?:\/(.*))?$/s.exec(word) ?? [];
    const [, wanted = '', inGroup] = /^([^.]*)(?:\.(.*))?$/s.exec(typed) ?? [];
    if (wanted === '') throw new CommandError('resource must be specified if apiGroup/subresource specified');
    const { resource, group } =
      wanted === '*' ? { resource: '*', group: inGroup ?? '' } : yield* resourceOf(session, verbs, wanted, inGroup ?? '');
    const named = subresource === undefined || subresource === '' ? resource : `${resource}/${subresource}`;
    const sofar = groups.get(group) ?? [];
    groups.set(group, sofar.includes(named) ? sofar : [...sofar, named]);
  }
  const names = [...new Set(flags.list('resource-name'))];
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([group, resources]) => ({
      verbs: [...verbs],
      apiGroups: [group],
      resources,
      ...(names.length > 0 ? { resourceNames: names } : {}),
    }));
}

/** A word is no version here: `deployments.v1.apps` names a group. */
function* resourceOf(
  session: Session,
  verbs: readonly string[],
  resource: string,
  group: string,
): Task<Pick<Mapping, 'resource' | 'group'>> {
  const inGroup = (each: Mapping): boolean => group === '' || each.group === group || each.group.startsWith(`${group}.`);
  const found = yield* lookUp(
    session,
    ({ resources, groupVersions }) => findMapping({ resources: resources.filter(inGroup), groupVersions }, resource),
    2,
  );
  const meant = found ?? { resource, group };
  const special = verbs.filter((verb) => SPECIAL_VERBS[verb] !== undefined);
  const refused = special.find((verb) => !SPECIAL_VERBS[verb]?.includes(groupResource(meant)));
  if (refused !== undefined) throw new CommandError(`can not perform '${refused}' on '${meant.resource}' in group '${meant.group}'`);
  if (found === undefined && special.length === 0)
    throw new BareError(`the server doesn't have a resource type "${resource}"${group === '' ? '' : ` in group "${group}"`}`);
  return meant;
}

export function* makeRoleBinding(session: Session): Task<JsonObject> {
  const { flags } = session;
  const name = yield* nameOf(session);
  if ((flags.string('clusterrole') === '') === (flags.string('role') === ''))
    throw new CommandError('exactly one of clusterrole or role must be specified');
  const roleRef =
    flags.string('role') === ''
      ? { apiGroup: RBAC, kind: 'ClusterRole', name: flags.string('clusterrole') }
      : { apiGroup: RBAC, kind: 'Role', name: flags.string('role') };
  return { kind: 'RoleBinding', apiVersion: `${RBAC}/v1`, metadata: { name }, ...subjectsOf(session), roleRef };
}

export function* makeClusterRoleBinding(session: Session): Task<JsonObject> {
  const name = yield* nameOf(session);
  if (!session.flags.has('clusterrole')) throw new CommandError('required flag(s) "clusterrole" not set');
  return {
    kind: 'ClusterRoleBinding',
    apiVersion: `${RBAC}/v1`,
    metadata: { name },
    ...subjectsOf(session),
    roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: session.flags.string('clusterrole') },
  };
}

function subjectsOf(session: Session): JsonObject {
  const { flags } = session;
  const subjects: Json[] = [
    ...flags.list('user').map((name) => ({ kind: 'User', apiGroup: RBAC, name })),
    ...flags.list('group').map((name) => ({ kind: 'Group', apiGroup: RBAC, name })),
    ...flags.list('serviceaccount').map((each) => {
      const [namespace = '', name = '', more] = each.split(':');
      if (namespace === '' || name === '' || more !== undefined) throw new CommandError('serviceaccount must be <namespace>:<name>');
      return { kind: 'ServiceAccount', name, namespace };
    }),
  ];
  return subjects.length > 0 ? { subjects } : {};
}
