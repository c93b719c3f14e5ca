import type { Fidelity } from '../kind.ts';

/** A kind that is kept and checked, but on which nothing in the cluster acts: whoever makes one is told so. */
export function storedOnly(why: string): Fidelity {
  return { level: 'stored', inert: { kind: why } };
}
