import type { Task } from '../../../engine/os/task.ts';
import type { Command } from '../command.ts';
import { CommandError, ServerError, toldBy } from '../errors.ts';
import { PRINT_FLAGS, printerFor } from '../printers.ts';
import type { Session } from '../session.ts';
import { ConnectionError } from '../transport.ts';
import { text } from '../values.ts';
import type { JsonObject } from '../values.ts';
import { nameOf } from './arguments.ts';

export const CREATE_TOKEN: Command = {
  about: 'Request a service account token',
  flags: `${PRINT_FLAGS} audience:list duration:duration=0s bound-object-kind:string bound-object-name:string bound-object-uid:string`,
  usage: 'SERVICE_ACCOUNT_NAME [options]',
  run: createToken,
};

/** Kinds that a token may be bound to, and die with. */
const BOUND: Readonly<Record<string, string>> = { Pod: 'v1', Secret: 'v1', Node: 'v1' };

function* createToken(session: Session): Task<number> {
  const { flags } = session;
  const name = yield* nameOf(session);
  const printer = printerFor(session);
  const kind = flags.string('bound-object-kind');
  if (flags.duration('duration') < 0) throw new CommandError('--duration must be greater than or equal to 0');
  if (flags.duration('duration') % 1000 !== 0) throw new CommandError('--duration cannot be expressed in units less than seconds');
  if (kind === '' && flags.string('bound-object-name') !== '')
    throw new CommandError('--bound-object-name can only be set if --bound-object-kind is provided');
  if (kind === '' && flags.string('bound-object-uid') !== '')
    throw new CommandError('--bound-object-uid can only be set if --bound-object-kind is provided');
  if (kind !== '' && BOUND[kind] === undefined)
    throw new CommandError(`supported --bound-object-kind values are ${Object.keys(BOUND).sort().join(', ')}`);
  if (kind !== '' && flags.string('bound-object-name') === '')
    throw new CommandError('--bound-object-name is required if --bound-object-kind is provided');
  const reference: JsonObject = { kind, apiVersion: BOUND[kind] ?? '', name: flags.string('bound-object-name') };
  if (flags.string('bound-object-uid') !== '') reference['uid'] = flags.string('bound-object-uid');
  const spec: JsonObject = {
    audiences: flags.list('audience').length === 0 ? null : [...flags.list('audience')],
    expirationSeconds: flags.duration('duration') === 0 ? null : flags.duration('duration') / 1000,
    boundObjectRef: kind === '' ? null : reference,
  };
  const path = `/api/v1/namespaces/${session.namespace}/serviceaccounts/${name}/token`;
  try {
    const answer = yield* session.json('POST', path, {
      body: { kind: 'TokenRequest', apiVersion: 'authentication.k8s.io/v1', metadata: {}, spec },
      headers: { 'content-type': 'application/json' },
    });
    if (text(answer, 'status', 'token') === '') throw new CommandError('failed to create token: no token in server response');
    yield* session.out(printer === undefined ? `${text(answer, 'status', 'token')}\n` : printer.print(answer));
  } catch (error) {
    if (error instanceof ServerError || error instanceof ConnectionError)
      throw new CommandError(`failed to create token: ${toldBy(error)}`);
    throw error;
  }
  return 0;
}
