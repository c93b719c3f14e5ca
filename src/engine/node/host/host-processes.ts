import type { PidMember, PidNamespace } from '../../os/pid-namespace.ts';
import type { ProcessInfo, SignalName } from '../../os/process.ts';
import type { Container } from '../runtime/container.ts';
import type { HostParts } from './host-parts.ts';

/** Numbers that daemons have from boot on; a kubelet that was started again gets a new one. */
const PIDS = { journald: 312, runtime: 688, sshd: 702, kubelet: 731 };
/** Between them the kubelets that were started again. */
const RESTARTED = 800;
/** Where sessions' and containers' numbers begin. */
const FIRST = 1100;

interface ContainerProcess {
  readonly container: Container;
  /** Its number in the container. */
  readonly inner: number;
}

/** The machine's processes that no session started: its daemons, and those of the containers under numbers of the machine. */
export class HostProcesses implements PidMember {
  readonly #numbers = new Map<string, number>();
  readonly #inside = new Map<number, ContainerProcess>();
  #namespace: PidNamespace | undefined;

  constructor(readonly parts: HostParts) {}

  join(namespace: PidNamespace): void {
    namespace.reserve(FIRST);
    namespace.join(this);
    this.#namespace = namespace;
  }

  forget(): void {
    this.#namespace?.leave(this);
    this.#namespace = undefined;
    this.#numbers.clear();
    this.#inside.clear();
  }

  get journald(): number {
    return PIDS.journald;
  }
  get runtime(): number {
    return PIDS.runtime;
  }
  get sshd(): number {
    return PIDS.sshd;
  }
  get kubelet(): number {
    return this.kubeletAt(this.parts.kubelet.starts);
  }

  /** Its number after so many starts. */
  kubeletAt(starts: number): number {
    return starts <= 1 ? PIDS.kubelet : RESTARTED + ((starts * 37) % (FIRST - RESTARTED));
  }

  /** A container's first process, by the machine's numbers. */
  pidOf(id: string): number | undefined {
    const info = this.#containers().find(({ container }) => container.id === id);
    return info === undefined ? undefined : info.infos[0]?.pid;
  }

  /** The container that one of the machine's processes belongs to. */
  containerOf(pid: number): Container | undefined {
    return this.#inside.get(pid)?.container;
  }

  /** All that the machine runs, sessions' programs too. */
  all(): readonly ProcessInfo[] {
    return this.#namespace?.processes() ?? [];
  }

  ownProcesses(): ProcessInfo[] {
    const { kubelet, flavour, runtime, bootedAt } = this.parts;
    const daemon = (pid: number, argv: readonly string[], started = bootedAt()): ProcessInfo => ({
      pid,
      parent: 1,
      group: pid,
      argv,
      started,
      stopped: false,
    });
    return [
      daemon(PIDS.journald, ['/usr/lib/systemd/systemd-journald']),
      ...(runtime.downSince === undefined ? [daemon(PIDS.runtime, [flavour.daemon])] : []),
      daemon(PIDS.sshd, ['sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups']),
      ...(kubelet.running ? [daemon(this.kubelet, kubeletCommand(this.parts), kubelet.since)] : []),
      ...this.#ofSandboxes(),
      ...this.#containers().flatMap(({ infos, shim }) => [...(shim === undefined ? [] : [shim]), ...infos]),
    ];
  }

  signalOwn(pid: number, signal: SignalName): boolean {
    const found = this.#inside.get(pid);
    if (found !== undefined) return found.container.kernel?.kill(found.inner, signal) ?? false;
    if (pid === this.kubelet && this.parts.kubelet.running) {
      // Restart=always of the unit: systemd starts it again.
      if (signal === 'KILL' || signal === 'TERM' || signal === 'INT') this.parts.control.crash('kubelet');
      return true;
    }
    return pid === PIDS.journald || pid === PIDS.runtime || pid === PIDS.sshd;
  }

  killAll(): void {
    // The machine's power does that.
  }

  /** What holds each pod's sandbox; CRI-O does without. */
  #ofSandboxes(): ProcessInfo[] {
    const { runtime, flavour } = this.parts;
    if (flavour.name === 'cri-o') return [];
    return Array.from(runtime.listPodSandbox()).flatMap(({ id, ready, createdAt }) => {
      if (!ready) return [];
      const shim = this.#shim(flavour.shim(id, id), createdAt);
      const pid = this.#next(`pause/${id}`);
      return [shim, { pid, parent: shim.pid, group: pid, argv: ['/pause'], started: createdAt, stopped: false }];
    });
  }

  #containers(): { container: Container; shim: ProcessInfo | undefined; infos: ProcessInfo[] }[] {
    const { runtime, flavour } = this.parts;
    return Array.from(runtime.runningContainers(), (container) => {
      const argv = flavour.shim(container.sandboxId, container.id);
      const shim = this.#shim(argv, container.startedAt ?? container.createdAt);
      const infos = (container.kernel?.ownProcesses() ?? []).map((info) => {
        const pid = this.#next(`${container.id}/${info.pid}`);
        this.#inside.set(pid, { container, inner: info.pid });
        const parent = info.parent === 0 ? shim.pid : this.#next(`${container.id}/${info.parent}`);
        return { ...info, pid, parent, group: pid };
      });
      // containerd has one for the whole pod, which is its sandbox's.
      return { container, shim: argv.includes(container.id) ? shim : undefined, infos };
    });
  }

  #shim(argv: string[], started: number): ProcessInfo {
    const pid = this.#next(argv.join(' '));
    return { pid, parent: 1, group: pid, argv, started, stopped: false };
  }

  #next(key: string): number {
    let pid = this.#numbers.get(key);
    if (pid === undefined) this.#numbers.set(key, (pid = this.#namespace?.next() ?? 0));
    return pid;
  }
}

/** As kubeadm's drop-in starts it. */
export function kubeletCommand({ flavour }: HostParts): string[] {
  return [
    '/usr/bin/kubelet',
    '--bootstrap-kubeconfig=/etc/kubernetes/bootstrap-kubelet.conf',
    '--kubeconfig=/etc/kubernetes/kubelet.conf',
    '--config=/var/lib/kubelet/config.yaml',
    `--container-runtime-endpoint=unix://${flavour.socket}`,
  ];
}
