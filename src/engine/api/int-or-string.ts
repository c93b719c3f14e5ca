/** Numbers that may be written as percentages (`maxSurge: 25%`). */

/**
 * The number meant: a percentage of `total`, rounded up or down, or the number itself. A text that is no percentage
 * counts as 0, as validation has refused it before.
 */
export function resolveIntOrPercent(value: number | string, total: number, roundUp: boolean): number {
  if (typeof value === 'number') return value;
  const percent = percentOf(value);
  if (percent === undefined) return 0;
  // Whole numbers throughout: 0.07 * 100 is more than 7.
  const hundredfold = percent * total;
  return roundUp ? Math.ceil(hundredfold / 100) : Math.floor(hundredfold / 100);
}

/** 25 for `25%`; `undefined` for any other text. */
export function percentOf(text: string): number | undefined {
  return /^[0-9]+%$/.test(text) ? Number(text.slice(0, -1)) : undefined;
}
