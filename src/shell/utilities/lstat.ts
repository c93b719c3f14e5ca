import { FileError, type FileStat, type Process } from '../../engine/os/process.ts';

/** What a path is itself, where it is a symbolic link. */
export function lstat(process: Process, path: string): FileStat {
  try {
    const target = process.files.readLink(path);
    return { type: 'symlink', size: target.length, mode: 0o777, modified: process.now(), user: 'root', group: 'root' };
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    return process.files.stat(path);
  }
}
