import type { Millis } from '../sim/time.ts';
import { CONTAINER, runningContainers, withEvery, containerMatcher, type Found } from './containers.ts';
import type { FaultKind, FaultWorld } from './fault.ts';
import { choiceParameter, duration, durationParameter } from './parameters.ts';

// signal(7): what a process brings upon itself, and what nothing withstands. All others reach a container's first process only where it has a handler.
const NUMBERS: Readonly<Record<string, number>> = { ABRT: 6, KILL: 9, SEGV: 11 };

/** The main process of a container ends by a signal: once, or again and again while the fault lasts. */
export const processCrashed: FaultKind = {
  name: 'process-crashed',
  about: "a container's main process ends by a signal, once or every so often",
  target: CONTAINER,
  parameters: {
    signal: choiceParameter('by which signal (SEGV unless said)', Object.keys(NUMBERS)),
    after: durationParameter('that long after each start, until mended; once and at once unless said'),
  },
  plan(world, fault) {
    const signal = fault['signal'] ?? 'SEGV';
    const after = fault['after'];
    if (after !== undefined) {
      containerMatcher(fault.target);
      return () => withEvery(world, fault, (found) => crashLater(world, found, signal, duration(after)));
    }
    const containers = runningContainers(world, fault);
    return () => {
      for (const found of containers) crash(found, signal);
      return undefined;
    };
  },
};

function crashLater({ sim }: FaultWorld, found: Found, signal: string, after: Millis): () => void {
  const timer = sim.after(after, () => crash(found, signal), { background: true });
  return () => timer.cancel();
}

function crash({ machine, container }: Found, signal: string): void {
  machine.runtime.kernelOf(container.id)?.crash(NUMBERS[signal] as number);
}
