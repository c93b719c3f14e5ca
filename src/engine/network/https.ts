import type { Connection, HttpHandler, HttpRequest, HttpResponse, ServerTls } from '../os/process.ts';
import { Interrupted, NetworkError } from '../os/process.ts';
import { run, suspend, type Task } from '../os/task.ts';
import type { Actor } from '../sim/log.ts';
import type { Simulation } from '../sim/simulation.ts';
import type { Millis } from '../sim/time.ts';
import type { Url } from './address.ts';
import { requestOver, serveHttpOver } from './http1.ts';
import type { Host, VirtualNetwork } from './network.ts';
import { acceptTls, connectTls } from './tls.ts';

/** A connection that stands, the number its hops share, and who is at the other end. */
export interface Dialled {
  readonly connection: Connection;
  readonly flow: number;
  readonly to: Actor;
}

/** Sends a request over a connection, in TLS where the URL says so. Request and answer are hops in the log, though nobody but the two could read them. */
export function* overConnection(
  { namespace }: { readonly namespace: Host & { readonly network: VirtualNetwork } },
  options: Dialled & { readonly request: HttpRequest; readonly url: Url; readonly ip: string },
): Task<HttpResponse> {
  const { connection, flow, to, request, url, ip } = options;
  const { network, actor, addresses } = namespace;
  const { sim } = network;
  const { tls = { insecure: true }, onProgress } = request;
  let kept = false;
  try {
    const stream =
      url.scheme !== 'https'
        ? connection
        : yield* connectTls(connection, {
            tls,
            serverName: tls.serverName ?? url.host,
            now: network.clockOf(namespace),
            shown: (certificate) => onProgress?.({ kind: 'server-certificate', certificate }),
          });
    onProgress?.({ kind: 'connected', address: ip, port: url.port });
    const [here, there] = [addresses[0] ?? '', `${ip}:${url.port}`];
    const sent = network.hop(actor, to, { hop: 'request', flow, from: here, to: there, text: `${request.method} ${url.path}` });
    const answer = yield* requestOver(
      stream,
      {
        method: request.method,
        path: url.path,
        headers: requestHeaders(request, url),
        ...(request.body === undefined ? {} : { body: request.body }),
      },
      function* (bytes) {
        // What the other side does is caused by this hop. It may have to wait for room, and nobody waits for that.
        const end = (error?: unknown): void => {
          if (error !== undefined && !(error instanceof Interrupted)) throw error;
        };
        sim.causedBy(sent === 0 ? sim.cause : sent, () => run(stream.output.write(bytes), () => {}, end));
      },
    );
    network.hop(to, actor, { hop: 'response', flow, from: there, to: here, text: String(answer.status) });
    kept = true;
    return answer;
  } finally {
    if (!kept) connection.close();
  }
}

export function requestHeaders(request: HttpRequest, url: Url): Record<string, string> {
  const usual = url.port === (url.scheme === 'https' ? 443 : 80);
  const headers: Record<string, string> = { host: usual ? url.host : `${url.host}:${url.port}` };
  for (const [name, value] of Object.entries(request.headers ?? {})) headers[name.toLowerCase()] = value;
  return headers;
}

/** Answers one connection in TLS. The returned function ends it; `done` is called when it ends by itself. */
export function serveTls(
  sim: Simulation,
  connection: Connection,
  handler: HttpHandler,
  tls: (serverName: string) => ServerTls,
  done: () => void,
): () => void {
  let stop: (() => void) | undefined;
  const running = run(
    acceptTls(connection, tls),
    (accepted) => {
      if (accepted === undefined) return done();
      const { serverName, certificates } = accepted;
      stop = serveHttpOver(sim, accepted.connection, handler, { serverName, certificates }, done);
    },
    (error) => {
      connection.close();
      done();
      if (!(error instanceof Interrupted || error instanceof NetworkError)) throw error;
    },
  );
  return () => {
    running.kill();
    if (stop === undefined) connection.close();
    else stop();
  };
}

/** A task with an end: what it does is given up then. */
export function* within<T>(sim: Simulation, limit: Millis, task: Task<T>, late: () => Error): Task<T> {
  return yield* suspend<T>((resume, fail) => {
    const timer = sim.after(limit, () => {
      running.kill();
      fail(late());
    });
    const ended =
      <V>(act: (value: V) => void): ((value: V) => void) =>
      (value) => {
        timer.cancel();
        act(value);
      };
    const running = run(task, ended(resume), ended(fail));
    return () => {
      timer.cancel();
      running.kill();
    };
  });
}
