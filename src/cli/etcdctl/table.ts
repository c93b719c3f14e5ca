/** A table as olekukonko/tablewriter draws it for etcdctl: capital headers in the middle, cells to the right. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const titles = header.map((title) => title.toUpperCase());
  const widths = titles.map((title, i) => Math.max(title.length, ...rows.map((row) => (row[i] ?? '').length)));
  const rule = `+${widths.map((width) => '-'.repeat(width + 2)).join('+')}+\n`;
  const centred = titles.map((title, i) => {
    const gap = (widths[i] as number) - title.length;
    return `${' '.repeat(Math.floor(gap / 2))}${title}${' '.repeat(Math.ceil(gap / 2))}`;
  });
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  return `${rule}${line(centred)}${rule}${rows.map((row) => line(row.map((cell, i) => cell.padStart(widths[i] as number)))).join('')}${rule}`;
}

/** dustin/go-humanize: `25 MB`, `2.1 GB`. */
export function humanBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  if (bytes < 10) return `${bytes} B`;
  const power = Math.min(units.length - 1, Math.floor(Math.log(bytes) / Math.log(1000) + 1e-12));
  const value = Math.floor((bytes / 1000 ** power) * 10 + 0.5) / 10;
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ${units[power] ?? ''}`;
}
