import { SIGNAL_NUMBER, type Child, type SignalName } from '../engine/os/process.ts';
import { suspend, type Task } from '../engine/os/task.ts';
import { writeText } from '../engine/os/text.ts';
import type { Shell } from './shell.ts';

/** Waits for children in the foreground: until all have ended, or a signal has stopped one. */
export function* waitForeground(shell: Shell, children: readonly Child[], text: string): Task<number[]> {
  shell.waitingForChild++;
  let stopped = false;
  try {
    if (!shell.interactive) {
      const codes: number[] = [];
      for (const child of children) codes.push(yield* child.wait());
      if (children.length === 1) yield* tellOfSignal(shell, children[0], text, true);
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
    if (children.length === 1) yield* tellOfSignal(shell, children[0], text, true);
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

/** bash tells of a child that a signal ended; of TERM only when it stood in the foreground. */
export function* tellOfSignal(shell: Shell, child: Child | undefined, text: string, foreground = false): Task<void> {
  const signal = child?.endedBy?.();
  if (child === undefined || signal === undefined || signal === 'INT' || signal === 'PIPE' || shell.dialect !== 'bash') return;
  const told = SIGNAL_TEXT[signal] ?? signal;
  if (foreground && (shell.interactive || signal === 'TERM')) yield* writeText(shell.stderr, `${told}\n`);
  else if (!shell.interactive && signal !== 'TERM') yield* shell.complain(`${String(child.pid).padStart(5)} ${told.padEnd(23)} ${text}`);
}

/** strsignal(3) */
const SIGNAL_TEXT: Partial<Record<SignalName, string>> = {
  HUP: 'Hangup', QUIT: 'Quit', ILL: 'Illegal instruction', TRAP: 'Trace/breakpoint trap', ABRT: 'Aborted', BUS: 'Bus error',
  FPE: 'Floating point exception', KILL: 'Killed', USR1: 'User defined signal 1', SEGV: 'Segmentation fault',
  USR2: 'User defined signal 2', ALRM: 'Alarm clock', TERM: 'Terminated',
}; // prettier-ignore

/** The interactive shell gives up the present line and asks for the next. */
export class LineAborted extends Error {}
