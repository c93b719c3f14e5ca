import { suspend, type Task } from '../../../os/task.ts';

/** Writes what comes, as it comes, until no more will: `subscribe` begins to listen, and returns how to cease. */
export function* follow<T>(
  subscribe: (next: (item: T) => void, end: () => void) => () => void,
  write: (item: T) => Task<void>,
): Task<void> {
  const waiting: T[] = [];
  let wake: (() => void) | undefined;
  let ended = false;
  const leave = subscribe(
    (item) => {
      waiting.push(item);
      wake?.();
    },
    () => {
      ended = true;
      wake?.();
    },
  );
  try {
    for (;;) {
      for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) yield* write(item);
      if (ended) return;
      yield* suspend<void>((resume) => {
        // Who listens comes after what is told.
        wake = () => resume();
        return () => {
          wake = undefined;
        };
      });
    }
  } finally {
    leave();
  }
}
