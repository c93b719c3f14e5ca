import type { Process } from '../../os/process.ts';
import type { HostParts } from './host-parts.ts';

/** Where programs ask the kernel of the machine: a file of /proc that the machine's tables stand behind. */
export const KERNEL_TABLES = '/proc/net/ip_tables_names';

/** What the kernel of the machine knows: addresses, routes, rules, memory, disks. */
export class KernelTables {
  constructor(readonly parts: HostParts) {}
}

/** Of the machine whose /proc the process sees. */
export function kernelTables(process: Process): HostParts | undefined {
  const service = process.files.exists(KERNEL_TABLES) ? process.files.special?.(KERNEL_TABLES)?.service : undefined;
  return service instanceof KernelTables ? service.parts : undefined;
}
