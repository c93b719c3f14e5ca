import { describe, expect, it } from 'vitest';
import { Simulation } from '../sim/simulation.ts';
import { MemoryFiles } from './files.ts';
import { Kernel } from './kernel.ts';
import { pipe, PIPE_CAPACITY } from './pipe.ts';
import type { Network, Program } from './process.ts';
import { run } from './task.ts';
import { decode, readBytes, writerTo, writeText } from './text.ts';

const nothing = {} as Network;

function machine(programs: Readonly<Record<string, Program>>) {
  const sim = new Simulation({ seed: 1 });
  const files = new MemoryFiles(() => sim.now);
  const kernel = new Kernel({
    sim,
    files,
    net: nothing,
    hostname: 'box',
    lookup: (name) => programs[name],
    random: sim.random('box'),
    actor: 'box',
  });
  return { sim, files, kernel };
}

const server: Program = function* (process) {
  yield* process.sleep(1e9);
  return 0;
};

describe('Kernel', () => {
  it('gives PID 1 only the signals it handles', () => {
    const { kernel } = machine({ server });
    const init = kernel.start(['server']);
    init.kill('TERM');
    expect(init.exitCode).toBeUndefined();
    const other = kernel.start(['server']);
    other.kill('TERM');
    expect(other.exitCode).toBe(143);
    init.kill('KILL');
    expect(init.exitCode).toBe(137);
  });

  it('ends everything with PID 1, and adopts orphans', () => {
    const { sim, kernel } = machine({
      server,
      *init(process) {
        yield* process.sleep(1000);
        return 5;
      },
      *parent(process) {
        process.spawn(['server']);
        return 0;
      },
    });
    const init = kernel.start(['init']);
    kernel.start(['parent']);
    expect(kernel.processes().map(({ pid, parent }) => [pid, parent])).toEqual([
      [1, 0],
      [3, 1],
    ]);
    sim.runFor(2000);
    expect(init.exitCode).toBe(5);
    expect(kernel.processes()).toEqual([]);
  });

  it('runs a handler instead of ending the process', () => {
    const { sim, kernel } = machine({
      *graceful(process) {
        const state = { stop: false };
        process.onSignal('TERM', () => {
          state.stop = true;
        });
        while (!state.stop) yield* process.sleep(100);
        return 0;
      },
    });
    const started = kernel.start(['graceful']);
    started.kill('TERM');
    expect(started.exitCode).toBeUndefined();
    sim.runFor(200);
    expect(started.exitCode).toBe(0);
  });

  it('refuses what is not there, as execve does', () => {
    const { kernel, files } = machine({});
    files.write('/plain', new Uint8Array());
    expect(() => kernel.start(['nope'])).toThrow('No such file or directory');
    expect(() => kernel.start(['/plain'])).toThrow('Permission denied');
  });

  it('kills a reader-less writer with SIGPIPE and closes a pipe with its last holder', () => {
    const { kernel } = machine({
      server,
      *writer(process) {
        for (;;) yield* writeText(process.stdout, 'x'.repeat(1000));
      },
      *once(process) {
        yield* writeText(process.stdout, 'once');
        return 0;
      },
    });
    kernel.start(['server']);
    const { reader, writer } = pipe();
    const started = kernel.start(['writer'], { stdout: writer });
    expect(started.exitCode).toBeUndefined();
    reader.close();
    expect(started.exitCode).toBe(141);
    const second = pipe();
    kernel.start(['once'], { stdout: second.writer });
    let text = '';
    run(readBytes(second.reader), (bytes) => (text = decode(bytes)), () => {}); // prettier-ignore
    expect(text).toBe('once');
  });

  it('meters memory and processor time', () => {
    const { sim, kernel } = machine({
      *burn(process) {
        process.use({ memory: 1024, cpu: 500 });
        yield* process.sleep(2000);
        return 0;
      },
      server,
    });
    kernel.start(['server']);
    kernel.start(['burn']);
    sim.runFor(1000);
    expect(kernel.usage()).toEqual({ memory: 1024, cpu: 500, cpuTime: 500, throttled: 0 });
    sim.runFor(5000);
    expect(kernel.usage()).toEqual({ memory: 0, cpu: 0, cpuTime: 1000, throttled: 0 });
  });

  it('logs processes with their cause', () => {
    const { sim, kernel } = machine({
      *outer(process) {
        return yield* process.spawn(['inner']).wait();
      },
      *inner() {
        return 3;
      },
    });
    kernel.start(['outer'], { stdout: writerTo(() => {}) });
    const [outer, inner] = sim.log.entries;
    expect(inner).toMatchObject({ verb: 'process', cause: outer?.seq, detail: { state: 'started', argv: ['inner'] } });
  });
});

describe('pipe', () => {
  it('holds a writer back at 64 KiB', () => {
    const { reader, writer } = pipe();
    let done = false;
    run(writer.write(new Uint8Array(3 * PIPE_CAPACITY)), () => (done = true), () => {}); // prettier-ignore
    expect(done).toBe(false);
    let size = 0;
    run(readBytes(reader), (bytes) => (size = bytes.length), () => {}); // prettier-ignore
    expect(done).toBe(true);
    writer.close();
    expect(size).toBe(3 * PIPE_CAPACITY);
  });
});
