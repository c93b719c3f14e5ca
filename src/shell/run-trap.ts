import type { Task } from '../engine/os/task.ts';
import type { Shell } from './shell.ts';

/** Runs the action of a trap that is no signal's; it does not come again for its own commands. */
export function* runTrap(shell: Shell, name: 'DEBUG' | 'ERR' | 'RETURN'): Task<void> {
  const action = shell.traps.get(name) ?? '';
  const { status, trapping } = shell;
  shell.traps.delete(name);
  shell.trapping = true;
  try {
    yield* shell.evaluate(action);
  } finally {
    shell.trapping = trapping;
  }
  // It may have taken itself away or set another: `trap - DEBUG`.
  shell.traps.set(name, shell.traps.get(name) ?? action);
  shell.status = status;
}
