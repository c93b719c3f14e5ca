import type { Authority } from '../api/x509/certificate-authority.ts';
import { provenClient } from '../api/x509/client-certificate.ts';
import { StatusError } from '../api/errors.ts';
import type { ApiObject } from '../api/meta.ts';
import type { Client } from '../client/client.ts';
import type { Resource } from '../client/calls.ts';
import type { ServedRequest } from '../os/process.ts';
import type { Task } from '../os/task.ts';
import type { Simulation } from '../sim/simulation.ts';

/** Who a caller turned out to be. */
export interface Caller {
  readonly name: string;
  readonly groups: readonly string[];
}

/** What a caller wants, as a SubjectAccessReview asks it. */
export type Wanted =
  | { readonly resourceAttributes: Readonly<Record<string, string>> }
  | { readonly nonResourceAttributes: { readonly verb: string; readonly path: string } };

interface Review extends ApiObject {
  spec: object;
  status?: {
    authenticated?: boolean;
    user?: { username?: string; groups?: string[] };
    allowed?: boolean;
    reason?: string;
  };
}

const TOKEN_REVIEWS: Resource<Review> = {
  group: 'authentication.k8s.io',
  version: 'v1',
  resource: 'tokenreviews',
  kind: 'TokenReview',
  namespaced: false,
};
const ACCESS_REVIEWS: Resource<Review> = {
  group: 'authorization.k8s.io',
  version: 'v1',
  resource: 'subjectaccessreviews',
  kind: 'SubjectAccessReview',
  namespaced: false,
};
const ANONYMOUS: Caller = { name: 'system:anonymous', groups: ['system:unauthenticated'] };

/**
 * How a component's own port knows who calls and what they may do: client certificates by the cluster's authority; tokens and
 * permissions by asking the API server (TokenReview, SubjectAccessReview).
 */
export class DelegatedAccess {
  readonly #sim: Simulation;
  readonly #client: Client;
  readonly #authority: Authority;
  readonly #anonymous: boolean;

  /** `client`: the component's own. `anonymous`: who proves nothing is `system:anonymous`, and not turned away at once. */
  constructor(options: { sim: Simulation; client: Client; authority: Authority; anonymous: boolean }) {
    this.#sim = options.sim;
    this.#client = options.client;
    this.#authority = options.authority;
    this.#anonymous = options.anonymous;
  }

  /** Undefined: nobody. */
  *authenticate({ headers, tls }: ServedRequest): Task<Caller | undefined> {
    const shown = tls?.certificates ?? '';
    if (shown !== '') {
      const client = provenClient(shown, this.#authority.certificate, this.#sim.now);
      return client === undefined ? undefined : { name: client.commonName, groups: [...client.organizations, 'system:authenticated'] };
    }
    const token = /^bearer\s+(\S+)/i.exec(headers['authorization'] ?? '')?.[1];
    if (token === undefined) return this.#anonymous ? ANONYMOUS : undefined;
    const status = yield* this.#review(TOKEN_REVIEWS, { token });
    if (status?.authenticated !== true) return undefined;
    return { name: status.user?.username ?? '', groups: status.user?.groups ?? [] };
  }

  *allows({ name, groups }: Caller, wanted: Wanted): Task<boolean> {
    const status = yield* this.#review(ACCESS_REVIEWS, { ...wanted, user: name, groups });
    return status?.allowed === true;
  }

  /** Undefined when the API server does not answer: then nobody is let in. */
  *#review(resource: Resource<Review>, spec: object): Task<Review['status']> {
    const apiVersion = `${resource.group}/${resource.version}`;
    try {
      const review = yield* this.#client.create(resource, { apiVersion, kind: resource.kind, metadata: {}, spec });
      return review.status;
    } catch (error) {
      if (error instanceof StatusError) return undefined;
      throw error;
    }
  }
}
