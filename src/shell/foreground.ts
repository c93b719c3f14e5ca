import { SIGNAL_NUMBER, type Child } from '../engine/os/process.ts';
import { suspend, type Task } from '../engine/os/task.ts';
import type { Shell } from './shell.ts';

/** Waits for children in the foreground: until all have ended, or a signal has stopped one. */
export function* waitForeground(shell: Shell, children: readonly Child[], text: string): Task<number[]> {
  shell.waitingForChild++;
  let stopped = false;
  try {
    if (!shell.interactive) {
      const codes: number[] = [];
      for (const child of children) codes.push(yield* child.wait());
      return codes;
    }
    const codes = yield* suspend<number[]>((resume) => {
      const ended = new Map<Child, number>();
      const undo: (() => void)[] = [];
      for (const child of children) {
        const remove = child.onStop?.(() => {
          stopped = true;
          resume([]);
        });
        if (remove !== undefined) undo.push(remove);
      }
      for (const child of children) {
        const remove = child.onExit?.((code) => {
          ended.set(child, code);
          if (ended.size === children.length) resume(children.map((each) => ended.get(each) ?? 0));
        });
        if (remove !== undefined) undo.push(remove);
      }
      return () => undo.forEach((remove) => remove());
    });
    if (stopped) {
      yield* shell.jobs.stopped(shell.process, shell.stderr, children, text);
      return [128 + SIGNAL_NUMBER.TSTP];
    }
    // What ^C ended takes the rest of the line with it.
    if (codes.at(-1) === 128 + SIGNAL_NUMBER.INT) {
      shell.status = 130;
      throw new LineAborted();
    }
    return codes;
  } finally {
    shell.waitingForChild--;
  }
}

/** The interactive shell gives up the present line and asks for the next. */
export class LineAborted extends Error {}
