import { perSecond, type Line, type Phase, type Result } from './measure.ts';

/** One scenario as it came out: a result, or a sentence about why there is none. */
export interface Outcome {
  readonly title: string;
  readonly lines: readonly Line[];
  readonly ours: Result | string;
  readonly peer?: Result | string;
}

const HEAD = [
  '',
  'goal',
  'ours',
  'reached',
  'real',
  'CPU',
  'peer',
  'peer/ours',
  'peer CPU',
  'slice',
  'peer slice',
  'memory',
  'peer memory',
];

/** All outcomes side by side. A slice is the longest stretch of that phase in which nothing else could run; memory is the peak of the process. */
export function table(outcomes: readonly Outcome[]): string {
  const rows: string[][] = [HEAD];
  for (const { title, lines, ours, peer } of outcomes) {
    rows.push([title]);
    if (typeof ours === 'string') {
      rows.push([`  ${ours}`]);
      continue;
    }
    const theirs = typeof peer === 'string' ? undefined : peer;
    lines.forEach((line, index) => {
      const own = ours.phases.find(({ name }) => name === line.phase);
      const other = theirs?.phases.find(({ name }) => name === line.phase);
      const mine = own?.[line.field];
      const yours = other?.[line.field];
      rows.push([
        `  ${line.phase}`,
        amount(line.goal, line),
        amount(mine, line),
        line.goal === undefined || mine === undefined ? '' : reached(mine, line.goal, line),
        amount(line.real, line),
        cpu(own),
        amount(yours, line),
        mine === undefined || yours === undefined ? '' : `${(yours / mine).toFixed(1)}x`,
        cpu(other),
        slice(own),
        slice(other),
        index === 0 ? megabytes(ours.memory) : '',
        index === 0 && theirs !== undefined ? megabytes(theirs.memory) : '',
      ]);
    });
    if (typeof peer === 'string') rows.push([`  peer: ${peer}`]);
  }
  // A row of one cell is a heading: it does not make the first column wider.
  const widths = HEAD.map((_, column) => Math.max(...rows.filter(({ length }) => length > 1).map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) => (row.length === 1 ? (row[0] ?? '') : row.map((cell, i) => pad(cell, widths[i] ?? 0, i)).join('  ')).trimEnd())
    .join('\n');
}

function pad(cell: string, width: number, column: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width);
}

function amount(value: number | undefined, { unit }: Line): string {
  if (value === undefined) return '';
  const digits = value < 10 ? 1 : 0;
  const text = `${value.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits })} ${unit}`;
  return unit === 'µs' ? `${text}, ${perSecond(value)}` : text;
}

/** The share of the goal: 1 and more is reached. Of rates more is better, of everything else less. */
function reached(value: number, goal: number, { unit }: Line): string {
  const share = unit === 'x' || unit === 'pods/s' ? value / goal : goal / value;
  return `${share.toFixed(2)}${share >= 1 ? ' ✓' : '  '}`;
}

/** On a machine that has other work to do, the steadier number. */
function cpu(phase: Phase | undefined): string {
  return phase === undefined || phase.cpu < 1 ? '' : `${phase.cpu.toFixed(0)} ms`;
}

function slice(phase: Phase | undefined): string {
  return phase?.slice === undefined ? '' : `${phase.slice.toFixed(1)} ms`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}
