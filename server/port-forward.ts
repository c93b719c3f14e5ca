import type { PortForwardStream } from '../src/engine/apiserver/types.ts';
import type { Reader } from '../src/engine/os/process.ts';
import { run, type Task } from '../src/engine/os/task.ts';
import type { Backend } from './backend.ts';
import type { Channels } from './channels.ts';
import { Outlet } from './outlet.ts';

/**
 * Port-forward as channels of a WebSocket, as the Python client speaks it: one connection for each port that was asked for, on two channels:
 * data, and errors (read only for the client). Each begins with its port, least byte first.
 */
export function forwardPorts(backend: Backend, channels: Channels, stream: PortForwardStream): void {
  const inputs: (Outlet | undefined)[] = [];
  let open = stream.ports.length;
  const ended = (): void => {
    if (--open === 0) channels.close();
  };
  stream.ports.forEach((port, index) => {
    for (const channel of [2 * index, 2 * index + 1]) channels.send(channel, Buffer.of(port & 0xff, port >> 8));
    const { input, output, error } = stream.open(port);
    if (error !== undefined) {
      channels.send(2 * index + 1, Buffer.from(error));
      return ended();
    }
    inputs[index] = new Outlet(
      (bytes) => input.write(bytes),
      () => input.close(),
    );
    run(
      copy(output, (bytes) => channels.send(2 * index, bytes)),
      ended,
      ended,
    );
  });
  channels.onMessage((channel, bytes) => {
    if (channel % 2 === 0) inputs[channel / 2]?.write(new Uint8Array(bytes));
    backend.after?.();
  });
  channels.onClose(() => {
    for (const input of inputs) input?.end();
    backend.closeStream?.(stream);
    backend.after?.();
  });
  backend.after?.();
}

function* copy(output: Reader, send: (bytes: Uint8Array) => void): Task<void> {
  for (let bytes = yield* output.read(); bytes !== undefined; bytes = yield* output.read()) send(bytes);
}
