/** Where text comes to an end on a screen of so many columns. */
export interface Place {
  readonly row: number;
  readonly column: number;
}

const ESCAPE = /\x1b\[[0-9;]*m/g;

/** Cells a character takes: 0 for what joins the one before it, 2 for East Asian wide ones (Unicode 6, as xterm counts). */
export function charWidth(c: string): number {
  const code = c.codePointAt(0) ?? 0;
  if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return 0;
  if (code < 0x300) return 1;
  if (/^[\p{Mn}\p{Me}\u1160-\u11ff\u200b-\u200f\u202a-\u202e\u2060-\u2063\ufeff]/u.test(c)) return 0;
  const wide =
    (code >= 0x1100 && code < 0x1160) ||
    code === 0x2329 ||
    code === 0x232a ||
    (code >= 0x2e80 && code < 0xa4d0 && code !== 0x303f) ||
    (code >= 0xac00 && code < 0xd7a4) ||
    (code >= 0xf900 && code < 0xfb00) ||
    (code >= 0xfe30 && code < 0xfe70) ||
    (code >= 0xff00 && code < 0xff61) ||
    (code >= 0xffe0 && code < 0xffe7) ||
    (code >= 0x20000 && code < 0x3fffe);
  return wide ? 2 : 1;
}

/** Lays text out from the left margin; colours take no room. `column` may be `columns`: the cursor hangs behind a full row. */
export function layOut(text: string, columns: number): Place {
  let row = 0;
  let column = 0;
  for (const c of text.replace(ESCAPE, '')) {
    if (c === '\n') {
      row++;
      column = 0;
      continue;
    }
    if (c === '\t') {
      column = Math.min(columns - 1, (Math.floor(column / 8) + 1) * 8);
      continue;
    }
    const width = charWidth(c);
    if (column + width > columns) {
      row++;
      column = 0;
    }
    column += width;
  }
  return { row, column };
}

/** The index of the next character's start (or the one before), over characters that join. */
export function nextChar(text: string, at: number): number {
  let next = at + codeLength(text, at);
  while (next < text.length && charWidth(charAt(text, next)) === 0) next += codeLength(text, next);
  return Math.min(text.length, next);
}

export function previousChar(text: string, at: number): number {
  let before = at;
  do {
    before -= before >= 2 && /[\udc00-\udfff]/.test(text[before - 1] ?? '') ? 2 : 1;
  } while (before > 0 && charWidth(charAt(text, before)) === 0);
  return Math.max(0, before);
}

function charAt(text: string, at: number): string {
  return String.fromCodePoint(text.codePointAt(at) ?? 0);
}

function codeLength(text: string, at: number): number {
  return (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
}
