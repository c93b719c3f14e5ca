import type { Kind } from '../../api/kind.ts';
import type { Store } from '../../etcd/store.ts';
import { Registry } from '../../metrics/registry.ts';
import type { Task } from '../../os/task.ts';
import type { Details } from '../../sim/log.ts';
import type { Simulation } from '../../sim/simulation.ts';
import { SECOND, type Millis } from '../../sim/time.ts';
import { Auditor, type AuditRecord } from '../audit/audit.ts';
import type { Policy } from '../audit/policy.ts';
import type { Decision } from '../authz/authorizer.ts';
import type { UserInfo } from '../authn/user.ts';
import { classificationHeaders, FlowControl, tooManyRequests } from '../flowcontrol/flowcontrol.ts';
import type { Ticket } from '../flowcontrol/ticket.ts';
import type { RequestObserver } from '../context.ts';
import { header, type RequestInfo } from '../route.ts';
import type { ApiRequest, ApiResponse } from '../types.ts';
import type { WatchRequest } from '../watch-request.ts';
import { AccessMetrics } from './access-metrics.ts';
import { AdmissionMetrics } from './admission-metrics.ts';
import { buildInfo } from '../../metrics/build-info.ts';
import { ListEstimate } from './list-estimate.ts';
import { RequestMetrics } from './request-metrics.ts';
import { StorageMetrics } from './storage-metrics.ts';
import { WatchMetrics } from './watch-metrics.ts';

export interface FiltersOptions {
  readonly sim: Simulation;
  readonly store: Store;
  /** With those that definitions made. */
  readonly kinds: () => readonly Kind[];
  readonly openWatches: () => Iterable<WatchRequest>;
  readonly auditPolicy?: Policy;
  /** Sends a request of the server's own. */
  readonly send?: (request: ApiRequest) => void;
}

/** Requests that last are not held to seats; a watch is, until it has begun. */
const UNLIMITED = new Set(['exec', 'attach', 'portforward', 'proxy', 'log']);

/** What stands around the handler of every request: audit, priority and fairness, metrics. One set a server. */
export class Filters {
  readonly metrics = new Registry();
  readonly flow: FlowControl;
  readonly audit: Auditor;
  readonly access: AccessMetrics;
  readonly admission: AdmissionMetrics;
  readonly requests: RequestMetrics;
  readonly storage: StorageMetrics;
  readonly watches: WatchMetrics;
  readonly sim: Simulation;
  readonly lists: ListEstimate;
  #startedAt: Millis;

  constructor({ sim, store, kinds, openWatches, auditPolicy, send }: FiltersOptions) {
    const { metrics } = this;
    this.sim = sim;
    this.#startedAt = sim.now;
    this.flow = new FlowControl({ sim, store, metrics, ...(send === undefined ? {} : { send }) });
    this.audit = new Auditor({ sim, metrics, ...(auditPolicy === undefined ? {} : { policy: auditPolicy }) });
    this.access = new AccessMetrics(metrics);
    this.admission = new AdmissionMetrics(metrics);
    this.requests = new RequestMetrics(metrics);
    this.storage = new StorageMetrics(metrics, store, kinds);
    this.watches = new WatchMetrics(metrics, openWatches);
    this.lists = new ListEstimate(store, kinds);
    metrics.collect(
      {
        name: 'apiserver_current_inflight_requests',
        help: 'Requests under way, reading and writing.',
        stability: 'STABLE',
        labels: ['request_kind'],
      },
      (emit) => {
        let mutating = 0;
        let readOnly = 0;
        for (const { executing } of this.flow.levels) {
          for (const { info } of executing) {
            if (WRITES.has(info.verb)) mutating++;
            else readOnly++;
          }
        }
        emit(mutating, 'mutating');
        emit(readOnly, 'readOnly');
      },
    );
    buildInfo(metrics, () => this.#startedAt);
  }

  start(): void {
    this.#startedAt = this.sim.now;
    this.metrics.reset();
    this.storage.reset();
    this.flow.start();
  }

  stop(): void {
    this.flow.stop();
  }

  /** A request whose sender is known. */
  begin(request: ApiRequest, info: RequestInfo, user: UserInfo): Passage {
    this.access.authenticated(user);
    return new Passage(this, request, info, user);
  }

  /** A request whose credential proves nothing. */
  unauthenticated(request: ApiRequest, info: RequestInfo, response: ApiResponse): ApiResponse {
    this.access.rejected();
    if (!this.audit.enabled && !onWire(request)) return response;
    const id = this.audit.id(request);
    this.audit.failedAuthentication(id, request, info, response);
    return onWire(request) ? { ...response, headers: { ...response.headers, 'audit-id': id } } : response;
  }
}

const WRITES = new Set(['create', 'update', 'patch', 'delete', 'deletecollection', 'post', 'put']);

const onWire = (request: ApiRequest): boolean => header(request, 'accept') !== undefined;

/** One request's way through the filters. */
export class Passage implements RequestObserver {
  readonly audit: AuditRecord | undefined;
  readonly #filters: Filters;
  readonly #request: ApiRequest;
  readonly #info: RequestInfo;
  readonly #begun: Millis;
  readonly #auditId: string | undefined;
  #ticket: Ticket | undefined;
  /** It reached the handler: only then it counts as a request. */
  #handled = false;
  /** Virtual ms spent in a queue and with webhooks. */
  #waited: Millis = 0;

