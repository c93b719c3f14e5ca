import { NetworkError, type ServedRequest, type ServedResponse } from '../../../../os/process.ts';
import type { Task } from '../../../../os/task.ts';
import { SECOND, type Millis } from '../../../../sim/time.ts';
import type { InClusterClient } from '../in-cluster.ts';
import { failureStatus, json } from './answers.ts';

/** What of an API a request is about; without a resource it is about the documents that describe the API. */
export interface Asked {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly namespace: string;
  readonly name: string;
}

interface User {
  readonly user: string;
  readonly groups: readonly string[];
}

const ANONYMOUS: User = { user: 'system:anonymous', groups: ['system:unauthenticated'] };
/** --authorization-webhook-cache-authorized-ttl. */
const KEPT: Millis = 10 * SECOND;

/**
 * Delegated authentication and authorization, as servers behind the aggregator have them: who the API server vouches for in
 * `X-Remote-User` is believed (the front proxy's certificate is not modelled), tokens and rights are asked of the API server.
 */
export class Access {
  readonly #allowed = new Map<string, Millis>();

  constructor(readonly client: InClusterClient) {}

  /** Undefined: the request may go on. */
  *refusal(request: ServedRequest, path: string, asked: Asked | undefined): Task<ServedResponse | undefined> {
    try {
      const user = yield* this.#user(request);
      if (user === undefined) return json(401, failureStatus(401, 'Unauthorized', 'Unauthorized'));
      return yield* this.#authorize(user, request.method, path, asked);
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      return json(500, failureStatus(500, 'InternalError', `Internal Server Error: ${JSON.stringify(path)}: ${error.message}`));
    }
  }

  *#user({ headers }: ServedRequest): Task<User | undefined> {
    const remote = headers['x-remote-user'];
    if (remote !== undefined && remote !== '') {
      const groups = (headers['x-remote-group'] ?? '').split(',').map((each) => each.trim());
      return { user: remote, groups: groups.filter((each) => each !== '') };
    }
    const token = /^bearer\s+(\S+)/i.exec(headers['authorization'] ?? '')?.[1];
    if (token === undefined) return ANONYMOUS;
    const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token } };
    const answer = yield* this.#ask('/apis/authentication.k8s.io/v1/tokenreviews', review);
    const { authenticated, user } = answer as { authenticated?: boolean; user?: { username?: string; groups?: string[] } };
    return authenticated === true ? { user: user?.username ?? '', groups: user?.groups ?? [] } : undefined;
  }

  *#authorize({ user, groups }: User, method: string, path: string, asked: Asked | undefined): Task<ServedResponse | undefined> {
    const verb =
      method === 'GET' ? (asked !== undefined && asked.resource !== '' && asked.name === '' ? 'list' : 'get') : method.toLowerCase();
    const resource = asked === undefined || asked.resource === '' ? undefined : asked;
    const spec =
      resource === undefined
        ? { user, groups, nonResourceAttributes: { path, verb } }
        : { user, groups, resourceAttributes: { verb, ...resource } };
    const key = JSON.stringify(spec);
    const now = this.client.process.now();
    if ((this.#allowed.get(key) ?? 0) > now) return undefined;
    const review = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec };
    const { allowed } = (yield* this.#ask('/apis/authorization.k8s.io/v1/subjectaccessreviews', review)) as { allowed?: boolean };
    if (allowed === true) {
      for (const [old, until] of this.#allowed) if (until <= now) this.#allowed.delete(old);
      this.#allowed.set(key, now + KEPT);
      return undefined;
    }
    return forbidden(user, verb, path, resource);
  }

  *#ask(path: string, review: object): Task<object> {
    const { status, body } = yield* this.client.call('POST', path, review);
    if (status >= 400) throw new NetworkError('EPROTO', (body as { message?: string }).message ?? '');
    return (body as { status?: object }).status ?? {};
  }
}

function forbidden(user: string, verb: string, path: string, asked: Asked | undefined): ServedResponse {
  if (asked === undefined)
    return json(403, failureStatus(403, 'Forbidden', `forbidden: User "${user}" cannot ${verb} path ${JSON.stringify(path)}`, {}));
  const { group, namespace, name } = asked;
  const resource = asked.subresource === undefined ? asked.resource : `${asked.resource}/${asked.subresource}`;
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  const what = name === '' ? '' : ` ${JSON.stringify(name)}`;
  const text = `${resource}.${group}${what} is forbidden: User "${user}" cannot ${verb} resource "${resource}" in API group "${group}" ${where}`;
  return json(403, failureStatus(403, 'Forbidden', text, { ...(name === '' ? {} : { name }), group, kind: asked.resource }));
}
