import type { Timer } from '../../../sim/simulation.ts';
import type { LogEntry } from '../../../sim/log.ts';
import type { HostParts } from '../host-parts.ts';
import type { HostProcesses } from '../host-processes.ts';
import { kubeletLines } from './kubelet-lines.ts';
import type { JournalLine } from './line.ts';
import { runtimeLines } from './runtime-lines.ts';

/**
 * The machine's journal: what kubelet and runtime really did, told in their own words when somebody reads it. It is made from the log of
 * causes, so it costs nothing before; where no log is kept there is nothing to read.
 */
export class Journal {
  readonly #lines: JournalLine[] = [];
  #read = 0;
  #starts = 0;

  constructor(
    readonly parts: HostParts,
    readonly processes: HostProcesses,
  ) {}

  lines(): readonly JournalLine[] {
    const { log } = this.parts.sim;
    this.#read = Math.max(this.#read, log.first - 1);
    for (; this.#read < log.last; this.#read++) this.#lines.push(...this.#linesOf(log.get(this.#read + 1) as LogEntry));
    return this.#lines;
  }

  /** Told of every line that comes, in an event of its own: who writes is not held up by who reads. */
  follow(take: (line: JournalLine) => void): () => void {
    const { sim } = this.parts;
    let told = this.lines().length;
    let due = false;
    const tell = (): void => {
      due = false;
      const lines = this.lines();
      for (; told < lines.length; told++) take(lines[told] as JournalLine);
    };
    let timer: Timer | undefined;
    const leave = sim.log.subscribe((entry) => {
      if (due || !this.#concerns(entry)) return;
      due = true;
      timer = sim.after(0, tell, { background: true });
    });
    return () => {
      leave();
      timer?.cancel();
    };
  }

  #concerns({ actor, target }: LogEntry): boolean {
    const { name, flavour } = this.parts;
    const kubelet = `${name}/kubelet`;
    return actor === kubelet || target === kubelet || actor === `${name}/${flavour.actor}`;
  }

  #linesOf(entry: LogEntry): JournalLine[] {
    const { name, flavour } = this.parts;
    const kubelet = `${name}/kubelet`;
    const runtime = `${name}/${flavour.actor}`;
    if (!this.#concerns(entry)) return [];
    const lines: JournalLine[] = [];
    if (entry.actor === kubelet && entry.verb === 'component') lines.push(...this.#systemd(entry));
    const pid = this.processes.kubeletAt(this.#starts);
    for (const line of kubeletLines(entry, this.parts, pid))
      lines.push({ at: entry.at, unit: 'kubelet.service', identifier: 'kubelet', pid, ...line });
    if (entry.actor === runtime)
      for (const line of runtimeLines(entry, this.parts))
        lines.push({ at: entry.at, unit: flavour.unit, identifier: flavour.actor, pid: this.processes.runtime, ...line });
    return lines;
  }

  #systemd(entry: LogEntry<'component'>): JournalLine[] {
    const say = (message: string): JournalLine => ({
      at: entry.at,
      unit: 'kubelet.service',
      identifier: 'systemd',
      pid: 1,
      priority: 6,
      message,
    });
    const what = 'kubelet.service - kubelet: The Kubernetes Node Agent';
    if (entry.detail.state === 'stopped')
      return [say(`Stopping ${what}...`), say('kubelet.service: Deactivated successfully.'), say(`Stopped ${what}.`)];
    this.#starts++;
    return [say(`Started ${what}.`)];
  }
}
