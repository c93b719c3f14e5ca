import { quantityMilli, quantityValue } from '../../api/quantity.ts';
import type { KubeletConfiguration } from './configuration.ts';
import { thresholdAmount } from './eviction/thresholds.ts';

/** What of a machine pods may have: its capacity without what is reserved and what has to stay free (Node Allocatable). */
export function allocatableOf(
  capacity: Readonly<Record<string, string>>,
  { evictionHard, kubeReserved, systemReserved }: KubeletConfiguration,
): Record<string, string> {
  const reserved = (name: string, units: (amount: string | undefined) => number): number =>
    units(kubeReserved[name]) + units(systemReserved[name]);
  const left = (name: string, signal: string): number => {
    const all = quantityValue(capacity[name]);
    return Math.max(0, all - reserved(name, quantityValue) - thresholdAmount(evictionHard[signal] ?? '0', all));
  };
  const cpu = Math.max(0, quantityMilli(capacity['cpu']) - reserved('cpu', quantityMilli));
  return {
    ...capacity,
    cpu: cpu % 1000 === 0 ? String(cpu / 1000) : `${cpu}m`,
    'ephemeral-storage': String(Math.floor(left('ephemeral-storage', 'nodefs.available'))),
    memory: `${Math.floor(left('memory', 'memory.available') / 1024)}Ki`,
  };
}
