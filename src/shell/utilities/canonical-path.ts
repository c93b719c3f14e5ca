import { resolvePath } from '../../engine/os/path.ts';
import { FileError, type FileSystem } from '../../engine/os/process.ts';

/** The path without symbolic links; its last part need not be there. */
export function canonicalPath(files: FileSystem, path: string): string {
  let done = '';
  const parts = path.split('/').filter(Boolean);
  for (let i = 0, links = 0; i < parts.length; i++) {
    const here = `${done}/${parts[i]}`;
    if (!files.exists(here)) {
      if (i < parts.length - 1) throw new FileError('ENOENT', path);
      return here;
    }
    let target: string;
    try {
      target = files.readLink(here);
    } catch {
      done = here;
      continue;
    }
    if (links++ > 40) throw new FileError('ENOENT', path);
    parts.splice(
      0,
      i + 1,
      ...resolvePath(done || '/', target)
        .split('/')
        .filter(Boolean),
    );
    done = '';
    i = -1;
  }
  return done || '/';
}
