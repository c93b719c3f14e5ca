import { StatusError, failure } from '../api/errors.ts';
import type { ServiceAccount } from '../api/generated/types.ts';
import type { Kind } from '../api/kind.ts';
import type { Store } from '../etcd/store.ts';
import type { Details } from '../sim/log.ts';
import type { Simulation } from '../sim/simulation.ts';
import { Admission } from './admission/admission.ts';
import { admissionPlugins } from './admission/plugins.ts';
import { ClusterAddresses } from './allocation.ts';
import { authenticate } from './authn/authenticator.ts';
import { impersonate } from './authn/impersonation.ts';
import { Tokens, type MintedToken } from './authn/tokens.ts';
import type { UserInfo } from './authn/user.ts';
import { forbidAccess, type Authorizer } from './authz/authorizer.ts';
import { BuiltInPolicy } from './authz/policy.ts';
import type { RequestContext } from './context.ts';
import type { Descriptions } from './openapi/definitions.ts';
import { NonResources } from './non-resources.ts';
import { presentError, representationFor } from './present.ts';
import { Registry } from './registry.ts';
import { Resources } from './resources.ts';
import { statusResponse, withWarnings } from './response.ts';
import { first, header, requestInfo, type RequestInfo } from './route.ts';
import type { ApiRequest, ApiResponse, KubeletDialer, Transport } from './types.ts';
import { Watches } from './watch.ts';

export interface ApiServerOptions {
  readonly sim: Simulation;
  readonly store: Store;
  readonly kinds: readonly Kind[];
  readonly kubelets: KubeletDialer;
  /** Deep-freeze what is stored, so that a component that writes into a shared object is found out. For tests. */
  readonly freeze?: boolean;
  /** Addresses of Services. */
  readonly serviceCidr?: string;
  readonly nodePorts?: readonly [number, number];
  /** Virtual ms until a watcher learns of a commit; by default 1 to 4, drawn anew for each delivery. */
  readonly watchLatency?: (watcher: string) => number;
  readonly authorizer?: Authorizer;
  /** Texts of `kubectl explain`, asked for once, when somebody first reads the OpenAPI documents. */
  readonly descriptions?: () => Descriptions;
  /** Warn people of fields that are stored but have no effect in this cluster. On unless a comparison with a real server wants it off. */
  readonly inertWarnings?: boolean;
}

/**
 * kube-apiserver, the one front door: route, authenticate, authorize, admit, default, validate, store. A request is
 * answered at once; what it wrote reaches others through their watches, later.
 */
export class ApiServer implements Transport {
  readonly name = 'apiserver';
  readonly #sim: Simulation;
  readonly #authorizer: Authorizer;
  readonly #tokens: Tokens;
  readonly #watches: Watches;
  readonly #addresses: ClusterAddresses;
  readonly #resources: Resources;
  readonly #others: NonResources;
  #running = false;

