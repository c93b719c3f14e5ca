import type { PortForwardStream } from '../../apiserver/types.ts';
import type { Connection, Reader, Writer } from '../../os/process.ts';
import { run, suspend, type Task } from '../../os/task.ts';
import type { RuntimeService, Sandbox } from '../runtime/cri.ts';

/** Connections from a client to ports of a pod. The runtime dials `localhost` inside the pod, so only the pod's own listeners count. */
export function forwardPorts(runtime: RuntimeService, sandbox: Sandbox, ports: readonly number[]): PortForwardStream {
  const network = runtime.portForward(sandbox.id);
  return {
    kind: 'port-forward',
    ports,
    open(port) {
      const dialled = new Dialled(network.connect('127.0.0.1', port));
      return sandbox.network.tcp.has(port)
        ? { input: dialled.input, output: dialled.output }
        : { input: dialled.input, output: dialled.output, error: refusal(sandbox, port) };
    },
  };
}

// containerd's sentence.
function refusal({ id, config }: Sandbox, port: number): string {
  const why = `failed to connect to localhost:${port} inside namespace "${id}", IPv4: dial tcp4 127.0.0.1:${port}: connect: connection refused IPv6 dial tcp6: address localhost: no suitable address found `;
  return `error forwarding port ${port} to pod ${id}, uid : failed to execute portforward in network namespace "/var/run/netns/cni-${config.uid}": ${why}`;
}

/** A connection on its way: what is sent before it stands waits; one that fails ends at once. */
class Dialled {
  readonly #waiting = new Set<() => void>();
  /** `null`: it failed. */
  #connection: Connection | undefined | null;

  readonly input: Writer = {
    write: (bytes) => this.#write(bytes),
    close: () => this.#later((connection) => connection.output.close()),
  };
  readonly output: Reader = {
    read: () => this.#read(),
    close: () => this.#later((connection) => connection.close()),
  };

  constructor(dial: Task<Connection>) {
    const settle = (connection: Connection | null): void => {
      this.#connection = connection;
      const due = [...this.#waiting];
      this.#waiting.clear();
      for (const wake of due) wake();
    };
    run(dial, settle, () => settle(null));
  }

  *#write(bytes: Uint8Array): Task<void> {
    yield* (yield* this.#connected())?.output.write(bytes) ?? nothing();
  }

  *#read(): Task<Uint8Array | undefined> {
    return yield* (yield* this.#connected())?.input.read() ?? nothing();
  }

  *#connected(): Task<Connection | undefined> {
    while (this.#connection === undefined) {
      yield* suspend<void>((resume) => {
        const wake = (): void => resume();
        this.#waiting.add(wake);
        return () => this.#waiting.delete(wake);
      });
    }
    return this.#connection ?? undefined;
  }

  #later(act: (connection: Connection) => void): void {
    run(
      this.#connected(),
      (connection) => connection !== undefined && act(connection),
      () => {},
    );
  }
}

function* nothing(): Task<undefined> {
  return undefined;
}
