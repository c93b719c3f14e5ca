import { expect, test } from 'vitest';
import { Simulation } from '../engine/sim/simulation.ts';
import { Pacer, type Host } from './pacer.ts';

/** A wall clock that only moves when somebody works or waits. */
class WallClock implements Host {
  time = 0;
  waited = 0;
  #next: { run: () => void; delay: number } | undefined;

  now(): number {
    return this.time;
  }

  later(run: () => void, delay: number): () => void {
    const next = (this.#next = { run, delay });
    return () => {
      if (this.#next === next) this.#next = undefined;
    };
  }

  turn(): void {
    const next = this.#next;
    this.#next = undefined;
    if (next === undefined) throw new Error('nothing to do');
    this.time += next.delay;
    this.waited += next.delay;
    next.run();
  }
}

/** Plays a world that has something to do every millisecond, which takes `cost` ms of wall time; gives virtual and waited time after two seconds. */
function play(cost: number): { virtual: number; waited: number } {
  const clock = new WallClock();
  const sim = new Simulation({ seed: 1 });
  const begin = sim.now;
  const work = (): void => {
    clock.time += cost;
    sim.after(1, work);
  };
  sim.after(1, work);
  const pacer = new Pacer(sim, clock, () => {}, () => Promise.resolve()); // prettier-ignore
  pacer.play();
  while (clock.time < 2000) clock.turn();
  return { virtual: sim.now - begin, waited: clock.waited };
}

test('keeps the pace where it can, and waits for it', () => {
  const { virtual, waited } = play(0.1);
  expect(virtual).toBeGreaterThan(1900);
  expect(virtual).toBeLessThan(2150);
  expect(waited).toBeGreaterThan(1500);
});

test('works without a pause where the world is slower than its pace', () => {
  const { virtual, waited } = play(4);
  expect(waited).toBeLessThan(150);
  expect(virtual).toBeGreaterThan(450);
});
