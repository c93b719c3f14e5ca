import { KernelProcess } from './kernel-process.ts';
import { baseName } from './path.ts';
import { FileError, type FileSystem, type Program } from './process.ts';
import { decode } from './text.ts';

const SYSTEM_DIRECTORIES = /^\/(usr\/)?(local\/)?s?bin\/[^/]+$/;

/** Where programs are: in files, and installed under a name. */
export interface Programs {
  readonly files: FileSystem;
  lookup(name: string): Program | undefined;
}

/** The program for an argument vector: a name, a path, or a script with its `#!` line. Throws `FileError`. */
export function findProgram({ files, lookup }: Programs, argv: readonly string[], cwd: string, searchPath = ''): Program {
  const name = argv[0] ?? '';
  const direct = lookup(name);
  if (direct !== undefined) return direct;
  const candidates = name.includes('/')
    ? [name.startsWith('/') ? name : `${cwd}/${name}`]
    : searchPath.split(':').flatMap((directory) => (directory === '' || name === '' ? [] : [`${directory}/${name}`]));
  for (const path of candidates) {
    if (!files.exists(path)) continue;
    const { type, mode } = files.stat(path);
    if (type === 'directory' || (mode & 0o111) === 0) {
      if (name.includes('/')) throw new FileError('EACCES', name);
      continue;
    }
    const own = files.special?.(path)?.program;
    if (own !== undefined) return own;
    const head = decode(files.read(path).subarray(0, 256));
    // An installed program's file holds no script.
    const installed = head === '' || head.startsWith('\x7fELF') ? lookup(baseName(name)) : undefined;
    return installed ?? script({ files, lookup }, path, head);
  }
  const installed = SYSTEM_DIRECTORIES.test(name) ? lookup(baseName(name)) : undefined;
  if (installed === undefined) throw new FileError('ENOENT', name);
  return installed;
}

function script(programs: Programs, path: string, head: string): Program {
  const line = /^#!\s*(\S+)[ \t]*(.*)/.exec(head);
  // execvp(3): a file that is no program is given to the shell.
  const interpreter = line === null ? ['/bin/sh'] : [line[1] as string, ...(line[2] === '' ? [] : [line[2] as string])];
  if (baseName(interpreter[0] as string) === 'env' && interpreter[1] !== undefined) interpreter.shift();
  const program = findProgram(programs, interpreter, '/');
  return (process) => {
    const argv = [...interpreter, path, ...process.argv.slice(1)];
    return program(process instanceof KernelProcess ? process.withArgv(argv) : process);
  };
}
