import type { IncomingMessage } from 'node:http';
import type { RequestOptions } from 'node:https';
import { WebSocket } from 'ws';
import type { Status, WatchEvent } from '../../engine/api/meta.ts';
import type { ByteStream, RemoteCommandStream, WatchStream } from '../../engine/apiserver/types.ts';
import { suspend } from '../../engine/os/task.ts';
import type { Task } from '../../engine/os/task.ts';
import { CommandError } from '../kubectl/errors.ts';
import type { KubeConfig } from '../kubectl/kubeconfig.ts';
import { ConnectionError } from '../kubectl/transport.ts';
import type { ApiAnswer, ApiCall, ApiTransport } from '../kubectl/transport.ts';
import { sendHttp } from './http.ts';

/** kubectl's way to a server over HTTP(S), and WebSockets (`v5.channel.k8s.io`) for exec and attach. */
export function httpTransport(config: KubeConfig): ApiTransport {
  const tls: RequestOptions = {
    ...(config.ca === undefined ? {} : { ca: config.ca }),
    ...(config.cert === undefined ? {} : { cert: config.cert }),
    ...(config.key === undefined ? {} : { key: config.key }),
    ...(config.insecure ? { rejectUnauthorized: false } : {}),
    ...(config.tlsServerName === undefined ? {} : { servername: config.tlsServerName }),
  };
  const bearer: Record<string, string> = config.token === undefined ? {} : { authorization: `Bearer ${config.token}` };
  return {
    *request(call) {
      const url = `${config.server}${call.path}${search(call)}`;
      const headers = { ...call.headers, ...bearer };
      if (call.path.endsWith('/portforward')) throw new CommandError('port-forward is not offered by this kubectl under Node');
      if (/\/(exec|attach)$/.test(call.path)) return yield* remoteCommand(url, headers, tls, call.query?.['tty'] === 'true');
      const body = call.body === undefined || typeof call.body === 'string' ? call.body : JSON.stringify(call.body);
      const answer = yield* sendHttp(url, { method: call.method, headers, body, tls });
      const head = { code: answer.statusCode ?? 0, headers: headersOf(answer) };
      if (head.code < 400 && call.query?.['watch'] === 'true') return { ...head, stream: watchStream(answer) };
      if (head.code < 400 && call.query?.['follow'] === 'true') return { ...head, stream: byteStream(answer) };
      return { ...head, body: yield* wholeText(answer) };
    },
  };
}

function search(call: ApiCall): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(call.query ?? {}))
    for (const each of typeof value === 'string' ? [value] : value) query.append(key, each);
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

function headersOf(answer: IncomingMessage): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
  for (const [name, values] of Object.entries(answer.headersDistinct))
    if (values !== undefined) headers[name] = values.length === 1 ? (values[0] as string) : values;
  return headers;
}

function wholeText(answer: IncomingMessage): Task<string> {
  return suspend<string>((resume, fail) => {
    let text = '';
    answer.setEncoding('utf8');
    answer.on('data', (chunk: string) => {
      text += chunk;
    });
    answer.on('end', () => resume(text));
    answer.on('error', fail);
    return () => answer.destroy();
  });
}

function watchStream(answer: IncomingMessage): WatchStream {
  return {
    kind: 'watch',
    subscribe({ event, end }) {
      let rest = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => {
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) if (line !== '') event(JSON.parse(line) as WatchEvent);
      });
      answer.on('end', end);
      answer.on('error', end);
      return () => answer.destroy();
    },
  };
}

function byteStream(answer: IncomingMessage): ByteStream {
  return {
    kind: 'bytes',
    subscribe({ data, end }) {
      answer.on('data', (chunk: Uint8Array) => data(chunk));
      answer.on('end', end);
      answer.on('error', end);
      return () => answer.destroy();
    },
  };
}

const CHANNEL = { stdin: 0, stdout: 1, stderr: 2, status: 3, resize: 4, close: 255 } as const;

function remoteCommand(
  url: string,
  headers: Record<string, string | readonly string[]>,
  tls: RequestOptions,
  terminal: boolean,
): Task<ApiAnswer> {
  return suspend<ApiAnswer>((resume, fail) => {
    const socket = new WebSocket(url.replace(/^http/, 'ws'), ['v5.channel.k8s.io'], {
      headers: headers as Record<string, string>,
      ...tls,
    } as never);
    const early: Uint8Array[] = [];
    let take = (frame: Uint8Array): void => void early.push(frame);
    socket.on('message', (data: Buffer) => take(data));
    socket.on('unexpected-response', (_request, answer) => {
      let text = '';
      answer.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      answer.on('end', () => resume({ code: answer.statusCode ?? 500, headers: {}, body: text }));
    });
    socket.on('error', (error: NodeJS.ErrnoException) =>
      fail(new ConnectionError(error.code === 'ECONNREFUSED' ? 'ECONNREFUSED' : 'OTHER', error.message)),
    );
    const send = (channel: number, bytes: Uint8Array): void => socket.send(Buffer.concat([Uint8Array.of(channel), bytes]));
    const stream: RemoteCommandStream = {
      kind: 'remote-command',
      terminal,
      start({ stdout, stderr, status }) {
        let ended = false;
        const finish = (value: Status): void => {
          if (!ended) status(value);
          ended = true;
        };
        take = (frame) => {
          const rest = frame.subarray(1);
          if (frame[0] === CHANNEL.stdout) stdout(rest);
          else if (frame[0] === CHANNEL.stderr) stderr(rest);
          else if (frame[0] === CHANNEL.status) finish(JSON.parse(Buffer.from(rest).toString()) as Status);
        };
        for (const frame of early.splice(0)) take(frame);
        socket.on('close', () => finish({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' }));
        return {
          stdin: (bytes) => send(CHANNEL.stdin, bytes),
          closeStdin: () => send(CHANNEL.close, Uint8Array.of(CHANNEL.stdin)),
          resize: (columns, rows) => send(CHANNEL.resize, Buffer.from(JSON.stringify({ Width: columns, Height: rows }))),
          close: () => socket.close(),
        };
      },
    };
    socket.on('open', () => resume({ code: 101, headers: {}, stream }));
    return () => socket.terminate();
  });
}
