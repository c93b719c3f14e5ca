import { containerPrograms } from '../../../../shell/flavours.ts';
import { NetworkNamespace } from '../../../network/namespace.ts';
import { VirtualNetwork } from '../../../network/network.ts';
import { MemoryFiles } from '../../../os/files.ts';
import { Kernel } from '../../../os/kernel.ts';
import { run, type Task } from '../../../os/task.ts';
import { decode, readAll, readerOf, writerTo } from '../../../os/text.ts';
import { Simulation } from '../../../sim/simulation.ts';
import { SECOND } from '../../../sim/time.ts';
import { ImageFiles } from '../image-files.ts';
import { ImageStore } from '../image-store.ts';
import { Registry } from '../registry.ts';

/** A container of an image without a cluster around it, for the tests of programs. */
export interface TestContainer {
  readonly files: MemoryFiles;
  readonly kernel: Kernel;
  /** What the main process wrote, both streams. */
  log(): string;
  code(): number | undefined;
  stop(signal?: 'TERM' | 'KILL' | 'QUIT' | 'HUP' | 'INT'): void;
  /** Runs a command beside it for as long as it takes, a minute at most. */
  exec(argv: readonly string[], stdin?: string): { out: string; err: string; code: number | undefined };
  get(
    path: string,
    port?: number,
    init?: { method?: string; headers?: Record<string, string> },
  ): { status: number; body: string; took: number } | string;
}

export function testWorld() {
  const sim = new Simulation({ seed: 1 });
  const network = new VirtualNetwork({ sim });
  const store = new ImageStore(sim, 'test', new Registry(), new ImageFiles(containerPrograms, sim.start), sim.random('images'));
  let address = 2;
  const client = new NetworkNamespace({ network, actor: 'client', addresses: ['10.0.0.1'], node: 'n' });
  const start = (
    image: string,
    options: { args?: readonly string[]; env?: Record<string, string>; files?: MemoryFiles; write?: Record<string, string> } = {},
  ): TestContainer & { ip: string } => {
    const { image: found } = store.registry.resolve(image);
    const ip = `10.0.0.${address++}`;
    const namespace = new NetworkNamespace({ network, actor: image, addresses: [ip], node: 'n' });
    const files = options.files ?? new MemoryFiles(() => sim.now, { snapshot: store.files.snapshot(found) });
    for (const [path, text] of Object.entries(options.write ?? {})) {
      files.makeDirectory(path.replace(/\/[^/]*$/, ''), { parents: true });
      files.write(path, new TextEncoder().encode(text));
    }
    if (found.workingDir !== undefined) files.makeDirectory(found.workingDir, { parents: true });
    let log = '';
    const collect = writerTo((bytes) => (log += decode(bytes)));
    const env = { ...found.env, HOSTNAME: 'box', ...options.env };
    const kernel = new Kernel({
      sim,
      files,
      net: () => namespace.open(),
      hostname: 'box',
      lookup: (name) => store.program(found, name),
      random: sim.random(`${image}/${ip}`),
    });
    const argv = [...(found.entrypoint ?? []), ...(options.args ?? found.cmd ?? [])];
    const main = kernel.start(argv, { env: new Map(Object.entries(env)), cwd: found.workingDir ?? '/', stdout: collect, stderr: collect });
    sim.runFor(10 * SECOND);
    return {
      ip,
      files,
      kernel,
      log: () => log,
      code: () => main.exitCode,
      stop: (signal = 'TERM') => main.kill(signal),
      exec(argv_, stdin = '') {
        let [out, err] = ['', ''];
        const started = kernel.start(argv_, {
          env: new Map(Object.entries(env)),
          stdin: readerOf(stdin),
          stdout: writerTo((bytes) => (out += decode(bytes))),
          stderr: writerTo((bytes) => (err += decode(bytes))),
        });
        const until = sim.now + 60 * SECOND;
        while (started.exitCode === undefined && sim.now < until) sim.runFor(SECOND / 10);
        return { out, err, code: started.exitCode };
      },
      get(path, port = 80, init = {}) {
        let answer: { status: number; body: string; took: number } | string | undefined;
        const began = sim.now;
        const fetch = function* (): Task<void> {
          const url = `http://${ip}:${port}${path}`;
          const response = yield* client.open().http({ method: init.method ?? 'GET', url, headers: init.headers ?? {}, timeout: 30_000 });
          answer = { status: response.status, body: yield* readAll(response.body), took: sim.now - began };
        };
        run(
          fetch(),
          () => {},
          (error) => (answer = (error as Error).message),
        );
        const until = sim.now + 40 * SECOND;
        while (answer === undefined && sim.now < until) sim.runFor(SECOND / 100);
        return answer ?? 'no answer';
      },
    };
  };
  return { sim, network, store, start };
}
