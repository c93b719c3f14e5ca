import { expect, it } from 'vitest';
import { Registry } from '../metrics/registry.ts';
import { suspend, type Task } from '../os/task.ts';
import { Simulation } from '../sim/simulation.ts';
import { WorkQueueMetrics } from './workqueue-metrics.ts';
import { WorkQueue } from './workqueue.ts';

it('tells what goes through a queue, and how long it takes', () => {
  const sim = new Simulation({ seed: 1 });
  const registry = new Registry();
  const observer = new WorkQueueMetrics(registry, sim).queue('deployment');
  function* slowly(): Task<void> {
    yield* suspend<void>((resume) => {
      const timer = sim.after(2000, () => resume());
      return () => timer.cancel();
    });
  }
  let failures = 1;
  const process = (key: string): Task<void> | undefined => {
    if (key === 'slow') return slowly();
    if (failures-- > 0) throw new Error('not now');
    return undefined;
  };
  const queue = new WorkQueue(sim, { actor: 'controller/deployment', process, observer, onError: () => {} });
  queue.start();
  queue.add('a');
  queue.add('a');
  queue.add('slow');
  const value = (line: string): number =>
    Number(registry.text().match(new RegExp(`^workqueue_${line}\\{name="deployment"\\} (.*)$`, 'm'))?.[1]);
  expect(value('depth')).toBe(2);
  sim.runFor(1000);
  expect([value('depth'), value('adds_total'), value('retries_total')]).toEqual([0, 3, 1]);
  expect(value('unfinished_work_seconds')).toBeCloseTo(0.998, 2);
  sim.runUntilQuiet();
  expect(value('unfinished_work_seconds')).toBe(0);
  expect([value('work_duration_seconds_count'), value('work_duration_seconds_sum')]).toEqual([3, 2]);
  expect(value('queue_duration_seconds_count')).toBe(3);
});
