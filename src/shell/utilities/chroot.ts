import { FileError, type FileSystem, type Process, type Program, type SpawnOptions } from '../../engine/os/process.ts';
import { resolvePath } from '../../engine/os/path.ts';
import { complain } from './input.ts';

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
    return yield* inside(process, files).spawn(argv).wait();
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    yield* complain(process, `failed to run command '${argv[0] ?? ''}': ${error.message}`);
    return error.code === 'ENOENT' ? 127 : 126;
  }
};

/** The process with another root: its files, and those of all that it starts. */
function inside(process: Process, files: FileSystem): Process {
  const within = (argv: readonly string[], options: SpawnOptions = {}): SpawnOptions => {
    const { cwd = view.cwd, env = view.env } = options;
    const program = options.program ?? find(files, argv, cwd, env.get('PATH'));
    return { ...options, cwd, env, program: (child) => program(inside(child, files)) };
  };
  const spawn: Process['spawn'] = (argv, options) => process.spawn(argv, within(argv, options));
  const exec: Process['exec'] =
    process.exec && ((argv, options) => (process.exec as NonNullable<Process['exec']>).call(process, argv, within(argv, options)));
  const view = Object.create(process, {
    files: { value: files },
    cwd: { value: process.files === files ? process.cwd : '/', writable: true },
    spawn: { value: spawn },
    exec: { value: exec },
  }) as Process;
  return view;
}

/** An executable of the tree. Scripts are not looked into. */
function find(files: FileSystem, argv: readonly string[], cwd: string, searchPath = '/usr/bin:/bin'): Program {
  const name = argv[0] ?? '';
  const paths = name.includes('/') ? [resolvePath(cwd, name)] : searchPath.split(':').map((directory) => `${directory}/${name}`);
  for (const path of paths) {
    const program = files.exists(path) ? files.special?.(path)?.program : undefined;
    if (program !== undefined) return program;
  }
  throw new FileError('ENOENT', name);
}
