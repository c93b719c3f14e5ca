import type { Task } from '../../../engine/os/task.ts';
import { CommandError } from '../errors.ts';
import { refuseServerDryRun } from '../local.ts';
import type { Session } from '../session.ts';
import { copy, put } from '../values.ts';
import { setOn } from './change.ts';
import { podSpecPath } from './containers.ts';

export function* setServiceAccount(session: Session): Task<number> {
  refuseServerDryRun(session);
  const resources = [...session.flags.args];
  const account = resources.pop();
  if (account === undefined) throw new CommandError('serviceaccount is required');
  return yield* setOn(session, resources, {
    operation: 'serviceaccount updated',
    refused: 'failed to patch ServiceAccountName',
    always: true,
    // eslint-disable-next-line require-yield
    *edit(value, info) {
      const draft = copy(value);
      put(draft, account, ...podSpecPath(info), 'serviceAccountName');
      return draft;
    },
  });
}
