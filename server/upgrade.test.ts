import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { PortForwardStream, RemoteCommandStream } from '../src/engine/apiserver/types.ts';
import { pipe } from '../src/engine/os/pipe.ts';
import { readerOf } from '../src/engine/os/text.ts';
import { serveUpgrade } from './upgrade.ts';

// What clients other than kubectl speak: the Python client's port-forward, and channels in base64.

let server: Server | undefined;
afterEach(() => server?.close());

/** A server whose every address is this stream. */
async function serve(stream: RemoteCommandStream | PortForwardStream): Promise<string> {
  const listening = createServer().on('upgrade', (raw, socket, head) => {
    const answered = { code: 101, headers: {}, stream };
    serveUpgrade({ handle: (_request, answer) => answer(answered) }, { method: 'GET', path: '/' }, raw, socket as Socket, head);
  });
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  return `ws://127.0.0.1:${(listening.address() as AddressInfo).port}`;
}

/** Sends once the connection stands; all messages until the server closes it, or what it said in place of an upgrade. */
function talk(url: string, protocols: string[], messages: (Buffer | string)[]): Promise<{ protocol: string; heard: Buffer[] }> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, protocols);
    const heard: Buffer[] = [];
    socket.on('open', () => messages.forEach((message) => socket.send(message)));
    socket.on('message', (data: Buffer) => heard.push(data));
    socket.on('close', () => resolve({ protocol: socket.protocol, heard }));
    socket.on('error', reject);
  });
}

/** A program that says back what it hears in capitals and ends with `exit`. */
const shouting: RemoteCommandStream = {
  kind: 'remote-command',
  terminal: false,
  start: ({ stdout, status }) => ({
    stdin(bytes) {
      const text = Buffer.from(bytes).toString();
      if (text === 'exit')
        status({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: 'it left', reason: 'NonZeroExitCode' });
      else stdout(Buffer.from(text.toUpperCase()));
    },
    closeStdin: () => undefined,
    resize: () => undefined,
    close: () => undefined,
  }),
};

test('exec in base64, where an end is a sentence', async () => {
  const text = (channel: number, said: string): string => `${channel}${Buffer.from(said).toString('base64')}`;
  const { protocol, heard } = await talk(await serve(shouting), ['base64.channel.k8s.io'], [text(0, 'hello'), text(0, 'exit')]);
  expect(protocol).toBe('base64.channel.k8s.io');
  expect(heard.map(String)).toEqual(['1', text(1, 'HELLO'), text(3, 'it left')]);
});

test('exec without a protocol, and in the first that both know', async () => {
  const messages = [Buffer.from('\0hello'), Buffer.from('\0exit')];
  const plain = await talk(await serve(shouting), [], messages);
  expect(plain.heard.map(String)).toEqual(['\x01', '\x01HELLO', '\x03it left']);
  const { protocol, heard } = await talk(await serve(shouting), ['unheard-of', 'v4.channel.k8s.io', 'v5.channel.k8s.io'], messages);
  expect(protocol).toBe('v4.channel.k8s.io');
  expect(JSON.parse(String(heard.at(-1)?.subarray(1)))).toMatchObject({ status: 'Failure', reason: 'NonZeroExitCode' });
});

test('port-forward as two channels a port, each beginning with its number', async () => {
  const written = pipe();
  const url = await serve({
    kind: 'port-forward',
    ports: [8080, 81],
    open: (port) =>
      port === 81
        ? { input: written.writer, output: readerOf(''), error: 'nobody listens on 81' }
        : { input: written.writer, output: written.reader },
  });
  const socket = new WebSocket(url, ['v4.channel.k8s.io']);
  const heard: string[] = [];
  const over = new Promise((resolve) => socket.on('close', resolve));
  socket.on('message', (data: Buffer) => {
    heard.push(data.toString('latin1'));
    if (heard.length === 5) socket.send(Buffer.from('\0ping'));
    if (heard.length === 6) written.writer.close();
  });
  await over;
  expect(heard).toEqual(['\0\x90\x1f', '\x01\x90\x1f', '\x02\x51\0', '\x03\x51\0', '\x03nobody listens on 81', '\0ping']);
});

test('who speaks nothing known is told what would be', async () => {
  await expect(talk(await serve(shouting), ['nonsense'], [])).rejects.toThrow('400');
});
