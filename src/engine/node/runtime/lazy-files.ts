import type { MemoryFiles } from '../../os/files.ts';
import type { FileStat, FileSystem, Reader, Special } from '../../os/process.ts';

/** A file system made when somebody first looks at it: most containers' programs never read a file. */
export class LazyFiles implements FileSystem {
  #files: MemoryFiles | undefined;

  constructor(readonly make: () => MemoryFiles) {}

  /** The files, if anybody has looked. */
  get made(): MemoryFiles | undefined {
    return this.#files;
  }

  get files(): MemoryFiles {
    return (this.#files ??= this.make());
  }

  read(path: string): Uint8Array {
    return this.files.read(path);
  }
  write(path: string, bytes: Uint8Array, options?: { append?: boolean; mode?: number }): void {
    this.files.write(path, bytes, options);
  }
  stat(path: string): FileStat {
    return this.files.stat(path);
  }
  lstat(path: string): FileStat {
    return this.files.lstat(path);
  }
  exists(path: string): boolean {
    return this.files.exists(path);
  }
  endless(path: string): Reader | undefined {
    return this.files.endless(path);
  }
  list(path: string): string[] {
    return this.files.list(path);
  }
  makeDirectory(path: string, options?: { parents?: boolean; mode?: number }): void {
    this.files.makeDirectory(path, options);
  }
  remove(path: string, options?: { recursive?: boolean }): void {
    this.files.remove(path, options);
  }
  rename(from: string, to: string): void {
    this.files.rename(from, to);
  }
  symlink(target: string, path: string): void {
    this.files.symlink(target, path);
  }
  readLink(path: string): string {
    return this.files.readLink(path);
  }
  chmod(path: string, mode: number): void {
    this.files.chmod(path, mode);
  }
  special(path: string): Special | undefined {
    return this.files.special(path);
  }
  subtree(path: string): FileSystem {
    return this.files.subtree(path);
  }
}
