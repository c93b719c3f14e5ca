import type { Task } from '../../engine/os/task.ts';
import type { Session } from './session.ts';

/** A command of kubectl, or a group of them. */
export interface Command {
  readonly about: string;
  readonly flags: string;
  readonly run: (session: Session) => Task<number>;
  /** Its own usage line after the command's name. */
  readonly usage: string;
  readonly subcommands?: Readonly<Record<string, Command>>;
  readonly aliases?: readonly string[];
}
