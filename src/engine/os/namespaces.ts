import type { Network } from './process.ts';
import type { Started, StartOptions } from './process-entry.ts';

/** The namespaces of a process, and how another program is started in them. It stands behind `/proc/PID/status`. */
export class Namespaces {
  constructor(
    /** By name (`net`): its number. */
    readonly numbers: Readonly<Record<string, number>>,
    /** A process's view of its network. */
    readonly network: () => Network,
    /** Starts a program among its processes, with its files. Throws `FileError`. Absent for the machine's own. */
    readonly start?: (argv: readonly string[], options: StartOptions) => Started,
  ) {}
}
