import { describe, expect, it } from 'vitest';
import { Random } from '../sim/random.ts';
import { Simulation } from '../sim/simulation.ts';
import { MemoryFiles } from './files.ts';
import { Kernel } from './kernel.ts';
import { PidNamespace } from './pid-namespace.ts';
import type { Program } from './process.ts';

const sleep: Program = function* sleep(process) {
  yield* process.sleep(100_000);
  return 0;
};

function pair(pids?: PidNamespace) {
  const sim = new Simulation({ seed: 1 });
  const kernel = (): Kernel =>
    new Kernel({
      sim,
      files: new MemoryFiles(() => sim.now),
      net: { addresses: [] } as never,
      hostname: 'h',
      lookup: () => sleep,
      random: new Random(1),
      cpuLimit: () => 200,
      ...(pids === undefined ? {} : { pids }),
    });
  return { sim, a: kernel(), b: kernel() };
}

describe('a namespace of process numbers', () => {
  it('is each kernel’s own unless it is shared', () => {
    const { a, b } = pair();
    a.start(['one']);
    b.start(['two']);
    expect(a.processes().map(({ pid, argv }) => [pid, argv[0]])).toEqual([[1, 'one']]);
    expect(b.processes().map(({ pid, argv }) => [pid, argv[0]])).toEqual([[1, 'two']]);
  });

  it('that is shared lets all see and signal all, and process 1 takes them with it', () => {
    const { a, b } = pair(new PidNamespace());
    const first = a.start(['one']);
    const second = b.start(['two']);
    expect(a.processes().map(({ pid, argv }) => [pid, argv[0]])).toEqual([
      [1, 'one'],
      [2, 'two'],
    ]);
    // Only process 1 is immune to what it does not handle.
    a.kill(1, 'TERM');
    expect(first.exitCode).toBeUndefined();
    a.kill(2, 'TERM');
    expect(second.exitCode).toBe(143);
    const third = b.start(['three']);
    first.kill('KILL');
    expect(third.exitCode).toBe(137);
  });
});

describe('a limit of CPU', () => {
  it('holds back what is wanted beyond it', () => {
    const { sim, a } = pair();
    a.start(['burn'], {
      *program(process) {
        process.use({ cpu: 1000 });
        yield* process.sleep(1000);
        return 0;
      },
    });
    sim.runFor(500);
    expect(a.usage()).toEqual({ memory: 0, cpu: 200, cpuTime: 100, throttled: 400 });
  });
});
