import type { Task } from '../../../engine/os/task.ts';
import { sendPatch } from '../changes.ts';
import { kindName } from '../discovery.ts';
import { CommandError, throwAll } from '../errors.ts';
import type { Info } from '../info.ts';
import { isLocal, LOCAL_FLAG, refuseServerDryRun, typed } from '../local.ts';
import { DRY_RUN_FLAG, dryRunOf, PRINT_FLAGS, resultPrinter } from '../printers.ts';
import { FILE_FLAGS, visitAll } from '../resources.ts';
import type { Session } from '../session.ts';
import { threeWayPatch } from '../three-way.ts';
import { equal } from '../values.ts';
import type { JsonObject } from '../values.ts';

/** Flags of every `kubectl set …`. */
export const SET_FLAGS = `${FILE_FLAGS} ${PRINT_FLAGS} ${DRY_RUN_FLAG} ${LOCAL_FLAG} l/selector:string all:bool field-manager:string=kubectl-set`;

export interface Setting {
  /** `image updated` */
  readonly operation: string;
  /** The object as it is to be. What it throws is the object's refusal; others are still changed. */
  readonly edit: (value: JsonObject, info: Info) => Task<JsonObject>;
  /** Goes before the server's refusal. */
  readonly refused?: string;
  /** Sends and prints also what is as it was. */
  readonly always?: boolean;
}

/**
 * Changes objects one by one: what was made of each goes to the server as the difference, or is printed where no server is asked.
 * `errors`: what else went wrong meanwhile, said at the end.
 */
export function* setOn(session: Session, resources: readonly string[], setting: Setting, errors: unknown[] = []): Task<number> {
  const { flags } = session;
  refuseServerDryRun(session);
  if (flags.bool('all') && flags.string('selector') !== '') throw new CommandError('cannot set --all and --selector at the same time');
  const dryRun = dryRunOf(session);
  const say = resultPrinter(session, dryRun);
  const options = { labelSelector: flags.string('selector'), all: flags.bool('all') };
  yield* visitAll(session, resources, options, function* (info) {
    let wanted: JsonObject;
    try {
      wanted = yield* setting.edit(info.object, info);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      errors.push(new CommandError(`error: ${objectName(session, info)} ${error.message}\n`));
      return;
    }
    if (setting.always !== true && equal(wanted, info.object)) return;
    if (isLocal(session) || dryRun === 'client') {
      yield* session.out(say({ ...info, object: typed(wanted) }, setting.operation));
      return;
    }
    const patch = threeWayPatch(info.object, wanted, info.object, true);
    let found: JsonObject;
    try {
      found = yield* sendPatch(session, info, patch, { type: 'strategic-merge-patch', manager: flags.string('field-manager') });
    } catch (error) {
      if (!(error instanceof Error) || setting.refused === undefined) throw error;
      throw new CommandError(`${setting.refused} ${error.message}`);
    }
    yield* session.out(say({ ...info, object: found }, setting.operation));
  });
  throwAll(errors);
  return 0;
}

/** Why one object can't be changed; others are still. */
export class Refusal extends CommandError {}

/** `Info.ObjectName()`, line break and all. */
function objectName(session: Session, { mapping, name }: Info): string {
  if (!isLocal(session)) return `${mapping.resource}/${name}`;
  return `${kindName(mapping)}/${name}${mapping.group === '' ? '' : '\n'}`;
}
