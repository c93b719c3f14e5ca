import { run, suspend } from '../../engine/os/task.ts';
import type { Task } from '../../engine/os/task.ts';
import type { PortForwardStream } from '../../engine/apiserver/types.ts';
import type { Connection, Reader, Writer } from '../../engine/os/process.ts';
import { mappingFor } from './discovery.ts';
import { CommandError, UsageError } from './errors.ts';
import { findPod } from './pods.ts';
import { fetchOne } from './resources.ts';
import type { Session } from './session.ts';
import { list, number, text } from './values.ts';
import type { Json, JsonObject } from './values.ts';

export const PORT_FORWARD_FLAGS = 'address:list pod-running-timeout:duration=1m0s';

interface Forwarding {
  readonly local: number;
  readonly remote: number;
}

/** Listens on the workstation and carries each connection to a port of a pod, until it is interrupted. */
export function* portForward(session: Session): Task<number> {
  const [target = '', ...ports] = session.flags.args;
  if (session.flags.args.length < 2) throw new UsageError(session.command, 'TYPE/NAME and list of ports are required for port-forward');
  const pod = yield* findPod(session, target);
  const pairs = ports.map(parsePair);
  const forwardings = yield* translate(session, target, pod, pairs);
  const phase = text(pod, 'status', 'phase');
  if (phase !== 'Running') throw new CommandError(`unable to forward port because pod is not running. Current status=${phase}`);
  const path = `/api/v1/namespaces/${text(pod, 'metadata', 'namespace')}/pods/${text(pod, 'metadata', 'name')}/portforward`;
  const stream = yield* session.stream('port-forward', 'POST', path, { query: { ports: forwardings.map(({ remote }) => String(remote)) } });
  const said: string[] = [];
  for (const { local, remote } of forwardings) {
    try {
      session.process.net.listen(local, (connection) => carry(session, stream, local, remote, connection));
    } catch (error) {
      yield* session.err(
        `Unable to listen on port ${local}: Listeners failed to create with the following errors: [unable to create listener: Error listen tcp4 127.0.0.1:${local}: ${error instanceof Error ? error.message : String(error)}]\n`,
      );
      throw new CommandError(`unable to listen on any of the requested ports: [{${local} ${remote}}]`);
    }
    said.push(`Forwarding from 127.0.0.1:${local} -> ${remote}\n`, `Forwarding from [::1]:${local} -> ${remote}\n`);
  }
  yield* session.out(said.join(''));
  // Until Ctrl-C: the listeners end with the process.
  yield* suspend<void>(() => () => {});
  return 0;
}

function parsePair(given: string): { local: string; remote: string } {
  const [local = '', remote = local, ...more] = given.split(':');
  // kubectl looks at what stands in front of the first colon when there are too many.
  return { local, remote: more.length === 0 ? remote : local };
}

/** Names of ports become numbers; a service's ports become those of its pod. */
function* translate(
  session: Session,
  target: string,
  pod: JsonObject,
  pairs: readonly { local: string; remote: string }[],
): Task<Forwarding[]> {
  const [type, name] = target.includes('/') ? (target.split('/') as [string, string]) : ['pods', target];
  const mapping = yield* mappingFor(session, type);
  const service = mapping.kind === 'Service' ? yield* fetchOne(session, mapping, name) : undefined;
  return pairs.map(({ local, remote }) => {
    const port = service === undefined ? podPort(pod, remote) : servicePort(service, pod, remote);
    const own = local === '' ? 30000 + session.process.random(20000) : local === remote && !/^\d+$/.test(local) ? port : portNumber(local);
    return { local: own === 0 ? 30000 + session.process.random(20000) : own, remote: port };
  });
}

function portNumber(given: string): number {
  const port = Number(given);
  if (!/^\d+$/.test(given))
    throw new CommandError(`error parsing local port '${given}': strconv.ParseUint: parsing ${JSON.stringify(given)}: invalid syntax`);
  if (port > 65535)
    throw new CommandError(`error parsing local port '${given}': strconv.ParseUint: parsing ${JSON.stringify(given)}: value out of range`);
  return port;
}

function podPort(pod: JsonObject, given: string): number {
  if (/^\d+$/.test(given)) {
    if (given === '0') throw new CommandError('remote port must be > 0');
    return portNumber(given);
  }
  const ports = ['initContainers', 'containers'].flatMap((field) => list(pod, 'spec', field)).flatMap((each) => list(each, 'ports'));
  const found = ports.find((each) => text(each, 'name') === given);
  if (found === undefined) throw new CommandError(`Pod '${text(pod, 'metadata', 'name')}' does not have a named port '${given}'`);
  return number(found, 'containerPort');
}

function servicePort(service: JsonObject, pod: JsonObject, given: string): number {
  const ports = list(service, 'spec', 'ports');
  const found = ports.find((each) => (/^\d+$/.test(given) ? number(each, 'port') === Number(given) : text(each, 'name') === given));
  if (found === undefined) {
    throw new CommandError(
      /^\d+$/.test(given)
        ? `Service ${text(service, 'metadata', 'name')} does not have a service port ${given}`
        : `Service '${text(service, 'metadata', 'name')}' does not have a named port '${given}'`,
    );
  }
  if (text(service, 'spec', 'clusterIP') === 'None') return number(found, 'port');
  const target: Json = (found as JsonObject)['targetPort'] ?? number(found, 'port');
  return typeof target === 'number' ? target || number(found, 'port') : podPort(pod, text(target));
}

/** One connection, both ways at once. */
function carry(session: Session, stream: PortForwardStream, local: number, remote: number, connection: Connection): void {
  const tell = (task: Task<void>): void =>
    void run(
      task,
      () => {},
      () => {},
    );
  tell(session.out(`Handling connection for ${local}\n`));
  const far = stream.open(remote);
  if (far.error !== undefined) {
    tell(session.err(`an error occurred forwarding ${local} -> ${remote}: ${far.error}\n`));
    connection.close();
    return;
  }
  tell(pump(connection.input, far.input));
  run(
    pump(far.output, connection.output),
    () => connection.close(),
    () => connection.close(),
  );
}

function* pump(from: Reader, to: Writer): Task<void> {
  for (let bytes = yield* from.read(); bytes !== undefined; bytes = yield* from.read()) yield* to.write(bytes);
  to.close();
}
