import { FileError, type Child, type Process, type SpawnOptions } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { complain } from './input.ts';

/** Starts another program for a utility (`env`, `xargs`, `watch`, `timeout`): its complaint and status when there is none. */
export function* launch(process: Process, argv: readonly string[], options: SpawnOptions = {}): Task<Child | number> {
  try {
    return process.spawn(argv, options);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    yield* complain(process, `${process.argv[0] === 'env' ? `'${argv[0]}'` : argv[0]}: ${error.message}`);
    return error.code === 'ENOENT' ? 127 : 126;
  }
}

export function* launchAndWait(process: Process, argv: readonly string[], options: SpawnOptions = {}): Task<number> {
  const child = yield* launch(process, argv, options);
  return typeof child === 'number' ? child : yield* child.wait();
}
