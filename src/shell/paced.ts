import type { Reader } from '../engine/os/process.ts';
import type { Task } from '../engine/os/task.ts';

/** Bytes without end that go by in a millisecond, so that `cat /dev/zero` cannot stop the world. */
export const PER_MILLISECOND = 131_072;

/** A reader of what has no end (`/dev/urandom`), in virtual time. */
export function paced(process: { sleep(duration: number): Task<void> }, reader: Reader): Reader {
  let since = 0;
  return {
    ...reader,
    *read() {
      if (since >= PER_MILLISECOND) {
        since = 0;
        yield* process.sleep(1);
      }
      const chunk = yield* reader.read();
      since += chunk?.length ?? 0;
      return chunk;
    },
  };
}
