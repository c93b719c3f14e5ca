import type { Millis } from '../../../../sim/time.ts';

/** What was measured at an instant: CPU time since the start in core-nanoseconds, memory in bytes. */
export interface Point {
  readonly at: Millis;
  readonly started?: Millis;
  readonly cpu: bigint;
  readonly memory: bigint;
}

/** One scrape of all nodes. Containers by `namespace/pod`, then by name. */
export interface Batch {
  readonly nodes: Map<string, Point>;
  readonly pods: Map<string, Map<string, Point>>;
}

/** CPU as a rate over a window, and memory at its end. */
export interface Usage {
  readonly at: Millis;
  readonly window: Millis;
  /** Nano-cores. */
  readonly cpu: bigint;
  readonly memory: bigint;
}

const FRESH: Millis = 10_000;

/** Keeps the last two points of everything: a rate needs both. */
export class Points {
  #last: Batch = { nodes: new Map(), pods: new Map() };
  #before: Batch = { nodes: new Map(), pods: new Map() };

  constructor(readonly resolution: Millis) {}

  /** Whether anything can be said yet. */
  get ready(): boolean {
    return this.#before.nodes.size > 0 || this.#before.pods.size > 0;
  }

  store(batch: Batch): void {
    const before: Batch = { nodes: new Map(), pods: new Map() };
    for (const [name, point] of batch.nodes) {
      const earlier = this.#earlier(point, this.#last.nodes.get(name), this.#before.nodes.get(name));
      if (earlier !== undefined) before.nodes.set(name, earlier);
    }
    for (const [pod, containers] of batch.pods) {
      const own = new Map<string, Point>();
      for (const [name, point] of containers) {
        const earlier = this.#earlier(point, this.#last.pods.get(pod)?.get(name), this.#before.pods.get(pod)?.get(name));
        if (earlier !== undefined) own.set(name, earlier);
      }
      if (own.size > 0) before.pods.set(pod, own);
    }
    this.#last = batch;
    this.#before = before;
  }

  node(name: string): Usage | undefined {
    return usage(this.#last.nodes.get(name), this.#before.nodes.get(name));
  }

  /** By container; undefined until all of them can be told. */
  pod(key: string): Map<string, Usage> | undefined {
    const found = new Map<string, Usage>();
    for (const [name, point] of this.#last.pods.get(key) ?? []) {
      const one = usage(point, this.#before.pods.get(key)?.get(name));
      if (one === undefined) return undefined;
      found.set(name, one);
    }
    return found.size === 0 ? undefined : found;
  }

  /** The point to count from: the start of what is young, else the last one of the same run. */
  #earlier(point: Point, last: Point | undefined, before: Point | undefined): Point | undefined {
    const { at, started } = point;
    if (started !== undefined && started < at && at - started < this.resolution && at - started >= FRESH)
      return { ...point, at: started, cpu: 0n };
    if (last === undefined || (started !== undefined && started >= last.at) || point.cpu < last.cpu) return undefined;
    if (at > last.at) return last;
    return before !== undefined && before.at < at ? before : undefined;
  }
}

function usage(last: Point | undefined, before: Point | undefined): Usage | undefined {
  if (last === undefined || before === undefined || last.at <= before.at || last.cpu < before.cpu) return undefined;
  const window = last.at - before.at;
  return { at: last.at, window, cpu: ((last.cpu - before.cpu) * 1000n) / BigInt(window), memory: last.memory };
}
