import { NetworkError, type ClientTls, type HttpResponse } from '../os/process.ts';
import { encode, readBytes } from '../os/text.ts';
import type { Task } from '../os/task.ts';
import type { Millis } from '../sim/time.ts';
import { parseUrl } from './address.ts';
import { within } from './https.ts';
import type { NetworkNamespace } from './namespace.ts';

export interface HttpCall {
  readonly method: string;
  /** Host and port as they are in the `Host` header and in errors about the URL; the host is also the name that the server must prove. */
  readonly url: string;
  /** Where to dial instead: what the caller resolved by itself, as the API server does with Services. */
  readonly address?: { readonly ip: string; readonly port: number };
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly tls?: {
    /** PEM; without it nobody is trusted. */
    readonly caBundle?: string;
    readonly insecureSkipVerify?: boolean;
    /** Name that the server must prove instead of the URL's host. */
    readonly serverName?: string;
    /** PEM of a certificate to show, where the server asks for one. */
    readonly clientCertificate?: string;
  };
  /** For everything up to the answer's last byte. */
  readonly timeout?: Millis;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/**
 * One HTTP exchange out of a network namespace, as Go's client does it. Throws `NetworkError`, whose message is what Go says
 * after `Post "https://…": `.
 */
export function* httpCall(namespace: NetworkNamespace, call: HttpCall): Task<HttpAnswer> {
  const whole = function* (): Task<HttpAnswer> {
    const { status, headers, body } = yield* openHttp(namespace, call);
    return { status, headers, body: yield* readBytes(body) };
  };
  if (call.timeout === undefined) return yield* whole();
  return yield* within(namespace.network.sim, call.timeout, whole(), () => new NetworkError('ETIMEDOUT', 'context deadline exceeded'));
}

/** The same as soon as the answer's head is there: for watches, whose body goes on. Whoever has had enough closes the body. `timeout` is not looked at. */
export function* openHttp(namespace: NetworkNamespace, call: HttpCall): Task<HttpResponse> {
  const url = parseUrl(call.url);
  if (url === undefined) throw new NetworkError('ENOTFOUND', 'unsupported protocol scheme ""');
  const { address, tls = {}, body } = call;
  const host = url.port === (url.scheme === 'https' ? 443 : 80) ? url.host : `${url.host}:${url.port}`;
  const proof: ClientTls = {
    serverName: tls.serverName ?? url.host,
    ...(tls.caBundle === undefined ? {} : { ca: tls.caBundle }),
    ...(tls.insecureSkipVerify === true ? { insecure: true } : {}),
    ...(tls.clientCertificate === undefined ? {} : { cert: tls.clientCertificate }),
  };
  const request = {
    method: call.method,
    url: address === undefined ? call.url : `${url.scheme}://${address.ip}:${address.port}${url.path}`,
    headers: { 'user-agent': 'Go-http-client/1.1', host, ...call.headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? encode(body) : body }),
    tls: proof,
  };
  try {
    return yield* namespace.open().http(request);
  } catch (error) {
    // Go's dialer looks names up, and says so.
    if (error instanceof NetworkError && error.code === 'ENOTFOUND') throw new NetworkError('ENOTFOUND', `dial tcp: ${error.message}`);
    throw error;
  }
}
