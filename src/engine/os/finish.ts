import type { Simulation } from '../sim/simulation.ts';
import { run, type Task } from './task.ts';

/** For those outside the world: runs a task to its end, letting the world go on for as long as it waits. */
export function finish<T>(sim: Simulation, task: Task<T>): T {
  let ended: { value: T } | { error: unknown } | undefined;
  run(
    task,
    (value) => (ended = { value }),
    (error) => (ended = { error }),
  );
  if (ended === undefined && !sim.runUntilTrue(() => ended !== undefined))
    throw new Error('a task did not end within an hour of virtual time');
  const outcome = ended as unknown as { value: T } | { error: unknown };
  if ('error' in outcome) throw outcome.error;
  return outcome.value;
}
