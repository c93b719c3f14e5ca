import { StatusError, failure } from '../api/errors.ts';
import type { Pod } from '../api/generated/types.ts';
import { VERSION } from '../api/bootstrap/kubeadm-addons.ts';
import { SERVICE_ACCOUNT_KEY } from '../api/json-web-tokens.ts';
import type { Kind } from '../api/kind.ts';
import { EtcdError } from '../etcd/etcd-error.ts';
import { Reach } from '../etcd/reach.ts';
import type { Store } from '../etcd/store.ts';
import type { Details } from '../sim/log.ts';
import type { Simulation } from '../sim/simulation.ts';
import { Admission } from './admission/admission.ts';
import { admissionPlugins } from './admission/plugins.ts';
import { ClusterAddresses } from './allocation.ts';
import { authenticate } from './authn/authenticator.ts';
import { impersonate } from './authn/impersonation.ts';
import { openIdPage } from './authn/openid.ts';
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
import { Aggregation } from './aggregation/aggregation.ts';
import { CustomResources } from './extensions/custom-resources.ts';
import { ServedKinds } from './extensions/served-kinds.ts';
import { NonResources } from './non-resources.ts';
import { noWayOut, type Outbound } from './outbound.ts';
import type { Policy } from './audit/policy.ts';
import { Filters } from './filters/filters.ts';
import { filterPages } from './filters/pages.ts';
import { HealthMetrics } from './filters/slis.ts';
import { presentError, readByPeople, representationFor } from './present.ts';
import { Registry } from './registry.ts';
import { Resources } from './resources.ts';
import { statusResponse, withWarnings } from './response.ts';
import { first, header, requestInfo, type RequestInfo } from './route.ts';
import { causedBy } from '../os/cause.ts';
import { finish } from '../os/finish.ts';
import { toldWithin } from '../os/patience.ts';
import { answered, run, type Task } from '../os/task.ts';
import type { ApiRequest, ApiResponse, Counter, Credentials, KubeletDialer, Transport } from './types.ts';
import { Watches } from './watch.ts';

export interface ApiServerOptions {
  /** Its address in the log; `apiserver` unless there are several. */
  readonly name?: string;
  readonly sim: Simulation;
  readonly store: Store;
  /** Whether the members of etcd that it asks answer; without it they always do. */
  readonly etcd?: Reach;
  readonly kinds: readonly Kind[];
  readonly kubelets: KubeletDialer;
  /** How webhooks and aggregated API servers are reached; a server without a network reaches none. */
  readonly outbound?: Outbound;
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
  /** --disable-admission-plugins */
  readonly disableAdmissionPlugins?: readonly string[];
  /** --audit-policy-file. */
  readonly auditPolicy?: Policy;
}

/** The server's own way in (the loopback client), for what it writes itself. */
const LOOPBACK: Credentials = { kind: 'certificate', user: 'system:apiserver', groups: ['system:masters'] };

/**
 * kube-apiserver, the one front door: route, authenticate, authorize, admit, default, validate, store. A request
 * is a task that waits for webhooks and aggregated servers alone; what it wrote reaches others through their watches, later.
 */
export class ApiServer implements Transport, Counter {
  readonly name: string;
  readonly #sim: Simulation;
  readonly #etcd: Reach;
  readonly #authorizer: Authorizer;
  readonly #tokens: Tokens;
  readonly #watches: Watches;
  readonly #addresses: ClusterAddresses;
  readonly #resources: Resources;
  readonly #others: NonResources;
  readonly #served: ServedKinds;
  readonly #extensions: CustomResources;
  readonly #aggregation: Aggregation;
  /** Audit, priority and fairness, metrics. */
  readonly filters: Filters;
  /** As which it presents itself. */
  version = VERSION;
  #running = false;

