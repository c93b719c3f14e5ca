import { decodeText } from '../../engine/api/base64.ts';
import { apiVersion } from '../../engine/api/kind.ts';
import { KINDS } from '../../engine/api/kinds/index.ts';
import type { ApiObject, Status } from '../../engine/api/meta.ts';
import { NetworkError, type ClientTls, type Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { decode, encode, readAll } from '../../engine/os/text.ts';
import { Failure } from './failure.ts';

export const ADMIN_CONF = '/etc/kubernetes/admin.conf';
const TRACE = '\nTo see the stack trace of this error execute with --v=5 or higher';

export interface Reach {
  /** `https://HOST:PORT`. */
  readonly server: string;
  readonly tls: ClientTls;
  readonly token?: string;
}

export interface Answer {
  readonly code: number;
  readonly body: unknown;
}

/** One request over the machine's network. Throws `NetworkError`. */
export function* ask(
  process: Process,
  { server, tls, token }: Reach,
  method: string,
  path: string,
  body?: object,
  contentType = 'application/json',
): Task<Answer> {
  const response = yield* process.net.http({
    method,
    url: `${server}${path}`,
    headers: {
      'user-agent': 'kubeadm/v1.36.3',
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': contentType }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body: encode(JSON.stringify(body)) }),
    timeout: 10_000,
    tls,
  });
  return { code: response.status, body: JSON.parse(yield* readAll(response.body)) as unknown };
}

/** What a kubeconfig of one context says, as kubeadm and the workstation write them. */
export function readKubeconfig(text: string): Reach {
  const value = (name: string): string | undefined => new RegExp(`^\\s*${name}: (\\S+)$`, 'm').exec(text)?.[1];
  const data = (name: string): string | undefined => {
    const found = value(`${name}-data`);
    return found === undefined ? undefined : decodeText(found);
  };
  const [ca, cert, key] = [data('certificate-authority'), data('client-certificate'), data('client-key')];
  return {
    server: value('server') ?? '',
    tls: { ...(ca === undefined ? {} : { ca }), ...(cert === undefined ? {} : { cert }), ...(key === undefined ? {} : { key }) },
  };
}

/** The API as the administrator of a kubeconfig has it. */
export class AdminApi {
  constructor(
    readonly process: Process,
    readonly reach: Reach,
  ) {}

  /** With the file that was named, else the machine's admin.conf, else the user's own. Throws `Failure` where there is none. */
  static from(process: Process, given?: string): AdminApi {
    const home = `${process.env.get('HOME') ?? '/root'}/.kube/config`;
    const path = given ?? (process.files.exists(ADMIN_CONF) || !process.files.exists(home) ? ADMIN_CONF : home);
    if (!process.files.exists(path)) throw new Failure(`failed to load admin kubeconfig: open ${path}: no such file or directory${TRACE}`);
    return new AdminApi(process, readKubeconfig(decode(process.files.read(path))));
  }

  *request(method: string, path: string, body?: object, contentType?: string): Task<Answer> {
    try {
      return yield* ask(this.process, this.reach, method, path, body, contentType);
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      const verb = `${method[0] ?? ''}${method.slice(1).toLowerCase()}`;
      throw new Failure(`${verb} ${JSON.stringify(`${this.reach.server}${path}`)}: ${error.message}${TRACE}`);
    }
  }

  *get<T>(path: string): Task<T | undefined> {
    const { code, body } = yield* this.request('GET', path);
    if (code === 404) return undefined;
    return expected({ code, body }) as T;
  }

  *patch(path: string, patch: object): Task<void> {
    expected(yield* this.request('PATCH', path, patch, 'application/merge-patch+json'));
  }

  /** Makes an object, or has the one that is there say the same. */
  *put(object: ApiObject): Task<void> {
    const path = `${collectionOf(object)}/${object.metadata.name ?? ''}`;
    if ((yield* this.get(path)) !== undefined) return yield* this.patch(path, object);
    expected(yield* this.request('POST', collectionOf(object), object));
  }
}

/** Throws `Failure` with the server's sentence for an answer that is none. */
export function expected({ code, body }: Answer): unknown {
  if (code >= 400) throw new Failure((body as Status).message ?? `HTTP ${code}`);
  return body;
}

function collectionOf({ apiVersion: version, kind, metadata }: ApiObject): string {
  const found = KINDS.find((each) => each.kind === kind && apiVersion(each) === version);
  if (found === undefined) throw new Error(`kubeadm makes no ${kind}`);
  const root = found.group === '' ? `/api/${found.version}` : `/apis/${version ?? ''}`;
  return `${root}${found.namespaced ? `/namespaces/${metadata.namespace ?? 'default'}` : ''}/${found.resource}`;
}