  constructor(filters: Filters, request: ApiRequest, info: RequestInfo, user: UserInfo) {
    this.#filters = filters;
    this.#request = request;
    this.#info = info;
    this.#begun = filters.sim.now;
    this.#auditId = filters.audit.enabled || onWire(request) ? filters.audit.id(request) : undefined;
    this.audit =
      this.#auditId === undefined || !filters.audit.enabled ? undefined : filters.audit.begin(this.#auditId, request, info, user);
  }

  /**
   * Takes the seats that the request needs. What comes back is to be waited for, and ends with a refusal or with nothing: go on.
   * Undefined where there is no need to wait. `user`: after impersonation, by whom the request is classified.
   */
  seat(user: UserInfo, detail: Details['request'] | undefined): Task<ApiResponse | undefined> | undefined {
    const { flow, lists } = this.#filters;
    const info = this.#info;
    if (info.subresource !== '' && UNLIMITED.has(info.subresource)) return undefined;
    const ticket = flow.begin(info, user, info.verb === 'list' ? lists.seats(info, this.#request) : 1);
    this.#ticket = ticket;
    if (detail !== undefined) {
      detail.flowSchema = ticket.flow.name;
      detail.priorityLevel = ticket.flow.level.name;
    }
    return ticket.state === 'executing' ? undefined : this.#wait(ticket);
  }

  *#wait(ticket: Ticket): Task<ApiResponse | undefined> {
    const { flow, requests, sim } = this.#filters;
    const begun = sim.now;
    const served = yield* flow.settle(ticket);
    this.#waited += sim.now - begun;
    if (served) return undefined;
    requests.turnedAway(this.#info, 429);
    return tooManyRequests(ticket);
  }

  get audited(): boolean {
    return this.audit !== undefined;
  }

  get admission(): AdmissionMetrics {
    return this.#filters.admission;
  }

  now(): Millis {
    return this.#filters.sim.now;
  }

  annotate(key: string, value: string): void {
    this.audit?.annotate(key, value);
  }

  waitedFor(time: Millis): void {
    this.#waited += time;
  }

  /** What authorization found. */
  decided(user: UserInfo, decision: Decision): void {
    this.#filters.access.decided(user, decision);
    this.#handled = decision.allowed;
    if (this.audit === undefined) return;
    this.audit.annotate('authorization.k8s.io/decision', decision.allowed ? 'allow' : 'forbid');
    this.audit.annotate('authorization.k8s.io/reason', decision.reason);
  }

  /** The answer is made: it is counted, written down, and gets the headers of the filters where somebody reads headers. */
  end(response: ApiResponse): ApiResponse {
    const { requests, sim } = this.#filters;
    this.release();
    if (this.#handled) {
      const info = this.#info;
      requests.answered(info, response.code, (sim.now - this.#begun) / SECOND, {
        apply: info.verb === 'patch' && (header(this.#request, 'content-type') ?? '').startsWith('application/apply-patch'),
        dryRun: this.#request.query?.['dryRun'] !== undefined,
        waited: this.#waited / SECOND,
      });
    }
    const answer = this.audit === undefined ? response : this.audit.end(response);
    if (this.#auditId === undefined || !onWire(this.#request)) return answer;
    const classified = this.#ticket === undefined ? {} : classificationHeaders(this.#ticket.flow);
    return { ...answer, headers: { ...answer.headers, 'audit-id': this.#auditId, ...classified } };
  }

  /** Gives the seats back; also where the request ended otherwise than by an answer. */
  release(): void {
    if (this.#ticket !== undefined) this.#filters.flow.finish(this.#ticket);
  }
}
