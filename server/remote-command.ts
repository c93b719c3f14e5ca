import type { Status } from '../src/engine/api/meta.ts';
import type { RemoteCommandStream } from '../src/engine/apiserver/types.ts';
import type { Backend } from './backend.ts';
import { TerminalEcho } from './terminal-echo.ts';

const [STDIN, STDOUT, STDERR, ERROR, RESIZE] = [0, 1, 2, 3, 4] as const;
/** v5: half-close of the channel that the next byte names. */
const CLOSE = 255;

/** What carries a command's streams: channels of a WebSocket, or streams of SPDY. */
export interface CommandWire {
  readonly protocol: {
    /** How a command ended is told as a Status; before v4 as a sentence, and success not at all. */
    readonly tellsStatus: boolean;
    /** A client may close its input and listen on. */
    readonly halfCloses: boolean;
  };
  send(channel: number, bytes: Uint8Array): void;
  onMessage(hear: (channel: number, bytes: Buffer) => void): void;
  onClose(hear: () => void): void;
  close(): void;
}

/** exec and attach. */
export function remoteCommand(backend: Backend, channels: CommandWire, stream: RemoteCommandStream): void {
  const { tellsStatus, halfCloses } = channels.protocol;
  let over = false;
  // An empty message tells the client that the connection stands.
  channels.send(STDOUT, new Uint8Array());
  const echo = stream.terminal ? new TerminalEcho((bytes) => channels.send(STDOUT, bytes)) : undefined;
  const session = stream.start({
    stdout: (bytes) => (echo === undefined ? channels.send(STDOUT, bytes) : echo.print(bytes)),
    stderr: (bytes) => channels.send(STDERR, bytes),
    status: (status) => {
      over = true;
      const told = tellsStatus ? JSON.stringify(status) : sentence(status);
      if (told !== '') channels.send(ERROR, Buffer.from(told));
      channels.close();
    },
  });
  channels.onMessage((channel, bytes) => {
    if (over) return;
    if (channel === STDIN) {
      echo?.typed(bytes);
      session.stdin(new Uint8Array(bytes));
    }
    if (channel === CLOSE && halfCloses && bytes[0] === STDIN) session.closeStdin();
    else if (channel === RESIZE) resize(session, bytes);
    backend.after?.();
  });
  channels.onClose(() => {
    if (over) return;
    over = true;
    session.close();
    backend.closeStream?.(stream);
    backend.after?.();
  });
  backend.after?.();
}

const sentence = ({ status, message }: Status): string => (status === 'Success' ? '' : (message ?? ''));

function resize(session: { resize(columns: number, rows: number): void }, message: Buffer): void {
  try {
    const { Width, Height } = JSON.parse(message.toString('utf8')) as { Width?: number; Height?: number };
    if (Number.isInteger(Width) && Number.isInteger(Height)) session.resize(Width as number, Height as number);
  } catch {
    // A client that sends no JSON here keeps its size.
  }
}
