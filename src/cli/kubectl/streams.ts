import type { WatchEvent } from '../../engine/api/meta.ts';
import type { ByteStream, WatchStream } from '../../engine/apiserver/types.ts';
import { run, suspend } from '../../engine/os/task.ts';
import type { Running, Task } from '../../engine/os/task.ts';
import { encode } from '../../engine/os/text.ts';
import type { Json } from './values.ts';
import { wireText } from './wire-text.ts';

/** A stream as a queue that a task can wait on. */
export interface Feed<T> {
  /** The next item, `undefined` at the end. */
  next(): Task<T | undefined>;
  close(): void;
}

export function watchEvents(stream: WatchStream): Feed<WatchEvent> {
  return feed((push, end) => stream.subscribe({ event: push, end }));
}

export function byteChunks(stream: ByteStream): Feed<Uint8Array> {
  return feed((push, end) => stream.subscribe({ data: push, end }));
}

/** What the server sends of a stream: events a line each, bytes as they are. */
export function wireChunks(stream: WatchStream | ByteStream): Feed<Uint8Array> {
  if (stream.kind === 'bytes') return byteChunks(stream);
  return feed((push, end) => stream.subscribe({ event: (event) => push(encode(wireText({ ...event } as unknown as Json))), end }));
}

export function nextEvent(events: Feed<WatchEvent>): Task<WatchEvent | undefined> {
  return events.next();
}

export function feed<T>(open: (push: (item: T) => void, end: () => void) => () => void): Feed<T> {
  const items: T[] = [];
  const state = { ended: false };
  let wake: (() => void) | undefined;
  const notify = (): void => {
    const waiting = wake;
    wake = undefined;
    waiting?.();
  };
  const close = open(
    (item) => {
      items.push(item);
      notify();
    },
    () => {
      state.ended = true;
      notify();
    },
  );
  return {
    *next() {
      while (items.length === 0 && !state.ended) {
        yield* suspend<void>((resume) => {
          wake = () => resume();
          return () => {
            wake = undefined;
          };
        });
      }
      return items.shift();
    },
    close,
  };
}

/** What `task` comes to, or `undefined` when `sleep` ends first. */
export function* before<T>(sleep: Task<void>, task: Task<T>): Task<{ value: T } | undefined> {
  return yield* suspend<{ value: T } | undefined>((resume, fail) => {
    const running: Running[] = [];
    let over = false;
    const stop = (): void => {
      over = true;
      for (const each of running) each.kill();
    };
    const end = (value: { value: T } | undefined): void => {
      stop();
      resume(value);
    };
    const broke = (error: unknown): void => {
      stop();
      fail(error);
    };
    running.push(run(task, (value) => end({ value }), broke));
    if (!over) running.push(run(sleep, () => end(undefined), broke));
    return stop;
  });
}
