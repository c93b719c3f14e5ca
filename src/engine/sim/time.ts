/** Virtual time: whole milliseconds since the Unix epoch. Wall time never enters the engine. */
export type Millis = number;

export const SECOND: Millis = 1000;
export const MINUTE: Millis = 60 * SECOND;
export const HOUR: Millis = 60 * MINUTE;
export const DAY: Millis = 24 * HOUR;

/** `metav1.Time` as JSON: RFC 3339 in UTC, cut to whole seconds. */
export function formatTime(at: Millis): string {
  const second = Math.floor(at / SECOND);
  if (second !== lastSecond) {
    lastText = `${new Date(second * SECOND).toISOString().slice(0, 19)}Z`;
    lastSecond = second;
  }
  return lastText;
}

// Nearly all times that are written are the present one.
let lastSecond = Number.NaN;
let lastText = '';

/** `metav1.MicroTime` as JSON: RFC 3339 in UTC with six digits of a second. */
export function formatMicroTime(at: Millis): string {
  if (at !== lastMicro) {
    lastMicroText = `${new Date(at).toISOString().slice(0, 23)}000Z`;
    lastMicro = at;
  }
  return lastMicroText;
}

let lastMicro = Number.NaN;
let lastMicroText = '';

/** Reads what the two functions above write, and any RFC 3339 text. Unset or malformed times are `NaN`. */
export function parseTime(text: string | undefined): Millis {
  if (text === undefined) return Number.NaN;
  let at = read.get(text);
  if (at === undefined) {
    if (read.size >= REMEMBERED) read.clear();
    read.set(text, (at = Date.parse(text)));
  }
  return at;
}

// A thousand pods have a few times among them.
const REMEMBERED = 1024;
const read = new Map<string, Millis>();
