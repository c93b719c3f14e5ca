import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { ApiRequest, PortForwardStream, RemoteCommandStream } from '../src/engine/apiserver/types.ts';
import { first, isTrue } from '../src/engine/apiserver/route.ts';
import type { Backend } from './backend.ts';
import { tunnelPorts } from './port-forward-tunnel.ts';
import { remoteCommand, type CommandWire } from './remote-command.ts';
import { SpdyConnection, type SpdyStream } from './spdy.ts';

export const SPDY = 'SPDY/3.1';
const PORT_FORWARD = 'portforward.k8s.io';
/** The best first. Terminals have a size since v3, ends are a Status since v4. */
const COMMANDS = ['v4.channel.k8s.io', 'v3.channel.k8s.io', 'v2.channel.k8s.io', 'channel.k8s.io'];
/** Types of streams at the numbers that they have as channels. */
const TYPES = ['stdin', 'stdout', 'stderr', 'error', 'resize'] as const;
const [STDIN, CLOSE] = [0, 255] as const;

/** exec, attach and port-forward over bare SPDY, as kubectl spoke before it took to WebSockets (and still does where those fail). */
export function serveSpdy(
  backend: Backend,
  request: ApiRequest,
  stream: RemoteCommandStream | PortForwardStream,
  raw: IncomingMessage,
  socket: Socket,
  head: Buffer,
): void {
  const offered = [raw.headers['x-stream-protocol-version'] ?? []].flat().flatMap((names) => names.split(',').map((name) => name.trim()));
  const known = stream.kind === 'port-forward' ? [PORT_FORWARD] : COMMANDS;
  const protocol = offered.length === 0 ? known.at(-1) : known.find((name) => offered.includes(name));
  if (protocol === undefined) {
    backend.closeStream?.(stream);
    socket.end(
      `HTTP/1.1 403 Forbidden\r\nX-Accept-Stream-Protocol-Versions: ${known.join(', ')}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
    );
    return;
  }
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: ${SPDY}\r\nConnection: Upgrade\r\nX-Stream-Protocol-Version: ${protocol}\r\n\r\n`,
  );
  const wire = {
    send: (bytes: Buffer): void => {
      if (socket.writable) socket.write(bytes);
    },
    onBytes(take: (bytes: Buffer) => void): void {
      if (head.length > 0) take(head);
      socket.on('data', take);
    },
    onClose: (hear: () => void): void => void socket.on('close', hear),
  };
  // A client that closes its half has gone: nobody listens to the other.
  socket.on('end', () => socket.end());
  if (stream.kind === 'port-forward') return tunnelPorts(backend, wire, stream);
  const isTerminal = isTrue(first(request, 'tty'));
  const wanted = TYPES.filter((type) => {
    if (type === 'error') return true;
    if (type === 'resize') return isTerminal && protocol !== 'channel.k8s.io' && protocol !== 'v2.channel.k8s.io';
    return isTrue(first(request, type)) && !(type === 'stderr' && isTerminal);
  });
  const streams = new Map<string, SpdyStream>();
  const command = new SpdyCommand(streams, protocol === 'v4.channel.k8s.io', socket);
  const connection = new SpdyConnection(wire.send, {
    opened(spdy) {
      streams.set(spdy.headers['streamtype'] ?? '', spdy);
      // The program begins once all its streams are there.
      if (streams.size === wanted.length) remoteCommand(backend, command, stream);
    },
    data: (spdy, bytes) => command.heard(spdy, bytes),
    ended: (spdy) => command.ended(spdy),
    reset: (spdy) => command.ended(spdy),
  });
  wire.onBytes((bytes) => connection.receive(bytes));
  wire.onClose(() => connection.close());
}

/** A stream of SPDY for each of the command's. */
class SpdyCommand implements CommandWire {
  readonly protocol: CommandWire['protocol'];
  readonly #streams: ReadonlyMap<string, SpdyStream>;
  readonly #socket: Socket;
  #hear: (channel: number, bytes: Buffer) => void = () => undefined;

  constructor(streams: ReadonlyMap<string, SpdyStream>, tellsStatus: boolean, socket: Socket) {
    this.#streams = streams;
    this.#socket = socket;
    this.protocol = { tellsStatus, halfCloses: true };
  }

  send(channel: number, bytes: Uint8Array): void {
    this.#streams.get(TYPES[channel] ?? '')?.write(bytes);
  }

  onMessage(hear: (channel: number, bytes: Buffer) => void): void {
    this.#hear = hear;
  }

  onClose(hear: () => void): void {
    this.#socket.on('close', hear);
  }

  heard(spdy: SpdyStream, bytes: Uint8Array): void {
    this.#hear(
      TYPES.findIndex((type) => type === spdy.headers['streamtype']),
      Buffer.from(bytes),
    );
  }

  ended(spdy: SpdyStream): void {
    if (spdy.headers['streamtype'] === 'stdin') this.#hear(CLOSE, Buffer.of(STDIN));
  }

  close(): void {
    for (const spdy of this.#streams.values()) spdy.end();
    this.#socket.end();
  }
}
