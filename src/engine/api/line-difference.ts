/**
 * Unified differences of texts, as the server prints them: the matching of Python's `difflib` (with its rule about lines
 * that occur all over a long text), three lines of context.
 */
export function lineDifference(before: readonly string[], after: readonly string[]): string {
  const changes = opcodes(before, after);
  const hunks = group(changes, 3);
  let text = '';
  for (const hunk of hunks) {
    const first = hunk[0] as Change;
    const last = hunk.at(-1) as Change;
    text += `@@ -${range(first.a, last.aEnd)} +${range(first.b, last.bEnd)} @@\n`;
    for (const { same, a, aEnd, b, bEnd } of hunk) {
      if (same) for (const line of before.slice(a, aEnd)) text += ` ${line}\n`;
      else {
        for (const line of before.slice(a, aEnd)) text += `-${line}\n`;
        for (const line of after.slice(b, bEnd)) text += `+${line}\n`;
      }
    }
  }
  return text;
}

/** The same of two values, each printed as indented JSON. */
export function formDifference(before: object, after: object): string {
  return lineDifference(linesOf(before), linesOf(after));
}

const linesOf = (value: object): string[] => JSON.stringify(value, null, 1).split('\n');

interface Change {
  readonly same: boolean;
  readonly a: number;
  readonly aEnd: number;
  readonly b: number;
  readonly bEnd: number;
}

function range(start: number, end: number): string {
  const length = end - start;
  if (length === 1) return String(start + 1);
  return `${length === 0 ? start : start + 1},${length}`;
}

function opcodes(a: readonly string[], b: readonly string[]): Change[] {
  const changes: Change[] = [];
  let i = 0;
  let j = 0;
  for (const [x, y, size] of matchingBlocks(a, b)) {
    if (i < x || j < y) changes.push({ same: false, a: i, aEnd: x, b: j, bEnd: y });
    if (size > 0) changes.push({ same: true, a: x, aEnd: x + size, b: y, bEnd: y + size });
    i = x + size;
    j = y + size;
  }
  return changes;
}

type Block = readonly [number, number, number];

function matchingBlocks(a: readonly string[], b: readonly string[]): Block[] {
  const places = placesOf(b);
  const found: Block[] = [];
  const visit = (aLow: number, aHigh: number, bLow: number, bHigh: number): void => {
    const [i, j, size] = longestMatch(a, b, places, aLow, aHigh, bLow, bHigh);
    if (size === 0) return;
    if (aLow < i && bLow < j) visit(aLow, i, bLow, j);
    found.push([i, j, size]);
    if (i + size < aHigh && j + size < bHigh) visit(i + size, aHigh, j + size, bHigh);
  };
  visit(0, a.length, 0, b.length);
  const joined: [number, number, number][] = [];
  for (const [i, j, size] of found) {
    const last = joined.at(-1);
    if (last !== undefined && last[0] + last[2] === i && last[1] + last[2] === j) last[2] += size;
    else joined.push([i, j, size]);
  }
  return [...joined, [a.length, b.length, 0]];
}

// Lines of a long text that make up more than a hundredth of it start no match.
function placesOf(b: readonly string[]): Map<string, number[]> {
  const places = new Map<string, number[]>();
  b.forEach((line, index) => {
    const list = places.get(line);
    if (list === undefined) places.set(line, [index]);
    else list.push(index);
  });
  if (b.length >= 200) {
    const popular = Math.floor(b.length / 100) + 1;
    for (const [line, list] of places) if (list.length > popular) places.delete(line);
  }
  return places;
}

function longestMatch(
  a: readonly string[],
  b: readonly string[],
  places: ReadonlyMap<string, readonly number[]>,
  aLow: number,
  aHigh: number,
  bLow: number,
  bHigh: number,
): Block {
  let bestI = aLow;
  let bestJ = bLow;
  let best = 0;
  let lengths = new Map<number, number>();
  for (let i = aLow; i < aHigh; i++) {
    const next = new Map<number, number>();
    for (const j of places.get(a[i] as string) ?? []) {
      if (j < bLow) continue;
      if (j >= bHigh) break;
      const length = (lengths.get(j - 1) ?? 0) + 1;
      next.set(j, length);
      if (length > best) {
        bestI = i - length + 1;
        bestJ = j - length + 1;
        best = length;
      }
    }
    lengths = next;
  }
  while (bestI > aLow && bestJ > bLow && a[bestI - 1] === b[bestJ - 1]) {
    bestI--;
    bestJ--;
    best++;
  }
  while (bestI + best < aHigh && bestJ + best < bHigh && a[bestI + best] === b[bestJ + best]) best++;
  return [bestI, bestJ, best];
}

function group(changes: readonly Change[], context: number): Change[][] {
  if (!changes.some(({ same }) => !same)) return [];
  const codes = changes.map((change, index): Change => {
    if (!change.same) return change;
    const { aEnd, bEnd } = change;
    if (index === 0) {
      const skip = Math.max(0, aEnd - change.a - context);
      return { ...change, a: change.a + skip, b: change.b + skip };
    }
    if (index === changes.length - 1) {
      const keep = Math.min(context, aEnd - change.a);
      return { ...change, aEnd: change.a + keep, bEnd: change.b + keep };
    }
    return { ...change, aEnd, bEnd };
  });
  const groups: Change[][] = [];
  let current: Change[] = [];
  for (const [index, code] of codes.entries()) {
    const inner = code.same && index > 0 && index < codes.length - 1;
    if (inner && code.aEnd - code.a > 2 * context) {
      current.push({ ...code, aEnd: code.a + context, bEnd: code.b + context });
      groups.push(current);
      current = [{ ...code, a: code.aEnd - context, b: code.bEnd - context }];
    } else current.push(code);
  }
  groups.push(current);
  return groups;
}
