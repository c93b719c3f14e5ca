import { NetworkError, type Connection, type Process } from '../../os/process.ts';
import type { Task } from '../../os/task.ts';
import { writeText } from '../../os/text.ts';
import { frame, FrameReader, type Login } from './frames.ts';
import type { Destination } from './ssh-config.ts';

/** What ssh itself exits with. */
export const FAILED = 255;

/** A connection that has let us in; a number after a complaint. */
export function* connectSsh(
  process: Process,
  to: Destination,
  login: Omit<Login, 'user'>,
): Task<{ connection: Connection; reader: FrameReader } | number> {
  let connection: Connection;
  try {
    connection = yield* process.net.connect(to.hostname, to.port, to.timeout === undefined ? {} : { timeout: to.timeout });
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    yield* writeText(process.stderr, `ssh: ${reason(error, to)}\n`);
    return FAILED;
  }
  yield* connection.output.write(frame('login', JSON.stringify({ ...login, user: to.user } satisfies Login)));
  const reader = new FrameReader(connection.input);
  const first = yield* reader.next();
  if (first?.kind === 'accepted') return { connection, reader };
  connection.close();
  yield* writeText(
    process.stderr,
    first === undefined
      ? `kex_exchange_identification: Connection closed by remote host\nConnection closed by ${to.hostname} port ${to.port}\n`
      : `${to.user}@${to.host}: Permission denied (publickey).\n`,
  );
  return FAILED;
}

function reason({ code }: NetworkError, { hostname, port }: Destination): string {
  const failed = (why: string): string => `connect to host ${hostname} port ${port}: ${why}`;
  switch (code) {
    case 'ENOTFOUND':
      return `Could not resolve hostname ${hostname}: Name or service not known`;
    case 'ECONNREFUSED':
      return failed('Connection refused');
    case 'EHOSTUNREACH':
      return failed('No route to host');
    case 'ENETUNREACH':
      return failed('Network is unreachable');
    default:
      return failed('Connection timed out');
  }
}
