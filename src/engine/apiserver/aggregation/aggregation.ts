import type { APIService } from '../../api/generated/types.ts';
import type { ApiObject, Json } from '../../api/meta.ts';
import type { Store, StoreEvent } from '../../etcd/store.ts';
import { start, type Running, type Task } from '../../os/task.ts';
import type { Simulation, Timer } from '../../sim/simulation.ts';
import { SECOND, formatTime, type Millis } from '../../sim/time.ts';
import type { RequestContext } from '../context.ts';
import type { Served } from '../discovery.ts';
import type { ServedKinds } from '../extensions/served-kinds.ts';
import { OutboundError, type Outbound } from '../outbound.ts';
import type { Registry } from '../registry.ts';
import { keyOf } from '../target.ts';
import { textResponse } from '../response.ts';
import type { ApiResponse } from '../types.ts';
import { ask, checkAvailability, LOCAL, type Availability } from './availability.ts';
import { automanaged } from './automanaged.ts';
import { queryText } from '../query-text.ts';

const PREFIX = '/registry/apiservices/';
const WATCHED = ['/registry/services/specs/', '/registry/endpointslices/'];
// Informers tell of everything anew so often; what failed is tried again from 5 ms on, doubling.
const RESYNC: Millis = 30 * SECOND;
const FIRST_RETRY: Millis = 5;
const PATIENCE: Millis = 60 * SECOND;

/** An API that another server serves, and what is known of it. */
interface Remote {
  api: APIService;
  timer: Timer | undefined;
  checking: Running | undefined;
  delay: Millis;
  /** What its discovery told last. */
  told: string;
  resources: Served['resources'];
}

/**
 * kube-aggregator: APIServices that name a Service are served by what stands behind it. Requests are passed on with the identity
 * of the caller in headers; whether that can work is looked at all the time, and told in the condition `Available`.
 */
export class Aggregation {
  readonly #remotes = new Map<string, Remote>();
  #unsubscribe: (() => void)[] = [];
  #settled = 0;
  /** Local APIs whose condition somebody has taken away. */
  readonly #untold = new Set<string>();

  constructor(
    readonly options: {
      readonly sim: Simulation;
      readonly store: Store;
      readonly registry: Registry;
      readonly served: ServedKinds;
      readonly outbound: Outbound;
    },
  ) {}

