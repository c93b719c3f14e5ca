import type { Task } from '../../../engine/os/task.ts';
import { CommandError } from '../errors.ts';
import { parseQuantity } from '../quantity.ts';
import { groupVersionsOf } from '../served-apis.ts';
import type { Session } from '../session.ts';
import { list, text } from '../values.ts';
import type { Json } from '../values.ts';

/** CPU in milli-CPUs and memory in bytes. */
export interface Usage {
  readonly cpu: number;
  readonly memory: number;
}

export const METRICS = '/apis/metrics.k8s.io/v1beta1';

/** Refuses where nobody serves the Metrics API, which comes with an add-on. What a cache says of it is not asked. */
export function* requireMetrics(session: Session): Task<void> {
  if (!groupVersionsOf((yield* session.liveApis()).groups).includes('metrics.k8s.io/v1beta1'))
    throw new CommandError('Metrics API not available');
}

export function sortField(session: Session): string {
  const field = session.flags.string('sort-by');
  if (field !== '' && field !== 'cpu' && field !== 'memory') throw new CommandError('--sort-by accepts only cpu or memory');
  return field;
}

export function usageOf(value: Json | undefined): Usage {
  return { cpu: milli(text(value, 'cpu')), memory: parseQuantity(text(value, 'memory')) ?? 0 };
}

export function milli(quantity: string): number {
  return Math.ceil((parseQuantity(quantity) ?? 0) * 1000 - 1e-6);
}

export function sum(parts: readonly Usage[]): Usage {
  return { cpu: parts.reduce((total, each) => total + each.cpu, 0), memory: parts.reduce((total, each) => total + each.memory, 0) };
}

export function podUsage(metrics: Json): Usage {
  return sum(list(metrics, 'containers').map((each) => usageOf((each as { usage?: Json }).usage)));
}

export function cpuText(usage: Usage): string {
  return `${usage.cpu}m`;
}

export function memoryText(usage: Usage): string {
  return `${Math.floor(usage.memory / 1024 ** 2)}Mi`;
}
