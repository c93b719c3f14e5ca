import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InvariantWorld, type Step } from './invariants/world.ts';

// What holds whatever is done and whatever breaks: random operations come in at the front door, random faults happen, and once
// they have stopped everything is as it was asked for. `INVARIANTS=10000` plays that many runs.
const environment = (globalThis as { process?: { env: Record<string, string | undefined> } }).process?.env ?? {};
const RUNS = Number(environment['INVARIANTS'] ?? 30);

const steps = fc.array(fc.tuple(fc.nat(99), fc.nat(99), fc.nat(99), fc.nat(99)), { minLength: 3, maxLength: 25 });

test(`${RUNS} runs of random operations and faults`, { timeout: 60_000 + RUNS * 2_000 }, () => {
  fc.assert(
    fc.property(fc.nat(), steps, (seed, done) => {
      // Once in a while with a log and all of it again: the same seed is the same history.
      if (seed % 10 !== 0) run(seed, done, false);
      else expect(run(seed, done, true)).toBe(run(seed, done, true));
    }),
    {
      numRuns: RUNS,
      endOnFailure: environment['INVARIANTS_FAST'] !== undefined,
      ...(environment['INVARIANTS_SEED'] === undefined ? {} : { seed: Number(environment['INVARIANTS_SEED']) }),
    },
  );
});

function run(seed: number, done: readonly Step[], log: boolean): string {
  const world = new InvariantWorld(seed, log);
  for (const step of done) world.perform(step);
  world.mend();
  world.settle();
  return world.cluster.sim.log.hash();
}
