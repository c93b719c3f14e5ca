import type { Json, Status } from '../../api/meta.ts';
import type { Registry } from '../../metrics/registry.ts';
import type { Random } from '../../sim/random.ts';
import type { Simulation } from '../../sim/simulation.ts';
import { formatMicroTime, type Millis } from '../../sim/time.ts';
import { attributesOf } from '../authz/attributes.ts';
import { ANONYMOUS, type UserInfo } from '../authn/user.ts';
import { header, headers, type RequestInfo } from '../route.ts';
import type { ApiRequest, ApiResponse, WatchStream } from '../types.ts';
import { auditUser, type AuditEvent } from './event.ts';
import { evaluate, type Policy, type Stage, type Verdict } from './policy.ts';

export interface AuditorOptions {
  readonly sim: Simulation;
  readonly metrics: Registry;
  /** `--audit-policy-file`. Without one nothing is written down. */
  readonly policy?: Policy;
}

/** Writes down who asked for what, as the policy says, into the log of causes. */
export class Auditor {
  readonly #sim: Simulation;
  readonly #policy: Policy | undefined;
  readonly #ids: Random;
  readonly #counted: { events: { inc(): void }; level(level: string): void };

  constructor({ sim, metrics, policy }: AuditorOptions) {
    this.#sim = sim;
    this.#policy = policy;
    this.#ids = sim.random('apiserver/audit');
    const events = metrics.counter({ name: 'apiserver_audit_event_total', help: 'Audit events that were made.' });
    const levels = metrics.counters({
      name: 'apiserver_audit_level_total',
      help: 'Requests by the level of their audit.',
      labels: ['level'],
    });
    metrics.counter({ name: 'apiserver_audit_requests_rejected_total', help: 'Requests refused because they could not be audited.' });
    this.#counted = { events, level: (level) => levels.with(level).inc() };
  }

  /** Is there a policy? Without one nobody need begin. */
  get enabled(): boolean {
    return this.#policy !== undefined;
  }

  /** What the response's `Audit-Id` says: the caller's own, or one that is drawn. */
  id(request: ApiRequest): string {
    return header(request, 'audit-id') ?? this.#ids.uuid();
  }

