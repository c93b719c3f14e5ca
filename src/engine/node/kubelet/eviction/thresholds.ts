import { quantityValue } from '../../../api/quantity.ts';
import type { Millis } from '../../../sim/time.ts';
import { type KubeletConfiguration } from '../configuration.ts';
import { parseDuration } from '../../../sim/duration.ts';

export type Signal =
  'memory.available' | 'nodefs.available' | 'nodefs.inodesFree' | 'imagefs.available' | 'imagefs.inodesFree' | 'pid.available';
export type Pressure = 'MemoryPressure' | 'DiskPressure' | 'PIDPressure';
export type Starved = 'memory' | 'ephemeral-storage' | 'inodes' | 'pids';

/** What there is of something and how much of that is free; bytes or numbers. */
export interface Observation {
  readonly available: number;
  readonly capacity: number;
}

export type Observations = Readonly<Record<Signal, Observation>>;

/** `memory.available<100Mi`. */
export interface Threshold {
  readonly signal: Signal;
  /** As written: a quantity or a percentage of the capacity. */
  readonly value: string;
  /** 0 for a hard one. */
  readonly grace: Millis;
  readonly minReclaim: string;
}

export const PRESSURE: Readonly<Record<Signal, Pressure>> = {
  'memory.available': 'MemoryPressure',
  'nodefs.available': 'DiskPressure',
  'nodefs.inodesFree': 'DiskPressure',
  'imagefs.available': 'DiskPressure',
  'imagefs.inodesFree': 'DiskPressure',
  'pid.available': 'PIDPressure',
};

export const STARVED: Readonly<Record<Signal, Starved>> = {
  'memory.available': 'memory',
  'nodefs.available': 'ephemeral-storage',
  'nodefs.inodesFree': 'inodes',
  'imagefs.available': 'ephemeral-storage',
  'imagefs.inodesFree': 'inodes',
  'pid.available': 'pids',
};

/** The thresholds of a configuration, hard ones first. */
export function thresholdsOf(configuration: KubeletConfiguration): Threshold[] {
  const make = (values: Readonly<Record<string, string>>, graces: Readonly<Record<string, string>>): Threshold[] =>
    Object.entries(values)
      .filter(([, value]) => value !== '0%' && value !== '100%')
      .map(([signal, value]) => ({
        signal: signal as Signal,
        value,
        grace: parseDuration(graces[signal] ?? '0s') ?? 0,
        minReclaim: configuration.evictionMinimumReclaim[signal] ?? '0',
      }));
  return [...make(configuration.evictionHard, {}), ...make(configuration.evictionSoft, configuration.evictionSoftGracePeriod)];
}

/** A threshold's value in bytes or numbers. */
export function thresholdAmount(value: string, capacity: number): number {
  return value.endsWith('%') ? Math.floor((capacity * Number(value.slice(0, -1))) / 100) : quantityValue(value);
}

/** Thresholds that what was observed has crossed; `reclaim`: those too that are not far enough away again. */
export function crossed(thresholds: readonly Threshold[], observations: Observations, reclaim: boolean): Threshold[] {
  return thresholds.filter(({ signal, value, minReclaim }) => {
    const { available, capacity } = observations[signal];
    return available < thresholdAmount(value, capacity) + (reclaim ? thresholdAmount(minReclaim, capacity) : 0);
  });
}

/** Memory before all else, as a machine without memory does nothing any more. */
export function byEvictionPriority(a: Threshold, b: Threshold): number {
  const rank = ({ signal }: Threshold): number => (signal === 'memory.available' ? 0 : 1);
  return rank(a) - rank(b);
}
