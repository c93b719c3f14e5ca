import type { Task } from '../../../engine/os/task.ts';
import { CommandError } from '../errors.ts';
import type { Session } from '../session.ts';

export function* nameOf(session: Session, usage = session.command): Task<string> {
  const { args, dash } = session.flags;
  const count = dash < 0 ? args.length : dash;
  if (count !== 1) throw new CommandError(`exactly one NAME is required, got ${count}\nSee '${usage} -h' for help and examples`);
  return args[0] as string;
}

export function required(session: Session, ...names: string[]): void {
  const missing = names.filter((name) => !session.flags.has(name));
  if (missing.length > 0) throw new CommandError(`required flag(s) ${missing.map((name) => `"${name}"`).join(', ')} not set`);
}
