import type { DiskSpace, DiskUse } from './disk-use.ts';
import { FileError, type FileStat, type FileSystem, type Reader, type Special } from './process.ts';
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
  /** May be longer than the content, so that appending is not quadratic; or shorter: the rest is zeros, which nobody has to keep. */
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
  readonly owner: object;
  readonly target: string;
}

/** Another file system seen at this place: a volume shared between containers. */
interface MountNode extends Meta {
  readonly type: 'mount';
  /** Made when somebody first looks. */
  readonly files: () => MemoryFiles;
  readonly readOnly: boolean;
}

/** A file whose content is made when it is read and taken when it is written: `/dev/null`, `/proc/…`; or something behind it: a program, a socket. */
interface DeviceNode extends Meta {
  readonly type: 'device';
  readonly device: Device;
}

type Node = FileNode | DirectoryNode | LinkNode | MountNode | DeviceNode;

export interface Device extends Special {
  read?(): Uint8Array | string;
  write?(bytes: Uint8Array): void;
  /** What has no end: `/dev/zero`. */
  endless?(): Reader;
  /** Bytes that a reader will get; 0 unless said. */
  size?(): number;
  modified?(): Millis;
}

/** The state of a file system at an instant. Taking one costs nothing; what changes later is copied then. */
export interface FilesSnapshot {
  readonly root: unknown;
}

export interface FilesOptions {
  /** Who reads and writes; only root passes permission bits. */
  user?: string;
  snapshot?: FilesSnapshot;
  /** Capabilities that root lacks, of those that matter to files. */
  lacks?: ReadonlySet<'CHOWN' | 'DAC_OVERRIDE'>;
  /** Counts what is written, and knows when there is no room for more. */
  use?: DiskUse;
  /** Called before anybody looks: brings a tree up to date that shows something else. */
  refresh?: () => void;
}

const MAX_LINKS = 40; // path_resolution(7)
const BLOCK = 4096;
/** Owner of what was put there without being written. */
const GIVEN: object = {};

/** A piece of what `/dev/zero` gives. */
export const ZEROS = new Uint8Array(1024 * 1024);

interface Place {
  /** Directory that holds (or would hold) the last component; `undefined` for the root. */
  parent: DirectoryNode | undefined;
  name: string;
  node: Node | undefined;
  readOnly: boolean;
  /** The file system that it lies in: this one or one that is mounted. */
  files: MemoryFiles;
}

/** Files in memory: directories, symbolic links, modes, mounts, devices. */
export class MemoryFiles implements FileSystem {
  readonly #now: () => Millis;
  readonly #user: string;
  readonly #use: DiskUse | undefined;
  readonly #lacks: NonNullable<FilesOptions['lacks']>;
  #owner: object = {};
  #root: DirectoryNode;
  #refresh: (() => void) | undefined;

