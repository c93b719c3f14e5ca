import { expect, it } from 'vitest';
import { MemoryFiles } from '../../../os/files.ts';
import { Kernel } from '../../../os/kernel.ts';
import type { Network } from '../../../os/process.ts';
import { start } from '../../../os/task.ts';
import { Simulation } from '../../../sim/simulation.ts';
import { Load } from './load.ts';

/** Works on so many pieces of 100 ms at once; tells when the last one is done. */
function worked(pieces: number, cpuLimit?: number): { took: number; cpuTime: number; throttled: number } {
  const sim = new Simulation({ seed: 1 });
  let done = 0;
  const kernel = new Kernel({
    sim,
    files: new MemoryFiles(() => sim.now),
    net: {} as Network,
    hostname: 'box',
    random: sim.random('box'),
    actor: 'box',
    ...(cpuLimit === undefined ? {} : { cpuLimit: () => cpuLimit }),
    lookup: () =>
      function* (process) {
        const load = new Load(process, { memory: 0, cpu: 0 });
        const piece = function* () {
          yield* load.work(100);
          done = sim.now;
        };
        for (let i = 0; i < pieces; i++) start(piece());
        yield* process.sleep(1e6);
        return 0;
      },
  });
  const began = sim.now;
  kernel.start(['work']);
  sim.runFor(10_000);
  const { cpuTime, throttled } = kernel.usage();
  return { took: done - began, cpuTime, throttled };
}

it('work keeps a CPU busy as long as it lasts', () => {
  expect(worked(1)).toEqual({ took: 100, cpuTime: 100, throttled: 0 });
  expect(worked(3)).toEqual({ took: 100, cpuTime: 300, throttled: 0 });
});

it('a limit makes it last longer, and what was waited for is counted', () => {
  expect(worked(1, 200)).toEqual({ took: 500, cpuTime: 100, throttled: 400 });
});
