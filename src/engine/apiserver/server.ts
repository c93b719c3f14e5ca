import { StatusError, failure } from '../api/errors.ts';
import type { Pod } from '../api/generated/types.ts';
import { SERVICE_ACCOUNT_KEY } from '../api/json-web-tokens.ts';
import type { Kind } from '../api/kind.ts';
import type { Store } from '../etcd/store.ts';
import type { Details } from '../sim/log.ts';
import type { Simulation } from '../sim/simulation.ts';
import { Admission } from './admission/admission.ts';
import { admissionPlugins } from './admission/plugins.ts';
import { ClusterAddresses } from './allocation.ts';
import { authenticate } from './authn/authenticator.ts';
import { impersonate } from './authn/impersonation.ts';
import { Tokens } from './authn/tokens.ts';
import type { UserInfo } from './authn/user.ts';
import { attributesOf } from './authz/attributes.ts';
import { forbidAccess, type Authorizer } from './authz/authorizer.ts';
import { escalationCheck } from './authz/escalation.ts';
import { NodeRbac } from './authz/node-rbac.ts';
import { NodeAuthorizer, type NodeAuthorizerOptions } from './authz/node.ts';
import { PolicyIndex } from './authz/policy-index.ts';
import { RbacAuthorizer } from './authz/rbac.ts';
import type { RequestContext } from './context.ts';
import type { Descriptions } from './openapi/definitions.ts';
import { CustomResources } from './extensions/custom-resources.ts';
import { ServedKinds } from './extensions/served-kinds.ts';
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
  /** --token-auth-file: users by their tokens. */
  readonly staticTokens?: Readonly<Record<string, UserInfo>>;
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
  readonly #extensions: CustomResources;
  #running = false;

  constructor(options: ApiServerOptions) {
    const { sim, store, kinds } = options;
    const frozen = options.freeze ?? false;
    this.#sim = sim;
    const rbac = new RbacAuthorizer(new PolicyIndex(store));
    const somePodOn: NodeAuthorizerOptions['somePodOn'] = (node, fits) => this.#watches.nodes.someOn(node, (pod) => fits(pod as Pod));
    this.#authorizer = options.authorizer ?? new NodeRbac(new NodeAuthorizer({ store, somePodOn }), rbac);
    this.#tokens = new Tokens({
      chance: sim.random('apiserver/tokens'),
      key: sim.random(SERVICE_ACCOUNT_KEY).hex(64),
      now: () => sim.now,
      store,
      ...(options.staticTokens === undefined ? {} : { staticTokens: options.staticTokens }),
    });
    this.#addresses = new ClusterAddresses(
      store,
      sim.random('apiserver/addresses'),
      options.serviceCidr ?? '10.96.0.0/12',
      options.nodePorts ?? [30000, 32767],
    );
    const served = new ServedKinds(kinds);
    const admission = new Admission([
      ...admissionPlugins(store, sim.random('apiserver/admission'), this.#authorizer, served),
      escalationCheck(this.#authorizer, rbac),
    ]);
    const registry = new Registry(sim, store, admission, this.#addresses, { frozen, inertWarnings: options.inertWarnings ?? true });
    this.#extensions = new CustomResources(store, registry, served);
    this.#watches = new Watches({
      sim,
      store,
      kinds,
      freeze: frozen,
      ...(options.watchLatency === undefined ? {} : { latency: options.watchLatency }),
    });
    this.#resources = new Resources({
      kinds,
      served,
      registry,
      watches: this.#watches,
      kubelets: options.kubelets,
      tokens: this.#tokens,
      authorizer: this.#authorizer,
    });
    this.#others = new NonResources(served, options.descriptions);
    this.start();
  }

  /** Begins to answer. What it knows it reads from etcd. */
  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#addresses.load();
    this.#watches.start();
    this.#extensions.start();
  }

  /** Stops answering: connections are refused, watches end. */
  stop(): void {
    if (!this.#running) return;
    this.#running = false;
    this.#watches.stop();
    this.#extensions.stop();
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
      this.#authorize(request, info, user);
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
      if (!info.isResource) return withWarnings(this.#others.handle(context), warnings);
      const response = this.#resources.handle(context);
      this.#extensions.settle(context);
      return withWarnings(response, warnings);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      if (detail !== undefined) detail.reason = error.message;
      return withWarnings(presentError(request, error), warnings);
    }
  }

  #authorize(request: ApiRequest, info: RequestInfo, user: UserInfo): void {
    const attributes = attributesOf(request, info, user);
    const { allowed, reason } = this.#authorizer.authorize(attributes);
    if (!allowed) throw forbidAccess(attributes, reason);
  }
}
