import type { Status } from '../../../engine/api/meta.ts';
import type { Task } from '../../../engine/os/task.ts';
import type { Session } from '../session.ts';
import { feed } from '../streams.ts';
import { list, text } from '../values.ts';
import type { JsonObject } from '../values.ts';
import { CommandError } from '../errors.ts';
import { concatenate } from '../../../engine/os/tar.ts';

/** Runs a command in a container: what it printed and how it ended. What it complains of goes to our standard error. */
export function* runRemote(
  session: Session,
  pod: JsonObject,
  container: string,
  command: readonly string[],
  input?: Uint8Array,
): Task<{ output: Uint8Array; code: number; complaints: string }> {
  const path = `/api/v1/namespaces/${text(pod, 'metadata', 'namespace')}/pods/${text(pod, 'metadata', 'name')}/exec`;
  const stream = yield* session.stream('remote-command', 'POST', path, {
    query: { container, stdin: String(input !== undefined), stdout: 'true', stderr: 'true', tty: 'false', command },
  });
  const [output, complaints]: [Uint8Array[], Uint8Array[]] = [[], []];
  let far: ReturnType<typeof stream.start> | undefined;
  const ended = feed<Status>((push) => {
    far = stream.start({ stdout: (bytes) => void output.push(bytes), stderr: (bytes) => void complaints.push(bytes), status: push });
    return () => far?.close();
  });
  if (input !== undefined) {
    if (input.length > 0) far?.stdin(input);
    far?.closeStdin();
  }
  try {
    const status = yield* ended.next();
    return { output: concatenate(output), code: codeOf(status), complaints: new TextDecoder().decode(concatenate(complaints)) };
  } finally {
    ended.close();
  }
}

function codeOf(status: Status | undefined): number {
  if (status === undefined || status.status === 'Success') return 0;
  const cause = list(status as never, 'details', 'causes').find((each) => text(each, 'reason') === 'ExitCode');
  if (status.reason !== 'NonZeroExitCode' || cause === undefined)
    throw new CommandError(`Internal error occurred: ${status.message ?? ''}`.replace(/^(Internal error occurred: )+/, '$1'));
  return Number(text(cause, 'message'));
}
