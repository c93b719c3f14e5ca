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
