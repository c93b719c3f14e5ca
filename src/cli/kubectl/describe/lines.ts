import { tabulate } from '../tabwriter.ts';
import { sortedKeys, text } from '../values.ts';
import type { JsonObject } from '../values.ts';

/** Lines of tab-separated cells; `describe` lines them up at the end. */
export class Lines {
  text = '';
  add(level: number, line: string): void {
    this.text += `${'  '.repeat(level)}${line}\n`;
  }
}

export function tabbed(lines: Lines): string {
  return tabulate(lines.text);
}

/** Longest annotation on a line of its title's; of a longer one, the longest line. */
const LONGEST = 140;

/** `Labels:` with one pair a line; long and many-lined annotations stand under their key. */
export function addMap(lines: Lines, title: string, map: JsonObject, colon: string, hidden: readonly string[] = []): void {
  const keys = sortedKeys(map).filter((key) => !hidden.includes(key));
  if (keys.length === 0) lines.add(0, `${title}\t<none>`);
  keys.forEach((key, i) => {
    const head = i === 0 ? title : '';
    const value = colon === ': ' ? text(map[key]).replace(/\n$/, '') : text(map[key]);
    if (colon !== ': ' || (value.length + key.length + 2 <= LONGEST && !value.includes('\n'))) {
      lines.add(0, `${head}\t${key}${colon}${value}`);
      return;
    }
    lines.add(0, `${head}\t${key}:`);
    for (const line of value.split('\n')) lines.add(0, `\t  ${line.length > LONGEST - 2 ? `${line.slice(0, LONGEST - 2)}...` : line}`);
  });
}
