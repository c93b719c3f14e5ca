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
  const running = new Run(task, onDone, onError);
  running.go('next', undefined);
  return running;
}

/** What the task does next: it goes on with a value, with an error, or with an error instead of what it is about to wait for. */
type Mode = 'next' | 'throw' | 'interrupt';

/** A task under way. Tens of thousands of them wait at a time, so it is small, and it keeps nothing once the task is over. */
class Run<T> implements Running {
  #task: Task<T> | undefined;
  #onDone: ((value: T) => void) | undefined;
  #onError: ((error: unknown) => void) | undefined;
  #cancel: (() => void) | undefined;
  #inbox: { readonly mode: Mode; readonly value: unknown }[] | undefined;
  #ticket = 0;
  #stepping = false;
  #paused = false;

  constructor(task: Task<T>, onDone: (value: T) => void, onError: (error: unknown) => void) {
    this.#task = task;
    this.#onDone = onDone;
    this.#onError = onError;
  }

  get done(): boolean {
    return this.#task === undefined;
  }

  interrupt(error: unknown): void {
    if (this.done) return;
    if (!this.#stepping) this.#giveUp();
    // In the middle of a step the task is not waiting yet: the wait it begins next is given up then.
    this.#take('interrupt', error);
  }

  pause(): void {
    this.#paused = true;
  }

  unpause(): void {
    this.#paused = false;
    const next = this.#inbox?.shift();
    if (next === undefined) return;
    if (this.#stepping) this.#inbox?.unshift(next);
    else this.go(next.mode, next.value);
  }

  kill(): void {
    const task = this.#task;
    if (task === undefined) return;
    this.#giveUp();
    this.#over();
    if (!this.#stepping) task.return(undefined as T);
  }

  /** Lets the task go on, until it waits or is over. */
  go(mode: Mode, value: unknown): void {
    const task = this.#task;
    const onDone = this.#onDone;
    const onError = this.#onError;
    if (task === undefined || onDone === undefined || onError === undefined) return;
    this.#stepping = true;
    try {
      for (;;) {
        if (mode === 'interrupt') this.#giveUp();
        const result = mode === 'next' ? task.next(value) : task.throw(value);
        // Killed by itself or by a program it resumed: what it began to wait for is not even asked.
        if (this.done) {
          this.#stepping = false;
          if (result.done !== true) task.return(undefined as T);
          return;
        }
        if (result.done === true) {
          this.#over();
          this.#stepping = false;
          onDone(result.value);
          return;
        }
        const mine = ++this.#ticket;
        const begun = (result.value as unknown as Suspend)(
          (answer) => this.#answer(mine, 'next', answer),
          (error) => this.#answer(mine, 'throw', error),
        );
        if (mine === this.#ticket) this.#cancel = begun;
        const next = this.#paused || this.done ? undefined : this.#inbox?.shift();
        if (next === undefined) break;
        ({ mode, value } = next);
      }
    } catch (error) {
      this.#stepping = false;
      if (this.done) return;
      this.#over();
      onError(error);
      return;
    }
    this.#stepping = false;
  }

  #answer(ticket: number, mode: Mode, value: unknown): void {
    if (this.done || ticket !== this.#ticket) return;
    this.#ticket++;
    this.#cancel = undefined;
    this.#take(mode, value);
  }

  #take(mode: Mode, value: unknown): void {
    if (this.#stepping || this.#paused) (this.#inbox ??= []).push({ mode, value });
    else this.go(mode, value);
  }

  #giveUp(): void {
    this.#ticket++;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #over(): void {
    this.#task = undefined;
    this.#onDone = undefined;
    this.#onError = undefined;
    this.#inbox = undefined;
  }
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

/** A task that is over already, for who finds that there is nothing to wait for. */
export const OVER: Task<undefined> = ended();

function ended(): Task<undefined> {
  const task = answered(undefined);
  task.next();
  return task;
}

/** A task that has its answer already. */
export function* answered<T>(value: T): Task<T> {
  return value;
}

/** The value of a task that does not wait. One that does is an error: there is nobody who could resume it. */
export function atOnce<T>(task: Task<T>): T {
  const { done, value } = task.next();
  if (done === true) return value;
  task.return(undefined as T);
  throw new Error('this task has to wait, and its caller cannot');
}