  start(): void {
    const { store } = this.options;
    for (const { value } of store.range(PREFIX, `${PREFIX}\uffff`).kvs) this.#learn(value as APIService);
    this.#unsubscribe = [
      store.watchPrefix(PREFIX, 0, ({ key, kv }) => {
        if (kv === undefined) this.#forget(key.slice(PREFIX.length));
        else this.#learn(kv.value as APIService);
      }),
      ...WATCHED.map((prefix) => store.watchPrefix(prefix, 0, (event) => this.#backendChanged(prefix, event))),
    ];
  }

  stop(): void {
    for (const unsubscribe of this.#unsubscribe.splice(0)) unsubscribe();
    for (const name of Array.from(this.#remotes.keys())) this.#forget(name);
  }

  /** Keeps an APIService for whatever definitions serve. Cheap when nothing has changed. */
  settle(): void {
    const { changes } = this.options.served;
    if (this.#untold.size > 0) {
      const names = [...this.#untold];
      this.#untold.clear();
      for (const name of names) this.#report(name, LOCAL);
    }
    if (changes === this.#settled) return;
    this.#settled = changes;
    automanaged(this.options);
  }

  /** What others serve shows in discovery for as long as they can be used. */
  #serve(): void {
    const elsewhere = [...this.#remotes.values()]
      .filter(({ resources, api }) => resources.length > 0 && isAvailable(api))
      .map(({ api: { spec }, resources }) => ({ group: spec?.group ?? '', version: spec?.version ?? '', resources }));
    this.options.served.elsewhere(elsewhere);
  }

  /** The answer of another server, where one serves this path; undefined where none does. */
  answer(context: RequestContext): Task<ApiResponse> | undefined {
    if (this.#remotes.size === 0) return undefined;
    const [root, group = '', version = ''] = context.request.path.split('/').slice(1);
    const remote = root === 'apis' ? this.#remotes.get(`${version}.${group}`) : undefined;
    return remote === undefined ? undefined : this.#pass(context, remote);
  }

  *#pass(context: RequestContext, { api }: Remote): Task<ApiResponse> {
    const { request, user } = context;
    if (!isAvailable(api)) return textResponse(503, 'service unavailable\n');
    const identity: Record<string, string> = { 'x-remote-user': user.name, 'x-remote-group': user.groups.join(',') };
    for (const [name, values] of Object.entries(user.extra ?? {})) identity[`x-remote-extra-${name.toLowerCase()}`] = values.join(',');
    const type = request.headers?.['content-type'];
    const accept = request.headers?.['accept'];
    const { body } = request;
    try {
      const answer = yield* ask(this.options.outbound, this.options.store, api, {
        method: request.method,
        path: `${request.path}${queryText(request)}`,
        headers: {
          ...identity,
          accept: typeof accept === 'string' ? accept : 'application/json',
          ...(body === undefined ? {} : { 'content-type': typeof type === 'string' ? type : 'application/json' }),
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        timeout: PATIENCE,
      });
      return { code: answer.status, headers: answer.headers, body: asValue(answer.headers['content-type'] ?? '', answer.body) };
    } catch (error) {
      if (!(error instanceof OutboundError)) throw error;
      return textResponse(503, `error trying to reach service: ${error.message}`);
    }
  }

  #learn(api: APIService): void {
    const name = api.metadata.name ?? '';
    const known = this.#remotes.get(name);
    if (api.spec?.service === undefined) {
      if (known !== undefined) this.#forget(name);
      if (available(api) === undefined) this.#untold.add(name);
      return;
    }
    const before = known?.api;
    const remote: Remote = known ?? { api, timer: undefined, checking: undefined, delay: FIRST_RETRY, told: '', resources: [] };
    remote.api = api;
    this.#remotes.set(name, remote);
    if (before === undefined || isAvailable(before) !== isAvailable(api)) this.#serve();
    // Its own status it has written itself.
    if (before === undefined || before.spec !== api.spec) this.#soon(remote);
  }

  #forget(name: string): void {
    const remote = this.#remotes.get(name);
    if (remote === undefined) return;
    remote.timer?.cancel();
    remote.checking?.kill();
    this.#remotes.delete(name);
    this.#serve();
  }

  /** A Service, or one of its slices, is another one: whoever stands behind it is looked at. */
  #backendChanged(prefix: string, { key }: StoreEvent): void {
    if (this.#remotes.size === 0) return;
    const [namespace = '', name = ''] = key.slice(prefix.length).split('/');
    for (const remote of this.#remotes.values()) {
      const { service } = remote.api.spec ?? {};
      if (service?.namespace === namespace && (name === service.name || name.startsWith(`${service.name ?? ''}-`))) this.#soon(remote);
    }
  }

  #soon(remote: Remote): void {
    remote.delay = FIRST_RETRY;
    this.#checkAfter(remote, 1, false);
  }

  #checkAfter(remote: Remote, delay: Millis, background: boolean): void {
    const { sim } = this.options;
    remote.timer?.cancel();
    remote.timer = sim.after(
      delay,
      () => {
        if (remote.checking?.done !== false) remote.checking = start(this.#check(remote));
      },
      { background },
    );
  }

  *#check(remote: Remote): Task<void> {
    const { outbound, store } = this.options;
    const { api } = remote;
    const found = yield* checkAvailability(outbound, store, api);
    if (found.status === 'True') {
      yield* this.#discover(remote);
      remote.delay = FIRST_RETRY;
      this.#checkAfter(remote, RESYNC, true);
    } else {
      // Nobody waits for what may never come: a cluster is quiet while an API is not available.
      this.#checkAfter(remote, remote.delay, true);
      remote.delay = Math.min(2 * remote.delay, RESYNC);
    }
    if (this.#remotes.get(api.metadata.name ?? '') === remote) this.#report(api.metadata.name ?? '', found);
  }

  /** What the server behind it serves. */
  *#discover(remote: Remote): Task<void> {
    const { outbound, store } = this.options;
    const { group = '', version = '' } = remote.api.spec ?? {};
    const headers = { accept: 'application/json', 'x-remote-user': 'system:kube-aggregator', 'x-remote-group': 'system:masters' };
    try {
      const answer = yield* ask(outbound, store, remote.api, {
        method: 'GET',
        path: `/apis/${group}/${version}`,
        headers,
        timeout: PATIENCE,
      });
      if (answer.status !== 200 || answer.body === remote.told) return;
      const { resources = [] } = JSON.parse(answer.body) as { resources?: Served['resources'] };
      remote.told = answer.body;
      remote.resources = resources;
      this.#serve();
    } catch (error) {
      if (!(error instanceof OutboundError || error instanceof SyntaxError)) throw error;
    }
  }

  #report(name: string, { status, reason, message }: Availability): void {
    const { registry, served, sim } = this.options;
    const kind = served.builtIn.find(({ resource }) => resource === 'apiservices');
    if (kind === undefined) return;
    const target = { kind, namespace: '', name };
    const stored = registry.store.get<APIService>(keyOf(target))?.value;
    if (stored === undefined) return;
    const conditions = stored.status?.conditions ?? [];
    const before = available(stored);
    if (before?.status === status && before.reason === reason && before.message === message) return;
    const lastTransitionTime = before?.status === status ? (before.lastTransitionTime ?? '') : formatTime(sim.now);
    const condition = { type: 'Available', status, lastTransitionTime, reason, message };
    const draft: APIService = {
      ...stored,
      metadata: { ...stored.metadata },
      status: { ...stored.status, conditions: [...conditions.filter(({ type }) => type !== 'Available'), condition] },
    };
    registry.put(target, draft as ApiObject, stored, false);
  }
}

const available = ({ status }: APIService): NonNullable<NonNullable<APIService['status']>['conditions']>[number] | undefined =>
  status?.conditions?.find(({ type }) => type === 'Available');
const isAvailable = (api: APIService): boolean => available(api)?.status === 'True';

function asValue(type: string, text: string): string | Json {
  if (!type.startsWith('application/json')) return text;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}
