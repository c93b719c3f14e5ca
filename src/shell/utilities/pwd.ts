import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { writeText } from '../../engine/os/text.ts';

export function* pwd(process: Process): Task<number> {
  yield* writeText(process.stdout, `${process.cwd}\n`);
  return 0;
}
