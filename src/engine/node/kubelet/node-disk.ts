import { DiskUse } from '../../os/disk-use.ts';
import { MemoryFiles } from '../../os/files.ts';
import type { Millis } from '../../sim/time.ts';

/** Directories that every Linux machine has. */
const DIRECTORIES = [
  'bin boot dev etc/kubernetes/manifests etc/ssl/certs home lib/modules lib64 media mnt opt/cni/bin proc root run/containerd sbin srv sys/fs/cgroup',
  'tmp usr/bin usr/lib usr/local/bin usr/share var/cache var/lib/containerd var/lib/kubelet/pods var/log/containers var/log/pods var/run var/tmp',
].flatMap((line) => line.split(' '));
const FILES: Readonly<Record<string, string>> = {
  'etc/os-release': 'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nNAME="Debian GNU/Linux"\nVERSION_ID="13"\nID=debian\n',
  'etc/timezone': 'Etc/UTC\n',
};
const SOCKETS = new Set(['/run/containerd/containerd.sock', '/var/run/containerd/containerd.sock']);
const CHARACTER_DEVICES = new Set(['/dev/null', '/dev/zero', '/dev/random', '/dev/urandom', '/dev/full', '/dev/kmsg', '/dev/tty']);

/** What a node keeps on its disk: one tree for all pods, so that what one writes others find, and what outlives them stays. */
export class NodeDisk {
  readonly #mounted = new Set<string>();

  constructor(
    readonly files: MemoryFiles,
    /** File systems that stand somewhere on it, by path. */
    readonly mounts: ReadonlyMap<string, MemoryFiles>,
  ) {}

  /** The directory at a path, made where there is none. What stands there already may be a file: its content. */
  at(path: string, mode?: number): MemoryFiles | Uint8Array {
    this.#mount();
    const { files } = this;
    const whole = [...this.mounts].find(([mount]) => mount === clean(path) && mount !== '/')?.[1];
    if (whole !== undefined) return whole;
    if (!files.exists(path)) {
      files.makeDirectory(path, { parents: true });
      if (mode !== undefined) files.chmod(path, mode);
    }
    if (files.stat(path).type === 'file') return files.read(path);
    return clean(path) === '/' ? files : files.subtree(path);
  }

  is(path: string, what: 'directory' | 'file' | 'socket' | 'character device'): boolean {
    this.#mount();
    if (what === 'socket') return SOCKETS.has(clean(path));
    if (what === 'character device') return CHARACTER_DEVICES.has(clean(path));
    return this.files.exists(path) && this.files.stat(path).type === what;
  }

  /** Makes an empty file. Throws `FileError` where there is no directory for it. */
  makeFile(path: string): void {
    this.#mount();
    this.files.write(path, new Uint8Array());
  }

  erase(path: string): void {
    this.#mount();
    if (this.files.exists(path)) this.files.remove(path, { recursive: true });
  }

  /** All of it. */
  get root(): MemoryFiles {
    this.#mount();
    return this.files;
  }

  #mount(): void {
    for (const [path, files] of this.mounts) {
      if (path === '/' || this.#mounted.has(path)) continue;
      this.#mounted.add(path);
      this.files.mountFiles(path, files);
    }
  }
}

const FURNISHERS = new WeakMap<ReadonlyMap<string, MemoryFiles>, (files: MemoryFiles) => void>();

/** What else is on a node's disk from the start, put there when somebody first looks: its programs, its configuration. */
export function furnishDisk(mounts: ReadonlyMap<string, MemoryFiles>, furnish: (files: MemoryFiles) => void): void {
  FURNISHERS.set(mounts, furnish);
}

const DISKS = new WeakMap<ReadonlyMap<string, MemoryFiles>, NodeDisk>();

/** The disk of the node whose mounts these are; made when somebody first looks. */
export function nodeDisk(mounts: Map<string, MemoryFiles>, now: () => Millis, disk: DiskUse): NodeDisk {
  const known = DISKS.get(mounts);
  if (known !== undefined) return known;
  const files = new MemoryFiles(now, { use: new DiskUse({ within: disk }) });
  for (const path of DIRECTORIES) files.makeDirectory(`/${path}`, { parents: true });
  files.mount('/', FILES);
  files.chmod('/tmp', 0o777);
  FURNISHERS.get(mounts)?.(files);
  const made = new NodeDisk(files, mounts);
  DISKS.set(mounts, made);
  return made;
}

function clean(path: string): string {
  return `/${path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/')}`;
}
