import type { Family } from './family.ts';
import { Histogram, type Counter, type Gauge, type Instrument } from './instruments.ts';
import { formatNumber } from './number.ts';

/** Of `expose`'s text. */
export const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/**
 * The text format 0.0.4 of Prometheus: families by name, the lines of one by the values of their labels, so that two
 * scrapes of one state are the same text. A family that has nothing to tell is left out.
 */
export function expose(families: Iterable<Family>): string {
  const parts: string[] = [];
  for (const family of [...families].sort((a, b) => compare(a.name, b.name))) {
    // client_golang sorts labels by name, wherever they stood when the family was declared.
    const order = family.labels.map((_, i) => i).sort((a, b) => compare(family.labels[a] ?? '', family.labels[b] ?? ''));
    const lines = [...family.samples()].map(({ values, value }) => ({ values: order.map((i) => values[i] ?? ''), value }));
    if (lines.length === 0) continue;
    const labels = order.map((i) => family.labels[i] ?? '');
    lines.sort((a, b) => compareAll(a.values, b.values));
    const promise = family.stability === '' ? '' : `[${family.stability}] `;
    parts.push(`# HELP ${family.name} ${promise}${escapeHelp(family.help)}\n# TYPE ${family.name} ${family.type}\n`);
    const at = family.at === undefined ? '' : ` ${String(family.at())}`;
    for (const { values, value } of lines) parts.push(render(family.name, labels, values, value, at));
  }
  return parts.join('');
}

function render(name: string, labels: readonly string[], values: readonly string[], value: Instrument | number, at: string): string {
  const pairs = labels.map((label, i) => `${label}="${escapeValue(values[i] ?? '')}"`);
  if (value instanceof Histogram) return renderHistogram(name, pairs, value);
  const number = typeof value === 'number' ? value : (value as Counter | Gauge).value;
  return `${name}${braces(pairs)} ${formatNumber(number)}${at}\n`;
}

function renderHistogram(name: string, pairs: readonly string[], { bounds, counts, sum, count }: Histogram): string {
  let below = 0;
  let text = '';
  bounds.forEach((bound, i) => {
    below += counts[i] ?? 0;
    text += `${name}_bucket${braces([...pairs, `le="${formatNumber(bound)}"`])} ${formatNumber(below)}\n`;
  });
  text += `${name}_bucket${braces([...pairs, 'le="+Inf"'])} ${formatNumber(count)}\n`;
  return `${text}${name}_sum${braces(pairs)} ${formatNumber(sum)}\n${name}_count${braces(pairs)} ${formatNumber(count)}\n`;
}

const braces = (pairs: readonly string[]): string => (pairs.length === 0 ? '' : `{${pairs.join(',')}}`);

const escapeHelp = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');

const escapeValue = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function compareAll(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < a.length; i++) {
    const order = compare(a[i] ?? '', b[i] ?? '');
    if (order !== 0) return order;
  }
  return 0;
}
