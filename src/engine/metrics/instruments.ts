/** Something that can be counted or measured, with one set of labels. */
export interface Instrument {
  /** Has it anything to tell? What a restarted component counted before its restart it has not. */
  readonly live: boolean;
  /** Back to the state of a process that has just started. `shown`: told of nevertheless, as what has no labels is. */
  reset(shown: boolean): void;
}

/** One number. */
class Single implements Instrument {
  value = 0;
  #shown = true;

  get live(): boolean {
    return this.#shown || this.value !== 0;
  }

  reset(shown: boolean): void {
    this.value = 0;
    this.#shown = shown;
  }
}

export class Counter extends Single {
  inc(by = 1): void {
    this.value += by;
  }
}

export class Gauge extends Single {
  set(value: number): void {
    this.value = value;
  }

  add(by: number): void {
    this.value += by;
  }
}

export class Histogram implements Instrument {
  #counts: number[] | undefined;
  sum = 0;
  count = 0;
  #shown = true;

  constructor(readonly bounds: readonly number[]) {}

  /** Observations in each bucket, not cumulated; the last is for those above every bound. */
  get counts(): readonly number[] {
    return this.#counts ?? this.#zeros();
  }

  observe(value: number): void {
    const { bounds } = this;
    let at = 0;
    while (at < bounds.length && value > (bounds[at] as number)) at++;
    const counts = (this.#counts ??= this.#zeros());
    counts[at] = (counts[at] as number) + 1;
    this.sum += value;
    this.count++;
  }

  get live(): boolean {
    return this.#shown || this.count > 0;
  }

  reset(shown: boolean): void {
    this.#counts = undefined;
    this.sum = 0;
    this.count = 0;
    this.#shown = shown;
  }

  #zeros(): number[] {
    return this.bounds.map(() => 0).concat(0);
  }
}
