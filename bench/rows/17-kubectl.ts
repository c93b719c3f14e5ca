import { MemoryFiles } from '../../src/engine/os/files.ts';
import { Kernel } from '../../src/engine/os/kernel.ts';
import type { Process } from '../../src/engine/os/process.ts';
import { decode, writerTo } from '../../src/engine/os/text.ts';
import { createKubectl } from '../../src/cli/kubectl/kubectl.ts';
import type { ApiAnswer, ApiTransport } from '../../src/cli/kubectl/transport.ts';
import { TEST_NETWORK } from '../../src/shell/test-machine.ts';
import { FrontDoor } from '../front-door.ts';
import { each, type Row } from '../measure.ts';

const STORED = 10_000;
const TURNS = 10;
const GOAL = 150_000;

const COMMANDS = ['get pods -A', 'get pods -A -o wide', 'get pods -A -o name', 'get pods -A -o json'];

/** kubectl's own share and the server's together, in process as a page has them, and with the answers as text as a socket gives them. */
export const row: Row = {
  title: `kubectl before ${STORED.toLocaleString('en')} pods: CPU time of one command`,
  lines: COMMANDS.flatMap((phase) => [
    { phase, field: 'value', unit: 'µs', ...(phase === 'get pods -A' ? { goal: GOAL } : {}) },
    { phase: `${phase}, over text`, field: 'value', unit: 'µs' },
  ]),
  run() {
    const door = new FrontDoor();
    door.fill(STORED);
    const machine = (asText: boolean): ((line: string) => void) => {
      const kubectl = createKubectl((): ApiTransport => ({
        // eslint-disable-next-line require-yield
        *request({ method, path, headers, query }): Generator<never, ApiAnswer> {
          const { code, body } = door.answer(method, path, undefined, { headers: headers ?? {}, query: query ?? {} } as never);
          return { code, headers: {}, body: asText ? JSON.stringify(body) : body };
        },
      }));
      const kernel = new Kernel({
        sim: door.sim,
        files: new MemoryFiles(() => door.sim.now),
        net: TEST_NETWORK,
        hostname: 'workstation',
        lookup: () => kubectl,
        random: door.sim.random('workstation'),
        foreground: true,
        actor: 'workstation',
      });
      return (line) => {
        let bytes = 0;
        let complaint = '';
        const started: { exitCode?: number | undefined } & Partial<Process> = kernel.start(['kubectl', ...line.split(' ')], {
          cwd: '/',
          env: new Map([['HOME', '/']]),
          stdout: writerTo((piece) => (bytes += piece.length)),
          stderr: writerTo((piece) => (complaint += decode(piece))),
        });
        door.sim.runUntilTrue(() => started.exitCode !== undefined, 60_000);
        if (started.exitCode !== 0 || bytes < 10 * STORED)
          throw new Error(`kubectl ${line}: ${bytes} bytes, exit ${String(started.exitCode)} ${complaint}`);
      };
    };
    const [here, afar] = [machine(false), machine(true)];
    return COMMANDS.flatMap((command) => [
      each(command, TURNS, () => here(command)),
      each(`${command}, over text`, TURNS, () => afar(command)),
    ]);
  },
};
