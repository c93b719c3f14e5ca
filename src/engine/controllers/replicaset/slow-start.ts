import { suspend, type Task } from '../../os/task.ts';
import type { Simulation } from '../../sim/simulation.ts';

// controller_utils.go: SlowStartInitialBatchSize.
const FIRST_BATCH = 1;
/** Calls in one event. */
export const AT_ONCE = 16;

/**
 * Calls `act` `count` times in batches of 1, 2, 4 …, and stops after the first batch in which a call failed: if pods
 * cannot be made (a quota, a missing service account), the API server sees one refusal, not five hundred. `pause` ends
 * an event of the simulation between the batches, and within the long ones.
 */
export function* slowStart(count: number, act: () => Task<void>, pause: () => Task<void>): Task<{ made: number; failure?: Error }> {
  let made = 0;
  for (let batch = Math.min(count, FIRST_BATCH); batch > 0; batch = Math.min(2 * batch, count - made)) {
    let failure: Error | undefined;
    for (let i = 0; i < batch; i++) {
      if (i > 0 && i % AT_ONCE === 0) yield* pause();
      try {
        yield* act();
        made++;
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        failure ??= error;
      }
    }
    if (failure !== undefined) return { made, failure };
    if (batch >= AT_ONCE && made < count) yield* pause();
  }
  return { made };
}

/** Goes on at the same instant in an event of its own: no event may hold the page up for long. */
export function* nextEvent(sim: Simulation): Task<void> {
  yield* suspend<void>((resume) => {
    const timer = sim.after(0, () => resume());
    return () => timer.cancel();
  });
}
