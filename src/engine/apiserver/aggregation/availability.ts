import { decodeText } from '../../api/base64.ts';
import type { APIService, EndpointSlice, Service } from '../../api/generated/types.ts';
import type { ApiObject } from '../../api/meta.ts';
import type { Store } from '../../etcd/store.ts';
import type { Task } from '../../os/task.ts';
import { SECOND } from '../../sim/time.ts';
import { OutboundError, resolveService, type Outbound, type OutboundRequest, type OutboundResponse } from '../outbound.ts';

/** Whether an aggregated API can be used, as its condition `Available` says it. */
export interface Availability {
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

/** What the server serves itself. */
export const LOCAL: Availability = { status: 'True', reason: 'Local', message: 'Local APIServices are always available' };

// remote_available_controller.go: a check of discovery may take so long.
const CHECK_TIMEOUT = 5 * SECOND;

export type Backend = NonNullable<NonNullable<APIService['spec']>['service']>;

/** Sends a request to the server behind an APIService. Throws `OutboundError`. */
export function* ask(
  outbound: Outbound,
  store: Store,
  { spec = {} as NonNullable<APIService['spec']> }: APIService,
  request: Pick<OutboundRequest, 'method' | 'headers' | 'body'> & { readonly path: string; readonly timeout: number },
): Task<OutboundResponse> {
  const { name = '', namespace = '', port = 443 } = spec.service ?? {};
  const { path, ...rest } = request;
  const address = resolveService(store, namespace, name, port);
  return yield* outbound({
    ...rest,
    url: `https://${address}${path}`,
    serverName: `${name}.${namespace}.svc`,
    ...(spec.insecureSkipTLSVerify === true ? { insecure: true } : {}),
    ...(spec.caBundle === undefined || spec.caBundle === '' ? {} : { caBundle: decodeText(spec.caBundle) }),
  });
}

/** Looks at the Service, at its endpoints, and whether the server behind it tells what it serves. */
export function* checkAvailability(outbound: Outbound, store: Store, api: APIService): Task<Availability> {
  const { group = '', version = '', service } = api.spec ?? {};
  const { name = '', namespace = '', port = 443 } = service ?? {};
  const no = (reason: string, message: string): Availability => ({ status: 'False', reason, message });
  const found = store.get<ApiObject & Service>(`/registry/services/specs/${namespace}/${name}`)?.value;
  if (found === undefined) return no('ServiceNotFound', `service/${name} in "${namespace}" is not present`);
  if ((found.spec?.type ?? 'ClusterIP') === 'ClusterIP') {
    const listening = found.spec?.ports?.find((one) => one.port === port);
    if (listening === undefined) return no('ServicePortError', `service/${name} in "${namespace}" is not listening on port ${port}`);
    const slices = endpointSlices(store, namespace, name);
    if (slices.length === 0) return no('EndpointsNotFound', `cannot find endpointslices for service/${name} in "${namespace}"`);
    const portName = listening.name ?? '';
    const ready = slices.some(
      ({ endpoints, ports }) =>
        (endpoints ?? []).some(({ conditions }) => conditions?.ready !== false) &&
        (ports ?? []).some((one) => (one.name ?? '') === portName),
    );
    if (!ready)
      return no('MissingEndpoints', `endpoints for service/${name} in "${namespace}" have no addresses with port name "${portName}"`);
  }
  const path = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  let url = '';
  const failed = (why: string): Availability => no('FailedDiscoveryCheck', `failing or missing response from ${url}: ${why}`);
  try {
    url = `https://${resolveService(store, namespace, name, port)}${path}`;
    const headers = { 'x-remote-user': 'system:kube-aggregator', 'x-remote-group': 'system:masters' };
    const { status } = yield* ask(outbound, store, api, { method: 'GET', path, headers, timeout: CHECK_TIMEOUT });
    if (status < 200 || status > 299) return failed(`bad status from ${url}: ${status}`);
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error;
    return failed(`Get ${JSON.stringify(url)}: ${error.message}`);
  }
  return { status: 'True', reason: 'Passed', message: 'all checks passed' };
}

function endpointSlices(store: Store, namespace: string, service: string): (ApiObject & EndpointSlice)[] {
  const prefix = `/registry/endpointslices/${namespace}/`;
  return store
    .range(prefix, `${prefix}\uffff`)
    .kvs.map((kv) => kv.value as ApiObject & EndpointSlice)
    .filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === service);
}
