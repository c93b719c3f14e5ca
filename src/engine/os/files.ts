import { FileError, type FileStat, type FileSystem } from './process.ts';
import { encode } from './text.ts';
import { normalizePath } from './path.ts';
import type { Millis } from '../sim/time.ts';

interface Meta {
  mode: number;
  modified: Millis;
  user: string;
}

interface FileNode extends Meta {
  readonly type: 'file';
  readonly owner: object;
  /** May be longer than the content, so that appending is not quadratic. */
  buffer: Uint8Array;
  size: number;
}

interface DirectoryNode extends Meta {
  readonly type: 'directory';
  readonly owner: object;
  readonly entries: Map<string, Node>;
  readOnly?: boolean;
}

interface LinkNode extends Meta {
  readonly type: 'symlink';
  readonly target: string;
}

/** Another file system seen at this place: a volume shared between containers. */
interface MountNode extends Meta {
  readonly type: 'mount';
  /** Made when somebody first looks. */
  readonly files: () => MemoryFiles;
  readonly readOnly: boolean;
}

/** A file whose content is made when it is read and taken when it is written: `/dev/null`, `/proc/…`. */
interface DeviceNode extends Meta {
  readonly type: 'device';
  readonly device: Device;
}

type Node = FileNode | DirectoryNode | LinkNode | MountNode | DeviceNode;

export interface Device {
  read?(): Uint8Array | string;
  write?(bytes: Uint8Array): void;
}

/** The state of a file system at an instant. Taking one costs nothing; what changes later is copied then. */
export interface FilesSnapshot {
  readonly root: unknown;
}

export interface FilesOptions {
  /** Who reads and writes; only root passes permission bits. */
  user?: string;
  snapshot?: FilesSnapshot;
}

const MAX_LINKS = 40; // path_resolution(7)

interface Place {
  /** Directory that holds (or would hold) the last component; `undefined` for the root. */
  parent: DirectoryNode | undefined;
  name: string;
  node: Node | undefined;
  readOnly: boolean;
}

/** Files in memory: directories, symbolic links, modes, mounts, devices. */
export class MemoryFiles implements FileSystem {
  readonly #now: () => Millis;
  readonly #user: string;
  #owner: object = {};
  #root: DirectoryNode;

