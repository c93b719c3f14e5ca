import { ProcessLimitError } from '../engine/os/kernel.ts';
import { resolvePath } from '../engine/os/path.ts';
import { FileError } from '../engine/os/process.ts';
import type { Task } from '../engine/os/task.ts';
import { waitForeground } from './foreground.ts';
import type { Shell } from './shell.ts';

/** A program of its own, found along PATH. */
export function* runProgram(
  shell: Shell,
  argv: readonly string[],
  assigned: readonly (readonly [string, string])[],
  last: boolean,
  /** Stands before what is said of it (`exec: `). */
  prefix = '',
): Task<number> {
  const env = shell.environment();
  for (const [name, value] of assigned) env.set(name, value);
  const { stdin, stdout, stderr } = shell;
  const options = { env, cwd: shell.process.cwd, stdin, stdout, stderr };
  try {
    if (last && !shell.interactive && shell.traps.size === 0 && shell.process.exec !== undefined)
      return yield* shell.process.exec(argv, options);
    const child = shell.process.spawn(argv, options);
    return (yield* waitForeground(shell, [child], shell.current?.kind === 'simple' ? shell.command : argv.join(' ')))[0] ?? 0;
  } catch (error) {
    if (error instanceof ProcessLimitError) {
      return yield* shell.complainOfFork(error);
    }
    // A program's own failure has been told by the kernel; this is about finding it.
    if (!(error instanceof FileError) || error.path !== argv[0]) throw error;
    return yield* notFound(shell, argv[0], error, prefix);
  }
}

function* notFound(shell: Shell, name: string, error: FileError, prefix: string): Task<number> {
  const bash = shell.dialect === 'bash';
  if (error.code !== 'ENOENT') {
    const full = resolvePath(shell.process.cwd, name);
    const directory = bash && shell.process.files.exists(full) && shell.process.files.stat(full).type === 'directory';
    yield* shell.complain(`${prefix}${name}: ${directory ? 'Is a directory' : error.message}`);
    return 126;
  }
  if (bash)
    yield* shell.complain(
      name.includes('/') ? `${prefix}${name}: ${error.message}` : `${prefix}${name}: ${prefix === '' ? 'command ' : ''}not found`,
    );
  else yield* shell.complain(`${name}: not found`);
  return 127;
}
