import { SECOND, type Millis } from '../../../../sim/time.ts';

/** One series of a scrape: its metric's name, its labels, its value. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  readonly counter: boolean;
}

/** A series of a pod, with the values of a while. */
export interface Series {
  readonly metric: string;
  /** `namespace` and `pod` say where it was scraped. */
  readonly labels: Readonly<Record<string, string>>;
  readonly counter: boolean;
  readonly points: { readonly at: Millis; readonly value: number }[];
}

/** What a metric is now, and over which time it was measured. */
export interface Reading {
  readonly value: number;
  readonly at: Millis;
  readonly window: Millis | undefined;
}

/** Reads a page in Prometheus' text format. */
export function readSamples(page: string): Sample[] {
  const types = new Map<string, string>();
  const samples: Sample[] = [];
  for (const line of page.split('\n')) {
    const [, typed, type = ''] = /^# TYPE (\S+) (\S+)/.exec(line) ?? [];
    if (typed !== undefined) types.set(typed, type);
    const [, name, inner = '', text = ''] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)(?: \d+)?$/.exec(line) ?? [];
    const value = Number(text.replace(/^([+-]?)Inf$/, '$1Infinity'));
    if (name === undefined || Number.isNaN(value)) continue;
    const labels: Record<string, string> = {};
    for (const [, label = '', quoted = ''] of inner.matchAll(/([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g))
      labels[label] = quoted.replace(/\\(.)/g, (_all, character: string) => (character === 'n' ? '\n' : character));
    samples.push({ name, labels, value, counter: types.get(name) === 'counter' });
  }
  return samples;
}

/** Everything scraped lately. A counter `x_total` is known as `x`, and is read as what it grows by in a second. */
export class SeriesStore {
  readonly #series = new Map<string, Series>();

  constructor(
    readonly window: Millis,
    readonly interval: Millis,
  ) {}

  /** Names of all metrics, sorted. */
  get metrics(): string[] {
    return [...new Set(Array.from(this.#series.values(), ({ metric }) => metric))].sort();
  }

  add(namespace: string, pod: string, samples: readonly Sample[], at: Millis): void {
    for (const { name, labels, value, counter } of samples) {
      // What a program says of its own place gives way to where it was found, as with Prometheus' honor_labels: false.
      const all = { ...labels, namespace, pod };
      const key = JSON.stringify([name, all]);
      let series = this.#series.get(key);
      const metric = counter ? name.replace(/_total$/, '') : name;
      if (series === undefined) this.#series.set(key, (series = { metric, labels: all, counter, points: [] }));
      series.points.push({ at, value });
    }
  }

  /** Forgets what is older than the window. */
  trim(now: Millis): void {
    for (const [key, { points }] of this.#series) {
      while (points[0] !== undefined && points[0].at < now - this.window - this.interval) points.shift();
      if (points.length === 0) this.#series.delete(key);
    }
  }

  /** The sum over the series that fit; nothing where none does. */
  read(metric: string, fits: (labels: Readonly<Record<string, string>>) => boolean, now: Millis): Reading | undefined {
    let sum: Reading | undefined;
    for (const series of this.#series.values()) {
      if (series.metric !== metric || !fits(series.labels)) continue;
      const own = this.#now(series, now);
      if (own === undefined) continue;
      sum = { value: (sum?.value ?? 0) + own.value, at: Math.min(sum?.at ?? own.at, own.at), window: own.window };
    }
    return sum;
  }

  #now({ points, counter }: Series, now: Millis): Reading | undefined {
    const last = points.at(-1);
    // Prometheus gives a series up when it has not come for a while.
    if (last === undefined || now - last.at > 2 * this.interval) return undefined;
    if (!counter) return { value: last.value, at: last.at, window: undefined };
    const first = points.find(({ at }) => at >= last.at - this.window) ?? last;
    if (first.at === last.at) return undefined;
    let grown = 0;
    let before = first.value;
    for (const { value } of points.slice(points.indexOf(first) + 1)) {
      // Less than before: the program was started again and counts from nothing.
      grown += value < before ? value : value - before;
      before = value;
    }
    return { value: (grown / (last.at - first.at)) * SECOND, at: last.at, window: last.at - first.at };
  }
}
