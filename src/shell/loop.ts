import type { Task } from '../engine/os/task.ts';
import { BreakLoop, type Shell } from './shell.ts';

/** Turn after turn, until one gives no status or breaks off. */
export function* loop(shell: Shell, turn: () => Task<number | undefined>): Task<number> {
  let status = 0;
  shell.loopDepth++;
  try {
    for (;;) {
      yield* shell.pay('builtin');
      if (shell.caught !== undefined) yield* shell.runTraps();
      try {
        const result = yield* turn();
        if (result === undefined) return status;
        status = result;
      } catch (error) {
        if (!(error instanceof BreakLoop)) throw error;
        status = 0;
        if (--error.levels > 0 && shell.loopDepth > 1) throw error;
        if (error.how === 'break') return status;
      }
    }
  } finally {
    shell.loopDepth--;
  }
}

/** As `loop`; the end of the input ends it with status 1. */
export function* menuLoop(shell: Shell, turn: () => Task<number | undefined>): Task<number> {
  try {
    return yield* loop(shell, turn);
  } catch (error) {
    if (error instanceof EndOfMenu) return 1;
    throw error;
  }
}

/** The input of a menu is at its end. */
export class EndOfMenu extends Error {}
