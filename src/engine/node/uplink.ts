import type { Status } from '../api/meta.ts';
import type { ApiRequest, ApiResponse, Transport, WatchStream } from '../apiserver/types.ts';
import type { NetworkNamespace } from '../network/namespace.ts';
import { answered, type Task } from '../os/task.ts';
import { SECOND, type Millis } from '../sim/time.ts';
import { API_PORT, servingTimes } from './apiserver-endpoint.ts';

export interface UplinkOptions {
  readonly transport: Transport;
  /** The machine's own network. */
  readonly host: NetworkNamespace;
  /** Machine and address of the API server; without them it cannot be cut off. */
  readonly server: { readonly node: string | undefined; readonly address: string } | undefined;
}

// golang.org/x/net/http2 as client-go sets it: a connection that is silent for 30 s is asked, and given up 15 s later.
const SILENCE: Millis = 45 * SECOND;

/** How a machine's own daemons reach the API server: not at all while the way there is cut or the machine's clock denies the server's certificate. */
export class Uplink implements Transport {
  constructor(readonly options: UplinkOptions) {}

  handle(request: ApiRequest): Task<ApiResponse> {
    const problem = this.#problem();
    if (problem !== undefined) return answered(unavailable(problem));
    return request.method === 'GET' ? this.#read(request) : this.options.transport.handle(request);
  }

  *#read(request: ApiRequest): Task<ApiResponse> {
    const response = yield* this.options.transport.handle(request);
    return response.stream?.kind === 'watch' ? { ...response, stream: this.#watch(response.stream) } : response;
  }

  #joined(): boolean {
    const { host, server } = this.options;
    return server === undefined || host.network.joined(host.node, server.node);
  }

  #problem(): string | undefined {
    const { host, server } = this.options;
    if (server === undefined) return undefined;
    if (!this.#joined()) return `dial tcp ${server.address}:${API_PORT}: i/o timeout`;
    if ((host.network.clocks.get(host.node ?? '') ?? 0) === 0) return undefined;
    const now = host.network.clockOf(host);
    const { notBefore, notAfter } = servingTimes(host.network.sim);
    const [word, bound] = now < notBefore ? ['before', notBefore] : ['after', notAfter];
    if (now >= notBefore && now <= notAfter) return undefined;
    return `tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time ${utc(now)} is ${word} ${utc(bound)}`;
  }

  /** What is sent while the way is cut comes late, or never: then the watch ends. */
  #watch(stream: WatchStream): WatchStream {
    const { host, server } = this.options;
    const { network } = host;
    return {
      kind: 'watch',
      subscribe: (sink) => {
        let over = false;
        let stuck = 0;
        const stop = stream.subscribe({
          event: (event) => pass(() => sink.event(event)),
          end: () => pass(end),
        });
        const end = (): void => {
          if (over) return;
          over = true;
          stop();
          sink.end();
        };
        const pass = (act: () => void): void => {
          if (over) return;
          if (stuck === 0 && this.#joined()) return act();
          // Order is kept: what comes later waits behind what is stuck.
          stuck++;
          network.onceJoined(host.node, server?.node, () => {
            stuck--;
            if (!over) act();
          });
          if (stuck === 1) network.sim.after(SILENCE, () => stuck > 0 && end(), { background: true });
        };
        return () => {
          over = true;
          stop();
        };
      },
    };
  }
}

function utc(at: Millis): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

function unavailable(message: string): ApiResponse {
  const body: Status = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason: 'ServiceUnavailable',
    code: 503,
  };
  return { code: 503, headers: { 'content-type': 'application/json' }, body };
}
