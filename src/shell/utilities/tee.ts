import type { Process } from '../../engine/os/process.ts';
import { resolvePath } from '../../engine/os/path.ts';
import type { Task } from '../../engine/os/task.ts';
import { readOptions } from './arguments.ts';
import { attempt } from './input.ts';

export function* tee(process: Process): Task<number> {
  const options = yield* readOptions(process, { short: 'a', long: { append: 'a' } });
  if (typeof options === 'number') return options;
  const paths: string[] = [];
  let status = 0;
  for (const path of options.operands) {
    const full = resolvePath(process.cwd, path);
    if (yield* attempt(process, path, () => process.files.write(full, new Uint8Array(), { append: options.flags.has('a') })))
      paths.push(full);
    else status = 1;
  }
  for (let chunk = yield* process.stdin.read(); chunk !== undefined; chunk = yield* process.stdin.read()) {
    for (const path of paths) process.files.write(path, chunk, { append: true });
    yield* process.stdout.write(chunk);
  }
  return status;
}
