import { NetworkError, type Connection, type Process, type Program, type Reader, type Writer } from '../../engine/os/process.ts';
import { run, suspend, type Task } from '../../engine/os/task.ts';
import { writeText } from '../../engine/os/text.ts';
import { readOptions } from './arguments.ts';

const SERVICES: Readonly<Record<number, string>> = {
  22: 'ssh',
  53: 'domain',
  80: 'http',
  443: 'https',
  3306: 'mysql',
  5432: 'postgresql',
  6379: 'redis',
  8080: 'http-alt',
};

/** netcat (OpenBSD's): `-z` only tries, `-v` tells, `-l` listens for one connection, `-w` waits so long, `-N` closes after the input. TCP alone. */
export const nc: Program = (process) => netcat(process, false);

/** busybox's applet: the same with other sentences. */
export const busyboxNc: Program = (process) => netcat(process, true);

function* netcat(process: Process, busybox: boolean): Task<number> {
  const options = yield* readOptions(process, {
    short: 'zvlnNkw:p:q:',
    refused: ['-u', '-U', '-e', '-x', '-X', '-s', '-4', '-6'],
    says: (what) => `nc: ${what}`,
  });
  if (typeof options === 'number') return options;
  const { flags, operands } = options;
  const usage = function* (): Task<number> {
    yield* writeText(process.stderr, 'usage: nc [-klNnvz] [-p source_port] [-q seconds] [-w timeout] [destination] [port]\n');
    return 1;
  };
  if (flags.has('l')) {
    const port = Number(flags.get('p') ?? operands.at(-1));
    return Number.isInteger(port) && port > 0 ? yield* serve(process, port, flags) : yield* usage();
  }
  const [host, ports] = operands;
  const [, first, last] = /^(\d+)(?:-(\d+))?$/.exec(ports ?? '') ?? [];
  if (host === undefined || first === undefined) return yield* usage();
  let status = 1;
  for (let port = Number(first); port <= Number(last ?? first); port++) {
    const connection = yield* open(process, host, port, flags, busybox);
    if (connection === undefined) continue;
    status = 0;
    if (!flags.has('z')) yield* talk(process, connection, flags);
    connection.close();
  }
  return status;
}

function* open(
  process: Process,
  host: string,
  port: number,
  flags: ReadonlyMap<string, string>,
  busybox: boolean,
): Task<Connection | undefined> {
  const tells = flags.has('v');
  try {
    const [address = host] = /^[\d.]+$/.test(host) ? [host] : yield* process.net.resolve(host);
    const timeout = flags.has('w') ? { timeout: Number(flags.get('w')) * 1000 } : {};
    const connection = yield* process.net.connect(address, port, timeout);
    const service = SERVICES[port] ?? '*';
    if (tells)
      yield* writeText(
        process.stderr,
        busybox
          ? `${host} (${address}:${port}) open\n`
          : `Connection to ${host}${address === host ? '' : ` (${address})`} ${port} port [tcp/${service}] succeeded!\n`,
      );
    return connection;
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    const reason = { ECONNREFUSED: 'Connection refused', ETIMEDOUT: 'Operation timed out', EHOSTUNREACH: 'No route to host', ENETUNREACH: 'Network is unreachable', ECONNRESET: 'Connection reset by peer', ENOTFOUND: '', ECERT: '', EPROTO: '' }[error.code]; // prettier-ignore
    const unknown = error.code === 'ENOTFOUND';
    if (unknown)
      yield* writeText(
        process.stderr,
        busybox ? `nc: bad address '${host}'\n` : `nc: getaddrinfo for host "${host}" port ${port}: Name or service not known\n`,
      );
    else if (busybox) yield* writeText(process.stderr, `nc: ${host} (${host}:${port}): ${reason}\n`);
    // Without -v a port that is only tried is told by the exit code alone.
    else if (tells || !flags.has('z')) yield* writeText(process.stderr, `nc: connect to ${host} port ${port} (tcp) failed: ${reason}\n`);
    return undefined;
  }
}

/** Both ways until the other side closes; `-N` and `-w 0` end with the input. */
function* talk(process: Process, connection: Connection, flags: ReadonlyMap<string, string>): Task<void> {
  yield* suspend<void>((resume, fail) => {
    const sending = run(
      copy(process.stdin, connection.output),
      () => {
        if (flags.has('N') || flags.has('q')) connection.output.close();
      },
      fail,
    );
    const receiving = run(copy(connection.input, process.stdout), () => resume(), fail);
    return () => {
      sending.kill();
      receiving.kill();
    };
  });
}

function* copy(from: Reader, to: Writer): Task<void> {
  for (let chunk = yield* from.read(); chunk !== undefined; chunk = yield* from.read()) yield* to.write(chunk);
}

function* serve(process: Process, port: number, flags: ReadonlyMap<string, string>): Task<number> {
  const waiting: Connection[] = [];
  let arrived: (() => void) | undefined;
  try {
    process.net.listen(port, (connection) => {
      waiting.push(connection);
      arrived?.();
    });
  } catch (error) {
    yield* writeText(
      process.stderr,
      `nc: ${error instanceof Error && error.message.includes('in use') ? 'Address already in use' : String(error)}\n`,
    );
    return 1;
  }
  if (flags.has('v')) yield* writeText(process.stderr, `Listening on 0.0.0.0 ${port}\n`);
  do {
    if (waiting.length === 0)
      yield* suspend<void>((resume) => {
        arrived = () => resume();
        return () => (arrived = undefined);
      });
    const connection = waiting.shift() as Connection;
    if (flags.has('v')) yield* writeText(process.stderr, `Connection received on ${connection.remote.replace(/:(\d+)$/, ' $1')}\n`);
    yield* talk(process, connection, flags);
    connection.close();
  } while (flags.has('k'));
  return 0;
}
