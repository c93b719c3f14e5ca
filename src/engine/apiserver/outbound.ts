import type { ApiObject } from '../api/meta.ts';
import type { Service } from '../api/generated/types.ts';
import type { Store } from '../etcd/store.ts';
import type { Task } from '../os/task.ts';
import type { Millis } from '../sim/time.ts';

/** An HTTPS request that the API server makes itself: to a webhook, or to an aggregated API server. */
export interface OutboundRequest {
  readonly method: string;
  /** Absolute, as it is shown in errors: `https://hook.default.svc:443/check?timeout=10s`. */
  readonly url: string;
  /** Address and port that are dialled instead of the URL's host. */
  readonly dial?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** PEM; without it nobody is trusted. */
  readonly caBundle?: string;
  /** `insecureSkipTLSVerify`. */
  readonly insecure?: boolean;
  /** Name the server's certificate must have. */
  readonly serverName: string;
  readonly timeout: Millis;
}

export interface OutboundResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The way out, over the network of the node where the server runs. Throws `OutboundError` with Go's sentence. */
export type Outbound = (request: OutboundRequest) => Task<OutboundResponse>;

export class OutboundError extends Error {}

/** For a server that stands alone, without a network. */
export function* noWayOut(): Task<OutboundResponse> {
  throw new OutboundError('dial tcp: connect: network is unreachable');
}

/** Address of a Service's port, as the API server finds it in its own store (`ResolveCluster`). Throws `OutboundError`. */
export function resolveService(store: Store, namespace: string, name: string, port: number): string {
  const service = store.get<ApiObject & Service>(`/registry/services/specs/${namespace}/${name}`)?.value;
  if (service === undefined) throw new OutboundError(`service ${JSON.stringify(name)} not found`);
  const { type = 'ClusterIP', clusterIP = '', externalName = '', ports = [] } = service.spec ?? {};
  if (type === 'ExternalName') {
    if (port !== 443) throw new OutboundError(`unsupported service port ${port}: only 443 is allowed for ExternalName services`);
    return `${externalName}:${port}`;
  }
  if (clusterIP === 'None') throw new OutboundError(`cannot route to service with ClusterIP "None"`);
  if (!ports.some((one) => one.port === port)) throw new OutboundError(`no service port ${port} found for service ${JSON.stringify(name)}`);
  return `${clusterIP}:${port}`;
}