  constructor(options: ApiServerOptions) {
    const { sim, store, kinds } = options;
    const frozen = options.freeze ?? false;
    this.#sim = sim;
    this.#authorizer = options.authorizer ?? new BuiltInPolicy();
    this.#tokens = new Tokens(
      sim.random('apiserver/tokens'),
      () => sim.now,
      (token) => isAlive(store, token),
    );
    this.#addresses = new ClusterAddresses(
      store,
      sim.random('apiserver/addresses'),
      options.serviceCidr ?? '10.96.0.0/12',
      options.nodePorts ?? [30000, 32767],
    );
    const admission = new Admission(admissionPlugins(store, sim.random('apiserver/admission')));
    const registry = new Registry(sim, store, admission, this.#addresses, { frozen, inertWarnings: options.inertWarnings ?? true });
    this.#watches = new Watches({
      sim,
      store,
      kinds,
      freeze: frozen,
      ...(options.watchLatency === undefined ? {} : { latency: options.watchLatency }),
    });
    this.#resources = new Resources({
      kinds,
      registry,
      watches: this.#watches,
      kubelets: options.kubelets,
      tokens: this.#tokens,
      authorizer: this.#authorizer,
    });
    this.#others = new NonResources(kinds, options.descriptions);
    this.start();
  }

  /** Begins to answer. What it knows it reads from etcd. */
  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#addresses.load();
    this.#watches.start();
  }

  /** Stops answering: connections are refused, watches end. */
  stop(): void {
    if (!this.#running) return;
    this.#running = false;
    this.#watches.stop();
  }

  get running(): boolean {
    return this.#running;
  }

  handle(request: ApiRequest): ApiResponse {
    if (!this.#running) return statusResponse(failure(503, 'ServiceUnavailable', 'dial tcp 10.96.0.1:443: connect: connection refused'));
    const info = requestInfo(request);
    let user: UserInfo;
    try {
      user = authenticate(request, this.#tokens);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      const detail = {
        method: request.method,
        path: request.path,
        code: error.code,
        user: '',
        stages: ['authenticate'],
        reason: error.message,
      };
      this.#sim.append(request.actor ?? 'unknown', 'request', detail, { target: 'apiserver' });
      return statusResponse(error);
    }
    const actor = request.actor ?? user.name;
    const stages: string[] = ['authenticate'];
    if (!this.#sim.log.enabled) return this.#answer(request, info, user, actor, stages, undefined);
    const detail: Details['request'] = { method: request.method, path: request.path, code: 0, user: user.name, stages };
    const seq = this.#sim.append(actor, 'request', detail, { target: 'apiserver' });
    return this.#sim.causedBy(seq, () => {
      const response = this.#answer(request, info, user, actor, stages, detail);
      detail.code = response.code;
      return response;
    });
  }

  #answer(
    request: ApiRequest,
    info: RequestInfo,
    caller: UserInfo,
    actor: string,
    stages: string[],
    detail: Details['request'] | undefined,
  ): ApiResponse {
    const warnings: string[] = [];
    try {
      const user = request.headers === undefined ? caller : impersonate(request, caller, this.#authorizer);
      if (detail !== undefined && user !== caller) detail.user = user.name;
      this.#authorize(info, user);
      stages.push('authorize');
      const dryRun = first(request, 'dryRun') === 'All';
      if (dryRun && detail !== undefined) detail.dryRun = true;
      const wire = header(request, 'accept') !== undefined;
      // A client of the wire inside this process hands over a value: it is read as its text would be.
      const asText = wire && typeof request.body === 'object' && request.body !== null;
      const received = asText ? { ...request, body: JSON.stringify(request.body) } : request;
      const endpoint = !info.isResource
        ? 'other'
        : info.verb === 'list' || info.verb === 'watch' || info.verb === 'deletecollection'
          ? 'list'
          : 'object';
      const representation = info.isResource ? representationFor(request, endpoint) : { format: 'json' as const };
      const context: RequestContext = {
        request: received,
        info,
        user,
        now: this.#sim.now,
        dryRun,
        actor,
        warnings,
        stages,
        wire,
        representation,
      };
      return withWarnings(info.isResource ? this.#resources.handle(context) : this.#others.handle(context), warnings);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      if (detail !== undefined) detail.reason = error.message;
      return withWarnings(presentError(request, error), warnings);
    }
  }

  #authorize(info: RequestInfo, user: UserInfo): void {
    const attributes = { ...info, user };
    if (!this.#authorizer.authorize(attributes).allowed) throw forbidAccess(attributes);
  }
}

function isAlive(store: Store, token: MintedToken): boolean {
  const account = store.get<ServiceAccount>(`/registry/serviceaccounts/${token.namespace}/${token.serviceAccount}`)?.value;
  if (account?.metadata.uid !== token.uid) return false;
  if (token.pod === undefined) return true;
  const pod = store.get<{ metadata: { uid?: string } }>(`/registry/pods/${token.namespace}/${token.pod.name}`)?.value;
  return pod?.metadata.uid === token.pod.uid;
}
