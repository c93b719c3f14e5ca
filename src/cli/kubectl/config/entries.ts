import type { Task } from '../../../engine/os/task.ts';
import { CommandError, HelpError, UsageError } from '../errors.ts';
import type { Session } from '../session.ts';
import { fileOf, load, save, withoutEntry } from './access.ts';
import type { Section } from './stanzas.ts';

/** `get-clusters` and `get-users`. */
export function* getNames(session: Session, section: Section): Task<number> {
  const names = [...load(session)[section].keys()].sort();
  yield* session.out(`NAME\n${names.map((name) => `${name}\n`).join('')}`);
  return 0;
}

export function* deleteCluster(session: Session): Task<number> {
  if (session.flags.args.length !== 1) throw new HelpError('');
  return yield* remove(session, 'clusters', 'cluster');
}

export function* deleteUser(session: Session): Task<number> {
  if (session.flags.args.length !== 1) throw new UsageError(session.command, 'user to delete is required');
  return yield* remove(session, 'users', 'user');
}

function* remove(session: Session, section: Section, what: string): Task<number> {
  const name = session.flags.args[0] as string;
  const config = load(session);
  if (!config[section].has(name)) throw new CommandError(`cannot delete ${what} ${name}, not in ${fileOf(session)}`);
  save(session, config, withoutEntry(config, section, name));
  yield* session.out(`deleted ${what} ${name} from ${fileOf(session)}\n`);
  return 0;
}