  constructor(now: () => Millis, options: FilesOptions = {}) {
    this.#now = now;
    this.#refresh = options.refresh;
    this.#user = options.user ?? 'root';
    this.#use = options.use;
    this.#lacks = options.lacks ?? new Set();
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
        if (next?.type !== 'directory') at.entries.set(part, (next = { ...this.#directory(options.user ?? 'root'), owner: GIVEN }));
        at = next;
      }
      const file = this.#file(typeof content === 'string' ? encode(content) : content, options.mode ?? 0o644, options.user ?? 'root');
      at.entries.set(last, { ...file, owner: GIVEN });
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
    const { node, files: lies } = this.#walk(path, true);
    if (node?.type !== 'directory') throw new FileError(node === undefined ? 'ENOENT' : 'ENOTDIR', path);
    const files = new MemoryFiles(this.#now, {
      user: this.#user,
      lacks: this.#lacks,
      ...(lies.#use === undefined ? {} : { use: lies.#use }),
    });
    files.#owner = node.owner;
    files.#root = node;
    files.#refresh = this.#refresh;
    return files;
  }

  /** A file whose content is made when somebody first reads it; written over it is a file like any other. */
  lazyFile(path: string, make: () => Uint8Array, options: { mode?: number; user?: string } = {}): void {
    let made: Uint8Array | undefined;
    this.#asRoot(path, () => ({
      type: 'file',
      owner: this.#owner,
      get buffer() {
        return (made ??= make());
      },
      get size() {
        return (made ??= make()).length;
      },
      mode: options.mode ?? 0o644,
      modified: this.#now(),
      user: options.user ?? 'root',
    }));
  }

  device(path: string, device: Device, mode = 0o666): void {
    this.#asRoot(path, () => ({ type: 'device', device, mode, modified: this.#now(), user: 'root' }));
  }

  special(path: string): Special | undefined {
    const { node } = this.#walk(path, false);
    return node?.type === 'device' ? node.device : undefined;
  }

  read(path: string): Uint8Array {
    const node = this.#find(path);
    if (node.type === 'device') {
      const content = node.device.read?.() ?? '';
      return typeof content === 'string' ? encode(content) : content;
    }
    if (node.type !== 'file') throw new FileError('EISDIR', path);
    this.#check(node, 4, path);
    return contentOf(node);
  }

  /** Reads what has no end; undefined for what has one. */
  endless(path: string): Reader | undefined {
    const { node } = this.#walk(path, false);
    return node?.type === 'device' ? node.device.endless?.() : undefined;
  }

  /** Size and use of the disk that a path lies on. */
  space(path: string): DiskSpace | undefined {
    return this.#walk(path, false).files.#use?.space();
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
    const { files, parent, name } = place;
    if (node === undefined) {
      this.#check(parent, 2, path);
      files.#count(blocks(bytes.length), 1, this, path);
      this.#touch(parent);
      parent.entries.set(name, files.#file(bytes, options.mode ?? 0o644, this.#user));
      return;
    }
    this.#check(node, 2, path);
    const own = node.owner === files.#owner;
    const size = options.append === true ? node.size + bytes.length : bytes.length;
    files.#count(blocks(size) - (own ? blocks(node.size) : 0), own ? 0 : 1, this, path);
    if (options.append !== true) parent.entries.set(name, files.#file(bytes, options.mode ?? node.mode, node.user));
    else if (own && append(node, bytes)) node.modified = this.#now();
    else {
      const grown = { ...node, owner: files.#owner, buffer: contentOf(node).slice(), modified: this.#now() };
      if (!append(grown, bytes)) {
        const buffer = new Uint8Array(Math.max(64, 2 * size));
        buffer.set(grown.buffer);
        append(Object.assign(grown, { buffer }), bytes);
      }
      parent.entries.set(name, grown);
    }
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

  /** Nothing lies here. */
  get empty(): boolean {
    this.#refresh?.();
    return this.#root.entries.size === 0;
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
    place.files.#count(BLOCK, 1, this, path);
    this.#touch(place.parent);
    place.parent.entries.set(place.name, { ...place.files.#directory(this.#user), mode: options.mode ?? 0o755 });
  }

  remove(path: string, options: { recursive?: boolean } = {}): void {
    const place = this.#walk(path, true, false);
    if (place.node === undefined) throw new FileError('ENOENT', path);
    if (place.readOnly) throw new FileError('EROFS', path);
    if (place.parent === undefined || place.node.type === 'mount') throw new FileError('EACCES', path);
    this.#check(place.parent, 2, path);
    if (place.node.type === 'directory' && place.node.entries.size > 0 && options.recursive !== true)
      throw new FileError('ENOTEMPTY', path);
    place.files.#forget(place.node, this);
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
    const { files } = target;
    let moved = source.node;
    if (source.files !== files) {
      moved = files.#adopted(moved);
      const { bytes, inodes } = tally(moved, files.#owner);
      files.#count(bytes, inodes, this, to);
      source.files.#forget(source.node, this);
    }
    if (target.node !== undefined && target.node !== source.node) files.#forget(target.node, this);
    source.parent.entries.delete(source.name);
    target.parent.entries.set(target.name, moved);
    this.#touch(source.parent);
    this.#touch(target.parent);
  }

  symlink(target: string, path: string): void {
    const place = this.#walk(path, true, false);
    if (place.node !== undefined || place.parent === undefined) throw new FileError('EEXIST', path);
    if (place.readOnly) throw new FileError('EROFS', path);
    this.#check(place.parent, 2, path);
    const { files, parent, name } = place;
    files.#count(0, 1, this, path);
    parent.entries.set(name, { type: 'symlink', owner: files.#owner, target, mode: 0o777, modified: this.#now(), user: this.#user });
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

  /** As `chown`, by a program: only root may give files away, and only with the capability. */
  changeOwner(path: string, user: string, recursive: boolean): void {
    const node = this.#find(path);
    if (this.#user !== 'root' || this.#lacks.has('CHOWN')) throw new FileError('EPERM', path);
    this.#change(path, (each) => ({ ...each, user }));
    if (recursive && node.type === 'directory') for (const name of node.entries.keys()) this.changeOwner(`${path}/${name}`, user, true);
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
    this.#refresh?.();
    const root = (): Place => ({
      parent: undefined,
      name: '',
      node: own ? this.#ownRoot() : this.#root,
      readOnly: false,
      files: this,
    });
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
        files.#refresh?.();
        const inside = own ? files.#ownRoot() : files.#root;
        // A mount has its own say, whatever it is mounted on.
        trail.push({ parent: directory, name: part, node: inside, readOnly: node.readOnly, files });
        continue;
      }
      const { files } = here;
      if (own && node?.type === 'directory' && node.owner !== files.#owner && !readOnly) node = files.#copyUp(directory, part, node);
      trail.push({ parent: directory, name: part, node, readOnly, files });
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
    let [files, at]: [MemoryFiles, DirectoryNode] = [this, this.#ownRoot()];
    const parts = normalizePath(path)
      .split('/')
      .filter((part) => part !== '');
    const last = parts.pop();
    if (last === undefined) return;
    for (const part of parts) {
      let next = at.entries.get(part);
      if (next?.type === 'mount') {
        files = next.files();
        at = files.#ownRoot();
        continue;
      }
      if (next?.type !== 'directory') at.entries.set(part, (next = { ...files.#directory('root'), owner: GIVEN }));
      if (next.owner !== files.#owner) next = files.#copyUp(at, part, next);
      at = next;
    }
    const covered = at.entries.get(last);
    if (covered !== undefined) files.#forget(covered, this);
    at.entries.set(last, make());
  }

  /** A directory of what it began from, to be changed here. */
  #copyUp(parent: DirectoryNode, name: string, node: DirectoryNode): DirectoryNode {
    const copy = { ...node, owner: this.#owner, entries: new Map(node.entries) };
    parent.entries.set(name, copy);
    this.#use?.add(BLOCK, 1);
    return copy;
  }

  /** So much more will lie here. Throws ENOSPC where it finds no room. */
  #count(bytes: number, inodes: number, writer: MemoryFiles, path: string): void {
    const use = this.#use;
    if (use === undefined) return;
    if ((bytes > 0 || inodes > 0) && !use.fits(bytes, inodes)) throw new FileError('ENOSPC', path);
    use.add(bytes, inodes, writer.#use);
  }

  #forget(node: Node, writer: MemoryFiles): void {
    if (this.#use === undefined) return;
    const { bytes, inodes } = tally(node, this.#owner);
    this.#use.add(-bytes, -inodes, writer.#use);
  }

  /** A tree of another file system as it lies in this one. */
  #adopted(node: Node): Node {
    if (node.type === 'mount' || node.type === 'device') return node;
    if (node.type !== 'directory') return { ...node, owner: this.#owner };
    const entries = new Map(Array.from(node.entries, ([name, each]) => [name, this.#adopted(each)]));
    return { ...node, owner: this.#owner, entries };
  }

  #check(node: Node, bit: number, path: string): void {
    if (this.#user === 'root' && !this.#lacks.has('DAC_OVERRIDE')) return;
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
    const buffer = isZeros(bytes) ? new Uint8Array() : bytes.slice();
    return { type: 'file', owner: this.#owner, buffer, size: bytes.length, mode, modified: this.#now(), user };
  }
}

/** What of a tree that owner has written, in blocks of 4 KiB; mounts and devices are others'. */
function tally(top: Node, owner: object): { bytes: number; inodes: number } {
  const total = { bytes: 0, inodes: 0 };
  const add = (node: Node): void => {
    if (node.type === 'mount' || node.type === 'device' || node.owner !== owner) return;
    total.inodes++;
    if (node.type === 'file') total.bytes += blocks(node.size);
    if (node.type !== 'directory') return;
    total.bytes += BLOCK;
    for (const each of node.entries.values()) add(each);
  };
  add(top);
  return total;
}

function blocks(size: number): number {
  return Math.ceil(size / BLOCK) * BLOCK;
}

function contentOf({ buffer, size }: FileNode): Uint8Array {
  if (size <= buffer.length) return buffer.subarray(0, size);
  const all = new Uint8Array(size);
  all.set(buffer);
  return all;
}

/** Adds to a file where it stands; false where its buffer is too short for that. */
function append(node: FileNode, bytes: Uint8Array): boolean {
  const size = node.size + bytes.length;
  if (size <= node.buffer.length) node.buffer.set(bytes, node.size);
  else if (node.size < node.buffer.length || !isZeros(bytes)) return false;
  node.size = size;
  return true;
}

/** Whole blocks of nothing but zeros. */
function isZeros(bytes: Uint8Array): boolean {
  if (bytes.length < BLOCK) return false;
  return bytes.buffer === ZEROS.buffer || bytes.every((byte) => byte === 0);
}

function statOf(node: Node): FileStat {
  const { mode, modified, user } = node;
  const type = node.type === 'mount' ? 'directory' : node.type === 'device' ? 'file' : node.type;
  return {
    type,
    size: sizeOf(node),
    mode,
    modified: (node.type === 'device' ? node.device.modified?.() : undefined) ?? modified,
    user,
    group: user,
  };
}

function sizeOf(node: Node): number {
  switch (node.type) {
    case 'file':
      return node.size;
    case 'symlink':
      return node.target.length;
    case 'device':
      return node.device.size?.() ?? 0;
    default:
      return 4096;
  }
}
