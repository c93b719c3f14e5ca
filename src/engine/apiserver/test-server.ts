import { KINDS } from '../api/kinds/index.ts';
import type { ApiObject, Status, WatchEvent } from '../api/meta.ts';
import { OutsideClient } from '../client/client.ts';
import { NAMESPACES, SERVICE_ACCOUNTS } from '../client/resources.ts';
import { Store } from '../etcd/store.ts';
import { Simulation } from '../sim/simulation.ts';
import { ApiServer, type ApiServerOptions } from './server.ts';
import type { ApiResponse, Credentials, WatchStream } from './types.ts';

export const ADMIN: Credentials = { kind: 'certificate', user: 'kubernetes-admin', groups: ['system:masters'] };

/** For tests: a server with the namespace `default` and its account, everything stored frozen. */
export class TestServer {
  readonly sim: Simulation;
  readonly store: Store;
  readonly server: ApiServer;
  readonly client: OutsideClient;

  constructor(options: Partial<ApiServerOptions> & { seed?: number } = {}) {
    this.sim = new Simulation({ seed: options.seed ?? 1 });
    this.store = new Store(this.sim);
    this.server = new ApiServer({ sim: this.sim, store: this.store, kinds: KINDS, kubelets: () => undefined, freeze: true, ...options });
    this.client = new OutsideClient(this.server, 'test', ADMIN);
    this.client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } });
    this.client.create(SERVICE_ACCOUNTS, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: 'default' } });
  }

  /** A request as it comes over the wire. */
  call(
    method: string,
    url: string,
    body?: object | string,
    options: { credentials?: Credentials | null; headers?: Record<string, string> } = {},
  ): ApiResponse {
    const [path = '', search = ''] = url.split('?');
    const query = Object.fromEntries(
      search
        .split('&')
        .filter((part) => part !== '')
        .map((part) => part.split('=').map(decodeURIComponent)) as [string, string][],
    );
    const credentials = options.credentials === undefined ? ADMIN : options.credentials;
    return this.server.answer({
      method,
      path,
      query,
      headers: { accept: 'application/json', 'content-type': 'application/json', ...options.headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      ...(credentials === null ? {} : { credentials }),
    });
  }
}

export function messageOf(response: ApiResponse): string {
  return (response.body as Status).message ?? '';
}

/** Collects what a watch delivers, as `TYPE name@revision`. */
export function collect(stream: WatchStream | undefined): { events: string[]; seen: WatchEvent[]; ended: boolean; stop: () => void } {
  const found = { events: [] as string[], seen: [] as WatchEvent[], ended: false, stop: (): void => {} };
  if (stream?.kind !== 'watch') throw new Error('no watch stream');
  found.stop = stream.subscribe({
    event(event) {
      found.seen.push(event);
      const { name, resourceVersion } = (event.object as ApiObject).metadata;
      found.events.push(
        event.type === 'ERROR' ? `ERROR ${(event.object as unknown as Status).message}` : `${event.type} ${name ?? ''}@${resourceVersion}`,
      );
    },
    end() {
      found.ended = true;
    },
  });
  return found;
}

export function configMap(
  name: string,
  extra: { data?: Record<string, string>; labels?: Record<string, string>; finalizers?: string[] } = {},
): ApiObject & { data?: Record<string, string> } {
  const { data, ...metadata } = extra;
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'default', ...metadata },
    ...(data === undefined ? {} : { data }),
  };
}
