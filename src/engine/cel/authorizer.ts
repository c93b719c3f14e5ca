import { CelError, Opaque, type Value } from './values.ts';

/** What `authorizer` asks: the same as a SubjectAccessReview would. */
export interface AccessQuestion {
  readonly verb: string;
  readonly path?: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  /** Asks for a service account in place of who made the request. */
  readonly serviceAccount?: { readonly namespace: string; readonly name: string };
}
export type Ask = (question: AccessQuestion) => { readonly allowed: boolean; readonly reason: string };

interface Check {
  readonly ask: Ask;
  readonly question: AccessQuestion;
}
type Asking = Opaque<Check>;

const AUTHORIZER = 'kubernetes.authorization.Authorizer';
const PATH = 'kubernetes.authorization.PathCheck';
const GROUP = 'kubernetes.authorization.GroupCheck';
const RESOURCE = 'kubernetes.authorization.ResourceCheck';
const DECISION = 'kubernetes.authorization.Decision';
export const AUTHORIZER_TYPE = AUTHORIZER;
export const RESOURCE_CHECK_TYPE = RESOURCE;

const NOTHING: AccessQuestion = { verb: '', group: '', resource: '', subresource: '', namespace: '', name: '' };

export function authorizerValue(ask: Ask): Value {
  return new Opaque<Check>(AUTHORIZER, { ask, question: NOTHING }, '');
}

/** `authorizer.requestResource`: the resource that the request itself is about. */
export function resourceCheckValue(ask: Ask, question: Partial<AccessQuestion>): Value {
  return new Opaque<Check>(RESOURCE, { ask, question: { ...NOTHING, ...question } }, '');
}

function needed(text: string, what: string): string {
  if (text.trim() === '') throw new CelError(`${what} must not be empty`);
  return text;
}

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

const further = (type: string, { value }: Asking, more: Partial<AccessQuestion>): Asking =>
  new Opaque(type, { ask: value.ask, question: { ...value.question, ...more } }, '');

function decide({ value: { ask, question } }: Asking, verb: string): Value {
  const decision = ask({ ...question, verb });
  return new Opaque(DECISION, decision, `${decision.allowed}`);
}

/** The functions of `authorizer`. */
export const AUTHORIZATION: Readonly<Record<string, (...args: never[]) => Value>> = {
  [`${AUTHORIZER}.path(string):${PATH}`]: (of: Asking, path: string) => further(PATH, of, { path: needed(path, 'path') }),
  [`${AUTHORIZER}.group(string):${GROUP}`]: (of: Asking, group: string) => further(GROUP, of, { group }),
  [`${AUTHORIZER}.serviceAccount(string,string):${AUTHORIZER}`]: (of: Asking, namespace: string, name: string) => {
    if (name.length > 253 || !name.split('.').every((part) => LABEL.test(part))) throw new CelError('Invalid service account name');
    if (namespace.length > 63 || !LABEL.test(namespace)) throw new CelError('Invalid service account namespace');
    return further(AUTHORIZER, of, { serviceAccount: { namespace, name } });
  },
  [`${GROUP}.resource(string):${RESOURCE}`]: (of: Asking, resource: string) =>
    further(RESOURCE, of, { resource: needed(resource, 'resource') }),
  [`${RESOURCE}.subresource(string):${RESOURCE}`]: (of: Asking, subresource: string) => further(RESOURCE, of, { subresource }),
  [`${RESOURCE}.namespace(string):${RESOURCE}`]: (of: Asking, namespace: string) => further(RESOURCE, of, { namespace }),
  [`${RESOURCE}.name(string):${RESOURCE}`]: (of: Asking, name: string) => further(RESOURCE, of, { name }),
  // No authorizer here lets selectors decide; RBAC and Node grant without them.
  [`${RESOURCE}.fieldSelector(string):${RESOURCE}`]: (of: Asking) => of,
  [`${RESOURCE}.labelSelector(string):${RESOURCE}`]: (of: Asking) => of,
  [`${RESOURCE}.check(string):${DECISION}`]: decide,
  [`${PATH}.check(string):${DECISION}`]: decide,
  [`${DECISION}.allowed():bool`]: ({ value }: Opaque<{ allowed: boolean }>) => value.allowed,
  [`${DECISION}.reason():string`]: ({ value }: Opaque<{ reason: string }>) => value.reason,
  [`${DECISION}.errored():bool`]: () => false,
  [`${DECISION}.error():string`]: () => '',
};
