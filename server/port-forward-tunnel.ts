import type { PortForwardStream } from '../src/engine/apiserver/types.ts';
import type { Reader } from '../src/engine/os/process.ts';
import { run, type Task } from '../src/engine/os/task.ts';
import type { Backend } from './backend.ts';
import { Outlet } from './outlet.ts';
import { SpdyConnection, type SpdyStream } from './spdy.ts';

/** What SPDY's frames travel on: a socket, or the messages of a WebSocket. */
export interface SpdyWire {
  send(bytes: Buffer): void;
  onBytes(take: (bytes: Buffer) => void): void;
  onClose(hear: () => void): void;
}

/** Port-forward as SPDY. Each connection is two streams: one for errors (read only for the client), one for data. */
export function tunnelPorts(backend: Backend, wire: SpdyWire, stream: PortForwardStream): void {
  const errors = new Map<string, SpdyStream>();
  const inputs = new Map<SpdyStream, Outlet>();
  const connection = new SpdyConnection((bytes) => wire.send(bytes), {
    opened(spdy) {
      const id = spdy.headers['requestid'] ?? '';
      if (spdy.headers['streamtype'] === 'error') {
        errors.set(id, spdy);
        return;
      }
      const errorStream = errors.get(id);
      const { input, output, error } = stream.open(Number(spdy.headers['port']));
      if (error !== undefined) {
        errorStream?.write(Buffer.from(error));
        errorStream?.end();
        spdy.end();
        return;
      }
      inputs.set(
        spdy,
        new Outlet(
          (bytes) => input.write(bytes),
          () => input.close(),
        ),
      );
      run(
        copy(output, spdy),
        () => errorStream?.end(),
        () => errorStream?.end(),
      );
      backend.after?.();
    },
    data(spdy, bytes) {
      inputs.get(spdy)?.write(new Uint8Array(bytes));
      backend.after?.();
    },
    ended(spdy) {
      inputs.get(spdy)?.end();
      backend.after?.();
    },
    reset(spdy) {
      inputs.get(spdy)?.end();
      inputs.delete(spdy);
      backend.after?.();
    },
  });
  wire.onBytes((bytes) => connection.receive(bytes));
  wire.onClose(() => {
    connection.close();
    backend.closeStream?.(stream);
    backend.after?.();
  });
}

function* copy(output: Reader, spdy: SpdyStream): Task<void> {
  for (let bytes = yield* output.read(); bytes !== undefined; bytes = yield* output.read()) spdy.write(bytes);
  spdy.end();
}
