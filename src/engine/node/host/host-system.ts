import { KERNEL_VERSION } from '../../os/kernel-version.ts';
import type { MemoryFiles } from '../../os/files.ts';
import { Kernel } from '../../os/kernel.ts';
import { PidNamespace } from '../../os/pid-namespace.ts';
import type { Connection } from '../../os/process.ts';
import { suspend } from '../../os/task.ts';
import { furnish } from './furniture.ts';
import type { HostParts } from './host-parts.ts';
import { HostProcesses } from './host-processes.ts';
import { Journal } from './journal/journal.ts';
import { SystemBus } from './system-bus.ts';
import { Systemd } from './systemd.ts';

/** A machine as who logs in finds it: files, processes, services, a journal. Made when somebody first looks. */
export class HostSystem {
  readonly processes: HostProcesses;
  readonly systemd: Systemd;
  readonly journal: Journal;
  readonly bus: SystemBus;
  /** Log-ins from elsewhere. */
  readonly sessions = new Set<Connection>();
  #kernel: Kernel | undefined;

  constructor(readonly parts: HostParts) {
    this.processes = new HostProcesses(parts);
    this.systemd = new Systemd(parts, this.processes, () => this.closeSessions());
    this.journal = new Journal(parts, this.processes);
    this.bus = new SystemBus(this.systemd, this.journal);
  }

  furnish(files: MemoryFiles): void {
    furnish(files, this.parts, this.processes, this.bus);
  }

  /** Its kernel, in which sessions start their programs. */
  get kernel(): Kernel {
    if (this.#kernel !== undefined) return this.#kernel;
    const { sim, name, host, kubelet, random } = this.parts;
    const pids = new PidNamespace();
    const kernel = new Kernel({
      sim,
      files: kubelet.disk.root,
      net: () => host.open(),
      hostname: name,
      // Its programs are files of its disk.
      lookup: () => undefined,
      random: random.fork('host'),
      foreground: true,
      actor: `${name}/sshd`,
      pids,
      skew: () => host.network.clocks.get(name) ?? 0,
    });
    // Sessions come and go, the machine stays.
    kernel.start(['/sbin/init'], {
      *program() {
        return yield* suspend<number>(() => () => {});
      },
    });
    this.processes.join(pids);
    return (this.#kernel = kernel);
  }

  /** What who gets a shell is greeted with. */
  get greeting(): string {
    return `Linux ${this.parts.name} ${KERNEL_VERSION} #1 SMP x86_64\n`;
  }

  /** The machine is about to go down: sshd says so to all that are logged in. */
  closeSessions(): void {
    for (const session of this.sessions) session.close();
  }

  /** The machine loses its power. */
  powerOff(): void {
    this.closeSessions();
    this.#kernel?.killAll();
    this.#kernel = undefined;
    this.processes.forget();
  }
}
