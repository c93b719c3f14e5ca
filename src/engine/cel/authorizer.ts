import { Opaque, type Value } from './values.ts';

/** What `authorizer` asks: the same as a SubjectAccessReview would. */
export interface AccessQuestion {
  readonly verb: string;
  readonly path?: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
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

const NOTHING: AccessQuestion = { verb: '', group: '', resource: '', subresource: '', namespace: '', name: '' };

export function authorizerValue(ask: Ask): Value {
  return new Opaque<Check>(AUTHORIZER, { ask, question: NOTHING }, '');
}

const further = (type: string, { value }: Asking, more: Partial<AccessQuestion>): Asking =>
  new Opaque(type, { ask: value.ask, question: { ...value.question, ...more } }, '');

function decide({ value: { ask, question } }: Asking, verb: string): Value {
  const decision = ask({ ...question, verb });
  return new Opaque(DECISION, decision, `${decision.allowed}`);
}

/** The functions of `authorizer`. */
export const AUTHORIZATION: Readonly<Record<string, (...args: never[]) => Value>> = {
  [`${AUTHORIZER}.path(string):${PATH}`]: (of: Asking, path: string) => further(PATH, of, { path }),
  [`${AUTHORIZER}.group(string):${GROUP}`]: (of: Asking, group: string) => further(GROUP, of, { group }),
  [`${GROUP}.resource(string):${RESOURCE}`]: (of: Asking, resource: string) => further(RESOURCE, of, { resource }),
  [`${RESOURCE}.subresource(string):${RESOURCE}`]: (of: Asking, subresource: string) => further(RESOURCE, of, { subresource }),
  [`${RESOURCE}.namespace(string):${RESOURCE}`]: (of: Asking, namespace: string) => further(RESOURCE, of, { namespace }),
  [`${RESOURCE}.name(string):${RESOURCE}`]: (of: Asking, name: string) => further(RESOURCE, of, { name }),
  [`${RESOURCE}.check(string):${DECISION}`]: decide,
  [`${PATH}.check(string):${DECISION}`]: decide,
  [`${DECISION}.allowed():bool`]: ({ value }: Opaque<{ allowed: boolean }>) => value.allowed,
  [`${DECISION}.reason():string`]: ({ value }: Opaque<{ reason: string }>) => value.reason,
  [`${DECISION}.errored():bool`]: () => false,
  [`${DECISION}.error():string`]: () => '',
};
