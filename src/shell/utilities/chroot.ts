import { FileError, type FileSystem, type Program } from '../../engine/os/process.ts';
import { resolvePath } from '../../engine/os/path.ts';
import { complain } from './input.ts';
import { inside } from './inside.ts';

/** `chroot DIRECTORY [COMMAND…]`: a program of another tree, which is all that it sees. */
export const chroot: Program = function* (process) {
  const [directory, ...command] = process.argv.slice(1);
  if (directory === undefined) {
    yield* complain(process, 'missing operand');
    return 125;
  }
  const cannot = (why: string): string => `cannot change root directory to '${directory}': ${why}`;
  if ((process.system?.user ?? 'root') !== 'root') {
    yield* complain(process, cannot('Operation not permitted'));
    return 125;
  }
  let files: FileSystem | undefined;
  try {
    files = process.files.subtree?.(resolvePath(process.cwd, directory));
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    yield* complain(process, cannot(error.message));
    return 125;
  }
  if (files === undefined) {
    yield* complain(process, cannot('Operation not permitted'));
    return 125;
  }
  const argv = command.length > 0 ? command : [process.env.get('SHELL') ?? '/bin/sh', '-i'];
  try {
    return yield* inside(process, { files }).spawn(argv).wait();
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    yield* complain(process, `failed to run command '${argv[0] ?? ''}': ${error.message}`);
    return error.code === 'ENOENT' ? 127 : 126;
  }
};
