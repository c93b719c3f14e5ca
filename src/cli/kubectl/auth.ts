import type { Task } from '../../engine/os/task.ts';
import { findMapping, lookUp } from './discovery.ts';
import type { Mapping } from './discovery.ts';
import { CommandError, ServerError } from './errors.ts';
import { policyRows } from './policy-rules.ts';
import { printerFor, PRINT_FLAGS } from './printers.ts';
import type { Session } from './session.ts';
import { ConnectionError } from './transport.ts';
import { tableText } from './tabwriter.ts';
import { has, list, object, sortedKeys, text } from './values.ts';
import type { Json } from './values.ts';

export const CAN_I_FLAGS = 'A/all-namespaces:bool q/quiet:bool subresource:string list:bool no-headers:bool';
export const WHOAMI_FLAGS = PRINT_FLAGS;

export function* canI(session: Session): Task<number> {
  const { flags } = session;
  if (flags.bool('list')) return yield* listRules(session);
  const [verb, what] = flags.args;
  if (verb === undefined || what === undefined || flags.args.length > 2) {
    throw new CommandError(
      "you must specify two arguments: verb resource or verb resource/resourceName.\nSee 'kubectl auth can-i -h' for help and examples.",
    );
  }
  const spec = what.startsWith('/') ? yield* urlQuestion(session, verb, what) : yield* resourceQuestion(session, verb, what);
  if (flags.has('no-headers')) throw new CommandError('--no-headers cannot be set without --list specified');
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

const RESOURCE_VERBS =
  /^(get|list|watch|create|update|patch|delete|deletecollection|use|bind|impersonate|\*|approve|sign|escalate|attest)$/;
const URL_VERBS = /^(get|put|post|head|options|delete|patch|\*)$/;

/** These warnings end with an empty line, unlike the server's. */
function caution(session: Session, message: string): Task<void> {
  return session.err(`Warning: ${message}\n\n`);
}

function* urlQuestion(session: Session, verb: string, path: string): Task<object> {
  if (session.flags.string('subresource') !== '') throw new CommandError('--subresource can not be used with NonResourceURL');
  if (!URL_VERBS.test(verb)) yield* caution(session, `verb '${verb}' is not a known verb`);
  return { nonResourceAttributes: { path, verb } };
}

function* resourceQuestion(session: Session, verb: string, what: string): Task<object> {
  const everywhere = session.flags.bool('all-namespaces');
  const subresource = session.flags.string('subresource');
  const [type = '', ...rest] = what.split('/');
  const name = rest.join('/');
  const mapping = type === '*' ? undefined : yield* resourceFor(session, type.toLowerCase());
  const [resource = '', ...group] = type.toLowerCase().split('.');
  const inGroup = (known: string): string => (known === '' ? '' : ` in group '${known}'`);
  // Impersonation asks about users and groups, which no server lists.
  if (mapping === undefined && !['*', 'users', 'groups'].includes(type))
    yield* caution(session, `the server doesn't have a resource type '${resource}'${inGroup(group.join('.'))}`);
  if (!everywhere && mapping?.namespaced === false)
    yield* caution(session, `resource '${mapping.resource}' is not namespace scoped${inGroup(mapping.group)}`);
  if (!everywhere && !RESOURCE_VERBS.test(verb)) yield* caution(session, `verb '${verb}' is not a known verb`);
  return {
    resourceAttributes: {
      ...(everywhere ? {} : { namespace: session.namespace }),
      verb,
      ...(mapping === undefined ? {} : { group: mapping.group, version: mapping.version }),
      resource: mapping?.resource ?? type,
      ...(subresource === '' ? {} : { subresource }),
      ...(name === '' ? {} : { name }),
    },
  };
}

/** What the server calls it, as far as it can be asked. */
function* resourceFor(session: Session, type: string): Task<Mapping | undefined> {
  try {
    return yield* lookUp(session, (discovery) => findMapping(discovery, type), 2);
  } catch (error) {
    if (error instanceof ServerError || error instanceof ConnectionError) return undefined;
    throw error;
  }
}

function* listRules(session: Session): Task<number> {
  const { flags } = session;
  if (flags.args.length > 0) throw new CommandError('list option must be specified with no arguments');
  if (flags.bool('quiet') || flags.bool('all-namespaces') || flags.string('subresource') !== '')
    throw new CommandError("list option can't be specified with neither quiet, all-namespaces nor subresource options");
  const answer = yield* session.json('POST', '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews', {
    body: { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', spec: { namespace: session.namespace } },
    headers: { 'content-type': 'application/json' },
  });
  if (object(answer, 'status')['incomplete'] === true)
    yield* session.err(`Warning: the list may be incomplete: ${text(answer, 'status', 'evaluationError')}\n`);
  const rows = policyRows([...list(answer, 'status', 'resourceRules'), ...list(answer, 'status', 'nonResourceRules')]);
  yield* session.out(tableText(flags.bool('no-headers') ? rows : [['Resources', 'Non-Resource URLs', 'Resource Names', 'Verbs'], ...rows]));
  return 0;
}

export function* whoami(session: Session): Task<number> {
  const printer = printerFor(session);
  const answer = yield* session.json('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', {
    body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
    headers: { 'content-type': 'application/json' },
  });
  if (printer !== undefined) {
    // From a typed client: JSON keeps the order of Go's structs.
    const info = object(answer, 'status', 'userInfo');
    const userInfo = Object.fromEntries(
      ['username', 'uid', 'groups', 'extra'].filter((key) => has(info, key)).map((key) => [key, info[key] as Json]),
    );
    const { kind, apiVersion, metadata } = answer;
    const shown = { kind: kind as Json, apiVersion: apiVersion as Json, metadata: metadata as Json, status: { userInfo } };
    yield* session.out(session.flags.string('output') === 'json' ? `${JSON.stringify(shown, null, 4)}\n` : printer.print(shown));
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
