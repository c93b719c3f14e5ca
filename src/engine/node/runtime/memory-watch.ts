import type { DiskUse } from '../../os/disk-use.ts';
import type { Simulation } from '../../sim/simulation.ts';
import type { MachineResources } from '../machine-resources.ts';
import type { Container } from './container.ts';
import { oomVictim } from './oom.ts';

/** Counts what the containers of a machine hold, and ends those that pass their limit, or the machine's (the kernel's OOM killer). */
export class MemoryWatch {
  #processes = 0;
  #tmpfs = 0;
  /** Limits of pods as a whole, by uid. */
  readonly #pods = new Map<string, number>();

  constructor(
    readonly sim: Simulation,
    /** Without it the machine's memory never ends. */
    readonly resources: MachineResources | undefined,
    readonly containers: () => Iterable<Container>,
  ) {
    resources?.watchTmpfs((bytes, writer) => this.#written(bytes, writer));
  }

  /** Bytes that all processes hold, and files in memory. */
  get inUse(): number {
    return this.#processes + this.#tmpfs;
  }

  /** A container's processes hold that much now; who has to go goes as soon as the program lets go. */
  holds(container: Container, memory: number): void {
    this.#processes += memory - container.memory;
    container.memory = memory;
    this.#judge(container);
  }

  /** What all containers of a pod may hold together; 0 for no limit. */
  limitPod(uid: string, bytes: number): void {
    if (bytes > 0) this.#pods.set(uid, bytes);
    else this.#pods.delete(uid);
  }

  /** The cgroup of who writes to a volume in memory pays for it. */
  #written(bytes: number, writer: DiskUse | undefined): void {
    this.#tmpfs += bytes;
    if (writer === undefined) return;
    for (const container of this.containers()) {
      if (container.layer !== writer) continue;
      container.tmpfs = Math.max(0, container.tmpfs + bytes);
      this.#judge(container);
    }
  }

  #judge(container: Container): void {
    const { sim, resources } = this;
    const { memoryLimit } = container.resources;
    const { memory, tmpfs } = container;
    // A volume in memory that fills all of it leaves the processes nothing.
    if (memoryLimit > 0 && (memory + tmpfs > memoryLimit || (tmpfs > 0 && memory + tmpfs === memoryLimit))) {
      if (!container.oom) sim.after(0, () => container.main?.kill('KILL'));
      container.oom = true;
    } else if (this.#pods.size > 0 && this.#podIsShort(container)) sim.after(0, () => this.#relievePod(container));
    else if (resources !== undefined && this.#short(resources)) sim.after(0, () => this.#relieve(resources));
  }

  #podIsShort({ sandbox }: Container): boolean {
    const { uid } = sandbox.config;
    const limit = this.#pods.get(uid) ?? Infinity;
    let held = 0;
    for (const each of this.containers()) if (each.sandbox.config.uid === uid && !each.oom) held += each.memory + each.tmpfs;
    return held > limit;
  }

  /** Whoever of the pod the kernel likes least has to go. */
  #relievePod(container: Container): void {
    const { uid } = container.sandbox.config;
    while (this.#podIsShort(container)) {
      const candidates = this.#candidates().filter((each) => each.container.sandbox.config.uid === uid);
      const victim = oomVictim(candidates, this.#pods.get(uid) ?? 0)?.container;
      if (victim === undefined) return;
      victim.oom = true;
      victim.main?.kill('KILL');
    }
  }

  #candidates(): { container: Container; memory: number; score: number }[] {
    return Array.from(this.containers())
      .filter(({ state, oom }) => state === 'running' && !oom)
      .map((container) => ({ container, memory: container.memory + container.tmpfs, score: container.config.oomScore ?? 0 }));
  }

  #short({ system, capacity }: MachineResources): boolean {
    return this.inUse + system.memory > capacity.memory;
  }

  #relieve(resources: MachineResources): void {
    while (this.#short(resources)) {
      const victim = oomVictim(this.#candidates(), resources.capacity.memory)?.container;
      if (victim === undefined) return;
      victim.oom = true;
      const argv0 = victim.argv()[0] ?? '';
      resources.oomKilled(argv0.slice(argv0.lastIndexOf('/') + 1), 2000 + (victim.main?.pid ?? 0));
      victim.main?.kill('KILL');
    }
  }
}
