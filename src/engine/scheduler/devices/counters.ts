import { parseQuantity } from '../../api/quantity.ts';
import { idOf, type Candidate, type Pool } from './pools.ts';

/**
 * Shared counters of pools (KEP-4815): devices that are partitions of one another draw on the same counters. What allocated
 * devices of the pool have drawn is gone, also those that other nodes use.
 */
export class Counters {
  readonly #left = new Map<Pool, Map<string, bigint>>();

  constructor(readonly isAllocated: (id: string) => boolean) {}

  /** False, and nothing is drawn, where a counter does not have enough. */
  take(candidate: Candidate): boolean {
    this.#draw(candidate, 1n);
    for (const left of this.#of(candidate.pool).values()) {
      if (left >= 0n) continue;
      this.giveBack(candidate);
      return false;
    }
    return true;
  }

  giveBack(candidate: Candidate): void {
    this.#draw(candidate, -1n);
  }

  #draw({ pool, device }: Candidate, times: bigint): void {
    const left = this.#of(pool);
    for (const [key, amount] of drawnBy(device)) if (left.has(key)) left.set(key, (left.get(key) as bigint) - times * amount);
  }

  #of(pool: Pool): Map<string, bigint> {
    let left = this.#left.get(pool);
    if (left !== undefined) return left;
    this.#left.set(pool, (left = new Map()));
    for (const { spec } of pool.all)
      for (const { name, counters } of spec.sharedCounters ?? [])
        for (const [counter, { value }] of Object.entries(counters)) left.set(`${name}/${counter}`, amountOf(value));
    for (const { spec } of pool.all)
      for (const device of spec.devices ?? []) {
        if (!this.isAllocated(idOf(pool.driver, pool.name, device.name))) continue;
        for (const [key, amount] of drawnBy(device)) if (left.has(key)) left.set(key, (left.get(key) as bigint) - amount);
      }
    return left;
  }
}

function drawnBy({ consumesCounters = [] }: Candidate['device']): [key: string, amount: bigint][] {
  return consumesCounters.flatMap(({ counterSet, counters }) =>
    Object.entries(counters).map(([counter, { value }]): [string, bigint] => [`${counterSet}/${counter}`, amountOf(value)]),
  );
}

function amountOf(value: string): bigint {
  return parseQuantity(value)?.nanos ?? 0n;
}
