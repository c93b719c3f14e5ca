import type { Simulation } from '../sim/simulation.ts';
import type { Millis } from '../sim/time.ts';
import { suspend, type Task } from './task.ts';

/** Waits to be told, at most so long: whether it was. `listen` returns how to stop listening. */
export function* toldWithin(sim: Simulation, patience: Millis, listen: (tell: () => void) => () => void): Task<boolean> {
  return yield* suspend<boolean>((resume) => {
    const timer = sim.after(patience, () => {
      deaf();
      resume(false);
    });
    const deaf = listen(() => {
      timer.cancel();
      resume(true);
    });
    return () => {
      deaf();
      timer.cancel();
    };
  });
}
