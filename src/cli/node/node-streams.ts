import { Interrupted } from '../../engine/os/process.ts';
import type { Reader, Writer } from '../../engine/os/process.ts';
import { suspend } from '../../engine/os/task.ts';

export function streamReader(stream: NodeJS.ReadableStream): Reader {
  const back: Uint8Array[] = [];
  return {
    unread: (bytes) => void back.unshift(bytes),
    read: () =>
      suspend<Uint8Array | undefined>((resume, fail) => {
        const unread = back.shift();
        if (unread !== undefined) {
          resume(unread);
          return () => {};
        }
        const ready = stream.read() as Uint8Array | string | null;
        if (ready !== null) {
          resume(bytesOf(ready));
          return () => {};
        }
        if (!stream.readable) {
          resume(undefined);
          return () => {};
        }
        const onReadable = (): void => {
          const chunk = stream.read() as Uint8Array | string | null;
          if (chunk === null) return;
          stop();
          resume(bytesOf(chunk));
        };
        const onEnd = (): void => {
          stop();
          resume(undefined);
        };
        const onError = (error: unknown): void => {
          stop();
          fail(error);
        };
        const stop = (): void => {
          stream.off('readable', onReadable).off('end', onEnd).off('error', onError);
          hold(stream, false);
        };
        hold(stream, true);
        stream.on('readable', onReadable).on('end', onEnd).on('error', onError);
        return stop;
      }),
    close: () => {},
  };
}

/** Whether waiting for the standard input keeps the process alive; a file, which never waits, knows no such thing. */
function hold(stream: NodeJS.ReadableStream, yes: boolean): void {
  if (stream !== process.stdin || !('ref' in stream)) return;
  if (yes) process.stdin.ref();
  else process.stdin.unref();
}

function bytesOf(chunk: Uint8Array | string): Uint8Array {
  return typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk;
}

export function streamWriter(stream: NodeJS.WritableStream): Writer {
  return {
    write: (bytes) =>
      suspend<void>((resume, fail) => {
        stream.write(bytes, (error) => {
          // Nobody reads any more: what a signal would say elsewhere.
          if ((error as NodeJS.ErrnoException | null | undefined)?.code === 'EPIPE') fail(new Interrupted('PIPE'));
          else if (error) fail(error);
          else resume();
        });
        return () => {};
      }),
    close: () => {},
  };
}
