import { isBlank, isBlankOrEnd, isBreak } from './characters.ts';
import type { Reader } from './reader.ts';

/** A plain scalar; `broken` tells that a line break came behind its last word. `indent` is that of the block around it. */
export function scanPlain(reader: Reader, indent: number, inFlow: boolean): { value: string; broken: boolean } {
  let value = '';
  let gap = new Gap();
  for (;;) {
    if (reader.atDocumentIndicator() || reader.at() === '#') break;
    let word = '';
    while (!isBlankOrEnd(reader.at())) {
      const c = reader.at() as string;
      if ((c === ':' && isBlankOrEnd(reader.at(1))) || (inFlow && ',?[]{}'.includes(c))) break;
      word += reader.take();
    }
    if (word !== '') {
      value += gap.folded() + word;
      gap = new Gap();
    }
    if (!isBlank(reader.at()) && !isBreak(reader.at())) break;
    while (isBlank(reader.at()) || isBreak(reader.at()))
      if (isBlank(reader.at())) {
        if (gap.broken && reader.column < indent + 1 && reader.at() === '\t')
          throw reader.fault('found a tab character that violates indentation');
        gap.blank(reader.take());
      } else gap.break(reader.takeBreak());
    if (!inFlow && reader.column < indent + 1) break;
  }
  return { value, broken: gap.broken };
}

const ESCAPES: Readonly<Record<string, string>> = {
  '0': '\0', a: '\x07', b: '\b', t: '\t', '\t': '\t', n: '\n', v: '\v', f: '\f', r: '\r', e: '\x1b', ' ': ' ', '"': '"', '\\': '\\',
  N: '\x85', _: '\xa0', L: '\u2028', P: '\u2029',
}; // prettier-ignore
const CODE_LENGTHS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/** A scalar in quotes. */
export function scanQuoted(reader: Reader): string {
  const quote = reader.take();
  const single = quote === "'";
  let value = '';
  for (;;) {
    if (reader.atDocumentIndicator()) throw reader.fault('found unexpected document indicator');
    if (reader.at() === undefined) throw reader.fault('found unexpected end of stream');
    const gap = new Gap();
    while (!isBlankOrEnd(reader.at())) {
      if (single && reader.at() === "'" && reader.at(1) === "'") {
        reader.skip(2);
        value += "'";
      } else if (reader.at() === quote) break;
      else if (!single && reader.at() === '\\' && isBreak(reader.at(1))) {
        reader.skip();
        reader.takeBreak();
        gap.escaped();
        break;
      } else if (!single && reader.at() === '\\') value += escaped(reader);
      else value += reader.take();
    }
    if (reader.at() === quote) break;
    while (isBlank(reader.at()) || isBreak(reader.at()))
      if (isBlank(reader.at())) gap.blank(reader.take());
      else gap.break(reader.takeBreak());
    value += gap.folded();
  }
  reader.skip();
  return value;
}

function escaped(reader: Reader): string {
  const letter = reader.at(1) ?? '';
  const length = CODE_LENGTHS[letter];
  if (length === undefined) {
    const meant = ESCAPES[letter];
    if (meant === undefined) throw reader.fault('found unknown escape character');
    reader.skip(2);
    return meant;
  }
  reader.skip(2);
  const digits = reader.text.slice(reader.index, reader.index + length);
  if (!/^[0-9a-fA-F]+$/.test(digits) || digits.length < length) throw reader.fault('did not find expected hexdecimal number');
  const code = Number.parseInt(digits, 16);
  if ((code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff) throw reader.fault('found invalid Unicode character escape code');
  reader.skip(length);
  return String.fromCodePoint(code);
}

/** A scalar of whole lines, literal (`|`) or folded (`>`), in a block that is indented so far. */
export function scanBlock(reader: Reader, around: number): string {
  const literal = reader.take() === '|';
  let chomping = '';
  let increment = 0;
  for (let i = 0; i < 2; i++) {
    const c = reader.at() ?? '';
    if ((c === '+' || c === '-') && chomping === '') chomping = reader.take();
    else if (/^\d$/.test(c) && increment === 0) {
      if (c === '0') throw reader.fault('found an indentation indicator equal to 0');
      increment = Number(reader.take());
    }
  }
  reader.skipRestOfLine();
  let indent = increment === 0 ? 0 : Math.max(around, 0) + increment;
  let value = '';
  let leading = '';
  let trailing = '';
  let afterBlank = false;
  const breaks = (): void => {
    let widest = 0;
    for (;;) {
      while ((indent === 0 || reader.column < indent) && reader.at() === ' ') reader.take();
      widest = Math.max(widest, reader.column);
      if ((indent === 0 || reader.column < indent) && reader.at() === '\t')
        throw reader.fault('found a tab character where an indentation space is expected');
      if (!isBreak(reader.at())) break;
      trailing += reader.takeBreak();
    }
    if (indent === 0) indent = Math.max(widest, around + 1, 1);
  };
  breaks();
  while (reader.column === indent && reader.at() !== undefined) {
    const blank = isBlank(reader.at());
    // A folded scalar keeps the breaks around lines that are indented further.
    if (!literal && leading.startsWith('\n') && !afterBlank && !blank) value += trailing === '' ? ' ' : '';
    else value += leading;
    leading = '';
    value += trailing;
    trailing = '';
    afterBlank = blank;
    while (reader.at() !== undefined && !isBreak(reader.at())) value += reader.take();
    if (reader.at() !== undefined) leading = reader.takeBreak();
    breaks();
  }
  return value + (chomping === '-' ? '' : leading) + (chomping === '+' ? trailing : '');
}

/** What stands between two words: blanks on one line stay, the first line break is worth a blank, the others stay. */
class Gap {
  broken = false;
  #blanks = '';
  #first = '';
  #others = '';

  blank(c: string): void {
    if (!this.broken) this.#blanks += c;
  }

  break(c: string): void {
    if (this.broken) this.#others += c;
    else this.#first = c;
    this.broken = true;
    this.#blanks = '';
  }

  /** A break behind a backslash is worth nothing. */
  escaped(): void {
    this.broken = true;
  }

  folded(): string {
    if (!this.broken) return this.#blanks;
    return this.#first === '\n' && this.#others === '' ? ' ' : this.#first === '\n' ? this.#others : this.#first + this.#others;
  }
}
