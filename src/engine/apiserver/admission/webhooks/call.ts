import { StatusError, badRequest, failure } from '../../../api/errors.ts';
import { decodeText } from '../../../api/base64.ts';
import type { Status } from '../../../api/meta.ts';
import type { Kind } from '../../../api/kind.ts';
import type { Store } from '../../../etcd/store.ts';
import type { Random } from '../../../sim/random.ts';
import { SECOND } from '../../../sim/time.ts';
import type { Task } from '../../../os/task.ts';
import { OutboundError, resolveService, type Outbound } from '../../outbound.ts';
import type { Invocation, Webhook } from './match.ts';
import { InvalidReview, readVerdict, reviewOf, type Verdict } from './review.ts';

export interface Calling {
  readonly outbound: Outbound;
  readonly store: Store;
  readonly chance: Random;
}

/** The call failed: nobody answered, or not with a review. What that means the webhook's failurePolicy says. */
export class CallFailed extends Error {}

/** Asks a webhook about a write. Throws `CallFailed`, and `StatusError` where it may not be asked at all. */
export function* askWebhook(
  { outbound, store, chance }: Calling,
  hook: Webhook,
  { operation, fault }: Invocation,
  written: Kind,
  mutating: boolean,
): Task<Verdict> {
  if (fault !== undefined) throw new CallFailed(fault);
  const { name, sideEffects, timeoutSeconds = 10, admissionReviewVersions = [], clientConfig } = hook;
  if (operation.context.dryRun && sideEffects !== 'None' && sideEffects !== 'NoneOnDryRun')
    throw badRequest(`admission webhook ${JSON.stringify(name)} does not support dry run`);
  const uid = chance.uuid();
  const body = reviewOf(operation, written, admissionReviewVersions, uid) as { apiVersion: string };
  const sent = body.apiVersion.slice(body.apiVersion.indexOf('/') + 1);
  const { url, service, caBundle } = clientConfig ?? {};
  const target =
    service === undefined
      ? (url ?? '')
      : `https://${service.name ?? ''}.${service.namespace ?? ''}.svc:${service.port ?? 443}${withSlash(service.path ?? '')}`;
  const shown = `${target}${target.includes('?') ? '&' : '?'}timeout=${timeoutSeconds}s`;
  const failed = (what: string, why: string): CallFailed =>
    new CallFailed(`failed calling webhook ${JSON.stringify(name)}: ${what}: ${why}`);
  let text: string;
  try {
    const answer = yield* outbound({
      method: 'POST',
      url: shown,
      ...(service === undefined ? {} : { dial: resolveService(store, service.namespace ?? '', service.name ?? '', service.port ?? 443) }),
      headers: { 'content-type': 'application/json', accept: 'application/json, */*', 'user-agent': 'kube-apiserver-admission' },
      body: JSON.stringify(body),
      ...(caBundle === undefined || caBundle === '' ? {} : { caBundle: decodeText(caBundle) }),
      serverName: service === undefined ? hostOf(target) : `${service.name ?? ''}.${service.namespace ?? ''}.svc`,
      timeout: timeoutSeconds * SECOND,
    });
    if (answer.status < 200 || answer.status > 299) throw failed('failed to call webhook', refusalOf(answer.status, answer.body));
    text = answer.body;
  } catch (error) {
    if (error instanceof OutboundError) throw failed('failed to call webhook', `Post ${JSON.stringify(shown)}: ${error.message}`);
    throw error;
  }
  try {
    return readVerdict(text, sent, uid, mutating);
  } catch (error) {
    if (error instanceof InvalidReview) throw failed('received invalid webhook response', error.message);
    throw error;
  }
}

const withSlash = (path: string): string => (path.startsWith('/') ? path : `/${path}`);
const hostOf = (url: string): string => /^https?:\/\/([^/:]+)/.exec(url)?.[1] ?? '';

// rest.Result of an answer that is no success.
const REASONS: Readonly<Record<number, string>> = {
  404: 'the server could not find the requested resource',
  429: 'the server has received too many requests and has asked us to try again later',
  503: 'the server is currently unable to handle the request',
};

function refusalOf(status: number, body: string): string {
  const known = REASONS[status];
  if (known !== undefined) return known;
  if (status >= 500)
    return `an error on the server (${JSON.stringify(body.trim() === '' ? 'unknown' : body.trim())}) has prevented the request from succeeding`;
  return `the server rejected our request for an unknown reason`;
}

/** `ToStatusErr`: what a caller is told of a webhook's no. */
export function refusedBy(name: string, given: Status | undefined): StatusError {
  const denied = `admission webhook ${JSON.stringify(name)} denied the request`;
  const { message = '', reason = '', code = 0 } = given ?? {};
  const text = message !== '' ? `${denied}: ${message}` : reason !== '' ? `${denied}: ${reason}` : `${denied} without explanation`;
  return new StatusError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    ...given,
    status: 'Failure',
    message: text,
    code: code < 400 ? 400 : code,
  } as Status);
}

/** What a caller is told of a call that failed where the failurePolicy is Fail. */
export function internalError(error: Error): StatusError {
  return failure(500, 'InternalError', `Internal error occurred: ${error.message}`, { causes: [{ message: error.message }] });
}
