import { addDevices } from '../engine/os/devices.ts';
import { pipe } from '../engine/os/pipe.ts';
import { MemoryFiles } from '../engine/os/files.ts';
import { Kernel } from '../engine/os/kernel.ts';
import { NetworkError, type Network, type Program } from '../engine/os/process.ts';
import { decode, readerOf, writerTo } from '../engine/os/text.ts';
import { Simulation } from '../engine/sim/simulation.ts';
import { bash, sh } from './sh.ts';
import { UTILITIES } from './utilities/index.ts';

// For tests: a machine of its own, with a network on which one name answers.

export const TEST_NETWORK: Network = {
  addresses: ['10.0.0.7'],
  *http({ url }) {
    if (url.startsWith('http://web'))
      return {
        status: url.endsWith('/missing') ? 404 : 200,
        headers: { 'content-type': 'text/plain' },
        body: readerOf('hello from web\n'),
      };
    if (url.startsWith('http://closed')) throw new NetworkError('ECONNREFUSED', 'connection refused');
    throw new NetworkError('ENOTFOUND', 'no such host');
  },
  /** Port 7 of the name that answers says everything back. */
  *connect(host, port) {
    if (port !== 7) throw new NetworkError('ECONNREFUSED', 'connection refused');
    const { reader, writer } = pipe();
    return { remote: `${host}:${port}`, input: reader, output: writer, close() {} };
  },
  *echo(ip) {
    return ip === '10.96.1.2' ? undefined : { kind: 'reply', from: ip, ttl: 64 };
  },
  serveHttp() {},
  listen() {},
  *resolve(name) {
    if (name === 'web' || name === 'web.') return ['10.96.1.2'];
    throw new NetworkError('ENOTFOUND', 'no such host');
  },
};

export function testMachine(programs: Readonly<Record<string, Program>> = {}): { sim: Simulation; files: MemoryFiles; kernel: Kernel } {
  const sim = new Simulation({ seed: 1 });
  const files = new MemoryFiles(() => sim.now);
  files.makeDirectory('/tmp/w', { parents: true });
  files.makeDirectory('/root');
  files.mount('/usr/bin', Object.fromEntries([...Object.keys(UTILITIES), 'bash', 'sh'].map((name) => [name, '\x7fELF'])), { mode: 0o755 });
  addDevices(files, () => sim.random('urandom'));
  const known = new Map<string, Program>(Object.entries({ ...UTILITIES, sh, bash, ...programs }));
  const kernel = new Kernel({
    sim,
    files,
    net: TEST_NETWORK,
    hostname: 'box',
    lookup: (name) => known.get(name),
    random: sim.random('box'),
    foreground: true,
    actor: 'box',
  });
  return { sim, files, kernel };
}

/** Runs a script to its end (at most an hour of virtual time). */
export function runScript(shell: string, script: string): { out: string; err: string; code: number | undefined } {
  const { sim, kernel } = testMachine();
  let out = '';
  let err = '';
  const started = kernel.start([shell, '-c', script], {
    cwd: '/tmp/w',
    env: new Map([['HOME', '/root'], ['PATH', '/usr/bin:/bin']]), // prettier-ignore
    stdout: writerTo((bytes) => (out += decode(bytes))),
    stderr: writerTo((bytes) => (err += decode(bytes))),
  });
  sim.runFor(3_600_000);
  return { out, err, code: started.exitCode };
}
