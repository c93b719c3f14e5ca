import { encode } from '../../engine/os/text.ts';

/** `s/…/…/`: the text afterwards, or `undefined` where nothing matches. `which`: the first match that counts. */
export function substitute(
  before: string,
  { regExp, text, all, which }: { regExp: RegExp; text: string; all: boolean; which: number },
): string | undefined {
  let result = '';
  let copied = 0;
  let seen = 0;
  let changed = false;
  regExp.lastIndex = 0;
  for (let match = regExp.exec(before); match !== null; match = regExp.exec(before)) {
    const end = match.index + match[0].length;
    // An empty match right behind another one is none.
    const counts = !(match[0] === '' && match.index === copied && seen > 0 && copied > 0);
    if (match[0] === '') regExp.lastIndex++;
    if (!counts) continue;
    seen++;
    if (seen >= which) {
      result += before.slice(copied, match.index) + substituted(text, match);
      copied = end;
      changed = true;
      if (!all) break;
    }
    if (end >= before.length && match[0] === '') break;
  }
  return changed ? result + before.slice(copied) : undefined;
}

/** `&`, `\1`, `\n` and the case changes `\U \L \u \l \E` of GNU. */
function substituted(replacement: string, match: readonly (string | undefined)[]): string {
  let result = '';
  let change: 'U' | 'L' | undefined;
  let once: 'u' | 'l' | undefined;
  const add = (text: string): void => {
    let changed = change === 'U' ? text.toUpperCase() : change === 'L' ? text.toLowerCase() : text;
    if (once !== undefined && changed !== '') {
      changed = (once === 'u' ? changed.slice(0, 1).toUpperCase() : changed.slice(0, 1).toLowerCase()) + changed.slice(1);
      once = undefined;
    }
    result += changed;
  };
  for (let i = 0; i < replacement.length; i++) {
    const c = replacement[i] as string;
    if (c === '&') add(match[0] ?? '');
    else if (c === '\\') {
      const next = replacement[++i] ?? '';
      if (/\d/.test(next)) add(match[Number(next)] ?? '');
      else if (next === 'U' || next === 'L') change = next;
      else if (next === 'u' || next === 'l') once = next;
      else if (next === 'E') change = undefined;
      else add(next === 'n' ? '\n' : next === 't' ? '\t' : next);
    } else add(c);
  }
  return result;
}

/** The command `l`: what does not show, as an escape. */
export function unambiguous(text: string): string {
  const names: Readonly<Record<string, string>> = {
    '\\': '\\\\',
    '\t': '\\t',
    '\n': '\\n',
    '\r': '\\r',
    '\x07': '\\a',
    '\b': '\\b',
    '\f': '\\f',
    '\v': '\\v',
  };
  const shown = [...encode(text)].map((byte) => {
    const c = String.fromCharCode(byte);
    return names[c] ?? (byte < 32 || byte > 126 ? `\\${byte.toString(8).padStart(3, '0')}` : c);
  });
  const lines: string[] = [];
  let line = '';
  for (const each of shown) {
    if (line.length + each.length > 69) {
      lines.push(`${line}\\\n`);
      line = '';
    }
    line += each;
  }
  return lines.join('') + line;
}
