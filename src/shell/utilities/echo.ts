import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { encodeRaw, unescape } from './escapes.ts';

/** `-n`, `-e`, `-E` as in bash and busybox; dash knows `-n` only and always reads escapes. */
export function* echo(process: Process, alwaysEscapes = false): Task<number> {
  const args = process.argv.slice(1);
  let newline = true;
  let escapes = alwaysEscapes;
  const options = alwaysEscapes ? /^-n$/ : /^-[neE]+$/;
  while (args[0] !== undefined && options.test(args[0])) {
    for (const c of (args.shift() as string).slice(1)) {
      if (c === 'n') newline = false;
      else escapes = c === 'e';
    }
  }
  let text = args.join(' ');
  if (escapes) {
    const result = unescape(text, true, true);
    text = result.text;
    if (result.stopped) newline = false;
  }
  yield* process.stdout.write(encodeRaw(text + (newline ? '\n' : '')));
  return 0;
}
