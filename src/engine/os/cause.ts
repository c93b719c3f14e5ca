import type { Seq } from '../sim/log.ts';
import type { Simulation } from '../sim/simulation.ts';
import type { Suspend, Task } from './task.ts';

/** `Simulation.causedBy` for a task: whoever resumes it, each of its steps has `cause` as the ambient cause. */
export function causedBy<T>(sim: Simulation, cause: Seq, task: Task<T>): Task<T> {
  return sim.log.enabled ? stepByStep(sim, cause, task) : task;
}

function* stepByStep<T>(sim: Simulation, cause: Seq, task: Task<T>): Task<T> {
  let step = (): IteratorResult<Suspend<never>, T> => task.next();
  try {
    for (;;) {
      const result = sim.causedBy(cause, step);
      if (result.done === true) return result.value;
      try {
        const value = yield result.value;
        step = () => task.next(value);
      } catch (error) {
        step = () => task.throw(error);
      }
    }
  } finally {
    // Killed while it waited: the task's own `finally` blocks run. A task that has ended takes no notice.
    task.return(undefined as T);
  }
}
