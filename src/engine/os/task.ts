/**
 * Programs are coroutines. A program is a generator that yields when it must wait; whoever drives it resumes it.
 * There are no promises, so in the engine a shell script is as deterministic as a controller, and the same program
 * runs in a terminal, in a container, and as a Node command (whose driver resumes it when a real socket answers).
 *
 *     function* greet(process: Process): Task<number> {
 *       yield* process.sleep(2 * SECOND);
 *       yield* writeText(process.stdout, 'hello\n');
 *       return 0;
 *     }
 */

/** Begins to wait. Calls `resume` once, now or later, or `fail`; the returned function gives the wait up. */
export type Suspend<T = unknown> = (resume: (value: T) => void, fail: (error: unknown) => void) => () => void;

/** A computation that may wait, and ends with a `T`. Call it with `yield*`. */
export type Task<T> = Generator<Suspend<never>, T, unknown>;

/** Waits for what `begin` starts. */
export function* suspend<T>(begin: Suspend<T>): Task<T> {
  return (yield begin as unknown as Suspend<never>) as T;
}

export interface Running {
  /** Gives up what the task waits for and throws `error` inside it (a signal). The task may catch it and go on. */
  interrupt(error: unknown): void;
  /** Ends it without a word: `finally` blocks run, nothing else. */
  kill(): void;
  /** Holds it back (SIGSTOP): what it waits for may come, but it does not go on before `unpause`. */
  pause(): void;
  unpause(): void;
  readonly done: boolean;
}

/**
 * Drives a task to its end. `onDone` and `onError` are called once, possibly before this returns.
 * Resumptions that come while the task is running are taken one after the other, so a task never re-enters itself.
 */
export function run<T>(task: Task<T>, onDone: (value: T) => void, onError: (error: unknown) => void): Running {
  let cancel: (() => void) | undefined;
  let done = false;
  let stepping = false;
  let paused = false;
  let ticket = 0;
  const inbox: (() => IteratorResult<Suspend<never>, T>)[] = [];

  const pump = (): void => {
    if (stepping || paused) return;
    stepping = true;
    try {
      for (let next = inbox.shift(); next !== undefined && !done; next = paused ? undefined : inbox.shift()) {
        const result = next();
        // Killed by itself or by a program it resumed: what it began to wait for is not even asked.
        if (done) {
          stepping = false;
          if (result.done !== true) task.return(undefined as T);
          return;
        }
        if (result.done === true) {
          done = true;
          stepping = false;
          onDone(result.value);
          return;
        }
        const mine = ++ticket;
        const answer = (take: () => IteratorResult<Suspend<never>, T>): void => {
          if (done || mine !== ticket) return;
          ticket++;
          cancel = undefined;
          inbox.push(take);
          pump();
        };
        const begun = (result.value as unknown as Suspend)(
          (value) => answer(() => task.next(value)),
          (error) => answer(() => task.throw(error)),
        );
        if (mine === ticket) cancel = begun;
      }
    } catch (error) {
      stepping = false;
      if (done) return;
      done = true;
      onError(error);
      return;
    }
    stepping = false;
  };

  const giveUp = (): void => {
    ticket++;
    cancel?.();
    cancel = undefined;
  };

  inbox.push(() => task.next());
  pump();
  return {
    get done() {
      return done;
    },
    interrupt(error) {
      if (done) return;
      if (!stepping) giveUp();
      // In the middle of a step the task is not waiting yet: the wait it begins next is given up then.
      inbox.push(() => {
        giveUp();
        return task.throw(error);
      });
      pump();
    },
    pause() {
      paused = true;
    },
    unpause() {
      paused = false;
      pump();
    },
    kill() {
      if (done) return;
      giveUp();
      done = true;
      if (!stepping) task.return(undefined as T);
    },
  };
}

/**
 * Sets a task going that nobody waits for. What it throws goes to `onError`; without one it goes up to whoever resumed
 * it, and ends the run: nothing is lost in silence.
 */
export function start(task: Task<unknown>, onError?: (error: unknown) => void): Running {
  return run(
    task,
    () => {},
    onError ??
      ((error) => {
        throw error;
      }),
  );
}

/** The value of a task that does not wait. One that does is an error: there is nobody who could resume it. */
export function atOnce<T>(task: Task<T>): T {
  const { done, value } = task.next();
  if (done === true) return value;
  task.return(undefined as T);
  throw new Error('this task has to wait, and its caller cannot');
}
