import type { Task } from '../../engine/os/task.ts';
import type { Session } from './session.ts';
import { has, type JsonObject } from './values.ts';

export function* warnIfDeleting(session: Session, name: string, found: JsonObject): Task<void> {
  if (has(found, 'metadata', 'deletionTimestamp'))
    yield* session.err(`Warning: Detected changes to resource ${name} which is currently being deleted.\n`);
}
