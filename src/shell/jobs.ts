import type { Child, Process, Writer } from '../engine/os/process.ts';
import type { Task } from '../engine/os/task.ts';
import { writeText } from '../engine/os/text.ts';

export interface Job {
  readonly id: number;
  readonly children: readonly Child[];
  readonly text: string;
  state: 'running' | 'stopped' | 'done';
  code: number;
}

/** Job control of an interactive shell, and what `wait` knows in any shell. */
export class Jobs {
  readonly list: Job[] = [];
  readonly #interactive: boolean;

  constructor(interactive: boolean) {
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

  /** By `%1`, `%+`, `%`, `%%`, `%-` or a pid; without a name the current one. */
  find(name: string | undefined): Job | undefined {
    if (name === undefined || name === '%' || name === '%%' || name === '%+') return this.current;
    if (name === '%-') return this.list.at(-2) ?? this.list.at(-1);
    const id = /^%(\d+)$/.exec(name)?.[1];
    if (id !== undefined) return this.list.find((job) => job.id === Number(id));
    if (name.startsWith('%')) return this.list.find((job) => job.text.startsWith(name.slice(1)));
    return this.list.find((job) => job.children.some((child) => child.pid === Number(name)));
  }

  get current(): Job | undefined {
    return this.list.findLast((job) => job.state === 'stopped') ?? this.list.at(-1);
  }

  remove(job: Job): void {
    const at = this.list.indexOf(job);
    if (at >= 0) this.list.splice(at, 1);
  }

  /** As `jobs` lists it: `[1]+  Running                 sleep 100 &`. */
  describe(job: Job): string {
    const mark = job === this.current ? '+' : job === this.list.at(-2) ? '-' : ' ';
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
    return `[${job.id}]${mark}  ${state.padEnd(24)}${job.text}${job.state === 'running' ? ' &' : ''}`;
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
      child.onExit?.((code) => {
        if (child === children.at(-1)) job.code = code;
        if (--left === 0) job.state = 'done';
      });
    }
    return job;
  }
}
