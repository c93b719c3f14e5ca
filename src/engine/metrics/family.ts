import type { Instrument } from './instruments.ts';

export type MetricType = 'counter' | 'gauge' | 'histogram';
/** What Kubernetes promises of a metric; part of its HELP line. Others than Kubernetes promise nothing. */
export type Stability = 'ALPHA' | 'BETA' | 'STABLE' | '';

export interface Description {
  readonly name: string;
  /** One sentence. */
  readonly help: string;
  readonly type: MetricType;
  readonly stability: Stability;
  readonly labels: readonly string[];
}

/** One line of a scrape: a value and its labels, in the order of the family's. */
export interface Sample<V> {
  readonly values: readonly string[];
  readonly value: V;
}

export interface Family extends Description {
  /** When the values were true, in ms since 1970, where the lines say so. */
  readonly at?: (() => number) | undefined;
  samples(): Iterable<Sample<Instrument | number>>;
  reset(): void;
}

const NONE: never[] = [];

/** The instruments of one name, by the values of their labels. A lookup builds no text: it walks a map a label. */
export class Vector<I extends Instrument> implements Family {
  readonly #description: Description;
  readonly #make: () => I;
  /** Both are made with the first instrument. */
  #root: Map<string, unknown> | undefined;
  #made: Sample<I>[] = NONE;
  #only: I | undefined;

  constructor(description: Description, make: () => I) {
    this.#description = description;
    this.#make = make;
  }

  get name(): string {
    return this.#description.name;
  }
  get help(): string {
    return this.#description.help;
  }
  get type(): MetricType {
    return this.#description.type;
  }
  get stability(): Stability {
    return this.#description.stability;
  }
  get labels(): readonly string[] {
    return this.#description.labels;
  }

  /** The instrument with these values, in the order of the labels. Who counts often keeps it. */
  with(...values: string[]): I {
    const last = this.labels.length - 1;
    if (values.length !== last + 1) throw new Error(`${this.name} has ${last + 1} labels, ${values.length} values were given`);
    if (last < 0) return this.only();
    let at = (this.#root ??= new Map());
    for (let i = 0; i < last; i++) {
      const value = values[i] as string;
      let next = at.get(value) as Map<string, unknown> | undefined;
      if (next === undefined) at.set(value, (next = new Map()));
      at = next;
    }
    const value = values[last] as string;
    let instrument = at.get(value) as I | undefined;
    if (instrument === undefined) {
      instrument = this.#make();
      at.set(value, instrument);
      this.#add({ values, value: instrument });
    }
    return instrument;
  }

  /** As `with`, for who keeps an instrument that may never be used: it is told of once it has something to tell. */
  quiet(...values: string[]): I {
    const before = this.#made.length;
    const instrument = this.with(...values);
    if (this.#made.length > before) instrument.reset(false);
    return instrument;
  }

  /** The one instrument of a family without labels. */
  only(): I {
    if (this.#only === undefined) {
      this.#only = this.#make();
      this.#add({ values: NONE, value: this.#only });
    }
    return this.#only;
  }

  *samples(): Iterable<Sample<I>> {
    for (const sample of this.#made) if (sample.value.live) yield sample;
  }

  reset(): void {
    for (const { value } of this.#made) value.reset(this.labels.length === 0);
  }

  #add(sample: Sample<I>): void {
    if (this.#made.length === 0) this.#made = [sample];
    else this.#made.push(sample);
  }
}

/** Values that are there anyway, and are read only when somebody scrapes. */
export class Collected implements Family {
  readonly name: string;
  readonly help: string;
  readonly type: MetricType;
  readonly stability: Stability;
  readonly labels: readonly string[];

  constructor(
    description: Description,
    readonly collect: (emit: (value: number, ...values: string[]) => void) => void,
    readonly at?: () => number,
  ) {
    this.name = description.name;
    this.help = description.help;
    this.type = description.type;
    this.stability = description.stability;
    this.labels = description.labels;
  }

  samples(): Iterable<Sample<number>> {
    const samples: Sample<number>[] = [];
    this.collect((value, ...values) => samples.push({ values, value }));
    return samples;
  }

  reset(): void {
    // Nothing is kept here.
  }
}
