import { pipe, type Pipe } from '../os/pipe.ts';
import type { Connection } from '../os/process.ts';
import type { Millis } from '../sim/time.ts';
import type { Host, Route, VirtualNetwork } from './network.ts';

/** Both ends of a connection; bytes take the route's latency each way, and what is under way arrives though its sender closes. */
export function wire(
  network: VirtualNetwork,
  from: Host,
  route: Extract<Route, { kind: 'deliver' }>,
  to: string,
): [Connection, Connection] {
  const up = pipe();
  const down = pipe();
  const end = (sender: Host, remote: string, input: Pipe, into: Pipe): Connection => {
    const receiver = sender === from ? route.to : from;
    const output = delayed(network, sender, receiver, into, route.latency);
    return {
      remote,
      input: input.reader,
      output,
      close() {
        output.close();
        input.reader.close();
      },
    };
  };
  return [end(from, to, down, up), end(route.to, route.source, up, down)];
}

/**
 * Bytes and the end of them arrive later, in order; from a machine that has lost its power meanwhile nothing comes, not even the end.
 * Where the way is cut they come once it is mended: TCP sends them again.
 */
function delayed(network: VirtualNetwork, sender: Host, receiver: Host, { writer }: Pipe, latency: Millis): Connection['output'] {
  if (latency === 0) return writer;
  const land = (act: () => void): void => {
    network.sim.after(latency, () => {
      if (network.powered(sender)) network.onceJoined(sender.node, receiver.node, act);
    });
  };
  return {
    *write(bytes) {
      land(() => writer.push(bytes));
    },
    close() {
      land(() => writer.close());
    },
  };
}
