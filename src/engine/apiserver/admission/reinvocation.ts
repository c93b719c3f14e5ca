import type { Operation } from './operation.ts';

/**
 * What mutating plugins know of each other's work on one write (`admission.ReinvocationContext`). Where one of them has changed
 * the object, the chain runs a second time; each plugin then looks at what it keeps here to know whether it is asked again.
 */
export class Reinvocation {
  /** The chain has run once already. */
  again = false;
  wanted = false;
  readonly kept = new Map<string, unknown>();
}

const known = new WeakMap<Operation, Reinvocation>();

export function reinvocationOf(operation: Operation): Reinvocation {
  let found = known.get(operation);
  if (found === undefined) known.set(operation, (found = new Reinvocation()));
  return found;
}

/** Whether the chain has to run once more; asked once, after the first run. */
export function wantsReinvocation(operation: Operation): boolean {
  const reinvocation = known.get(operation);
  if (reinvocation?.wanted !== true) return false;
  reinvocation.again = true;
  return true;
}
