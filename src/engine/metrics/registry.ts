import { expose } from './exposition.ts';
import { Collected, Vector, type Family, type MetricType, type Stability } from './family.ts';
import { Counter, Gauge, Histogram } from './instruments.ts';

/** What a metric is called and what it tells. `stability` is Kubernetes' promise; '' for programs that make none. */
export interface MetricOptions {
  readonly name: string;
  readonly help: string;
  readonly stability?: Stability;
}

export interface LabelledOptions extends MetricOptions {
  readonly labels: readonly string[];
}

export type Emit = (value: number, ...values: string[]) => void;

/** The metrics of one process. Nothing here knows a clock: durations are given by who measured them. */
export class Registry {
  readonly #families = new Map<string, Family>();
  #late: ((registry: Registry) => void)[] = [];

  counter(options: MetricOptions): Counter {
    return this.counters({ ...options, labels: [] }).only();
  }

  counters(options: LabelledOptions): Vector<Counter> {
    return this.#add(new Vector(describe(options, 'counter'), () => new Counter()));
  }

  gauge(options: MetricOptions): Gauge {
    return this.gauges({ ...options, labels: [] }).only();
  }

  gauges(options: LabelledOptions): Vector<Gauge> {
    return this.#add(new Vector(describe(options, 'gauge'), () => new Gauge()));
  }

  /** `buckets`: upper bounds, ascending, without the infinite one. */
  histogram(options: MetricOptions & { readonly buckets: readonly number[] }): Histogram {
    return this.histograms({ ...options, labels: [] }).only();
  }

  histograms(options: LabelledOptions & { readonly buckets: readonly number[] }): Vector<Histogram> {
    return this.#add(new Vector(describe(options, 'histogram'), () => new Histogram(options.buckets)));
  }

  /** A gauge, or a counter, whose values are looked up when somebody scrapes. */
  collect(
    options: LabelledOptions & { readonly type?: 'counter' | 'gauge'; readonly at?: () => number },
    collect: (emit: Emit) => void,
  ): void {
    this.#add(new Collected(describe(options, options.type ?? 'gauge'), collect, options.at));
  }

  /**
   * Adds families with `collect` when somebody first looks: until then they have nothing to keep, and of the many processes of
   * a large cluster hardly any is ever scraped.
   */
  later(add: (registry: Registry) => void): void {
    this.#late.push(add);
  }

  /** A process that starts anew counts from 0: whoever draws rates sees it. Instruments that were handed out stay good. */
  reset(): void {
    for (const family of this.#families.values()) family.reset();
  }

  /** A family as it stands, for those inside the world who ask for one figure. */
  get(name: string): Family | undefined {
    return this.#all().get(name);
  }

  get families(): Iterable<Family> {
    return this.#all().values();
  }

  /** The answer to a scrape. */
  text(): string {
    return expose(this.#all().values());
  }

  #all(): ReadonlyMap<string, Family> {
    const late = this.#late;
    this.#late = [];
    for (const add of late) add(this);
    return this.#families;
  }

  #add<F extends Family>(family: F): F {
    if (this.#families.has(family.name)) throw new Error(`metric ${family.name} is registered twice`);
    this.#families.set(family.name, family);
    return family;
  }
}

function describe({ name, help, stability = 'ALPHA', labels }: LabelledOptions, type: MetricType): ConstructorParameters<typeof Vector>[0] {
  return { name, help, stability, type, labels };
}