  constructor(now: () => Millis, options: FilesOptions = {}) {
    this.#now = now;
    this.#user = options.user ?? 'root';
    this.#root =
      (options.snapshot?.root as DirectoryNode | undefined) ??
      ({ type: 'directory', owner: this.#owner, entries: new Map(), mode: 0o755, modified: now(), user: 'root' } satisfies DirectoryNode);
  }

  snapshot(): FilesSnapshot {
    this.#owner = {};
    return { root: this.#root };
  }

  restore(snapshot: FilesSnapshot): void {
    this.#owner = {};
    this.#root = snapshot.root as DirectoryNode;
  }

  /** What has been written since the snapshot it began from, in blocks of 4 KiB; mounts and devices are others'. */
  written(): { bytes: number; inodes: number } {
    return tally(this.#root, (node) => node.owner === this.#owner);
  }

  /** All that is in it, whoever wrote it. */
  usage(): { bytes: number; inodes: number } {
    return tally(this.#root, () => true);
  }

  /** Puts a tree of files at a path, in place of what is there. Keys are relative paths. Ownership is root's unless said. */
  mount(
    path: string,
    files: Readonly<Record<string, Uint8Array | string>>,
    options: { readOnly?: boolean; mode?: number; user?: string } = {},
  ): void {
    this.#asRoot(path, () => this.#directory(options.user ?? 'root'));
    const place = this.#walk(path, true);
    const top = place.node as DirectoryNode;
    for (const [name, content] of Object.entries(files)) {
      const parts = name.split('/').filter((part) => part !== '');
      const last = parts.pop();
      if (last === undefined) continue;
      let at = top;
      for (const part of parts) {
        let next = at.entries.get(part);
        if (next?.type !== 'directory') at.entries.set(part, (next = this.#directory(options.user ?? 'root')));
        at = next as DirectoryNode;
      }
      at.entries.set(
        last,
        this.#file(typeof content === 'string' ? encode(content) : content, options.mode ?? 0o644, options.user ?? 'root'),
      );
    }
    if (options.readOnly === true) top.readOnly = true;
  }

  /** Shows another file system at a path: both sides see each other's writes. A function is asked when somebody first looks there. */
  mountFiles(path: string, files: MemoryFiles | (() => MemoryFiles), options: { readOnly?: boolean } = {}): void {
    let made = files instanceof MemoryFiles ? files : undefined;
    this.#asRoot(path, () => ({
      type: 'mount',
      files: () => (made ??= (files as () => MemoryFiles)()),
      readOnly: options.readOnly === true,
      mode: 0o777,
      modified: this.#now(),
      user: 'root',
    }));
  }

  /** A directory as a file system of its own: both see each other's writes, as with a bind mount. */
  subtree(path: string): MemoryFiles {
    const { node } = this.#walk(path, true);
    if (node?.type !== 'directory') throw new FileError(node === undefined ? 'ENOENT' : 'ENOTDIR', path);
    const files = new MemoryFiles(this.#now, { user: this.#user });
    files.#owner = node.owner;
    files.#root = node;
    return files;
  }

  device(path: string, device: Device): void {
    this.#asRoot(path, () => ({ type: 'device', device, mode: 0o666, modified: this.#now(), user: 'root' }));
  }

  read(path: string): Uint8Array {
    const node = this.#find(path);
    if (node.type === 'device') {
      const content = node.device.read?.() ?? '';
      return typeof content === 'string' ? encode(content) : content;
    }
    if (node.type !== 'file') throw new FileError('EISDIR', path);
    this.#check(node, 4, path);
    return node.buffer.subarray(0, node.size);
  }

  write(path: string, bytes: Uint8Array, options: { append?: boolean; mode?: number } = {}): void {
    const place = this.#walk(path, true);
    const node = place.node;
    if (node?.type === 'device') {
      node.device.write?.(bytes);
      return;
    }
    if (node !== undefined && node.type !== 'file') throw new FileError('EISDIR', path);
    if (path.endsWith('/')) throw new FileError('EISDIR', path);
    if (place.readOnly) throw new FileError('EROFS', path);
    if (place.parent === undefined) throw new FileError('EISDIR', path);
    if (node === undefined) {
      this.#check(place.parent, 2, path);
      this.#touch(place.parent);
      place.parent.entries.set(place.name, this.#file(bytes, options.mode ?? 0o644, this.#user));
      return;
    }
    this.#check(node, 2, path);
    if (options.append !== true) {
      place.parent.entries.set(place.name, { ...this.#file(bytes, options.mode ?? node.mode, node.user) });
      return;
    }
    if (node.owner === this.#owner && node.size + bytes.length <= node.buffer.length) {
      node.buffer.set(bytes, node.size);
      node.size += bytes.length;
      node.modified = this.#now();
      return;
    }
    const buffer = new Uint8Array(Math.max(64, 2 * (node.size + bytes.length)));
    buffer.set(node.buffer.subarray(0, node.size));
    buffer.set(bytes, node.size);
    place.parent.entries.set(place.name, {
      ...node,
      owner: this.#owner,
      buffer,
      size: node.size + bytes.length,
      modified: this.#now(),
    });
  }

  stat(path: string): FileStat {
    return statOf(this.#find(path));
  }

  /** As `stat`, of a symbolic link itself. */
  lstat(path: string): FileStat {
    const node = this.#walk(path, false, false).node;
    if (node === undefined) throw new FileError('ENOENT', path);
    return statOf(node);
  }

  exists(path: string): boolean {
    try {
      return this.#walk(path, false).node !== undefined;
    } catch (error) {
      if (error instanceof FileError) return false;
      throw error;
    }
  }

  list(path: string): string[] {
    const node = this.#find(path);
    if (node.type === 'mount') return node.files().list('/');
    if (node.type !== 'directory') throw new FileError('ENOTDIR', path);
    this.#check(node, 4, path);
    return [...node.entries.keys()].sort();
  }

  makeDirectory(path: string, options: { parents?: boolean; mode?: number } = {}): void {
    if (options.parents === true) {
      const parts = normalizePath(path).split('/').slice(1);
      for (let i = 1; i < parts.length; i++) {
        const above = `/${parts.slice(0, i).join('/')}`;
        if (!this.exists(above)) this.makeDirectory(above);
      }
      if (this.exists(path) && this.stat(path).type === 'directory') return;
    }
    const place = this.#walk(path.replace(/(.)\/+$/, '$1'), true, false);
    if (place.node !== undefined || place.parent === undefined) throw new FileError('EEXIST', path);
    if (place.readOnly) throw new FileError('EROFS', path);
    this.#check(place.parent, 2, path);
    this.#touch(place.parent);
    place.parent.entries.set(place.name, { ...this.#directory(this.#user), mode: options.mode ?? 0o755 });
  }

  remove(path: string, options: { recursive?: boolean } = {}): void {
    const place = this.#walk(path, true, false);
    if (place.node === undefined) throw new FileError('ENOENT', path);
    if (place.readOnly) throw new FileError('EROFS', path);
    if (place.parent === undefined || place.node.type === 'mount') throw new FileError('EACCES', path);
    this.#check(place.parent, 2, path);
    if (place.node.type === 'directory' && place.node.entries.size > 0 && options.recursive !== true)
      throw new FileError('ENOTEMPTY', path);
    this.#touch(place.parent);
    place.parent.entries.delete(place.name);
  }

  rename(from: string, to: string): void {
    const source = this.#walk(from, true, false);
    if (source.node === undefined || source.parent === undefined) throw new FileError('ENOENT', from);
    const target = this.#walk(to, true, false);
    if (target.parent === undefined) throw new FileError('EEXIST', to);
    if (source.readOnly || target.readOnly) throw new FileError('EROFS', to);
    if (`${normalizePath(to)}/`.startsWith(`${normalizePath(from)}/`) && normalizePath(to) !== normalizePath(from))
      throw new FileError('EINVAL', to);
    if (target.node?.type === 'directory') {
      if (source.node.type !== 'directory') throw new FileError('EISDIR', to);
      if (target.node.entries.size > 0) throw new FileError('ENOTEMPTY', to);
    } else if (target.node !== undefined && source.node.type === 'directory') throw new FileError('ENOTDIR', to);
    this.#check(source.parent, 2, from);
    this.#check(target.parent, 2, to);
    source.parent.entries.delete(source.name);
    target.parent.entries.set(target.name, source.node);
    this.#touch(source.parent);
    this.#touch(target.parent);
  }

  symlink(target: string, path: string): void {
    const place = this.#walk(path, true, false);
    if (place.node !== undefined || place.parent === undefined) throw new FileError('EEXIST', path);
    if (place.readOnly) throw new FileError('EROFS', path);
    this.#check(place.parent, 2, path);
    place.parent.entries.set(place.name, { type: 'symlink', target, mode: 0o777, modified: this.#now(), user: this.#user });
  }

  readLink(path: string): string {
    const node = this.#walk(path, false, false).node;
    if (node === undefined) throw new FileError('ENOENT', path);
    if (node.type !== 'symlink') throw new FileError('EINVAL', path);
    return node.target;
  }

  chmod(path: string, mode: number): void {
    this.#change(path, (node) => ({ ...node, mode }));
  }

  /** Sets the time of the last change (`touch`). */
  setModified(path: string, modified: Millis): void {
    this.#change(path, (node) => ({ ...node, modified }));
  }

  /** Gives a path and all below it to another user (an image's files, the learner's home). */
  chown(path: string, user: string): void {
    this.#change(path, (node) => ({ ...node, user }));
    const node = this.#find(path);
    if (node.type === 'directory') for (const name of node.entries.keys()) this.chown(`${path}/${name}`, user);
  }

  #change(path: string, change: (node: Node) => Node): void {
    const place = this.#walk(path, true);
    if (place.node === undefined) throw new FileError('ENOENT', path);
    if (place.readOnly) throw new FileError('EROFS', path);
    if (this.#user !== 'root' && place.node.user !== this.#user) throw new FileError('EACCES', path);
    const changed = change(place.node);
    if (place.parent !== undefined) place.parent.entries.set(place.name, changed);
    else if (changed.type === 'directory') this.#root = changed;
  }

  #find(path: string): Node {
    const node = this.#walk(path, false).node;
    if (node === undefined) throw new FileError('ENOENT', path);
    if (path.endsWith('/') && node.type !== 'directory' && node.type !== 'mount') throw new FileError('ENOTDIR', path);
    return node;
  }

  /** Follows a path. With `own`, every directory passed belongs to this generation afterwards, so that it may be changed. */
  #walk(path: string, own: boolean, follow = true): Place {
    const todo = path
      .split('/')
      .filter((part) => part !== '' && part !== '.')
      .reverse();
    let links = 0;
    let root = (): Place => ({ parent: undefined, name: '', node: own ? this.#ownRoot() : this.#root, readOnly: false });
    const trail: Place[] = [root()];
    for (let part = todo.pop(); part !== undefined; part = todo.pop()) {
      if (part === '..') {
        if (trail.length > 1) trail.pop();
        continue;
      }
      const here = trail[trail.length - 1] as Place;
      if (here.node === undefined) throw new FileError('ENOENT', path);
      if (here.node.type !== 'directory') throw new FileError('ENOTDIR', path);
      this.#check(here.node, 1, path);
      const directory = here.node;
      const readOnly = here.readOnly || directory.readOnly === true;
      let node = directory.entries.get(part);
      if (node?.type === 'symlink' && (follow || todo.length > 0)) {
        if (++links > MAX_LINKS) throw new FileError('ELOOP', path);
        if (node.target.startsWith('/')) trail.splice(0, trail.length, root());
        todo.push(
          ...node.target
            .split('/')
            .filter((step) => step !== '' && step !== '.')
            .reverse(),
        );
        continue;
      }
      if (node?.type === 'mount') {
        const files = node.files();
        const inside = own ? files.#ownRoot() : files.#root;
        // A mount has its own say, whatever it is mounted on.
        trail.push({ parent: directory, name: part, node: inside, readOnly: node.readOnly });
        continue;
      }
      if (own && node?.type === 'directory' && node.owner !== this.#owner && !readOnly) {
        node = { ...node, owner: this.#owner, entries: new Map(node.entries) };
        directory.entries.set(part, node);
      }
      trail.push({ parent: directory, name: part, node, readOnly });
    }
    const end = trail[trail.length - 1] as Place;
    if (end.node?.type === 'directory' && end.node.readOnly === true) return { ...end, readOnly: true };
    return end;
  }

  #ownRoot(): DirectoryNode {
    if (this.#root.owner !== this.#owner) this.#root = { ...this.#root, owner: this.#owner, entries: new Map(this.#root.entries) };
    return this.#root;
  }

  /** Puts a node at a path with the directories above it, past permissions and read-only mounts. */
  #asRoot(path: string, make: () => Node): void {
    let at = this.#ownRoot();
    const parts = normalizePath(path)
      .split('/')
      .filter((part) => part !== '');
    const last = parts.pop();
    if (last === undefined) return;
    for (const part of parts) {
      let next = at.entries.get(part);
      if (next?.type === 'mount') {
        at = next.files().#ownRoot();
        continue;
      }
      if (next?.type !== 'directory') next = this.#directory('root');
      else if (next.owner !== this.#owner) next = { ...next, owner: this.#owner, entries: new Map(next.entries) };
      at.entries.set(part, next);
      at = next as DirectoryNode;
    }
    at.entries.set(last, make());
  }

  #check(node: Node, bit: number, path: string): void {
    if (this.#user === 'root') return;
    const granted = node.user === this.#user ? node.mode >> 6 : node.mode;
    if ((granted & bit) === 0) throw new FileError('EACCES', path);
  }

  #touch(node: DirectoryNode): void {
    node.modified = this.#now();
  }

  #directory(user: string): DirectoryNode {
    return { type: 'directory', owner: this.#owner, entries: new Map(), mode: 0o755, modified: this.#now(), user };
  }

  #file(bytes: Uint8Array, mode: number, user: string): FileNode {
    return { type: 'file', owner: this.#owner, buffer: bytes.slice(), size: bytes.length, mode, modified: this.#now(), user };
  }
}

function tally(root: DirectoryNode, counts: (node: FileNode | DirectoryNode) => boolean): { bytes: number; inodes: number } {
  const total = { bytes: 0, inodes: 0 };
  const add = (directory: DirectoryNode): void => {
    for (const node of directory.entries.values()) {
      if (node.type === 'symlink') total.inodes++;
      if ((node.type !== 'file' && node.type !== 'directory') || !counts(node)) continue;
      total.inodes++;
      total.bytes += node.type === 'file' ? Math.ceil(node.size / 4096) * 4096 : 4096;
      if (node.type === 'directory') add(node);
    }
  };
  if (counts(root)) add(root);
  return total;
}

function statOf(node: Node): FileStat {
  const { mode, modified, user } = node;
  const size = node.type === 'file' ? node.size : node.type === 'symlink' ? node.target.length : node.type === 'device' ? 0 : 4096;
  const type = node.type === 'mount' ? 'directory' : node.type === 'device' ? 'file' : node.type;
  return { type, size, mode, modified, user, group: user };
}
