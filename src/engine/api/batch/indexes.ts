/** How many indexes a text like `0-3,5` names below `completions`; a text where it is not well-formed. */
export function countIndexes(text: string, completions: number): number | string {
  if (text === '') return 0;
  let total = 0;
  let last: number | undefined;
  for (const interval of text.split(',')) {
    const limits = interval.split('-');
    if (limits.length > 2)
      return `the fragment "${interval}" violates the requirement that an index interval can have at most two parts separated by '-'`;
    const numbers: number[] = [];
    for (const limit of limits) {
      if (!/^[-+]?[0-9]+$/.test(limit)) return `cannot convert string to integer for index: "${limit}"`;
      const value = Number(limit);
      if (value >= completions) return `too large index: "${limit}"`;
      numbers.push(value);
    }
    const [first = 0, end] = numbers;
    if (last !== undefined && last >= first) return `non-increasing order, previous: ${last}, current: ${first}`;
    if (end !== undefined && first >= end) return `non-increasing order, previous: ${first}, current: ${end}`;
    last = end ?? first;
    total += last - first + 1;
  }
  return total;
}

/** The first index that two well-formed texts both name. */
export function firstCommonIndex(a: string, b: string): number | undefined {
  const [left, right] = [limitsIn(a), limitsIn(b)];
  let least: number | undefined;
  for (const [first, last] of left) {
    for (const [from, to] of right) {
      const common = Math.max(first, from);
      if (common <= Math.min(last, to)) least = Math.min(least ?? common, common);
    }
  }
  return least;
}

function limitsIn(text: string): [number, number][] {
  if (text === '') return [];
  return text.split(',').map((interval) => {
    const [first = 0, last] = interval.split('-').map(Number);
    return [first, last ?? first];
  });
}
