import type { Task } from '../../../engine/os/task.ts';
import { mappingOrBareError } from '../discovery.ts';
import { CommandError } from '../errors.ts';
import type { Session } from '../session.ts';
import type { Json, JsonObject } from '../values.ts';
import { nameOf } from './arguments.ts';

const STANDARD_VERBS =
  /^(get|list|watch|create|update|patch|delete|deletecollection|\*|use|bind|escalate|impersonate|approve|sign|attest)$/;
const RBAC = 'rbac.authorization.k8s.io';

export function* makeRole(session: Session): Task<JsonObject> {
  const name = yield* nameOf(session);
  if (session.flags.slice('verb').length === 0) throw new CommandError('at least one verb must be specified');
  if (session.flags.list('resource').length === 0) throw new CommandError('at least one resource must be specified');
  return { apiVersion: `${RBAC}/v1`, kind: 'Role', metadata: { name }, rules: yield* rulesOf(session) };
}

export function* makeClusterRole(session: Session): Task<JsonObject> {
  const { flags } = session;
  const name = yield* nameOf(session);
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
    return {
      aggregationRule: { clusterRoleSelectors: [{ matchLabels }] },
      apiVersion: `${RBAC}/v1`,
      kind: 'ClusterRole',
      metadata: { name },
      rules: null,
    };
  }
  if (flags.slice('verb').length === 0) throw new CommandError('at least one verb must be specified');
  const urls = flags.slice('non-resource-url');
  const rules: Json[] = flags.list('resource').length > 0 ? yield* rulesOf(session) : [];
  for (const url of urls) {
    if (url !== '*' && !url.startsWith('/')) throw new CommandError('nonResourceURL should start with /');
    if (url.indexOf('*') >= 0 && url.indexOf('*') < url.length - 1)
      throw new CommandError("nonResourceURL only supports wildcard matches when '*' is at the end");
  }
  if (urls.length > 0) rules.push({ nonResourceURLs: urls, verbs: flags.slice('verb') });
  if (rules.length === 0) throw new CommandError('one of resource or nonResourceURL must be specified');
  return { apiVersion: `${RBAC}/v1`, kind: 'ClusterRole', metadata: { name }, rules };
}

/** One rule for each API group that the resources belong to. */
function* rulesOf(session: Session): Task<Json[]> {
  const { flags } = session;
  const verbs = [...new Set(flags.slice('verb'))];
  for (const verb of verbs) if (!STANDARD_VERBS.test(verb)) yield* session.err(`Warning: '${verb}' is not a standard resource verb\n`);
  const groups = new Map<string, string[]>();
  for (const word of flags.slice('resource')) {
    const [resource = '', subresource] = word.split('/');
    if (resource === '*') {
      groups.set('*', [...(groups.get('*') ?? []), '*']);
      continue;
    }
    const mapping = yield* mappingOrBareError(session, resource);
    groups.set(mapping.group, [
      ...(groups.get(mapping.group) ?? []),
      subresource === undefined ? mapping.resource : `${mapping.resource}/${subresource}`,
    ]);
  }
  const names = flags.slice('resource-name');
  return [...groups].map(([group, resources]) => ({
    apiGroups: [group],
    ...(names.length > 0 ? { resourceNames: names } : {}),
    resources,
    verbs,
  }));
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
  return { apiVersion: `${RBAC}/v1`, kind: 'RoleBinding', metadata: { name }, roleRef, ...subjectsOf(session) };
}

export function* makeClusterRoleBinding(session: Session): Task<JsonObject> {
  const name = yield* nameOf(session);
  if (!session.flags.has('clusterrole')) throw new CommandError('required flag(s) "clusterrole" not set');
  return {
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: session.flags.string('clusterrole') },
    ...subjectsOf(session),
  };
}

function subjectsOf(session: Session): JsonObject {
  const { flags } = session;
  const subjects: Json[] = [
    ...flags.slice('user').map((name) => ({ apiGroup: RBAC, kind: 'User', name })),
    ...flags.slice('group').map((name) => ({ apiGroup: RBAC, kind: 'Group', name })),
    ...flags.slice('serviceaccount').map((each) => {
      const [namespace = '', name = ''] = each.split(':');
      if (namespace === '' || name === '') throw new CommandError('serviceaccount must be <namespace>:<name>');
      return { kind: 'ServiceAccount', name, namespace };
    }),
  ];
  return subjects.length > 0 ? { subjects } : {};
}
