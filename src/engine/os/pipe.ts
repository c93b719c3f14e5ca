import { Interrupted, type Reader, type Writer } from './process.ts';
import { suspend, type Task } from './task.ts';

/** Bytes a pipe holds before a writer waits (pipe(7): 65536 since Linux 2.6.11). */
export const PIPE_CAPACITY = 65_536;

export interface Pipe {
  readonly reader: Reader & { unread(bytes: Uint8Array): void };
  readonly writer: Writer & {
    /** Writes what fits without waiting, or everything when `beyond` (a terminal's input has no writer that could wait). */
    push(bytes: Uint8Array): void;
  };
  /** Called whenever a reader begins or ends to wait for bytes. */
  onReading(listener: (waiting: boolean) => void): void;
}

/** Two ends of a byte stream with back-pressure. Several tasks may hold either end. */
export function pipe(): Pipe {
  const chunks: Uint8Array[] = [];
  const readers = new Set<() => void>();
  const writers = new Set<() => void>();
  let buffered = 0;
  let ended = false;
  let abandoned = false;
  let reading: ((waiting: boolean) => void) | undefined;

  const mustWait = (): boolean => buffered >= PIPE_CAPACITY && !abandoned && !ended;

  function* read(): Task<Uint8Array | undefined> {
    for (;;) {
      const chunk = chunks.shift();
      if (chunk !== undefined) {
        buffered -= chunk.length;
        wake(writers);
        return chunk;
      }
      if (ended || abandoned) return undefined;
      yield* waitIn(readers, reading);
    }
  }

  function* write(bytes: Uint8Array): Task<void> {
    for (let at = 0; at < bytes.length; at += PIPE_CAPACITY) {
      while (mustWait()) yield* waitIn(writers);
      if (abandoned || ended) throw new Interrupted('PIPE');
      push(bytes.length <= PIPE_CAPACITY ? bytes : bytes.subarray(at, at + PIPE_CAPACITY));
    }
  }

  const push = (bytes: Uint8Array): void => {
    if (bytes.length === 0 || abandoned || ended) return;
    chunks.push(bytes);
    buffered += bytes.length;
    wake(readers);
  };

  return {
    reader: {
      read,
      unread(bytes) {
        if (bytes.length === 0) return;
        chunks.unshift(bytes);
        buffered += bytes.length;
      },
      close() {
        abandoned = true;
        wake(writers);
        wake(readers);
      },
    },
    writer: {
      write,
      push,
      close() {
        ended = true;
        wake(readers);
        wake(writers);
      },
    },
    onReading(listener) {
      reading = listener;
    },
  };
}

function* waitIn(waiting: Set<() => void>, notice?: (waiting: boolean) => void): Task<void> {
  yield* suspend<void>((resume) => {
    const mine = (): void => resume();
    waiting.add(mine);
    notice?.(true);
    return () => {
      waiting.delete(mine);
      notice?.(false);
    };
  });
  notice?.(false);
}

function wake(waiting: Set<() => void>): void {
  const due = [...waiting];
  waiting.clear();
  for (const resume of due) resume();
}
