import { LIST_COST, PATTERN, TRAVERSAL } from './costs.ts';

/** How much something may be at least and at most: a size, or a cost. */
export interface Range {
  readonly min: number;
  readonly max: number;
}
/** As much as can be counted (`math.MaxUint64`). */
export const UNBOUNDED = 2 ** 64;
export const UNKNOWN: Range = { min: 0, max: UNBOUNDED };
export const NOTHING: Range = { min: 0, max: 0 };

export const fixed = (value: number): Range => ({ min: value, max: value });
export const cap = (value: number): number => Math.min(value, UNBOUNDED);
const product = (a: number, b: number): number => (a === 0 || b === 0 ? 0 : cap(a * b));
export const add = (...all: readonly Range[]): Range =>
  all.reduce((sum, { min, max }) => ({ min: cap(sum.min + min), max: cap(sum.max + max) }), NOTHING);
export const multiply = (a: Range, b: Range): Range => ({ min: product(a.min, b.min), max: product(a.max, b.max) });
export const times = ({ min, max }: Range, factor: number): Range => ({
  min: Math.ceil(product(min, factor)),
  max: cap(Math.ceil(product(max, factor))),
});
export const union = (a: Range, b: Range): Range => ({ min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) });

/** The sizes of a list's or a map's keys and values. */
export interface Entries {
  readonly list: boolean;
  readonly key: Range;
  readonly value: Range;
}

/** A variable that an expression brings along. */
export interface Local {
  readonly path: readonly string[];
  readonly size: Range | undefined;
  readonly entries: Entries | undefined;
}

/** What a call costs, without its arguments, and how large its result is. */
export interface Call {
  readonly cost: Range;
  readonly size?: Range | undefined;
}

/** The cost of a function that makes a list, and how large that is. */
export const allocating = (size: Range, factor: number): { readonly cost: Range; readonly size: Range } => ({
  cost: add(times(size, factor), fixed(1 + LIST_COST)),
  size,
});

/** The cost of looking for a pattern in a text. Even an empty text is looked at. */
export const patternCost = (text: Range, pattern: Range): Range => multiply(times(add(text, fixed(1)), TRAVERSAL), times(pattern, PATTERN));

/** How long a text can be of which parts are replaced. */
export function replaced(text: Range, old: Range, by: Range): Range {
  const count = { min: 0, max: 0 };
  const kept = { min: 0, max: 0 };
  if (old.min === 0) {
    count.max = cap(text.max + 1);
    kept.max = text.max;
  } else if (by.max <= old.min) kept.max = text.max;
  else count.max = Math.ceil(text.max / old.min);
  if (old.max === 0) {
    count.min = text.min + 1;
    kept.min = text.min;
  } else if (old.max <= by.min) kept.min = text.min;
  else count.min = Math.ceil(text.min / old.max);
  return add(multiply(count, by), kept);
}
