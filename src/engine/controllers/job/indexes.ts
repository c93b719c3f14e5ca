/** Completion indexes in the form of `.status.completedIndexes`: `0,2-5,7`. */

export interface Interval {
  readonly first: number;
  readonly last: number;
}

/** In order, neither overlapping nor touching. */
export type Intervals = readonly Interval[];

/** Reads the text form. What is not below `completions` is left out: the job may have been scaled down. */
export function parseIndexes(text: string | undefined, completions: number): Intervals {
  const result: Interval[] = [];
  if (text === undefined || text === '') return result;
  for (const part of text.split(',')) {
    const [low = '', high] = part.split('-');
    const first = wholeNumber(low);
    const end = high === undefined ? first : wholeNumber(high);
    if (first === undefined || end === undefined) continue;
    if (first >= completions) break;
    put(result, { first, last: Math.min(end, completions - 1) });
  }
  return result;
}

export function formatIndexes(intervals: Intervals): string {
  return intervals
    .map(({ first, last }) => {
      if (first === last) return String(first);
      // Two in a row are told apart by a comma, as upstream writes them.
      return `${first}${last === first + 1 ? ',' : '-'}${last}`;
    })
    .join(',');
}

export function merge(a: Intervals, b: Intervals): Intervals {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  const result: Interval[] = [];
  let [i, j] = [0, 0];
  for (;;) {
    const [left, right] = [a[i], b[j]];
    if (left !== undefined && (right === undefined || left.first < right.first)) {
      put(result, left);
      i++;
    } else if (right !== undefined) {
      put(result, right);
      j++;
    } else return result;
  }
}

export function withIndexes(intervals: Intervals, indexes: Iterable<number>): Intervals {
  const singles: Interval[] = [];
  for (const index of [...indexes].sort((a, b) => a - b)) put(singles, { first: index, last: index });
  return merge(intervals, singles);
}

export function countOf(intervals: Intervals): number {
  let count = 0;
  for (const { first, last } of intervals) count += last - first + 1;
  return count;
}

export function includes(intervals: Intervals, index: number): boolean {
  return intervals.some(({ first, last }) => first <= index && index <= last);
}

/** How many indexes are in both. */
export function overlapOf(a: Intervals, b: Intervals): number {
  let count = 0;
  let [i, j] = [0, 0];
  for (;;) {
    const [left, right] = [a[i], b[j]];
    if (left === undefined || right === undefined) return count;
    count += Math.max(0, Math.min(left.last, right.last) - Math.max(left.first, right.first) + 1);
    if (left.last < right.last) i++;
    else j++;
  }
}

/** The first `count` indexes below `completions` that `taken` leaves free. */
export function firstFree(taken: Intervals, count: number, completions: number): number[] {
  const free: number[] = [];
  let candidate = 0;
  const upTo = (end: number): void => {
    for (; candidate < end && candidate < completions && free.length < count; candidate++) free.push(candidate);
  };
  for (const { first, last } of taken) {
    upTo(first);
    if (free.length === count) return free;
    candidate = Math.max(candidate, last + 1);
  }
  upTo(completions);
  return free;
}

/** Adds an interval that begins no earlier than the last one. */
function put(result: Interval[], interval: Interval): void {
  const last = result.at(-1);
  if (last === undefined || interval.first > last.last + 1) result.push(interval);
  else if (interval.last > last.last) result[result.length - 1] = { first: last.first, last: interval.last };
}

function wholeNumber(text: string): number | undefined {
  return /^[0-9]+$/.test(text) ? Number(text) : undefined;
}
