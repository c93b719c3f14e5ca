import type { ApiObject, WatchEvent } from '../../../api/meta.ts';
import { NetworkError, type HttpResponse, type Process } from '../../../os/process.ts';
import type { Task } from '../../../os/task.ts';
import { decode, encode, forEachLine, readAll } from '../../../os/text.ts';
import { SECOND } from '../../../sim/time.ts';

const DIRECTORY = '/var/run/secrets/kubernetes.io/serviceaccount';

/** client-go's `rest.InClusterConfig`: the API as a program in a pod reaches it, over the network with the mounted token. */
export class InClusterClient {
  readonly #server: string;

  /** Throws `Error` with client-go's sentence where the pod has no way to the API. */
  constructor(
    readonly process: Process,
    readonly agent: string,
  ) {
    const host = process.env.get('KUBERNETES_SERVICE_HOST') ?? '';
    const port = process.env.get('KUBERNETES_SERVICE_PORT') ?? '';
    if (host === '' || port === '')
      throw new Error('unable to load in-cluster configuration, KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT must be defined');
    if (!process.files.exists(`${DIRECTORY}/token`)) throw new Error(`open ${DIRECTORY}/token: no such file or directory`);
    this.#server = `https://${host}:${port}`;
  }

  /** The token as it is now: the kubelet changes it from time to time. */
  token(): string {
    return this.#file('token');
  }

  *open(method: string, path: string, body?: object, accept = 'application/json'): Task<HttpResponse> {
    return yield* this.process.net.http({
      method,
      url: `${this.#server}${path}`,
      headers: {
        'user-agent': this.agent,
        accept,
        authorization: `Bearer ${this.token()}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: encode(JSON.stringify(body)) }),
      tls: { ca: this.#file('ca.crt') },
    });
  }

  /** A whole answer. Throws `NetworkError` with Go's sentence, the URL before it. */
  *call(method: string, path: string, body?: object, accept?: string): Task<{ status: number; body: unknown }> {
    try {
      const answer = yield* this.open(method, path, body, accept);
      return { status: answer.status, body: JSON.parse(yield* readAll(answer.body)) as unknown };
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      const verb = `${method[0] ?? ''}${method.slice(1).toLowerCase()}`;
      throw new NetworkError(error.code, `${verb} ${JSON.stringify(`${this.#server}${path}`)}: ${error.message}`);
    }
  }

  #file(name: string): string {
    const path = `${DIRECTORY}/${name}`;
    return this.process.files.exists(path) ? decode(this.process.files.read(path)) : '';
  }
}

export const METADATA_ONLY = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';

/** client-go's reflector: all objects of a resource, listed once and then watched; after a failure again from the start. */
export class Mirror<T extends ApiObject> {
  readonly objects = new Map<string, T>();
  synced = false;

  constructor(
    readonly client: InClusterClient,
    /** `/api/v1/nodes`. */
    readonly path: string,
    readonly options: { readonly metadataOnly?: boolean; readonly onError?: (message: string) => void } = {},
  ) {}

  /** Goes on for ever. */
  *run(): Task<never> {
    for (let wait = SECOND; ;) {
      try {
        yield* this.#listAndWatch();
        wait = SECOND;
      } catch (error) {
        if (!(error instanceof NetworkError)) throw error;
        this.options.onError?.(error.message);
        yield* this.client.process.sleep(wait);
        wait = Math.min(wait * 2, 30 * SECOND);
      }
    }
  }

  *#listAndWatch(): Task<void> {
    const accept = this.options.metadataOnly === true ? METADATA_ONLY : undefined;
    const { status, body } = yield* this.client.call('GET', this.path, undefined, accept);
    const list = body as { metadata: { resourceVersion?: string }; items?: readonly T[]; message?: string };
    if (status !== 200) throw new NetworkError('EPROTO', list.message ?? `unexpected status ${status}`);
    this.objects.clear();
    for (const object of list.items ?? []) this.objects.set(keyOf(object), object);
    this.synced = true;
    const query = `watch=true&allowWatchBookmarks=true&resourceVersion=${list.metadata.resourceVersion ?? ''}`;
    const watchAccept = accept?.replace('PartialObjectMetadataList', 'PartialObjectMetadata');
    const answer = yield* this.client.open('GET', `${this.path}?${query}`, undefined, watchAccept);
    const take = (event: WatchEvent): boolean => this.#take(event);
    yield* forEachLine(answer.body, function* (line) {
      return line.trim() === '' || take(JSON.parse(line) as WatchEvent);
    });
    answer.body.close();
  }

  #take({ type, object }: WatchEvent): boolean {
    if (type === 'ERROR') return false;
    if (type === 'DELETED') this.objects.delete(keyOf(object as T));
    else if (type !== 'BOOKMARK') this.objects.set(keyOf(object as T), object as T);
    return true;
  }
}

function keyOf({ metadata }: ApiObject): string {
  return metadata.namespace === undefined ? (metadata.name ?? '') : `${metadata.namespace}/${metadata.name ?? ''}`;
}
