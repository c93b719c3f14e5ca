/** What a stretch of work cost. Times in wall ms. */
export interface Phase {
  readonly name: string;
  readonly wall: number;
  /** User and system time of the process, garbage collection and compilation included. */
  readonly cpu: number;
  /** The longest time for which nothing else could run: one event of the simulation, or one turn of the event loop. */
  readonly slice?: number;
  /** Virtual ms that passed meanwhile. */
  readonly virtual?: number;
  readonly note?: string;
}

/** One line of the table: a scenario with its goal. Each runs in a process of its own. */
export interface Row {
  readonly title: string;
  /** From "Sizes that shape the design" in ARCHITECTURE.md; '' where none is set. */
  readonly target: string;
  /** Takes minutes or gigabytes: runs only when asked for by name or with `--all`. */
  readonly heavy?: boolean;
  run(): readonly Phase[];
}

/** What a child process prints as its last line. */
export interface Result {
  readonly phases: readonly Phase[];
  /** Peak resident set, bytes. */
  readonly memory: number;
}

export function measure(name: string, work: () => Partial<Pick<Phase, 'slice' | 'virtual' | 'note'>> | void): Phase {
  const cpu = process.cpuUsage();
  const start = performance.now();
  const more = work() ?? {};
  const wall = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  return { name, wall, cpu: (user + system) / 1000, ...more };
}
