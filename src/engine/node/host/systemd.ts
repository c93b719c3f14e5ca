import { SECOND, type Millis } from '../../sim/time.ts';
import type { HostParts } from './host-parts.ts';
import { kubeletCommand, type HostProcesses } from './host-processes.ts';

/** A service as `systemctl` shows it. */
export interface Unit {
  readonly name: string;
  readonly description: string;
  readonly documentation: string;
  readonly file: string;
  readonly dropIn?: string;
  readonly active: boolean;
  /** When it became what it is. */
  readonly since: Millis;
  readonly pid: number;
  readonly command: readonly string[];
  /** Bytes. */
  readonly memory: number;
  readonly tasks: number;
}

const MiB = 1024 * 1024;

/** The machine's services: the ones that a Kubernetes node lives by. */
export class Systemd {
  constructor(
    readonly parts: HostParts,
    readonly processes: HostProcesses,
    readonly closeSessions: () => void,
  ) {}

  units(): Unit[] {
    const { flavour, kubelet, runtime, bootedAt } = this.parts;
    const since = bootedAt();
    const { processes } = this;
    return [
      {
        name: flavour.unit,
        description: flavour.description,
        documentation: flavour.documentation,
        file: `/usr/lib/systemd/system/${flavour.unit}`,
        active: runtime.downSince === undefined,
        since: runtime.downSince ?? since,
        pid: processes.runtime,
        command: [flavour.daemon],
        memory: 92 * MiB,
        tasks: 18,
      },
      {
        name: 'kubelet.service',
        description: 'kubelet: The Kubernetes Node Agent',
        documentation: 'https://kubernetes.io/docs/',
        file: '/usr/lib/systemd/system/kubelet.service',
        dropIn: '10-kubeadm.conf',
        active: kubelet.running,
        since: kubelet.since,
        pid: processes.kubelet,
        command: kubeletCommand(this.parts),
        memory: 41 * MiB,
        tasks: 13,
      },
      {
        name: 'ssh.service',
        description: 'OpenBSD Secure Shell server',
        documentation: 'man:sshd(8)',
        file: '/usr/lib/systemd/system/ssh.service',
        active: true,
        since,
        pid: processes.sshd,
        command: ['sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups'],
        memory: 3 * MiB,
        tasks: 1,
      },
      {
        name: 'systemd-journald.service',
        description: 'Journal Service',
        documentation: 'man:systemd-journald.service(8)',
        file: '/usr/lib/systemd/system/systemd-journald.service',
        active: true,
        since,
        pid: processes.journald,
        command: ['/usr/lib/systemd/systemd-journald'],
        memory: 12 * MiB,
        tasks: 1,
      },
    ];
  }

  unit(name: string): Unit | undefined {
    const full = /\.[a-z]+$/.test(name) ? name : `${name}.service`;
    return this.units().find((unit) => unit.name === full);
  }

  /** Log-ins end first, then the machine goes down. */
  powerOff(): void {
    const { sim, control } = this.parts;
    sim.after(0, () => this.closeSessions());
    sim.after(SECOND, () => control.powerOff());
  }

  /** Undefined where it went well; else why not. */
  act(unit: Unit, what: 'start' | 'stop' | 'restart'): string | undefined {
    const { control, flavour } = this.parts;
    const service = unit.name === 'kubelet.service' ? 'kubelet' : unit.name === flavour.unit ? 'runtime' : undefined;
    if (service === undefined) {
      if (what === 'start') return undefined;
      return `${what} of ${unit.name} is not modelled: the services that end here are kubelet.service, ${flavour.unit} and the machine itself (poweroff)`;
    }
    if (what !== 'start' && unit.active) control.stop(service);
    if (what !== 'stop' && this.unit(unit.name)?.active === false) control.start(service);
    return undefined;
  }
}

/** The unit's file, as far as it says something that means something here. */
export function unitFile({ description, documentation, command }: Unit): string {
  return `[Unit]\nDescription=${description}\nDocumentation=${documentation}\n\n[Service]\nExecStart=${command.join(' ')}\nRestart=always\nRestartSec=10\n\n[Install]\nWantedBy=multi-user.target\n`;
}
