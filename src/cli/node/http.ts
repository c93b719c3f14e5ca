import * as http from 'node:http';
import * as https from 'node:https';
import { suspend } from '../../engine/os/task.ts';
import type { Task } from '../../engine/os/task.ts';
import { ConnectionError } from '../kubectl/transport.ts';

export interface HttpOptions {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: string | Uint8Array | undefined;
  readonly tls: https.RequestOptions;
}

/** Waits for the head of the answer. */
export function sendHttp(url: string, options: HttpOptions): Task<http.IncomingMessage> {
  return suspend<http.IncomingMessage>((resume, fail) => {
    const scheme = url.replace(/:.*/s, '');
    if (scheme !== 'http' && scheme !== 'https') {
      fail(new ConnectionError('OTHER', `unsupported protocol scheme ${JSON.stringify(scheme)}`));
      return () => {};
    }
    const client = scheme === 'https' ? https : http;
    // Node gives the body of a DELETE no length of its own accord, and so the server would take it for a second request.
    const length = options.body === undefined ? {} : { 'content-length': Buffer.byteLength(options.body) };
    const request = client.request(
      url,
      { method: options.method, headers: { ...options.headers, ...length } as http.OutgoingHttpHeaders, ...options.tls },
      resume,
    );
    request.on('error', (error: NodeJS.ErrnoException) => fail(connectionError(error, url)));
    request.end(options.body);
    return () => request.destroy();
  });
}

function connectionError(error: NodeJS.ErrnoException, url: string): ConnectionError {
  const { code = '' } = error;
  const { host, hostname } = new URL(url);
  if (code === 'ECONNREFUSED') return new ConnectionError('ECONNREFUSED', `dial tcp ${host}: connect: connection refused`);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return new ConnectionError('ENOTFOUND', `dial tcp: lookup ${hostname}: no such host`);
  if (code === 'ETIMEDOUT') return new ConnectionError('ETIMEDOUT', `dial tcp ${host}: i/o timeout`);
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const { cert, host: wanted } = error as { cert?: { subjectaltname?: string }; host?: string };
    const names = [...(cert?.subjectaltname ?? '').matchAll(/DNS:([^,]+)/g)].map(([, name]) => name);
    return new ConnectionError(
      'TLS',
      `tls: failed to verify certificate: x509: certificate is valid for ${names.join(', ')}, not ${wanted ?? hostname}`,
    );
  }
  if (/CERT|SELF_SIGNED|UNABLE_TO/.test(code))
    return new ConnectionError('TLS', `tls: failed to verify certificate: x509: certificate signed by unknown authority`);
  return new ConnectionError('OTHER', error.message);
}
