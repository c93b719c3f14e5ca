import type { Program } from '../../engine/os/process.ts';
import { complain } from './input.ts';

/** It takes over the screen: it is there to say what to do instead. */
export const top: Program = function* (process) {
  yield* complain(process, 'full-screen programs do not run in this terminal. Use `kubectl top`, `ps` or `watch ps`.');
  return 1;
};
