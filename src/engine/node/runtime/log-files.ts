import { MemoryFiles, type Device } from '../../os/files.ts';
import type { Millis } from '../../sim/time.ts';
import type { ContainerRuntime } from './container-runtime.ts';
import type { RuntimeContainer, Sandbox } from './cri.ts';

export const POD_LOGS = '/var/log/pods';
export const CONTAINER_LOGS = '/var/log/containers';

/**
 * The log files of a node: `/var/log/pods/NAMESPACE_POD_UID/CONTAINER/N.log`, and the links to them in `/var/log/containers`. They are the
 * runtime's logs, seen as files; with a container its files go.
 */
export class LogFiles {
  readonly pods: MemoryFiles;
  readonly containers: MemoryFiles;
  #generation = -1;
  /** Whose each path is. */
  #shown = new Map<string, string>();

  constructor(
    readonly runtime: ContainerRuntime,
    now: () => Millis,
  ) {
    const refresh = (): void => this.#refresh();
    this.pods = new MemoryFiles(now, { refresh });
    this.containers = new MemoryFiles(now, { refresh });
  }

  #refresh(): void {
    if (this.#generation === this.runtime.generation) return;
    this.#generation = this.runtime.generation;
    const before = this.#shown;
    const shown = (this.#shown = new Map<string, string>());
    for (const container of this.runtime.listContainers()) {
      const sandbox = this.runtime.podSandbox(container.sandboxId);
      if (sandbox === undefined) continue;
      const path = logPath(sandbox, container);
      const put = (to: string, device: () => Device): void => {
        shown.set(to, container.id);
        if (before.get(to) !== container.id) this.pods.device(to, device(), 0o640);
      };
      const { log } = container;
      put(path, () => currentFile(container));
      for (const rotated of log.rotated)
        put(`${path}.${stamp(rotated.at)}`, () => ({
          read: () => rotated.text,
          size: () => rotated.text.length,
          modified: () => rotated.at,
        }));
      const link = `link ${linkName(sandbox, container)}`;
      shown.set(link, container.id);
      if (!before.has(link)) this.containers.symlink(`${POD_LOGS}${path}`, `/${linkName(sandbox, container)}`);
    }
    for (const path of before.keys()) if (!shown.has(path)) this.#remove(path);
  }

  #remove(path: string): void {
    if (path.startsWith('link ')) return erase(this.containers, `/${path.slice(5)}`);
    erase(this.pods, path);
    // With the last file the directories of container and pod go.
    for (let at = parent(path); at !== '' && this.pods.exists(at) && this.pods.list(at).length === 0; at = parent(at)) this.pods.remove(at);
  }
}

/** Below `/var/log/pods`. */
export function logPath({ config }: Sandbox, container: RuntimeContainer): string {
  return `/${config.namespace}_${config.name}_${config.uid}/${container.config.name}/${container.config.attempt}.log`;
}

function linkName({ config }: Sandbox, container: RuntimeContainer): string {
  return `${config.name}_${config.namespace}_${container.config.name}-${container.id}.log`;
}

function currentFile({ log, createdAt }: RuntimeContainer): Device {
  return {
    read: () => log.text.bytes(),
    size: () => log.text.bytes().length,
    modified: () => log.lines.at(-1)?.at ?? createdAt,
  };
}

/** `20260105-090000`, as the kubelet names what it puts aside. */
function stamp(at: Millis): string {
  return new Date(at).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
}

function erase(files: MemoryFiles, path: string): void {
  // Whoever may write here may have deleted it already. A link counts though what it leads to is gone.
  const directory = parent(path) || '/';
  if (files.exists(directory) && files.list(directory).includes(path.slice(path.lastIndexOf('/') + 1))) files.remove(path);
}

function parent(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}
