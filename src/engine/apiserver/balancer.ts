import type { Simulation } from '../sim/simulation.ts';
import { finish } from '../os/finish.ts';
import type { Task } from '../os/task.ts';
import type { ApiServer } from './server.ts';
import type { ApiRequest, ApiResponse, Counter, Transport } from './types.ts';

/**
 * One address for several API servers over the same store, as a load balancer in front of a control plane of several machines
 * has it: each request goes to the next server that answers, and a watch stays with the server it was opened at.
 */
export class Balancer implements Transport, Counter {
  readonly servers: ApiServer[];
  #next = 0;

  constructor(
    readonly sim: Simulation,
    servers: readonly ApiServer[],
  ) {
    if (servers.length === 0) throw new Error('a balancer needs at least one API server');
    this.servers = [...servers];
  }

  /** Somebody answers. */
  get running(): boolean {
    return this.servers.some(({ running }) => running);
  }

  /** Somebody answers, and is answered. */
  get ready(): boolean {
    return this.servers.some(({ ready }) => ready);
  }

  /** Stops all. */
  stop(): void {
    for (const server of this.servers) server.stop();
  }

  handle(request: ApiRequest): Task<ApiResponse> {
    return this.#pick().handle(request);
  }

  answer(request: ApiRequest): ApiResponse {
    return finish(this.sim, this.handle(request));
  }

  /** The next that is ready; where none is, one that runs or says that it does not. */
  #pick(): ApiServer {
    const { servers } = this;
    if (servers.length === 1) return servers[0] as ApiServer;
    for (let i = 0; i < servers.length; i++) {
      const server = servers[(this.#next + i) % servers.length] as ApiServer;
      if (!server.ready) continue;
      this.#next = (this.#next + i + 1) % servers.length;
      return server;
    }
    return servers.find(({ running }) => running) ?? (servers[0] as ApiServer);
  }
}
