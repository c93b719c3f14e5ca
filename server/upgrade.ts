import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import { failure } from '../src/engine/api/errors.ts';
import type { ApiRequest, ApiResponse } from '../src/engine/apiserver/types.ts';
import type { Backend } from './backend.ts';
import { bytesOf, Channels, chooseChannels, COMMAND_PROTOCOLS, PORT_PROTOCOLS } from './channels.ts';
import { forwardPorts } from './port-forward.ts';
import { tunnelPorts } from './port-forward-tunnel.ts';
import { remoteCommand } from './remote-command.ts';
import { SPDY, serveSpdy } from './spdy-upgrade.ts';

const PORT_FORWARD = 'SPDY/3.1+portforward.k8s.io';

// The tunnel's name holds a slash, which RFC 6455 forbids and the WebSocket library refuses; it sees this one instead.
const TUNNEL = 'spdy-tunnel';
const sockets = new WebSocketServer({
  noServer: true,
  // Only the chosen one is left by then.
  handleProtocols: ([chosen]) => (chosen === TUNNEL ? PORT_FORWARD : (chosen ?? false)),
});

/** Answers a request to upgrade: exec and attach as channels of a WebSocket, port-forward as SPDY in one or as channels, all of them as bare SPDY. */
export function serveUpgrade(backend: Backend, request: ApiRequest, raw: IncomingMessage, socket: Socket, head: Buffer): void {
  socket.on('error', () => socket.destroy());
  try {
    backend.handle(request, (response) => upgrade(backend, request, response, raw, socket, head));
  } catch (error) {
    console.error(`${request.method} ${request.path}:`, error);
    return refuse(
      socket,
      failure(500, 'InternalError', `Internal error occurred: ${error instanceof Error ? error.message : String(error)}`).status,
      500,
    );
  }
  backend.after?.();
}

function upgrade(backend: Backend, request: ApiRequest, response: ApiResponse, raw: IncomingMessage, socket: Socket, head: Buffer): void {
  const { stream } = response;
  if (stream === undefined) return refuse(socket, response.body as string | object, response.code);
  const wanted = raw.headers.upgrade ?? 'plain HTTP';
  if (wanted.toUpperCase() === SPDY && (stream.kind === 'remote-command' || stream.kind === 'port-forward'))
    return serveSpdy(backend, request, stream, raw, socket, head);
  const names = (raw.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  const offered = new Set(names.filter((name) => name !== ''));
  const tunnel = stream.kind === 'port-forward' && offered.has(PORT_FORWARD);
  const known = stream.kind === 'remote-command' ? COMMAND_PROTOCOLS : stream.kind === 'port-forward' ? PORT_PROTOCOLS : [];
  const protocol = chooseChannels(known, offered);
  if (wanted.toLowerCase() !== 'websocket' || (!tunnel && protocol === undefined)) {
    backend.closeStream?.(stream);
    const spoken = [...(stream.kind === 'port-forward' ? [PORT_FORWARD] : []), ...known.map(({ name }) => name)].filter(Boolean);
    return refuse(
      socket,
      failure(400, 'BadRequest', `unable to upgrade: this server speaks ${spoken.join(', ')} over WebSockets, and ${SPDY}, not ${wanted}`)
        .status,
      400,
    );
  }
  const chosen = tunnel ? TUNNEL : protocol?.name;
  if (chosen === undefined || chosen === '') delete raw.headers['sec-websocket-protocol'];
  else raw.headers['sec-websocket-protocol'] = chosen;
  sockets.handleUpgrade(raw, socket, head, (webSocket) => {
    webSocket.on('error', () => webSocket.terminate());
    if (stream.kind === 'port-forward' && tunnel) {
      const wire = {
        send: (bytes: Buffer): void => {
          if (webSocket.readyState === webSocket.OPEN) webSocket.send(bytes);
        },
        onBytes: (take: (bytes: Buffer) => void): void => void webSocket.on('message', (data) => take(bytesOf(data))),
        onClose: (hear: () => void): void => void webSocket.on('close', hear),
      };
      return tunnelPorts(backend, wire, stream);
    }
    if (protocol === undefined) return;
    const channels = new Channels(webSocket, protocol);
    if (stream.kind === 'remote-command') remoteCommand(backend, channels, stream);
    else if (stream.kind === 'port-forward') forwardPorts(backend, channels, stream);
  });
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
