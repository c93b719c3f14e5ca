import type { HttpHandler, ServedRequest, ServedResponse } from '../../engine/os/process.ts';
import { decode } from '../../engine/os/text.ts';
import { suspend } from '../../engine/os/task.ts';
import type { Task } from '../../engine/os/task.ts';
import { CommandError } from './errors.ts';
import type { Session } from './session.ts';
import { staticFiles } from './static-files.ts';
import { wireChunks } from './streams.ts';
import type { ApiAnswer } from './transport.ts';
import { ConnectionError } from './transport.ts';

export const PROXY_FLAGS = `p/port:int=8001 address:string=127.0.0.1 api-prefix:string=/ accept-hosts:string=^localhost$,^127\\.0\\.0\\.1$,^\\[::1\\]$ accept-paths:string=^.*
  reject-methods:string=^$ reject-paths:string=^/api/.*/pods/.*/exec,^/api/.*/pods/.*/attach append-server-path:bool disable-filter:bool keepalive:duration=0s
  unix-socket:string! w/www:string P/www-prefix:string=/static/`;

/** Serves the API on the workstation's loopback under the kubeconfig's identity, until it is interrupted. */
export function* proxy(session: Session): Task<number> {
  const { flags, process } = session;
  const port = flags.int('port') || 30000 + process.random(20000);
  const prefix = `/${flags.string('api-prefix').replace(/^\/|\/$/g, '')}`;
  const www = flags.string('www') === '' ? undefined : staticFiles(process, flags.string('www'), flags.string('www-prefix'));
  const handler: HttpHandler = (request) => www?.(request) ?? answer(session, request, prefix === '/' ? '' : prefix);
  try {
    process.net.serveHttp(port, handler);
  } catch (error) {
    throw new CommandError(
      `listen tcp ${flags.string('address')}:${port}: bind: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  yield* session.out(`Starting to serve on ${flags.string('address')}:${port}\n`);
  // Until Ctrl-C: the server ends with the process.
  yield* suspend<void>(() => () => {});
  return 0;
}

function* answer(session: Session, request: ServedRequest, prefix: string): Task<ServedResponse> {
  const [path = '', search = ''] = request.path.split(/\?(.*)/s);
  if (!permitted(session, request, path)) return { status: 403, body: 'Forbidden\n' };
  if (!path.startsWith(prefix)) return { status: 404, body: '404 page not found\n' };
  const query: Record<string, string[]> = {};
  for (const [key, value] of new URLSearchParams(search)) (query[key] ??= []).push(value);
  const { host: _host, connection: _connection, authorization: _authorization, 'content-length': _length, ...headers } = request.headers;
  try {
    const transport = yield* session.transport();
    const found = yield* transport.request({
      method: request.method,
      path: path.slice(prefix.length) || '/',
      headers,
      query,
      ...(request.body.length === 0 ? {} : { body: decode(request.body) }),
    });
    return served(found);
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    return { status: 502, body: `${error.message}\n` };
  }
}

function permitted({ flags }: Session, request: ServedRequest, path: string): boolean {
  if (flags.bool('disable-filter')) return true;
  const some = (flag: string, value: string): boolean =>
    flags
      .string(flag)
      .split(',')
      .some((pattern) => new RegExp(pattern).test(value));
  const host = (request.headers['host'] ?? 'localhost').replace(/:\d+$/, '');
  return some('accept-hosts', host) && some('accept-paths', path) && !some('reject-paths', path) && !some('reject-methods', request.method);
}

function served(found: ApiAnswer): ServedResponse {
  const headers = Object.fromEntries(
    Object.entries(found.headers).map(([name, value]) => [name, typeof value === 'string' ? value : value.join(', ')]),
  );
  const { stream } = found;
  if (stream?.kind === 'watch' || stream?.kind === 'bytes') {
    const chunks = wireChunks(stream);
    return { status: found.code, headers, body: { read: () => chunks.next(), close: () => chunks.close() } };
  }
  if (stream !== undefined) return { status: 403, body: 'Forbidden\n' };
  const { body } = found;
  return {
    status: found.code,
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : body === undefined ? '' : `${JSON.stringify(body)}\n`,
  };
}
