import type { Task } from '../../engine/os/task.ts';
import { CommandError, UsageError } from './errors.ts';
import type { Session } from './session.ts';

/** `kubectl completion`: the terminal completes by itself, so there is no script to print. */
export function* completion(session: Session): Task<number> {
  const [shell] = session.flags.args;
  if (shell === undefined) throw new UsageError(session.command, 'Shell not specified.');
  if (!['bash', 'zsh', 'fish', 'powershell'].includes(shell)) throw new UsageError(session.command, `Unsupported shell type "${shell}".`);
  throw new CommandError('completion scripts are not modelled by this kubectl; this terminal completes with Tab as it is');
}
