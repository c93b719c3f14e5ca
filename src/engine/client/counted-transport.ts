import type { ApiRequest, ApiResponse, Transport } from '../apiserver/types.ts';
import type { Counter } from '../metrics/instruments.ts';
import type { Registry } from '../metrics/registry.ts';
import type { Task } from '../os/task.ts';

/** The front door as one process sees it: what goes through is counted as `rest_client_requests_total`. */
export class CountedTransport implements Transport {
  readonly #inner: Transport;
  readonly #requests;
  readonly #host: string;
  /** By method and code. */
  readonly #known = new Map<string, Map<number, Counter>>();

  /** `host`: as the kubeconfig of the process has it, `192.168.0.10:6443`. */
  constructor(inner: Transport, registry: Registry, host = '192.168.0.10:6443') {
    this.#inner = inner;
    this.#host = host;
    this.#requests = registry.counters({
      name: 'rest_client_requests_total',
      help: 'Requests of this process, by the code of the answer.',
      labels: ['code', 'method', 'host'],
    });
  }

  *handle(request: ApiRequest): Task<ApiResponse> {
    const response = yield* this.#inner.handle(request);
    let byCode = this.#known.get(request.method);
    if (byCode === undefined) this.#known.set(request.method, (byCode = new Map<number, Counter>()));
    let counter = byCode.get(response.code);
    if (counter === undefined) {
      counter = this.#requests.with(String(response.code), request.method, this.#host);
      byCode.set(response.code, counter);
    }
    counter.inc();
    return response;
  }
}
