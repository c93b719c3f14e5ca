import type { Child, Process, Writer } from '../engine/os/process.ts';
import type { Task } from '../engine/os/task.ts';
import { writeText } from '../engine/os/text.ts';

export interface Job {
  readonly id: number;
  readonly children: readonly Child[];
  readonly text: string;
  state: 'running' | 'stopped' | 'done';
  code: number;
  /** `disown`: not listed any more, but `wait` still knows it. */
  disowned?: boolean;
}

/** Job control of an interactive shell, and what `wait` knows in any shell. */
export class Jobs {
  readonly list: Job[] = [];
  /** How those ended that are no longer listed, by pid. */
  readonly ended = new Map<number, number>();
  readonly #interactive: boolean;

  constructor(
    interactive: boolean,
    readonly inherited: readonly Job[] = [],
  ) {
    this.#interactive = interactive;
  }

  add(child: Child, text: string, state: Job['state']): Job {
    return this.#add([child], text, state);
  }

  /** ^Z: the foreground job becomes a stopped one. */
  *stopped(process: Process, stderr: Writer, children: readonly Child[], text: string): Task<void> {
    for (const child of children) process.system?.setGroup(child.pid, child.pid);
    const job = this.list.find((known) => known.children === children) ?? this.#add(children, text, 'stopped');
    job.state = 'stopped';
    yield* writeText(stderr, `\n${this.describe(job)}\n`);
  }

  /** Those that are listed; in a subshell without any of its own those of the shell it was forked from. */
  get shown(): readonly Job[] {
    return this.list.length === 0 ? this.inherited : this.list.filter((job) => job.disowned !== true);
  }

  /** By `%1`, `%+`, `%`, `%%`, `%-` or a pid; without a name the current one. */
  find(name: string | undefined): Job | undefined {
    if (name === undefined || name === '%' || name === '%%' || name === '%+') return this.current;
    if (name === '%-') return this.shown.at(-2) ?? this.shown.at(-1);
    if (name.startsWith('%?')) return this.shown.find((job) => job.text.includes(name.slice(2)));
    const id = /^%(\d+)$/.exec(name)?.[1];
    if (id !== undefined) return this.list.find((job) => job.id === Number(id));
    if (name.startsWith('%')) return this.list.find((job) => job.text.startsWith(name.slice(1)));
    return this.list.find((job) => job.children.some((child) => child.pid === Number(name)));
  }

  get current(): Job | undefined {
    return this.shown.findLast((job) => job.state === 'stopped') ?? this.shown.at(-1);
  }

  remove(job: Job): void {
    const at = this.list.indexOf(job);
    if (at >= 0) this.list.splice(at, 1);
    if (job.state === 'done') for (const { pid } of job.children) this.ended.set(pid, job.code);
  }

  /** As `jobs` lists it: `[1]+  Running                 sleep 100 &`. */
  describe(job: Job, withPid = false): string {
    const mark = job === this.current ? '+' : job === this.shown.findLast((each) => each !== this.current) ? '-' : ' ';
    const state =
      job.state === 'running'
        ? 'Running'
        : job.state === 'stopped'
          ? 'Stopped'
          : job.code === 0
            ? 'Done'
            : job.code === 143
              ? 'Terminated'
              : job.code === 137
                ? 'Killed'
                : `Exit ${job.code}`;
    return `[${job.id}]${mark} ${withPid ? String(job.children[0]?.pid).padStart(5) : ''} ${state.padEnd(24)}${job.text}${job.state === 'running' ? ' &' : ''}`;
  }

  /** What there is to say before the next prompt. Ended jobs are forgotten. */
  news(): string {
    const ended = this.list.filter((job) => job.state === 'done');
    const text = this.#interactive ? ended.map((job) => `${this.describe(job)}\n`).join('') : '';
    for (const job of ended) this.remove(job);
    return text;
  }

  #add(children: readonly Child[], text: string, state: Job['state']): Job {
    const job: Job = { id: Math.max(0, ...this.list.map(({ id }) => id)) + 1, children, text, state, code: 0 };
    this.list.push(job);
    let left = children.length;
    for (const child of children) {
      child.onStop?.(() => (job.state = 'stopped'));
      child.onExit?.((code) => {
        if (child === children.at(-1)) job.code = code;
        if (--left === 0) job.state = 'done';
      });
    }
    return job;
  }
}
