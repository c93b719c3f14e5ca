import type { WebSocket } from 'ws';
import type { CommandWire } from './remote-command.ts';

/** The first character of each message names a channel: as a byte before the bytes, or as a digit before base64. */
export type ChannelProtocol = CommandWire['protocol'] & { readonly name: string; readonly base64: boolean };

const of = (name: string, more: Partial<ChannelProtocol> = {}): ChannelProtocol => ({
  name,
  base64: name.includes('base64'),
  tellsStatus: /^v[45]\./.test(name),
  halfCloses: false,
  ...more,
});

/** What port-forward speaks without a tunnel; a client that names no protocol gets the last. */
export const PORT_PROTOCOLS: readonly ChannelProtocol[] = [
  of('v4.channel.k8s.io'),
  of('v4.base64.channel.k8s.io'),
  of('channel.k8s.io'),
  of('base64.channel.k8s.io'),
  of(''),
];

/** What exec and attach speak. */
export const COMMAND_PROTOCOLS: readonly ChannelProtocol[] = [of('v5.channel.k8s.io', { halfCloses: true }), ...PORT_PROTOCOLS];

/** The first that the client names and the server knows. */
export function chooseChannels(known: readonly ChannelProtocol[], offered: ReadonlySet<string>): ChannelProtocol | undefined {
  const names = offered.size === 0 ? [''] : offered;
  for (const name of names) {
    const protocol = known.find((one) => one.name === name);
    if (protocol !== undefined) return protocol;
  }
  return undefined;
}

/** Many streams in one WebSocket, told apart by their channels. */
export class Channels implements CommandWire {
  readonly #webSocket: WebSocket;
  readonly protocol: ChannelProtocol;

  constructor(webSocket: WebSocket, protocol: ChannelProtocol) {
    this.#webSocket = webSocket;
    this.protocol = protocol;
  }

  send(channel: number, bytes: Uint8Array): void {
    if (this.#webSocket.readyState !== this.#webSocket.OPEN) return;
    if (this.protocol.base64) this.#webSocket.send(`${channel}${Buffer.from(bytes).toString('base64')}`);
    else this.#webSocket.send(Buffer.concat([Buffer.of(channel), bytes]));
  }

  onMessage(hear: (channel: number, bytes: Buffer) => void): void {
    this.#webSocket.on('message', (data) => {
      const message = bytesOf(data);
      if (message.length === 0) return;
      const rest = message.subarray(1);
      if (this.protocol.base64) hear((message[0] as number) - 0x30, Buffer.from(rest.toString('latin1'), 'base64'));
      else hear(message[0] as number, rest);
    });
  }

  onClose(hear: () => void): void {
    this.#webSocket.on('close', hear);
  }

  close(): void {
    this.#webSocket.close(1000);
  }
}

export function bytesOf(data: unknown): Buffer {
  if (Buffer.isBuffer(data)) return data;
  if (Array.isArray(data)) return Buffer.concat(data as Buffer[]);
  return Buffer.from(data as ArrayBuffer);
}
