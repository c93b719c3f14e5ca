import { run, suspend, type Running, type Task } from './task.ts';

/** Runs tasks side by side and gives their results in order, once the last has ended. The first error ends all. */
export function* together<T>(tasks: readonly Task<T>[]): Task<T[]> {
  const results: T[] = [];
  let left = tasks.length;
  if (left === 0) return results;
  yield* suspend<void>((resume, fail) => {
    const running: Running[] = [];
    const stop = (): void => {
      for (const one of running) one.kill();
    };
    tasks.forEach((task, i) => {
      running.push(
        run(
          task,
          (value) => {
            results[i] = value;
            if (--left === 0) resume();
          },
          (error) => {
            stop();
            fail(error);
          },
        ),
      );
    });
    return stop;
  });
  return results;
}
