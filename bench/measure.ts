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
  /** What is measured where it is not a time: a rate, a size. */
  readonly value?: number;
  readonly note?: string;
}

/** One line of the table: a number of one phase, with its goal. */
export interface Line {
  readonly phase: string;
  readonly field: 'wall' | 'cpu' | 'value';
  readonly unit: 'ms' | 'ms CPU' | 'x' | 'pods/s' | 'kB' | 'µs' | 'keys' | 'fps' | 'MB' | 'MB/s';
  /** From "Sizes that shape the design" in ARCHITECTURE.md; absent where none is set. */
  readonly goal?: number;
  /** What a real control plane of v1.36.3 did in the same case, where that was recorded. */
  readonly real?: number;
}

/** What a Deployment goes through, here and at the peer. */
export function deploymentLines(createGoal?: number): Line[] {
  return [
    { phase: 'create', field: 'wall', unit: 'ms', ...(createGoal === undefined ? {} : { goal: createGoal }) },
    { phase: 'roll', field: 'wall', unit: 'ms' },
    { phase: 'scale to 0', field: 'wall', unit: 'ms' },
  ];
}

/** A scenario. Each runs in a process of its own. */
export interface Row {
  readonly title: string;
  readonly lines: readonly Line[];
  /** Nodes and pods of the same scenario for the peer, whose phases have the same names. */
  readonly peer?: readonly [nodes: number, pods: number];
  /** Takes minutes or gigabytes: runs only when asked for by name or with `--all`. */
  readonly heavy?: boolean;
  run(): readonly Phase[] | Promise<readonly Phase[]>;
}

/** What a child process prints as its last line. */
export interface Result {
  readonly phases: readonly Phase[];
  /** Peak resident set, bytes. */
  readonly memory: number;
}

export function measure(name: string, work: () => Partial<Pick<Phase, 'slice' | 'virtual' | 'value' | 'note'>> | void): Phase {
  const cpu = process.cpuUsage();
  const start = performance.now();
  const more = work() ?? {};
  const wall = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  return { name, wall, cpu: (user + system) / 1000, ...more };
}

/** The CPU time that one of many equal operations takes, in µs; the first tenth compiles and is not counted. */
export function each(name: string, count: number, work: (i: number) => void): Phase {
  const early = Math.ceil(count / 10);
  for (let i = 0; i < early; i++) work(i);
  const phase = measure(name, () => {
    for (let i = early; i < early + count; i++) work(i);
  });
  const value = (phase.cpu / count) * 1000;
  return { ...phase, value, note: `${value.toFixed(value < 10 ? 1 : 0)} µs each, ${perSecond(value)}` };
}

/** How often something that takes so many µs can be done in a second. */
export function perSecond(micros: number): string {
  return `${Math.round(1e6 / micros).toLocaleString('en')}/s`;
}
