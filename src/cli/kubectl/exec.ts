import type { RemoteCommandStream } from '../../engine/apiserver/types.ts';
import type { Status } from '../../engine/api/meta.ts';
import { run } from '../../engine/os/task.ts';
import type { Task } from '../../engine/os/task.ts';
import { isTerminal } from '../../engine/os/tty.ts';
import { groupResource } from './discovery.ts';
import { CommandError } from './errors.ts';
import { manifestSources, visitManifests } from './manifests.ts';
import { defaultContainer } from './logs.ts';
import { findPod } from './pods.ts';
import type { Session } from './session.ts';
import { feed } from './streams.ts';
import { list, text } from './values.ts';
import type { JsonObject } from './values.ts';

export const ATTACH_FLAGS = 'c/container:string i/stdin:bool t/tty:bool q/quiet:bool pod-running-timeout:duration=1m0s';
export const EXEC_FLAGS = `${ATTACH_FLAGS} f/filename:list`;

export function* exec(session: Session): Task<number> {
  const { flags } = session;
  const { args, dash } = flags;
  const files = flags.list('filename');
  if (files.length === 0 && (args.length === 0 || dash === 0)) throw new CommandError('pod, type/name or --filename must be specified');
  if (dash < 0 && args.length > 1)
    throw new CommandError(
      "exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead\nSee 'kubectl exec -h' for help and examples",
    );
  const command = dash < 0 ? [] : args.slice(dash);
  if (command.length === 0) throw new CommandError('you must specify at least one command for the container');
  const pod = yield* findPod(session, files.length > 0 ? yield* namedInFile(session) : (args[0] as string));
  const phase = text(pod, 'status', 'phase');
  if (phase === 'Succeeded' || phase === 'Failed')
    throw new CommandError(`cannot exec into a container in a completed pod; current phase is ${phase}`);
  const container = flags.string('container') || (yield* defaultContainer(session, pod));
  const stdin = flags.bool('stdin');
  const tty = stdin && flags.bool('tty') && (yield* inputIsTerminal(session, flags.bool('quiet')));
  return yield* connect(session, pod, 'exec', { container, command, stdin, tty });
}

/** A terminal is given on to a container only where somebody sits at one. */
export function* inputIsTerminal(session: Session, quiet: boolean): Task<boolean> {
  const is = isTerminal(session.process.stdin);
  if (!is && !quiet) yield* session.err('Unable to use a TTY - input is not a terminal or the right kind of file\n');
  return is;
}

/** The one object of `-f`, as `type/name`. */
function* namedInFile(session: Session): Task<string> {
  const named: string[] = [];
  // eslint-disable-next-line require-yield
  yield* visitManifests(session, { files: manifestSources(session), recursive: false, validate: false }, function* ({ mapping, name }) {
    named.push(`${groupResource(mapping)}/${name}`);
  });
  if (named.length > 1) throw new CommandError('cannot exec into multiple objects at a time');
  if (named.length === 0) throw new CommandError('pod, type/name or --filename must be specified');
  return named[0] as string;
}

type Piece = { out: 'stdout' | 'stderr'; bytes: Uint8Array } | { status: Status };

export function* connect(
  session: Session,
  pod: JsonObject,
  verb: 'exec' | 'attach',
  options: { container: string; command: readonly string[]; stdin: boolean; tty: boolean },
): Task<number> {
  const { tty } = options;
  const path = `/api/v1/namespaces/${text(pod, 'metadata', 'namespace')}/pods/${text(pod, 'metadata', 'name')}/${verb}`;
  const stream = yield* session.stream('remote-command', 'POST', path, {
    query: {
      container: options.container,
      stdin: String(options.stdin),
      stdout: 'true',
      stderr: String(!tty),
      tty: String(tty),
      ...(verb === 'exec' ? { command: options.command } : {}),
    },
  });
  return yield* converse(session, stream, options.stdin);
}

/** Both directions at once, until the far end says how it ended. */
function* converse(session: Session, stream: RemoteCommandStream, stdin: boolean): Task<number> {
  const { process } = session;
  let far: ReturnType<RemoteCommandStream['start']> | undefined;
  const pieces = feed<Piece>((push) => {
    far = stream.start({
      stdout: (bytes) => push({ out: 'stdout', bytes }),
      stderr: (bytes) => push({ out: 'stderr', bytes }),
      status: (status) => push({ status }),
    });
    return () => far?.close();
  });
  const input = stdin
    ? run(
        forward(session, () => far),
        () => {},
        () => {},
      )
    : undefined;
  const unlisten = process.terminal?.onResize(() => far?.resize(process.terminal?.columns ?? 80, process.terminal?.rows ?? 24));
  if (process.terminal !== undefined) far?.resize(process.terminal.columns, process.terminal.rows);
  if (stream.terminal) process.onSignal('INT', () => far?.stdin(Uint8Array.of(3)));
  try {
    for (let piece = yield* pieces.next(); piece !== undefined; piece = yield* pieces.next()) {
      if ('status' in piece) return yield* outcome(session, piece.status);
      yield* process[piece.out].write(piece.bytes);
    }
    return 0;
  } finally {
    input?.kill();
    unlisten?.();
    pieces.close();
  }
}

function* forward(session: Session, far: () => ReturnType<RemoteCommandStream['start']> | undefined): Task<void> {
  for (;;) {
    const bytes = yield* session.process.stdin.read();
    if (bytes === undefined) {
      far()?.closeStdin();
      return;
    }
    far()?.stdin(bytes);
  }
}

function* outcome(session: Session, status: Status): Task<number> {
  if (status.status === 'Success') return 0;
  const code = list(status as never, 'details', 'causes').find((cause) => text(cause, 'reason') === 'ExitCode');
  if (status.reason === 'NonZeroExitCode' && code !== undefined) {
    const exit = Number(text(code, 'message'));
    yield* session.err(`command terminated with exit code ${exit}\n`);
    return exit;
  }
  throw new CommandError(
    `Internal error occurred: ${status.message ?? 'error executing command in container'}`.replace(
      /^Internal error occurred: Internal error occurred/,
      'Internal error occurred',
    ),
  );
}
