import type { DiskSpace } from '../../os/disk-use.ts';
import type { MemoryFiles } from '../../os/files.ts';
import type { FileStat, FileSystem, Reader, Special } from '../../os/process.ts';

/** What a container's file system is made of. */
export interface RootFiles {
  make(): MemoryFiles;
  /** The image's files, to be read alone. */
  image(): MemoryFiles;
  /** Whether something of the container's own lies at a path, on the way to it, or below it. */
  own(path: string): boolean;
}

/**
 * A container's file system. Most containers' programs never look beyond the files of their image, which all containers
 * of that image share: what is the container's own is laid over them when somebody writes, or looks where it lies.
 */
export class LazyFiles implements FileSystem {
  #files: MemoryFiles | undefined;

  constructor(readonly root: RootFiles) {}

  /** The files, if the container has any of its own by now. */
  get made(): MemoryFiles | undefined {
    return this.#files;
  }

  get files(): MemoryFiles {
    return (this.#files ??= this.root.make());
  }

  read(path: string): Uint8Array {
    return this.#at(path).read(path);
  }
  write(path: string, bytes: Uint8Array, options?: { append?: boolean; mode?: number }): void {
    this.files.write(path, bytes, options);
  }
  stat(path: string): FileStat {
    return this.#at(path).stat(path);
  }
  lstat(path: string): FileStat {
    return this.#at(path).lstat(path);
  }
  exists(path: string): boolean {
    return this.#at(path).exists(path);
  }
  endless(path: string): Reader | undefined {
    return this.#at(path).endless(path);
  }
  list(path: string): string[] {
    return this.#at(path).list(path);
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
    return this.#at(path).readLink(path);
  }
  changeOwner(path: string, user: string, recursive: boolean): void {
    this.files.changeOwner(path, user, recursive);
  }
  chmod(path: string, mode: number): void {
    this.files.chmod(path, mode);
  }
  special(path: string): Special | undefined {
    return this.#at(path).special(path);
  }
  space(path: string): DiskSpace | undefined {
    return this.files.space(path);
  }
  subtree(path: string): FileSystem {
    return this.files.subtree(path);
  }

  /** Where a path is read: in the image, if nothing of the container's own lies on the way to it or below it. */
  #at(path: string): MemoryFiles {
    if (this.#files !== undefined) return this.#files;
    // Roundabout ways are rare enough.
    return PLAIN.test(path) && !this.root.own(path) ? this.root.image() : this.files;
  }
}

/** `/etc/nginx/nginx.conf`, without `.`, `..` or anything doubled. */
const PLAIN = /^(\/[^/.][^/]*)+$/;
