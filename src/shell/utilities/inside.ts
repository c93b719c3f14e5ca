import { FileError, type FileSystem, type Network, type Process, type Program, type SpawnOptions } from '../../engine/os/process.ts';
import { resolvePath } from '../../engine/os/path.ts';

/** Another root, or another network. */
export interface Elsewhere {
  readonly files?: FileSystem;
  readonly net?: Network;
}

/** The process as it is elsewhere: its files or its network, and those of all that it starts. */
export function inside(process: Process, elsewhere: Elsewhere): Process {
  const { files = process.files, net = process.net } = elsewhere;
  const within = (argv: readonly string[], options: SpawnOptions = {}): SpawnOptions => {
    const { cwd = view.cwd, env = view.env } = options;
    const program = options.program ?? find(files, argv, cwd, env.get('PATH'));
    return { ...options, cwd, env, program: (child) => program(inside(child, elsewhere)) };
  };
  const spawn: Process['spawn'] = (argv, options) => process.spawn(argv, within(argv, options));
  const exec: Process['exec'] =
    process.exec && ((argv, options) => (process.exec as NonNullable<Process['exec']>).call(process, argv, within(argv, options)));
  const view = Object.create(process, {
    files: { value: files },
    net: { value: net },
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
