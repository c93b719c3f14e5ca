const CHUNK = 256;

// So many that wait are put in one by one; more are sorted and merged into all the runs.
const FEW = 32;

/**
 * A sorted set of texts: a list of short sorted runs. Adding into the middle moves at most one run, and a range walk
 * is a walk over arrays. Order is by UTF-16 code unit, which for the API server's keys is etcd's byte order. New keys wait
 * until somebody reads: while a cluster fills, thousands are written between two reads.
 */
export class SortedKeys {
  #runs: string[][] = [];
  #size = 0;
  #waiting: string[] = [];

  get size(): number {
    this.#settle();
    return this.#size;
  }

  add(key: string): void {
    this.#waiting.push(key);
  }

  delete(key: string): void {
    this.#settle();
    if (this.#runs.length === 0) return;
    const at = this.#runFor(key);
    const keys = this.#runs[at] as string[];
    const place = lowerBound(keys, key);
    if (keys[place] !== key) return;
    keys.splice(place, 1);
    this.#size--;
    if (keys.length === 0) this.#runs.splice(at, 1);
  }

  /** Keys in [start, end), in order, without the first `skip`. An empty `end` is open. */
  *range(start: string, end: string, skip = 0): Generator<string, void, undefined> {
    this.#settle();
    if (this.#runs.length === 0) return;
    let at = this.#runFor(start);
    let place = lowerBound(this.#runs[at] as string[], start);
    for (place += skip; at < this.#runs.length - 1 && place >= (this.#runs[at] as string[]).length; at++)
      place -= (this.#runs[at] as string[]).length;
    for (; at < this.#runs.length; at++, place = 0) {
      const keys = this.#runs[at] as string[];
      for (; place < keys.length; place++) {
        const key = keys[place] as string;
        if (end !== '' && key >= end) return;
        yield key;
      }
    }
  }

  /** How many keys are in [start, end). */
  count(start: string, end: string): number {
    this.#settle();
    return Math.max(0, (end === '' ? this.#size : this.#rank(end)) - this.#rank(start));
  }

  /** Puts the keys that wait where they belong. */
  #settle(): void {
    const waiting = this.#waiting;
    if (waiting.length === 0) return;
    this.#waiting = [];
    if (waiting.length <= FEW) {
      for (const key of waiting) this.#insert(key);
      return;
    }
    waiting.sort();
    const runs = this.#runs.length === 0 ? [[]] : this.#runs;
    let from = 0;
    this.#runs = [];
    this.#size = 0;
    runs.forEach((run, i) => {
      const next = runs[i + 1]?.[0];
      const to = next === undefined ? waiting.length : lowerBound(waiting, next, from);
      this.#append(to === from ? run : merged(run, waiting, from, to));
      from = to;
    });
  }

  #append(keys: string[]): void {
    this.#size += keys.length;
    if (keys.length <= 2 * CHUNK) this.#runs.push(keys);
    else for (let i = 0; i < keys.length; i += CHUNK) this.#runs.push(keys.slice(i, i + CHUNK));
  }

  #insert(key: string): void {
    if (this.#runs.length === 0) this.#runs.push([]);
    const at = this.#runFor(key);
    const keys = this.#runs[at] as string[];
    const place = lowerBound(keys, key);
    if (keys[place] === key) return;
    keys.splice(place, 0, key);
    this.#size++;
    if (keys.length > 2 * CHUNK) this.#runs.splice(at + 1, 0, keys.splice(CHUNK));
  }

  /** How many keys come before `key`. */
  #rank(key: string): number {
    if (this.#runs.length === 0) return 0;
    const at = this.#runFor(key);
    let before = lowerBound(this.#runs[at] as string[], key);
    for (let i = 0; i < at; i++) before += (this.#runs[i] as string[]).length;
    return before;
  }

  /** The last run that begins at or before `key` (the first run when none does). */
  #runFor(key: string): number {
    let low = 0;
    let high = this.#runs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (((this.#runs[middle] as string[])[0] ?? '') <= key) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }
}

/** Both sorted; a key that is in both comes once. */
function merged(run: readonly string[], added: readonly string[], from: number, to: number): string[] {
  const keys: string[] = [];
  let last: string | undefined;
  for (let i = 0, j = from; i < run.length || j < to;) {
    const key = (j >= to || (i < run.length && (run[i] as string) <= (added[j] as string)) ? run[i++] : added[j++]) as string;
    if (key !== last) keys.push(key);
    last = key;
  }
  return keys;
}

function lowerBound(keys: readonly string[], key: string, from = 0): number {
  let low = from;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((keys[middle] as string) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The end of the range of all keys that begin with `prefix`, as etcd clients compute it. */
export function prefixEnd(prefix: string): string {
  for (let i = prefix.length - 1; i >= 0; i--) {
    const unit = prefix.charCodeAt(i);
    if (unit < 0xffff) return prefix.slice(0, i) + String.fromCharCode(unit + 1);
  }
  return '';
}
