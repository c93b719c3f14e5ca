import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import { failure } from '../src/engine/api/errors.ts';
import type { ApiRequest, ApiResponse, PortForwardStream, RemoteCommandStream } from '../src/engine/apiserver/types.ts';
import type { Reader } from '../src/engine/os/process.ts';
import { run, type Task } from '../src/engine/os/task.ts';
import type { Backend } from './backend.ts';
import { SpdyConnection, type SpdyStream } from './spdy.ts';
import { TerminalEcho } from './terminal-echo.ts';

const REMOTE_COMMAND = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];
const PORT_FORWARD = 'SPDY/3.1+portforward.k8s.io';

/** Channels of the remote command protocol: the first byte of each message. */
const [STDIN, STDOUT, STDERR, ERROR, RESIZE] = [0, 1, 2, 3, 4] as const;
/** v5: half-close of the channel that the second byte names. */
const CLOSE = 255;

// The tunnel's name holds a slash, which RFC 6455 forbids and the WebSocket library refuses; it sees this one instead.
const TUNNEL = 'spdy-tunnel';
const sockets = new WebSocketServer({
  noServer: true,
  handleProtocols: (offered) => (offered.has(TUNNEL) ? PORT_FORWARD : (chooseProtocol(offered) ?? false)),
});

/** Answers a request to upgrade: exec and attach as channels, port-forward as SPDY, both in a WebSocket. */
export function serveUpgrade(backend: Backend, request: ApiRequest, raw: IncomingMessage, socket: Socket, head: Buffer): void {
  socket.on('error', () => socket.destroy());
  let response: ApiResponse;
  try {
    response = backend.handle(request);
  } catch (error) {
    console.error(`${request.method} ${request.path}:`, error);
    return refuse(
      socket,
      failure(500, 'InternalError', `Internal error occurred: ${error instanceof Error ? error.message : String(error)}`).status,
      500,
    );
  }
  backend.after?.();
  const { stream } = response;
  if (stream === undefined) return refuse(socket, response.body as string | object, response.code);
  const offered = new Set((raw.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim()));
  const protocol = chooseProtocol(offered);
  const wanted =
    stream.kind === 'port-forward'
      ? protocol === PORT_FORWARD
      : stream.kind === 'remote-command' && protocol !== undefined && protocol !== PORT_FORWARD;
  if (raw.headers.upgrade?.toLowerCase() !== 'websocket' || !wanted) {
    backend.closeStream?.(stream);
    const known = stream.kind === 'port-forward' ? PORT_FORWARD : REMOTE_COMMAND.join(', ');
    return refuse(
      socket,
      failure(
        400,
        'BadRequest',
        `unable to upgrade: this server speaks ${known} over WebSockets, not ${raw.headers.upgrade ?? 'plain HTTP'}`,
      ).status,
      400,
    );
  }
  if (protocol === PORT_FORWARD) raw.headers['sec-websocket-protocol'] = TUNNEL;
  sockets.handleUpgrade(raw, socket, head, (webSocket) => {
    webSocket.on('error', () => webSocket.terminate());
    if (stream.kind === 'remote-command') remoteCommand(backend, webSocket, stream);
    else if (stream.kind === 'port-forward') portForward(backend, webSocket, stream);
  });
}

function chooseProtocol(offered: ReadonlySet<string>): string | undefined {
  return [...REMOTE_COMMAND, PORT_FORWARD].find((name) => offered.has(name));
}

function remoteCommand(backend: Backend, webSocket: WebSocket, stream: RemoteCommandStream): void {
  const send = (channel: number, bytes: Uint8Array): void => {
    if (webSocket.readyState === webSocket.OPEN) webSocket.send(Buffer.concat([Buffer.of(channel), bytes]));
  };
  let over = false;
  // An empty message tells the client that the connection stands.
  send(STDOUT, new Uint8Array());
  const echo = stream.terminal ? new TerminalEcho((bytes) => send(STDOUT, bytes)) : undefined;
  const session = stream.start({
    stdout: (bytes) => (echo === undefined ? send(STDOUT, bytes) : echo.print(bytes)),
    stderr: (bytes) => send(STDERR, bytes),
    status: (status) => {
      over = true;
      send(ERROR, Buffer.from(JSON.stringify(status)));
      webSocket.close(1000);
    },
  });
  webSocket.on('message', (data) => {
    if (over) return;
    const message = bytesOf(data);
    const rest = message.subarray(1);
    if (message[0] === STDIN) {
      echo?.typed(rest);
      session.stdin(new Uint8Array(rest));
    }
    if (message[0] === CLOSE && rest[0] === STDIN) session.closeStdin();
    else if (message[0] === RESIZE) resize(session, rest);
    backend.after?.();
  });
  webSocket.on('close', () => {
    if (over) return;
    over = true;
    session.close();
    backend.closeStream?.(stream);
    backend.after?.();
  });
  backend.after?.();
}

