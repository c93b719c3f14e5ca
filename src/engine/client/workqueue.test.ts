import { describe, expect, it } from 'vitest';
import { suspend, type Task } from '../os/task.ts';
import { Simulation } from '../sim/simulation.ts';
import { WorkQueue } from './workqueue.ts';

function queueOf(process: (key: string) => void): { sim: Simulation; queue: WorkQueue } {
  const sim = new Simulation({ seed: 1 });
  const queue = new WorkQueue(sim, { actor: 'controller/test', process });
  queue.start();
  return { sim, queue };
}

describe('a work queue', () => {
  it('works on a key once however often it was added, in order', () => {
    const done: string[] = [];
    const { sim, queue } = queueOf((key) => void done.push(key));
    for (const key of ['a', 'b', 'a', 'c', 'b']) queue.add(key);
    sim.runUntilQuiet();
    expect(done).toEqual(['a', 'b', 'c']);
  });

  it('works again on a key added meanwhile', () => {
    const done: string[] = [];
    const { sim, queue } = queueOf((key) => {
      done.push(key);
      if (done.length === 1) queue.add(key);
    });
    queue.add('a');
    sim.runUntilQuiet();
    expect(done).toEqual(['a', 'a']);
  });

  it('backs off from 5 ms, doubling, and starts again after forget', () => {
    const times: number[] = [];
    const { sim, queue } = queueOf(() => {
      times.push(sim.now - sim.start);
      if (times.length < 5) throw new Error('not yet');
      queue.forget('a');
    });
    queue.add('a');
    sim.runUntilQuiet();
    // Each time 1 ms in line.
    expect(times.map((time, i) => time - (times[i - 1] ?? 0))).toEqual([1, 6, 11, 21, 41]);
    expect(queue.retries('a')).toBe(0);
  });

  it('lets a hundred failures through, then ten a second', () => {
    const { sim, queue } = queueOf(() => {});
    for (let i = 0; i < 130; i++) queue.addRateLimited(`key-${i}`);
    sim.runUntilQuiet();
    expect(sim.now - sim.start).toBeGreaterThanOrEqual(3000);
    expect(sim.now - sim.start).toBeLessThan(3100);
  });

  it('of two delays of a key the earlier counts', () => {
    const times: number[] = [];
    const { sim, queue } = queueOf(() => void times.push(sim.now - sim.start));
    queue.addAfter('a', 500);
    queue.addAfter('a', 100);
    queue.addAfter('a', 900);
    sim.runUntilQuiet();
    expect(times).toEqual([101]);
  });

  it('keeps a key out while a task works on it, and has it come again once', () => {
    const seen: string[] = [];
    const sim = new Simulation({ seed: 1 });
    const work = function* (key: string): Task<void> {
      seen.push(`${key} begins`);
      yield* suspend<void>((resume) => {
        const timer = sim.after(100, () => resume());
        return () => timer.cancel();
      });
      seen.push(`${key} ends`);
    };
    const queue = new WorkQueue(sim, { actor: 'controller/test', process: work });
    queue.start();
    queue.add('a');
    sim.runFor(50);
    queue.add('a');
    queue.add('a');
    queue.add('b');
    sim.runUntilQuiet();
    expect(seen).toEqual(['a begins', 'b begins', 'a ends', 'a begins', 'b ends', 'a ends']);
    queue.add('a');
    sim.runFor(50);
    queue.stop();
    sim.runUntilQuiet();
    expect(seen.slice(6)).toEqual(['a begins']);
  });

  it('stopped, holds no timer and forgets its keys', () => {
    const { sim, queue } = queueOf(() => expect.unreachable());
    queue.add('a');
    queue.addAfter('b', 1000);
    queue.stop();
    expect(sim.pending).toBe(0);
    expect(queue.length).toBe(0);
  });
});
