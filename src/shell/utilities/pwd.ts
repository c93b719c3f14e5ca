import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { writeText } from '../../engine/os/text.ts';
import { canonicalPath } from './canonical-path.ts';

export function* pwd(process: Process): Task<number> {
  const path = process.argv.includes('-P') ? canonicalPath(process.files, process.cwd) : process.cwd;
  yield* writeText(process.stdout, `${path}\n`);
  return 0;
}
