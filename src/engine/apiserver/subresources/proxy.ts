import { badRequest, failure, notFound } from '../../api/errors.ts';
import type { EndpointSlice, Node, Pod, Service } from '../../api/generated/types.ts';
import type { ApiObject } from '../../api/meta.ts';
import type { Task } from '../../os/task.ts';
import { SECOND } from '../../sim/time.ts';
import type { RequestContext, Target } from '../context.ts';
import { OutboundError } from '../outbound.ts';
import type { ServerParts } from '../server-parts.ts';
import { textResponse } from '../response.ts';
import type { ApiResponse } from '../types.ts';
import { queryText } from '../query-text.ts';
import { admitConnection } from './kubelet.ts';

export const PROXY_VERBS = ['get', 'create', 'update', 'patch', 'delete'] as const;

const KUBELET_PORT = '10250';
// Nobody waits longer than the request itself may take (--request-timeout).
const PATIENCE = 60 * SECOND;

/** Where a proxied request goes. */
interface Location {
  readonly scheme: string;
  readonly host: string;
}

/** Passes an HTTP request on to a pod, to one of a Service's endpoints, or to a node, and gives back the answer. */
export function* proxy(context: RequestContext, target: Target, parts: ServerParts): Task<ApiResponse> {
  const { request, info } = context;
  const kind = { pods: 'PodProxyOptions', services: 'ServiceProxyOptions' }[target.kind.resource] ?? 'NodeProxyOptions';
  yield* admitConnection(context, target, parts, kind, info.rest === '' ? {} : { path: info.rest });
  const [scheme, name, port] = splitName(target);
  const path = `/${info.rest}${request.path.endsWith('/') && info.rest !== '' ? '/' : ''}`;
  if (target.kind.resource === 'nodes' && (port === '' || port === KUBELET_PORT)) return kubeletPage(name, path, parts);
  const location =
    target.kind.resource === 'pods'
      ? podLocation({ ...target, name }, scheme, port, parts)
      : target.kind.resource === 'services'
        ? serviceLocation({ ...target, name }, scheme, port, parts)
        : nodeLocation({ ...target, name }, scheme, port, parts);
  // Relative links of a page are meant from below it.
  if (info.rest === '' && !request.path.endsWith('/') && request.method === 'GET')
    return { code: 301, headers: { location: `${request.path}/` }, body: '' };
  const query = queryText(request);
  try {
    const answer = yield* parts.outbound({
      method: request.method,
      url: `${location.scheme}://${location.host}${path}${query}`,
      headers: passedOn(request.headers ?? {}),
      ...(typeof request.body === 'string' ? { body: request.body } : {}),
      insecure: true,
      serverName: '',
      timeout: PATIENCE,
    });
    return { code: answer.status, headers: answer.headers, body: answer.body };
  } catch (error) {
    if (error instanceof OutboundError) throw unavailable(`error trying to reach service: ${error.message}`);
    throw error;
  }
}

const unavailable = (why: string): Error => failure(503, 'ServiceUnavailable', why);

/** `[scheme:]name[:port]` (utilnet.SplitSchemeNamePort). */
function splitName({ kind, name }: Target): readonly [scheme: string, name: string, port: string] {
  const parts = name.split(':');
  const invalid = (): Error => badRequest(`invalid ${kind.singular} request ${JSON.stringify(name)}`);
  if (parts.length === 1) return ['', name, ''];
  if (parts.length === 2) return ['', parts[0] as string, parts[1] as string];
  if (parts.length !== 3 || !['', 'http', 'https'].includes(parts[0] as string)) throw invalid();
  return parts as [string, string, string];
}

function podLocation(target: Target, scheme: string, port: string, { registry }: ServerParts): Location {
  const { spec, status } = registry.get(target) as Pod;
  const first = spec?.containers.flatMap(({ ports = [] }) => ports)[0]?.containerPort;
  const ip = status?.podIP ?? '';
  if (!isProxyable(ip)) throw badRequest('address not allowed');
  const to = port !== '' ? port : first === undefined ? '' : String(first);
  return { scheme: scheme || 'http', host: to === '' ? ip : `${ip}:${to}` };
}

function serviceLocation(target: Target, scheme: string, port: string, { registry }: ServerParts): Location {
  const { name, namespace } = target;
  const service = registry.get(target) as Service;
  let wanted = port;
  if (/^\d+$/.test(port)) {
    const found = service.spec?.ports?.find((one) => String(one.port) === port);
    if (found === undefined) throw unavailable(`no service port ${port} found for service ${JSON.stringify(name)}`);
    wanted = found.name ?? '';
  }
  const prefix = `/registry/endpointslices/${namespace}/`;
  const slices = registry.store
    .range(prefix, `${prefix}\uffff`)
    .kvs.map((kv) => kv.value as ApiObject & EndpointSlice)
    .filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === name);
  for (const { ports = [], endpoints } of slices) {
    const at = ports?.find((one) => (one.name ?? '') === wanted)?.port;
    const ready = (endpoints ?? []).filter(({ conditions }) => conditions?.ready !== false);
    const ip = ready[registry.sim.steps % Math.max(1, ready.length)]?.addresses[0];
    if (at !== undefined && ip !== undefined) return { scheme: scheme || 'http', host: `${ip}:${at}` };
  }
  throw unavailable(`no endpoints available for service ${JSON.stringify(name)}`);
}

function nodeLocation(target: Target, scheme: string, port: string, { registry }: ServerParts): Location {
  const node = registry.get(target) as Node;
  const address = node.status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '';
  if (!isProxyable(address)) throw badRequest('address not allowed');
  return { scheme: scheme || 'http', host: `${address}:${port}` };
}

/** proxyutil.IsProxyableIP: nothing of the machine the server itself runs on. */
const isProxyable = (ip: string): boolean => ip !== '' && !/^(127\.|169\.254\.|0\.0\.0\.0|22[4-9]\.|23\d\.)/.test(ip);

/** What the kubelet itself serves, over the connection that logs and exec take. */
function kubeletPage(name: string, path: string, { kubelets, registry }: ServerParts): ApiResponse {
  if (registry.store.get(`/registry/minions/${name}`) === undefined) throw notFound({ group: '', resource: 'nodes', name });
  const kubelet = kubelets(name);
  if (kubelet === undefined)
    throw unavailable(`error trying to reach service: dial tcp ${name}:${KUBELET_PORT}: connect: connection refused`);
  const page = kubelet.page(path);
  if (page === undefined) return textResponse(404, '404 page not found\n');
  return { code: 200, headers: { 'content-type': page.contentType }, body: page.body };
}

const HOP_BY_HOP = new Set(['connection', 'authorization', 'host', 'content-length', 'transfer-encoding', 'accept-encoding', 'upgrade']);

function passedOn(headers: Readonly<Record<string, string | readonly string[]>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => !HOP_BY_HOP.has(name))
      .map(([name, value]) => [name, typeof value === 'string' ? value : value.join(', ')]),
  );
}
