/** Cells closed by a tab line up in columns, as Go's text/tabwriter does it: a column reaches as far as neighbouring lines have it. */
export function tabulate(text: string, options: { minimum?: number; padding?: number } = {}): string {
  const { minimum = 0, padding = 2 } = options;
  const lines = text.split('\n').map((line) => line.split('\t'));
  const widths = lines.map((cells) => Array.from({ length: Math.max(0, cells.length - 1) }, () => 0));
  const columns = Math.max(...widths.map((line) => line.length));
  for (let column = 0; column < columns; column++) {
    for (let first = 0; first < lines.length; first++) {
      if (column >= (widths[first] as number[]).length) continue;
      let end = first;
      let width = minimum;
      for (; end < lines.length && column < (widths[end] as number[]).length; end++) {
        width = Math.max(width, displayWidth((lines[end] as string[])[column] as string) + padding);
      }
      for (let i = first; i < end; i++) (widths[i] as number[])[column] = width;
      first = end - 1;
    }
  }
  return lines.map((cells, i) => cells.map((cell, column) => pad(cell, (widths[i] as number[])[column] ?? 0)).join('')).join('\n');
}

export function displayWidth(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  let width = 0;
  for (const _ of text) width++;
  return width;
}

export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)));
}

/** kubectl's writer for tables: at least six wide, three apart. `remembered` keeps a watch's columns from shrinking. */
export function tableText(rows: readonly (readonly string[])[], remembered: number[] = []): string {
  measure(rows, remembered);
  return rows.map((row) => `${row.map((cell, i) => (i === row.length - 1 ? cell : pad(cell, remembered[i] ?? 0))).join('')}\n`).join('');
}

/** Widens columns to what rows ask for. */
export function measure(rows: readonly (readonly string[])[], remembered: number[]): void {
  for (const row of rows) {
    row.slice(0, -1).forEach((cell, i) => {
      remembered[i] = Math.max(remembered[i] ?? 6, displayWidth(cell) + 3);
    });
  }
}
