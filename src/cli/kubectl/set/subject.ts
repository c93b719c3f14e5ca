import type { Task } from '../../../engine/os/task.ts';
import { CommandError } from '../errors.ts';
import { refuseLocalNames } from '../local.ts';
import type { Session } from '../session.ts';
import { list, text } from '../values.ts';
import type { JsonObject } from '../values.ts';
import { SET_FLAGS, setOn, Refusal } from './change.ts';

export const SET_SUBJECT_FLAGS = `${SET_FLAGS} user:list group:list serviceaccount:list`;

const RBAC = 'rbac.authorization.k8s.io';

export function* setSubject(session: Session): Task<number> {
  const { flags } = session;
  refuseLocalNames(session, flags.args);
  const wanted = subjectsOf(session);
  return yield* setOn(session, flags.args, {
    operation: 'subjects updated',
    refused: 'failed to patch subjects to rolebinding:',
    // eslint-disable-next-line require-yield
    *edit(value, { mapping }) {
      if (wanted.length === 0) throw new CommandError('you must specify at least one value of user, group or serviceaccount');
      if (mapping.kind !== 'RoleBinding' && mapping.kind !== 'ClusterRoleBinding')
        throw new Refusal('setting subjects is only supported for RoleBinding/ClusterRoleBinding');
      if (mapping.kind === 'ClusterRoleBinding' && wanted.some((each) => each['namespace'] === ''))
        throw new CommandError('serviceaccount must be <namespace>:<name>, namespace must be specified');
      const known = list(value, 'subjects') as readonly JsonObject[];
      const fresh = wanted
        .map((each) => (each['namespace'] === '' ? { ...each, namespace: session.namespace } : each))
        .filter((each) => !known.some((one) => sameSubject(one, each)));
      return fresh.length === 0 ? value : { ...value, subjects: [...known, ...fresh] };
    },
  });
}

function subjectsOf({ flags }: Session): JsonObject[] {
  return [
    ...unique(flags.slice('user')).map((name) => ({ apiGroup: RBAC, kind: 'User', name })),
    ...unique(flags.slice('group')).map((name) => ({ apiGroup: RBAC, kind: 'Group', name })),
    ...unique(flags.list('serviceaccount').flatMap((each) => each.split(','))).map((given) => {
      const [namespace = '', name = '', ...rest] = given.split(':');
      if (name === '' || rest.length > 0) throw new CommandError('serviceaccount must be <namespace>:<name>');
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
