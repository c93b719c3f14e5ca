import { run, suspend, type Task } from './task.ts';
import { writeText } from './text.ts';
import type { Process, Program, SignalName, Writer } from './process.ts';

/** Waits until one of the signals comes. */
export function* untilSignal(process: Process, signals: readonly SignalName[]): Task<SignalName> {
  return yield* suspend<SignalName>((resume) => {
    for (const signal of signals) process.onSignal(signal, resume);
    return () => {};
  });
}

/** Writes from within a callback, where nothing can be waited for. */
export function say(writer: Writer, text: string): void {
  run(
    writeText(writer, text),
    () => {},
    () => {},
  );
}

/** A program that does nothing visible and ends cleanly when told to: a component whose work is done elsewhere in this world. */
export function daemon(options: { memory?: number; cpu?: number; lines?: (process: Process) => readonly string[] } = {}): Program {
  return function* run(process: Process): Task<number> {
    process.use({ memory: options.memory ?? 20 * 1024 * 1024, cpu: options.cpu ?? 1 });
    for (const line of options.lines?.(process) ?? []) say(process.stderr, `${line}\n`);
    yield* untilSignal(process, ['TERM', 'INT', 'QUIT']);
    return 0;
  };
}

/** `registry.k8s.io/pause`: holds a sandbox; as PID 1 it ends with 0 on INT and TERM. */
export const pause: Program = function* pause(process: Process): Task<number> {
  process.use({ memory: 300 * 1024, cpu: 0 });
  yield* untilSignal(process, ['TERM', 'INT']);
  say(process.stderr, 'Shutting down, got signal: Terminated\n');
  return 0;
};