  /** A request that has been authenticated. Undefined where the policy does not want to know. */
  begin(id: string, request: ApiRequest, info: RequestInfo, user: UserInfo): AuditRecord | undefined {
    const verdict = this.#verdict(request, info, user);
    if (verdict === undefined) return undefined;
    const record = new AuditRecord(this.#sim, () => this.#counted.events.inc(), verdict, id, request, info, user);
    record.write('RequestReceived');
    return record;
  }

  /** A request with a token that is none: it ends here. */
  failedAuthentication(id: string, request: ApiRequest, info: RequestInfo, response: ApiResponse): void {
    const verdict = this.#verdict(request, info, { ...ANONYMOUS, name: '', groups: [] });
    if (verdict === undefined) return;
    const record = new AuditRecord(this.#sim, () => this.#counted.events.inc(), verdict, id, request, info, { name: '', groups: [] });
    record.respond(response);
    record.message('Authentication failed, attempted: bearer');
    record.write('ResponseStarted');
  }

  #verdict(request: ApiRequest, info: RequestInfo, user: UserInfo): Verdict | undefined {
    if (this.#policy === undefined) return undefined;
    const verdict = evaluate(this.#policy, attributesOf(request, info, user));
    this.#counted.level(verdict.level);
    return verdict.level === 'None' ? undefined : verdict;
  }
}

/** One audited request, from its arrival to the end of its answer. */
export class AuditRecord {
  readonly #sim: Simulation;
  readonly #counted: () => void;
  readonly #verdict: Verdict;
  readonly #request: ApiRequest;
  readonly #info: RequestInfo;
  readonly #user: UserInfo;
  readonly #received: Millis;
  readonly #annotations: Record<string, string> = {};
  #impersonated: UserInfo | undefined;
  #response: ApiResponse | undefined;
  #message: string | undefined;

  constructor(
    sim: Simulation,
    counted: () => void,
    verdict: Verdict,
    readonly id: string,
    request: ApiRequest,
    info: RequestInfo,
    user: UserInfo,
  ) {
    this.#sim = sim;
    this.#counted = counted;
    this.#verdict = verdict;
    this.#request = request;
    this.#info = info;
    this.#user = user;
    this.#received = sim.now;
  }

  /** A fact about the request, such as `authorization.k8s.io/decision`. What was said first stays. */
  annotate(key: string, value: string): void {
    if (!Object.hasOwn(this.#annotations, key)) this.#annotations[key] = value;
  }

  impersonate(user: UserInfo): void {
    this.#impersonated = user;
  }

  message(text: string): void {
    this.#message = text;
  }

  respond(response: ApiResponse): void {
    this.#response = response;
  }

  /** The answer goes out: at once, or, where it is a watch, beginning now. Hands back the answer to give. */
  end(response: ApiResponse): ApiResponse {
    this.#response = response;
    const { stream } = response;
    if (stream === undefined) {
      this.write('ResponseComplete');
      return response;
    }
    this.write('ResponseStarted');
    return stream.kind === 'watch' ? { ...response, stream: this.#followed(stream) } : response;
  }

  write(stage: Stage): void {
    if (this.#verdict.omitStages.includes(stage)) return;
    this.#counted();
    if (this.#sim.log.enabled) this.#sim.append('apiserver', 'audit', this.#event(stage));
  }

  #followed(stream: WatchStream): WatchStream {
    return {
      ...stream,
      subscribe: (sink) => {
        let over = false;
        const complete = (): void => {
          if (over) return;
          over = true;
          this.write('ResponseComplete');
        };
        const stop = stream.subscribe({
          event: (event) => sink.event(event),
          end: () => {
            complete();
            sink.end();
          },
        });
        return () => {
          stop();
          complete();
        };
      },
    };
  }

  #event(stage: Stage): AuditEvent {
    const { level, omitManagedFields } = this.#verdict;
    const full = stage !== 'RequestReceived';
    const sent = this.#sent();
    const withRequest = full && (level === 'Request' || level === 'RequestResponse') && sent !== undefined;
    const answered = this.#response?.stream === undefined ? this.#response?.body : undefined;
    const withResponse = full && level === 'RequestResponse' && typeof answered === 'object';
    const trim = (object: unknown): unknown => (omitManagedFields ? withoutManagedFields(object) : object);
    const { verb, path } = this.#info;
    const agent = header(this.#request, 'user-agent');
    const addresses = headers(this.#request, 'x-forwarded-for').flatMap((value) => value.split(',').map((address) => address.trim()));
    return {
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      level,
      auditID: this.id,
      stage,
      requestURI: `${path}${queryText(this.#request)}`,
      verb,
      user: auditUser(this.#user),
      ...(this.#impersonated === undefined ? {} : { impersonatedUser: auditUser(this.#impersonated) }),
      ...(addresses.length === 0 ? {} : { sourceIPs: addresses }),
      ...(agent === undefined ? {} : { userAgent: agent }),
      ...(this.#info.isResource ? { objectRef: this.#reference(full ? sent : undefined) } : {}),
      ...(full ? { responseStatus: this.#status() } : {}),
      ...(withRequest ? { requestObject: trim(sent) } : {}),
      ...(withResponse ? { responseObject: trim(answered) } : {}),
      requestReceivedTimestamp: formatMicroTime(this.#received),
      stageTimestamp: formatMicroTime(this.#sim.now),
      ...(Object.keys(this.#annotations).length === 0 ? {} : { annotations: { ...this.#annotations } }),
    };
  }

  #status(): NonNullable<AuditEvent['responseStatus']> {
    const body = this.#response?.body as Status | undefined;
    const code = this.#response?.stream?.kind === 'remote-command' ? 101 : (this.#response?.code ?? 0);
    if (typeof body === 'object' && body.kind === 'Status') {
      const { status, message, reason, details } = body;
      return {
        metadata: {},
        ...(status === undefined ? {} : { status }),
        ...(message === undefined ? {} : { message }),
        ...(reason === undefined ? {} : { reason }),
        ...(details === undefined ? {} : { details }),
        code,
      } as NonNullable<AuditEvent['responseStatus']>;
    }
    return { metadata: {}, ...(this.#message === undefined ? {} : { message: this.#message }), code };
  }

  /** What the request is about; a name that the path does not say the object does. */
  #reference(sent: unknown): NonNullable<AuditEvent['objectRef']> {
    const { resource, namespace, name, group, version, subresource, verb } = this.#info;
    const meta = verb === 'create' || verb === 'update' ? metadataOf(sent) : {};
    const text = (path: string, own: string | undefined): string | undefined => (path !== '' ? path : own === '' ? undefined : own);
    const found: Record<string, string | undefined> = {
      resource,
      namespace: text(namespace, meta.namespace),
      name: text(name, meta.name),
      uid: text('', meta.uid),
      apiGroup: text(group, undefined),
      apiVersion: version,
      resourceVersion: text('', meta.resourceVersion),
      subresource: text(subresource, undefined),
    };
    return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
  }

  #sent(): unknown {
    const { body, method } = this.#request;
    if (body === undefined || method === 'GET') return undefined;
    if (typeof body !== 'string') return body;
    try {
      return JSON.parse(body) as Json;
    } catch {
      return undefined;
    }
  }
}

interface SomeMetadata {
  readonly name?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
}

const metadataOf = (object: unknown): SomeMetadata => (object as { metadata?: SomeMetadata } | undefined)?.metadata ?? {};

function withoutManagedFields(object: unknown): unknown {
  const { metadata } = object as { metadata?: { managedFields?: unknown } };
  if (metadata?.managedFields === undefined) return object;
  const { managedFields: _managedFields, ...rest } = metadata;
  return { ...(object as object), metadata: rest };
}

function queryText({ query = {} }: ApiRequest): string {
  const pairs = Object.entries(query).flatMap(([name, values]) =>
    (typeof values === 'string' ? [values] : values).map((value) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`),
  );
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}
