import { FaultProblem, type Fault, type FaultWorld, type Undo } from './fault.ts';
import { faultKind, readFault } from './kinds.ts';

/** What is broken in a world, and how each is mended. Every breaking and mending is an entry in the log of causes. */
export class Faults {
  readonly #active = new Map<string, { readonly fault: Fault; readonly undo: Undo }>();

  constructor(readonly world: FaultWorld) {}

  /** What is broken now, oldest first. */
  get active(): readonly Fault[] {
    return Array.from(this.#active.values(), ({ fault }) => fault);
  }

  /** Throws `FaultProblem` where there is no such thing to break. What is broken otherwise already is mended first. */
  break(given: Fault): void {
    const fault = readFault(given);
    const key = keyOf(fault);
    const before = this.#active.get(key);
    if (before !== undefined && sameFault(before.fault, fault)) return;
    const begin = faultKind(fault.fault).plan(this.world, fault);
    if (before !== undefined) this.mend(before.fault);
    this.#record(fault, false, () => {
      const undo = begin();
      if (undo !== undefined) this.#active.set(key, { fault, undo });
    });
  }

  /** Throws `FaultProblem` where it is not broken. */
  mend(fault: Fault): void {
    const key = keyOf(fault);
    const active = this.#active.get(key);
    if (active === undefined) throw new FaultProblem('target', `${fault.fault} ${fault.target} is not broken`);
    this.#active.delete(key);
    this.#record(active.fault, true, active.undo);
  }

  mendAll(): void {
    for (const fault of this.active) this.mend(fault);
  }

  #record(fault: Fault, undone: boolean, act: () => void): void {
    const { sim } = this.world;
    const detail = { fault: describeFault(fault), ...(undone ? { undone } : {}) };
    const seq = sim.append('outside', 'fault', detail, { target: fault.target });
    sim.causedBy(seq, act);
  }
}

/** `node-partitioned worker-1 from=all`. */
export function describeFault({ fault, target, ...parameters }: Fault): string {
  return [fault, target, ...Object.entries(parameters).map(([name, value]) => `${name}=${value}`)].join(' ');
}

function keyOf({ fault, target }: Fault): string {
  return `${fault} ${target}`;
}

function sameFault(one: Fault, other: Fault): boolean {
  return describeFault(one) === describeFault(other);
}
