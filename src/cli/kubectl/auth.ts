import type { Task } from '../../engine/os/task.ts';
import { findMapping } from './discovery.ts';
import { CommandError } from './errors.ts';
import { printerFor, PRINT_FLAGS } from './printers.ts';
import type { Session } from './session.ts';
import { tableText } from './tabwriter.ts';
import { list, object, sortedKeys, text } from './values.ts';

export const CAN_I_FLAGS = 'A/all-namespaces:bool q/quiet:bool subresource:string list:bool no-headers:bool';
export const WHOAMI_FLAGS = PRINT_FLAGS;

export function* canI(session: Session): Task<number> {
  const { flags } = session;
  if (flags.bool('list')) return yield* listRules(session);
  const [verb, what] = flags.args;
  if (verb === undefined || what === undefined || flags.args.length > 3) {
    throw new CommandError(
      "you must specify two arguments: verb resource or verb resource/resourceName.\nSee 'kubectl auth can-i -h' for help and examples.",
    );
  }
  let spec: object;
  if (what.startsWith('/')) spec = { nonResourceAttributes: { path: what, verb } };
  else {
    const [type = '', named] = what.split('/');
    const mapping = findMapping(yield* session.discovery(), type);
    const [resource = '', ...group] = type.split('.');
    if (mapping === undefined && type !== '*') {
      yield* session.warn(
        group.length === 0
          ? `the server doesn't have a resource type '${resource}'`
          : `the server doesn't have a resource type '${resource}' in group '${group.join('.')}'`,
      );
    }
    if (mapping !== undefined && !mapping.namespaced && !flags.bool('all-namespaces')) {
      yield* session.warn(
        `resource '${mapping.resource}' is not namespace scoped${mapping.group === '' ? '' : ` in group '${mapping.group}'`}`,
      );
    }
    const name = named ?? flags.args[2];
    spec = {
      resourceAttributes: {
        ...(flags.bool('all-namespaces') ? {} : { namespace: session.namespace }),
        verb,
        group: mapping?.group ?? group.join('.'),
        resource: mapping?.resource ?? resource,
        ...(flags.string('subresource') === '' ? {} : { subresource: flags.string('subresource') }),
        ...(name === undefined ? {} : { name }),
      },
    };
  }
  const answer = yield* session.json('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
    body: { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec },
    headers: { 'content-type': 'application/json' },
  });
  const allowed = object(answer, 'status')['allowed'] === true;
  if (!flags.bool('quiet')) {
    const reason = text(answer, 'status', 'reason');
    const failed = text(answer, 'status', 'evaluationError');
    const why = `${!allowed && reason !== '' ? ` - ${reason}` : ''}${failed === '' ? '' : ` - ${failed}`}`;
    yield* session.out(`${allowed ? 'yes' : 'no'}${why}\n`);
  }
  return allowed ? 0 : 1;
}

function* listRules(session: Session): Task<number> {
  const answer = yield* session.json('POST', '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews', {
    body: { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', spec: { namespace: session.namespace } },
    headers: { 'content-type': 'application/json' },
  });
  const rows: string[][] = [];
  const words = (items: readonly unknown[]): string => `[${items.join(' ')}]`;
  for (const rule of list(answer, 'status', 'resourceRules')) {
    for (const resource of list(rule, 'resources')) {
      for (const group of list(rule, 'apiGroups')) {
        const name =
          group === '' || String(resource) === '*'
            ? `${String(resource)}${group === '' ? '' : `.${String(group)}`}`
            : `${String(resource)}.${String(group)}`;
        rows.push([name, '[]', words(list(rule, 'resourceNames')), words(list(rule, 'verbs'))]);
      }
    }
  }
  rows.sort((a, b) => ((a[0] as string) < (b[0] as string) ? -1 : 1));
  for (const rule of list(answer, 'status', 'nonResourceRules'))
    for (const url of list(rule, 'nonResourceURLs')) rows.push(['', `[${String(url)}]`, '[]', words(list(rule, 'verbs'))]);
  yield* session.out(
    tableText(session.flags.bool('no-headers') ? rows : [['Resources', 'Non-Resource URLs', 'Resource Names', 'Verbs'], ...rows]),
  );
  return 0;
}

export function* whoami(session: Session): Task<number> {
  const printer = printerFor(session);
  const answer = yield* session.json('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
    headers: { 'content-type': 'application/json' },
  });
  if (printer !== undefined) {
    yield* session.out(printer.print(answer));
    return 0;
  }
  const user = object(answer, 'status', 'userInfo');
  const rows = [
    ['ATTRIBUTE', 'VALUE'],
    ['Username', text(user, 'username')],
  ];
  if (text(user, 'uid') !== '') rows.push(['UID', text(user, 'uid')]);
  if (list(user, 'groups').length > 0) rows.push(['Groups', `[${list(user, 'groups').join(' ')}]`]);
  for (const key of sortedKeys(object(user, 'extra'))) rows.push([`Extra: ${key}`, `[${list(user, 'extra', key).join(' ')}]`]);
  yield* session.out(tableText(rows));
  return 0;
}