function resize(session: { resize(columns: number, rows: number): void }, message: Buffer): void {
  try {
    const { Width, Height } = JSON.parse(message.toString('utf8')) as { Width?: number; Height?: number };
    if (Number.isInteger(Width) && Number.isInteger(Height)) session.resize(Width as number, Height as number);
  } catch {
    // A client that sends no JSON here keeps its size.
  }
}

/** Each connection is two streams: one for errors (read only for the client), one for data. */
function portForward(backend: Backend, webSocket: WebSocket, stream: PortForwardStream): void {
  const errors = new Map<string, SpdyStream>();
  const inputs = new Map<SpdyStream, Outlet>();
  const connection = new SpdyConnection(
    (bytes) => {
      if (webSocket.readyState === webSocket.OPEN) webSocket.send(bytes);
    },
    {
      opened(spdy) {
        const id = spdy.headers['requestid'] ?? '';
        if (spdy.headers['streamtype'] === 'error') {
          errors.set(id, spdy);
          return;
        }
        const errorStream = errors.get(id);
        const { input, output, error } = stream.open(Number(spdy.headers['port']));
        if (error !== undefined) {
          errorStream?.write(Buffer.from(error));
          errorStream?.end();
          spdy.end();
          return;
        }
        inputs.set(
          spdy,
          new Outlet(
            (bytes) => input.write(bytes),
            () => input.close(),
          ),
        );
        run(
          copy(output, spdy),
          () => errorStream?.end(),
          () => errorStream?.end(),
        );
        backend.after?.();
      },
      data(spdy, bytes) {
        inputs.get(spdy)?.write(new Uint8Array(bytes));
        backend.after?.();
      },
      ended(spdy) {
        inputs.get(spdy)?.end();
        backend.after?.();
      },
      reset(spdy) {
        inputs.get(spdy)?.end();
        inputs.delete(spdy);
        backend.after?.();
      },
    },
  );
  webSocket.on('message', (data) => connection.receive(bytesOf(data)));
  webSocket.on('close', () => {
    connection.close();
    backend.closeStream?.(stream);
    backend.after?.();
  });
}

function* copy(output: Reader, spdy: SpdyStream): Task<void> {
  for (let bytes = yield* output.read(); bytes !== undefined; bytes = yield* output.read()) spdy.write(bytes);
  spdy.end();
}

/** Hands pieces to a writer that may make one wait, in their order. */
class Outlet {
  readonly #write: (bytes: Uint8Array) => Task<void>;
  readonly #close: () => void;
  readonly #waiting: Uint8Array[] = [];
  #busy = false;
  #ending = false;

  constructor(write: (bytes: Uint8Array) => Task<void>, close: () => void) {
    this.#write = write;
    this.#close = close;
  }

  write(bytes: Uint8Array): void {
    this.#waiting.push(bytes);
    this.#next();
  }

  end(): void {
    this.#ending = true;
    this.#next();
  }

  #next(): void {
    if (this.#busy) return;
    const bytes = this.#waiting.shift();
    if (bytes === undefined) {
      if (this.#ending) this.#close();
      this.#ending = false;
      return;
    }
    this.#busy = true;
    const done = (): void => {
      this.#busy = false;
      this.#next();
    };
    run(this.#write(bytes), done, () => this.#waiting.splice(0));
  }
}

function bytesOf(data: unknown): Buffer {
  if (Buffer.isBuffer(data)) return data;
  if (Array.isArray(data)) return Buffer.concat(data as Buffer[]);
  return Buffer.from(data as ArrayBuffer);
}

/** An answer in place of the upgrade: the client reads it as the reason. */
function refuse(socket: Socket, body: string | object, code: number): void {
  const text = typeof body === 'string' ? body : `${JSON.stringify(body)}\n`;
  const status = code < 400 ? 400 : code;
  const type = typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json';
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nContent-Type: ${type}\r\nContent-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`,
  );
}
