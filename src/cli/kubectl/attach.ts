import type { Task } from '../../engine/os/task.ts';
import { CommandError, ServerError } from './errors.ts';
import { connect, inputIsTerminal } from './exec.ts';
import { defaultContainer } from './logs.ts';
import { findPod } from './pods.ts';
import type { Session } from './session.ts';
import { list, text } from './values.ts';
import type { JsonObject } from './values.ts';

export function* attach(session: Session): Task<number> {
  const { flags } = session;
  const { args } = flags;
  if (args.length === 0) throw new CommandError('at least 1 argument is required for attach');
  if (args.length > 2)
    throw new CommandError(`expected POD, TYPE/NAME, or TYPE NAME, (at most 2 arguments) saw ${args.length}: [${args.join(' ')}]`);
  const pod = yield* findPod(session, args.join('/'));
  const phase = text(pod, 'status', 'phase');
  if (phase === 'Succeeded' || phase === 'Failed')
    throw new CommandError(`cannot attach a container in a completed pod; current phase is ${phase}`);
  return yield* attachTo(session, pod, flags.string('container') || (yield* defaultContainer(session, pod)));
}

/** Attaches, with the flags `--stdin`, `--tty` and `--quiet` of the command. */
function* attachTo(session: Session, pod: JsonObject, container: string): Task<number> {
  const { flags } = session;
  const [quiet, stdin] = [flags.bool('quiet'), flags.bool('stdin')];
  const spec = ['containers', 'initContainers', 'ephemeralContainers']
    .flatMap((field) => list(pod, 'spec', field).map((each) => ({ field, each })))
    .find(({ each }) => text(each, 'name') === container);
  if (spec === undefined)
    throw new CommandError(`cannot attach to the container: container ${container} not found in pod ${text(pod, 'metadata', 'name')}`);
  const allocated = (spec.each as JsonObject)['tty'] === true;
  if (flags.bool('tty') && !allocated && !quiet)
    yield* session.err(`error: Unable to use a TTY - container ${container} did not allocate one\n`);
  const tty = stdin && allocated && (yield* inputIsTerminal(session, quiet));
  if (!quiet)
    yield* session.err(
      "All commands and output from this session will be recorded in container logs, including credentials and sensitive information passed through the command prompt.\nIf you don't see a command prompt, try pressing enter.\n",
    );
  const code = yield* connect(session, pod, 'attach', { container, command: [], stdin, tty });
  const [name, namespace] = [text(pod, 'metadata', 'name'), text(pod, 'metadata', 'namespace')];
  const again = `kubectl attach ${name} -c ${container} -n ${namespace} -i -t`;
  if (tty && !quiet)
    yield* session.out(
      spec.field === 'ephemeralContainers'
        ? `Session ended, the ephemeral container will not be restarted but may be reattached using '${again}' if it is still running\n`
        : `Session ended, resume using '${again}' command\n`,
    );
  return code;
}

/** What has ended meanwhile cannot be attached to: its logs tell what it said, but for as much as was `shown` before. */
export function* attachOrLogs(session: Session, pod: JsonObject, container: string, shown = 0): Task<void> {
  try {
    yield* attachTo(session, pod, container);
  } catch (error) {
    if (!(error instanceof CommandError || error instanceof ServerError)) throw error;
    yield* session.err(
      `warning: couldn't attach to pod/${text(pod, 'metadata', 'name')}, falling back to streaming logs: ${error.message}\n`,
    );
    yield* showLogs(session, pod, container, shown);
  }
}

/** What a container has said so far, from a place on. How much it is. */
export function* showLogs(session: Session, pod: JsonObject, container: string, from = 0): Task<number> {
  const path = `/api/v1/namespaces/${text(pod, 'metadata', 'namespace')}/pods/${text(pod, 'metadata', 'name')}/log`;
  const { body } = yield* session.call('GET', path, { query: { container } });
  if (typeof body !== 'string') return 0;
  yield* session.out(body.slice(from));
  return body.length;
}
