import { NotLoaded, type Part } from '../sim/part.ts';
import type { Process, Program } from './process.ts';
import type { Task } from './task.ts';

/** Something imported that may have to be loaded first. */
export interface PartOf<T> extends Part {
  readonly value: T | undefined;
}

/** Who runs a part of the product waits for it: a process, or what has one. */
type Runner = Pick<Process, 'obtain'> | { readonly process: Pick<Process, 'obtain'> };

type Run<A extends readonly [Runner, ...unknown[]], R> = (...all: A) => Task<R>;

/**
 * A program, or a part of one, that few sessions run. Named once where it is offered (`jq: rare(jq)`), it is no part of what a page loads to begin with: the
 * build fetches its module when it is first run (`tools/rare-parts.ts`). Elsewhere it is there from the start, and the log is the same: see `Simulation.need`.
 */
export function rare<A extends readonly [Runner, ...unknown[]], R>(run: Run<A, R>): Run<A, R> {
  return running(part(run));
}

/** The same for anything else that is imported; `obtain` gives it. */
export function part<T>(value: T & { readonly name?: string }): PartOf<T> {
  return { name: value.name ?? '', here: true, value };
}

/** @internal What `rare` is made of. */
export function running<A extends readonly [Runner, ...unknown[]], R>(code: PartOf<Run<A, R>>): Run<A, R> {
  return function* (...all) {
    return yield* (yield* obtain(all[0], code))(...all);
  };
}

/** A program that is made of a part when it is first run. */
export function made<T>(maker: PartOf<T>, make: (maker: T) => Program): Program {
  let program: Program | undefined;
  return function* (process) {
    const found = yield* obtain(process, maker);
    return yield* (program ??= make(found))(process);
  };
}

/** Waits until a part is there. Throws `NotLoaded`. */
export function* obtain<T>(runner: Runner, code: PartOf<T>): Task<T> {
  const process = 'process' in runner ? runner.process : runner;
  if (process.obtain !== undefined) yield* process.obtain(code);
  if (!code.here) throw new NotLoaded(code);
  return code.value as T;
}