  constructor(options: ApiServerOptions) {
    const { sim, store, kinds } = options;
    this.name = options.name ?? 'apiserver';
    const frozen = options.freeze ?? false;
    this.#sim = sim;
    this.#etcd = options.etcd ?? new Reach();
    const rbac = new RbacAuthorizer(new PolicyIndex(store));
    const somePodOn: NodeAuthorizerOptions['somePodOn'] = (node, fits) => this.#watches.nodes.someOn(node, (pod) => fits(pod as Pod));
    this.#authorizer = options.authorizer ?? new NodeRbac(new NodeAuthorizer({ store, somePodOn }), rbac);
    this.#tokens = new Tokens({
      chance: sim.random(`${this.name}/tokens`),
      key: sim.random(SERVICE_ACCOUNT_KEY).hex(64),
      now: () => sim.now,
      store,
      ...(options.staticTokens === undefined ? {} : { staticTokens: options.staticTokens }),
    });
    this.#addresses = new ClusterAddresses(
      store,
      sim.random(`${this.name}/addresses`),
      options.serviceCidr ?? '10.96.0.0/12',
      options.nodePorts ?? [30000, 32767],
    );
    const outbound = options.outbound ?? noWayOut;
    const served = (this.#served = new ServedKinds(kinds));
    const admission = new Admission([
      ...admissionPlugins(store, sim.random(`${this.name}/admission`), this.#authorizer, served, outbound).filter(
        ({ name }) => options.disableAdmissionPlugins?.includes(name) !== true,
      ),
      escalationCheck(this.#authorizer, rbac),
    ]);
    const registry = new Registry(sim, store, admission, this.#addresses, {
      name: this.name,
      outbound,
      frozen,
      inertWarnings: options.inertWarnings ?? true,
    });
    this.#extensions = new CustomResources(store, registry, served);
    this.#aggregation = new Aggregation({ sim, store, registry, served, outbound });
    this.filters = new Filters({
      sim,
      store,
      kinds: () => served.all,
      openWatches: () => this.#watches.underway(),
      send: (request) => void run(this.handle({ ...request, credentials: LOOPBACK }), () => {}, thrown),
      ...(options.auditPolicy === undefined ? {} : { auditPolicy: options.auditPolicy }),
    });
    this.#watches = new Watches({
      sim,
      store,
      kinds,
      freeze: frozen,
      observers: this.filters,
      ...(options.watchLatency === undefined ? {} : { latency: options.watchLatency }),
    });
    this.#resources = new Resources({
      kinds,
      served,
      registry,
      watches: this.#watches,
      kubelets: options.kubelets,
      outbound,
      tokens: this.#tokens,
      authorizer: this.#authorizer,
    });
    const health = new HealthMetrics();
    const pages = filterPages(this.filters, health);
    this.#others = new NonResources(
      served,
      options.descriptions,
      (path, request) => openIdPage(path, this.#tokens) ?? pages(path, request),
      health,
      () => this.#etcd.outage === undefined,
      () => this.version,
    );
    this.start();
  }

  get servedKinds(): readonly Kind[] {
    return this.#served.all;
  }

  /** Begins to answer. What it knows it reads from etcd. */
  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.filters.start();
    this.#addresses.load();
    this.#watches.start();
    this.#extensions.start();
    this.#aggregation.start();
  }

  /** Stops answering: connections are refused, watches end. */
  stop(): void {
    if (!this.#running) return;
    this.#running = false;
    this.filters.stop();
    this.#watches.stop();
    this.#extensions.stop();
    this.#aggregation.stop();
    this.#addresses.stop();
  }

  get running(): boolean {
    return this.#running;
  }

  /** It runs, and etcd answers it: what `/readyz` says. */
  get ready(): boolean {
    return this.#running && this.#etcd.outage === undefined;
  }

  /** For those outside the world: lets it go on until the answer is there. Not to be called from within an event. */
  answer(request: ApiRequest): ApiResponse {
    return finish(this.#sim, this.handle(request));
  }

  handle(request: ApiRequest): Task<ApiResponse> {
    return readByPeople(request) ? this.#indented(request) : this.#handle(request);
  }

  *#indented(request: ApiRequest): Task<ApiResponse> {
    const response = yield* this.#handle(request);
    const { body } = response;
    if (typeof body !== 'object' || body === null) return response;
    return { ...response, headers: { 'content-type': 'application/json', ...response.headers }, body: JSON.stringify(body, undefined, 2) };
  }

  #handle(request: ApiRequest): Task<ApiResponse> {
    if (!this.#running)
      return answered(statusResponse(failure(503, 'ServiceUnavailable', 'dial tcp 10.96.0.1:443: connect: connection refused')));
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
      this.#sim.append(request.actor ?? 'unknown', 'request', detail, { target: this.name });
      return answered(this.filters.unauthenticated(request, info, statusResponse(error)));
    }
    return this.#sim.log.enabled
      ? this.#logged(request, info, user)
      : this.#answer(request, info, user, request.actor ?? user.name, ['authenticate'], undefined);
  }

  *#logged(request: ApiRequest, info: RequestInfo, user: UserInfo): Task<ApiResponse> {
    const actor = request.actor ?? user.name;
    const stages: string[] = ['authenticate'];
    const detail: Details['request'] = { method: request.method, path: request.path, code: 0, user: user.name, stages };
    const seq = this.#sim.append(actor, 'request', detail, { target: this.name });
    const response = yield* causedBy(this.#sim, seq, this.#answer(request, info, user, actor, stages, detail));
    detail.code = response.code;
    return response;
  }

  *#answer(
    request: ApiRequest,
    info: RequestInfo,
    caller: UserInfo,
    actor: string,
    stages: string[],
    detail: Details['request'] | undefined,
  ): Task<ApiResponse> {
    const warnings: string[] = [];
    const passage = this.filters.begin(request, info, caller);
    try {
      const user = request.headers === undefined ? caller : impersonate(request, caller, this.#authorizer);
      if (user !== caller) {
        if (detail !== undefined) detail.user = user.name;
        passage.audit?.impersonate(user);
      }
      const seat = passage.seat(user, detail);
      const refusal = seat === undefined ? undefined : yield* seat;
      if (refusal !== undefined) return passage.end(refusal);
      const attributes = attributesOf(request, info, user);
      if (this.#etcd.outage !== undefined && info.isResource) yield* outlast(this.#sim, this.#etcd);
      const decision = this.#authorizer.authorize(attributes);
      passage.decided(user, decision);
      if (!decision.allowed) throw forbidAccess(attributes, decision.reason);
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
        observer: passage,
      };
      const elsewhere = this.#aggregation.answer(context);
      if (elsewhere !== undefined) return passage.end(yield* elsewhere);
      if (!info.isResource) return passage.end(withWarnings(this.#others.handle(context), warnings));
      const response = yield* this.#resources.handle(context);
      this.#extensions.settle(context);
      this.#aggregation.settle();
      return passage.end(withWarnings(response, warnings));
    } catch (thrown) {
      const error = thrown instanceof EtcdError ? storageFailure(thrown) : thrown;
      if (!(error instanceof StatusError)) throw error;
      if (detail !== undefined) detail.reason = error.message;
      return passage.end(withWarnings(presentError(request, error), warnings));
    } finally {
      passage.release();
    }
  }
}

/** etcd does not answer: its client waits for it, as long as etcd itself would, and then tells why. */
function* outlast(sim: Simulation, etcd: Reach): Task<void> {
  for (let { outage } = etcd; outage !== undefined; outage = etcd.outage) {
    const { error, patience } = outage;
    if (patience === 0) throw error;
    const back = yield* toldWithin(sim, patience, (tell) => etcd.onceBack(tell));
    if (!back) throw error;
  }
}

/** ErrorToAPIStatus: what the server has no words of its own for is passed on as it is. */
function storageFailure(error: EtcdError): StatusError {
  return failure(500, '', error.message);
}

function thrown(error: unknown): void {
  throw error;
}
