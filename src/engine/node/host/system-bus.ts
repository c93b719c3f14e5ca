import type { Process } from '../../os/process.ts';
import type { Journal } from './journal/journal.ts';
import type { Systemd } from './systemd.ts';

export const SYSTEM_BUS = '/run/dbus/system_bus_socket';
export const JOURNAL = '/var/log/journal/system.journal';

/** Who answers at the machine's system bus. */
export class SystemBus {
  constructor(
    readonly systemd: Systemd,
    readonly journal: Journal,
  ) {}
}

/** The bus in the process's files; undefined where it has none (in a container without the machine's files). */
export function systemBus(process: Process): SystemBus | undefined {
  const service = process.files.exists(SYSTEM_BUS) ? process.files.special?.(SYSTEM_BUS)?.service : undefined;
  return service instanceof SystemBus ? service : undefined;
}

/** The journal in the process's files. */
export function journalOf(process: Process): Journal | undefined {
  const service = process.files.exists(JOURNAL) ? process.files.special?.(JOURNAL)?.service : undefined;
  return service instanceof SystemBus ? service.journal : undefined;
}
