import type { Task } from '../../engine/os/task.ts';
import { sendPatch } from './changes.ts';
import { CommandError } from './errors.ts';
import { DRY_RUN_FLAG, dryRunOf, PRINT_FLAGS, resultPrinter } from './printers.ts';
import { FILE_FLAGS, visitAll } from './resources.ts';
import type { Session } from './session.ts';
import { list, text } from './values.ts';
import type { JsonObject } from './values.ts';

export const SET_SUBJECT_FLAGS = `${FILE_FLAGS} ${PRINT_FLAGS} ${DRY_RUN_FLAG} l/selector:string all:bool local:bool! user:list group:list serviceaccount:list field-manager:string=kubectl-set`;

const RBAC = 'rbac.authorization.k8s.io';

export function* setSubject(session: Session): Task<number> {
  const { flags } = session;
  const selection = { labelSelector: flags.string('selector'), all: flags.bool('all') };
  const wanted = subjectsOf(session);
  yield* visitAll(session, flags.args, selection, function* (info) {
    if (wanted.length === 0) throw new CommandError('you must specify at least one value of user, group or serviceaccount');
    if (info.mapping.kind !== 'RoleBinding' && info.mapping.kind !== 'ClusterRoleBinding')
      throw new CommandError(`${info.mapping.resource}/${info.name} setting subjects is only supported for RoleBinding/ClusterRoleBinding`);
    const known = list(info.object, 'subjects') as readonly JsonObject[];
    const fresh = wanted.filter((each) => !known.some((one) => sameSubject(one, each)));
    if (fresh.length === 0) return;
    const subjects = [...known, ...fresh];
    const dryRun = dryRunOf(session);
    const found =
      dryRun === 'client'
        ? { ...info.object, subjects }
        : yield* sendPatch(session, info, { subjects }, { type: 'strategic-merge-patch', manager: flags.string('field-manager') });
    yield* session.out(resultPrinter(session, dryRun)({ ...info, object: found }, 'subjects updated'));
  });
  return 0;
}

function subjectsOf({ flags }: Session): JsonObject[] {
  const accounts = flags.has('serviceaccount') ? flags.list('serviceaccount').flatMap((each) => each.split(',')) : [];
  return [
    ...unique(flags.slice('user')).map((name) => ({ apiGroup: RBAC, kind: 'User', name })),
    ...unique(flags.slice('group')).map((name) => ({ apiGroup: RBAC, kind: 'Group', name })),
    ...unique(accounts).map((given) => {
      const [namespace = '', name = '', ...rest] = given.split(':');
      if (namespace === '' || name === '' || rest.length > 0) throw new CommandError('serviceaccount must be <namespace>:<name>');
      return { kind: 'ServiceAccount', name, namespace };
    }),
  ];
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}

function sameSubject(a: JsonObject, b: JsonObject): boolean {
  return ['apiGroup', 'kind', 'name', 'namespace'].every((field) => text(a, field) === text(b, field));
}
