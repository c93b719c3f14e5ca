const RFC3339 = '2006-01-02T15:04:05Z07:00';
const RFC3339_MICRO = '2006-01-02T15:04:05.000000Z07:00';

// The pieces of the layouts in order: what Go calls them, and what they may look like.
const PIECES: readonly (readonly [string, RegExp])[] = [
  ['2006', /^\d{4}/], ['-', /^-/], ['01', /^\d{2}/], ['-', /^-/], ['02', /^\d{2}/], ['T', /^T/],
  ['15', /^\d{2}/], [':', /^:/], ['04', /^\d{2}/], [':', /^:/], ['05', /^\d{2}/],
]; // prettier-ignore
// What the server writes itself, and so what it mostly reads.
const CANONICAL = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const ZONE = /^(?:Z|[+-]\d{2}:\d{2})/;

/** Reads a time as `metav1.Time` or `MicroTime` does, and gives it as the server keeps it (UTC), or `time.Parse`'s complaint. */
export function canonicalTime(text: string, micro: boolean): { text: string } | { fault: string } {
  if (!micro && CANONICAL.test(text)) {
    const time = Date.parse(text);
    // A day that there is not would come back as another.
    if (!Number.isNaN(time) && new Date(time).toISOString().startsWith(text.slice(0, -1))) return { text };
  }
  const layout = micro ? RFC3339_MICRO : RFC3339;
  const wrong = (rest: string, piece: string): { fault: string } => ({
    fault: `parsing time ${JSON.stringify(text)} as ${JSON.stringify(layout)}: cannot parse ${JSON.stringify(rest)} as ${JSON.stringify(piece)}`,
  });
  let rest = text;
  const numbers: number[] = [];
  for (const [piece, shape] of PIECES) {
    const found = shape.exec(rest)?.[0];
    if (found === undefined) return wrong(rest, piece);
    if (piece.length > 1) numbers.push(Number(found));
    rest = rest.slice(found.length);
  }
  const fraction = (micro ? /^\.\d{6}/ : /^[.,]\d+/).exec(rest)?.[0] ?? '';
  if (micro && fraction === '') return wrong(rest, '.000000');
  rest = rest.slice(fraction.length);
  const zone = ZONE.exec(rest)?.[0];
  if (zone === undefined) return wrong(rest, 'Z07:00');
  rest = rest.slice(zone.length);
  if (rest !== '') return { fault: `parsing time ${JSON.stringify(text)}: extra text: ${JSON.stringify(rest)}` };
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = numbers;
  const range = (what: string): { fault: string } => ({ fault: `parsing time ${JSON.stringify(text)}: ${what} out of range` });
  if (month < 1 || month > 12) return range('month');
  if (hour > 23) return range('hour');
  if (minute > 59) return range('minute');
  if (second > 59) return range('second');
  if (day < 1 || day > new Date(Date.UTC(year, month, 0)).getUTCDate()) return range('day');
  const offset = zone === 'Z' ? 0 : (zone[0] === '-' ? -1 : 1) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6)));
  const utc = new Date(Date.UTC(year, month - 1, day, hour, minute - offset, second)).toISOString().slice(0, 19);
  return { text: micro ? `${utc}${fraction}Z` : `${utc}Z` };
}
