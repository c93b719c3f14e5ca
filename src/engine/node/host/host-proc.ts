import { statusLines, UNCONFINED } from '../../os/capabilities.ts';
import { Namespaces } from '../../os/namespaces.ts';
import type { MountLine, ProcSource } from '../proc-files.ts';
import { cgroupOf, HOST_NAMESPACES, namespacesOf } from '../runtime/container-proc.ts';
import type { HostParts } from './host-parts.ts';
import type { HostProcesses } from './host-processes.ts';

/** /proc of the machine itself. */
export function hostProc({ sim, name, host, bootedAt, use, load, runtime }: HostParts, processes: HostProcesses): ProcSource {
  const memory = (): { total: number; available: number } => {
    const { capacity, available } = use()['memory.available'] as { capacity: number; available: number };
    return { total: capacity, available };
  };
  const containerOf = (pid: number | undefined): ReturnType<HostProcesses['containerOf']> =>
    pid === undefined ? undefined : processes.containerOf(pid);
  const own = new Namespaces(HOST_NAMESPACES, () => host.open());
  return {
    now: () => sim.now,
    bootedAt,
    memory,
    load,
    mounts: () => [
      ['sysfs', '/sys', 'sysfs', 'rw,nosuid,nodev,noexec,relatime'],
      ['proc', '/proc', 'proc', 'rw,nosuid,nodev,noexec,relatime'],
      ['tmpfs', '/run', 'tmpfs', `rw,nosuid,nodev,noexec,relatime,size=${Math.floor(memory().total / 10240)}k,mode=755`],
      ['/dev/vda1', '/', 'ext4', 'rw,relatime'],
      ['tmpfs', '/dev/shm', 'tmpfs', `rw,nosuid,nodev,size=${Math.floor(memory().total / 2048)}k`],
      ['cgroup2', '/sys/fs/cgroup', 'cgroup2', 'rw,nosuid,nodev,noexec,relatime'],
      ...Array.from(runtime.runningContainers(), ({ id }): MountLine => [
        'overlay',
        `/run/containerd/io.containerd.runtime.v2.task/k8s.io/${id}/rootfs`,
        'overlay',
        'rw,relatime',
      ]),
    ],
    // What a kubelet wants of a machine (kubeadm's preflight checks) is set up on this one.
    settings: {
      'kernel/hostname': name,
      'net/bridge/bridge-nf-call-ip6tables': '1',
      'net/bridge/bridge-nf-call-iptables': '1',
      'net/ipv4/ip_forward': '1',
    },
    modules: ['br_netfilter', 'bridge', 'ip_tables', 'nf_conntrack', 'nf_nat', 'overlay', 'xt_comment', 'xt_statistic'],
    processes: () => processes.all(),
    status: (pid) => {
      const container = containerOf(pid);
      return statusLines(pid, container?.user ?? 'root', container?.confinement ?? UNCONFINED);
    },
    cgroup: (pid) => {
      const container = containerOf(pid);
      return container === undefined ? '/system.slice' : cgroupOf(container);
    },
    namespaces: (pid) => {
      const container = containerOf(pid);
      return container === undefined ? own : namespacesOf(container);
    },
  };
}
