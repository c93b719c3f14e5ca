import { statusLines } from '../../os/capabilities.ts';
import { MemoryFiles } from '../../os/files.ts';
import { Namespaces } from '../../os/namespaces.ts';
import type { MountLine, ProcSource } from '../proc-files.ts';
import type { MachineResources } from '../machine-resources.ts';
import type { Container, PodSandbox } from './container.ts';
import type { ContainerConfig } from './cri.ts';

/** What a container sees of the machine beneath it. */
export interface MachineView {
  readonly resources: MachineResources | undefined;
  /** Of all containers: bytes, and milli-CPUs. */
  readonly memoryInUse: () => number;
  readonly cpuInUse: () => number;
}

/** The machine's processes' files, as a container's programs find them at /proc. */
export function containerProc(container: Container, machine: MachineView, now: () => number): ProcSource {
  const { sandbox, config, user, confinement } = container;
  const total = machine.resources?.capacity.memory ?? 0;
  return {
    now,
    bootedAt: () => machine.resources?.bootedAt ?? 0,
    memory: () => ({ total, available: Math.max(0, total - machine.memoryInUse() - (machine.resources?.system.memory ?? 0)) }),
    load: () => ((machine.resources?.system.cpu ?? 0) + machine.cpuInUse()) / 1000,
    mounts: () => mountsOf(sandbox, config, total),
    processes: () => container.kernel?.processes() ?? [],
    status: (pid) => statusLines(pid, user, confinement),
    // Its cgroup is the root of what it sees of them.
    cgroup: () => '/',
    namespaces: () => namespacesOf(container),
  };
}

/** Where in the machine's tree of cgroups a container lies. */
export function cgroupOf({ id, sandbox, config }: Container): string {
  // Guaranteed, BestEffort and Burstable are told apart by what the kubelet makes of them for the kernel.
  const tier = config.oomScore === -997 ? '' : config.oomScore === 1000 ? '-besteffort' : '-burstable';
  const parent = tier === '' ? '' : `kubepods${tier}.slice/`;
  return `/kubepods.slice/${parent}kubepods${tier}-pod${sandbox.config.uid.replaceAll('-', '_')}.slice/cri-containerd-${id}.scope`;
}

export function namespacesOf({ id, sandbox, kernel, pids }: Container): Namespaces {
  const pod = numberOf(sandbox.id);
  const own = numberOf(id);
  const shared = sandbox.config.hostNetwork ? HOST_NAMESPACES : { net: pod, uts: pod + 1 };
  return new Namespaces(
    {
      cgroup: own,
      ipc: pod + 2,
      mnt: own + 1,
      net: shared.net,
      pid: pids === undefined ? own + 2 : pod + 3,
      user: HOST_NAMESPACES.user,
      uts: shared.uts,
    },
    () => sandbox.network.open(),
    (argv, options) => {
      if (kernel === undefined) throw new Error(`container ${id} has not begun`);
      return kernel.start(argv, options);
    },
  );
}

/** As Linux numbers the first ones. */
export const HOST_NAMESPACES = {
  cgroup: 4026531835,
  ipc: 4026531839,
  mnt: 4026531841,
  net: 4026531840,
  pid: 4026531836,
  user: 4026531837,
  uts: 4026531838,
};

/** A number of its own for each sandbox and container. */
function numberOf(id: string): number {
  return 4026532000 + 4 * Number.parseInt(id.slice(0, 6), 16);
}

function mountsOf({ config: { hostNetwork } }: PodSandbox, config: ContainerConfig, memory: number): MountLine[] {
  const system = config.security?.privileged === true ? 'rw' : 'ro';
  // A volume may have a size of its own; else it may grow as far as the container may.
  const tmpfs = (content: MemoryFiles | Uint8Array): string => {
    const size = content instanceof MemoryFiles ? content.space('/')?.size : undefined;
    return `relatime,size=${Math.floor((size ?? (config.memoryLimit > 0 ? config.memoryLimit : memory)) / 1024)}k`;
  };
  return [
    ['overlay', '/', 'overlay', `${config.readOnlyRoot ? 'ro' : 'rw'},relatime`],
    ['proc', '/proc', 'proc', 'rw,nosuid,nodev,noexec,relatime'],
    ['tmpfs', '/dev', 'tmpfs', 'rw,nosuid,size=65536k,mode=755'],
    ['sysfs', '/sys', 'sysfs', `${system},nosuid,nodev,noexec,relatime`],
    ['cgroup', '/sys/fs/cgroup', 'cgroup2', `${system},nosuid,nodev,noexec,relatime`],
    ...config.mounts.map(({ containerPath, readOnly, content, memory: inMemory }): MountLine =>
      inMemory === true
        ? ['tmpfs', containerPath, 'tmpfs', `${readOnly ? 'ro' : 'rw'},${tmpfs(content())}`]
        : ['/dev/vda1', containerPath, 'ext4', `${readOnly ? 'ro' : 'rw'},relatime`],
    ),
    ...['/etc/hosts', config.terminationMessagePath, ...(hostNetwork ? [] : ['/etc/hostname']), '/etc/resolv.conf'].map(
      (path): MountLine => ['/dev/vda1', path, 'ext4', 'rw,relatime'],
    ),
    ['shm', '/dev/shm', 'tmpfs', 'rw,nosuid,nodev,noexec,relatime,size=65536k'],
  ];
}

/** A container's own cgroup, as it finds it at /sys/fs/cgroup. */
export function cgroupFiles(container: Container, now: () => number): MemoryFiles {
  const files = new MemoryFiles(now);
  const texts: Record<string, () => string> = {
    'cgroup.procs': () => (container.kernel?.ownProcesses() ?? []).map(({ pid }) => `${pid}\n`).join(''),
    'cpu.max': () => `${container.resources.cpuLimit > 0 ? container.resources.cpuLimit * 100 : 'max'} 100000\n`,
    'cpu.stat': () => {
      const { cpuTime, throttled } = container.kernel?.usage() ?? { cpuTime: 0, throttled: 0 };
      return `usage_usec ${Math.round(cpuTime * 1000)}\nthrottled_usec ${Math.round(throttled * 1000)}\n`;
    },
    'memory.current': () => `${(container.kernel?.usage().memory ?? 0) + container.tmpfs}\n`,
    'memory.max': () => `${container.resources.memoryLimit > 0 ? container.resources.memoryLimit : 'max'}\n`,
    'pids.current': () => `${container.kernel?.count ?? 0}\n`,
  };
  for (const [name, read] of Object.entries(texts)) files.device(`/fs/cgroup/${name}`, { read }, 0o444);
  return files;
}
