import { FileError } from '../../os/process.ts';
import type { NodeDisk } from './node-disk.ts';

const NOUNS: Readonly<Record<string, string>> = {
  Directory: 'a directory',
  File: 'a file',
  Socket: 'a socket file',
  CharDevice: 'a character device',
  BlockDevice: 'a block device',
};

/** What a hostPath's `type` asks for, before it is mounted. Throws with the kubelet's sentence where the path is something else. */
export function checkHostPath(disk: NodeDisk, path: string, type: string): void {
  const wrong = (noun: string): Error => new Error(`hostPath type check failed: ${path} is not ${noun}`);
  switch (type) {
    case '':
      return;
    case 'DirectoryOrCreate':
      if (disk.is(path, 'file')) throw wrong('a directory');
      disk.at(path, 0o755);
      return;
    case 'FileOrCreate':
      if (disk.is(path, 'directory')) throw wrong('a file');
      if (disk.is(path, 'file')) return;
      try {
        disk.makeFile(path);
      } catch (error) {
        if (!(error instanceof FileError)) throw error;
        throw new Error(`open ${path}: no such file or directory`, { cause: error });
      }
      return;
    case 'Directory':
      if (disk.is(path, 'directory')) return;
      break;
    case 'File':
      if (disk.is(path, 'file')) return;
      break;
    case 'Socket':
      if (disk.is(path, 'socket')) return;
      break;
    case 'CharDevice':
      if (disk.is(path, 'character device')) return;
      break;
    default:
  }
  throw wrong(NOUNS[type] ?? `of type ${type}`);
}
