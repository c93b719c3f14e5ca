import { isBlank, isBlankOrEnd, isBreak, isWord, UNPRINTABLE } from './characters.ts';
import { Reader } from './reader.ts';
import { scanBlock, scanPlain, scanQuoted } from './scan-scalar.ts';
import { YamlFault, type Mark, type Structure, type Token } from './tokens.ts';

/** Where a key may have begun: only the `:` behind it tells. */
interface SimpleKey {
  readonly token: number;
  readonly mark: Mark;
  /** Nothing but a key can stand here. */
  readonly required: boolean;
}

// YAML 1.1: a key without `?` is on one line, and no longer than this.
const LONGEST_KEY = 1024;
// go-yaml opens no more than so many collections inside one another.
const MAX_DEPTH = 10_000;

/** The tokens of a YAML 1.1 text, where they begin and what they open, by the rules of libyaml's scanner. Throws `YamlFault`. */
export class Scanner {
  readonly #reader: Reader;
  readonly #queue: Token[] = [];
  #taken = 0;
  #ended = false;
  #indent = -1;
  readonly #indents: number[] = [];
  #keyAllowed = true;
  /** One for each flow collection that is open, and one for the block. */
  readonly #keys: (SimpleKey | undefined)[] = [undefined];
  /** Of tokens that have not been taken: in which collection they may begin a key. */
  readonly #levels = new Map<number, number>();

  constructor(text: string) {
    if (UNPRINTABLE.test(text)) throw YamlFault.of('control characters are not allowed');
    this.#reader = new Reader(text);
    if (text.startsWith('\ufeff')) this.#reader.index++;
  }

  peek(): Token {
    while (!this.#ended && this.#needsMore()) this.#fetch();
    return this.#queue[0] ?? { type: 'stream-end', start: this.#reader.mark };
  }

  take(): Token {
    const token = this.peek();
    if (this.#queue.shift() !== undefined) this.#levels.delete(this.#taken++);
    return token;
  }

  get #flow(): number {
    return this.#keys.length - 1;
  }

  /** A token that may turn out to begin a key waits until that is known. */
  #needsMore(): boolean {
    if (this.#queue.length === 0) return true;
    const level = this.#levels.get(this.#taken);
    return level !== undefined && this.#keys[level]?.token === this.#taken && this.#validKey(level) !== undefined;
  }

  #fetch(): void {
    this.#toNextToken();
    const reader = this.#reader;
    this.#unroll(reader.column);
    const c = reader.at();
    const blankNext = isBlankOrEnd(reader.at(1));
    if (c === undefined) this.#end();
    else if (reader.column === 0 && c === '%') this.#directive();
    else if (reader.atIndicator('---')) this.#document('document-start');
    else if (reader.atIndicator('...')) this.#document('document-end');
    else if (c === '[' || c === '{') this.#openFlow(c);
    else if (c === ']' || c === '}') this.#closeFlow(c);
    else if (c === ',') this.#indicator(',', true);
    else if (c === '-' && blankNext) this.#blockEntry();
    else if (c === '?' && (this.#flow > 0 || blankNext)) this.#key();
    else if (c === ':' && (this.#flow > 0 || blankNext)) this.#value();
    else if (c === '*') this.#anchor('alias');
    else if (c === '&') this.#anchor('anchor');
    else if (c === '!') this.#tag();
    else if ((c === '|' || c === '>') && this.#flow === 0) this.#block();
    else if (c === "'" || c === '"') this.#quoted();
    else if (!'-?:,[]{}#&*!|>\'"%@` \t'.includes(c) || (c === '-' && !blankNext) || (this.#flow === 0 && (c === '?' || c === ':')))
      this.#plain();
    else throw reader.fault('found character that cannot start any token');
  }

  #toNextToken(): void {
    const reader = this.#reader;
    for (;;) {
      while (reader.at() === ' ' || (reader.at() === '\t' && (this.#flow > 0 || !this.#keyAllowed))) reader.take();
      reader.skipComment();
      if (!isBreak(reader.at())) return;
      reader.takeBreak();
      if (this.#flow === 0) this.#keyAllowed = true;
    }
  }

  #push(type: Structure, start: Mark, at = this.#queue.length): void {
    this.#queue.splice(at, 0, { type, start });
  }

  /** Opens a block where a column is further in than the one around it; `token` is the number of its first. */
  #roll(column: number, type: Structure, start: Mark, token?: number): void {
    if (this.#flow > 0 || this.#indent >= column) return;
    this.#indents.push(this.#indent);
    if (this.#indents.length > MAX_DEPTH) throw this.#reader.fault(`exceeded max depth of ${MAX_DEPTH}`);
    this.#indent = column;
    this.#push(type, start, token === undefined ? undefined : token - this.#taken);
  }

  /** Closes the blocks that are further in than a column. */
  #unroll(column: number): void {
    if (this.#flow > 0) return;
    while (this.#indent > column) {
      this.#push('block-end', this.#reader.mark);
      this.#indent = this.#indents.pop() as number;
    }
  }

  #saveKey(): void {
    const { mark } = this.#reader;
    if (!this.#keyAllowed) return;
    this.#dropKey();
    const required = this.#flow === 0 && this.#indent === mark.column;
    const token = this.#taken + this.#queue.length;
    this.#keys[this.#flow] = { token, mark, required };
    this.#levels.set(token, this.#flow);
  }

  #dropKey(): void {
    if (this.#keys[this.#flow]?.required === true) throw this.#reader.fault("could not find expected ':'");
    this.#keys[this.#flow] = undefined;
  }

  /** What may still be a key; one that is left behind is forgotten. */
  #validKey(level = this.#flow): SimpleKey | undefined {
    const key = this.#keys[level];
    if (key === undefined || (key.mark.line === this.#reader.line && key.mark.index + LONGEST_KEY >= this.#reader.index)) return key;
    if (key.required) throw this.#reader.fault("could not find expected ':'");
    this.#keys[level] = undefined;
    return undefined;
  }

  #end(): void {
    const reader = this.#reader;
    if (reader.column !== 0) {
      reader.column = 0;
      reader.line++;
    }
    this.#unroll(-1);
    this.#dropKey();
    this.#keyAllowed = false;
    this.#push('stream-end', reader.mark);
    this.#ended = true;
  }

  #document(type: 'document-start' | 'document-end'): void {
    this.#unroll(-1);
    this.#dropKey();
    this.#keyAllowed = false;
    this.#push(type, this.#reader.mark);
    this.#reader.skip(3);
  }

  #openFlow(type: '[' | '{'): void {
    this.#saveKey();
    this.#keys.push(undefined);
    if (this.#flow > MAX_DEPTH) throw this.#reader.fault(`exceeded max depth of ${MAX_DEPTH}`);
    this.#keyAllowed = true;
    this.#push(type, this.#reader.mark);
    this.#reader.skip();
  }

  #closeFlow(type: ']' | '}'): void {
    this.#dropKey();
    if (this.#flow > 0) this.#keys.pop();
    this.#keyAllowed = false;
    this.#push(type, this.#reader.mark);
    this.#reader.skip();
  }

  #indicator(type: Structure, keyAllowed: boolean): void {
    this.#dropKey();
    this.#keyAllowed = keyAllowed;
    this.#push(type, this.#reader.mark);
    this.#reader.skip();
  }

  #blockEntry(): void {
    const { mark } = this.#reader;
    if (this.#flow === 0) {
      if (!this.#keyAllowed) throw this.#reader.fault('block sequence entries are not allowed in this context');
      this.#roll(mark.column, 'block-sequence', mark);
    }
    this.#indicator('-', true);
  }

  #key(): void {
    const { mark } = this.#reader;
    if (this.#flow === 0) {
      if (!this.#keyAllowed) throw this.#reader.fault('mapping keys are not allowed in this context');
      this.#roll(mark.column, 'block-mapping', mark);
    }
    this.#indicator('?', this.#flow === 0);
  }

  #value(): void {
    const { mark } = this.#reader;
    const key = this.#validKey();
    if (key !== undefined) {
      this.#push('?', key.mark, key.token - this.#taken);
      this.#roll(key.mark.column, 'block-mapping', key.mark, key.token);
      this.#keys[this.#flow] = undefined;
      this.#keyAllowed = false;
    } else {
      if (this.#flow === 0) {
        if (!this.#keyAllowed) throw this.#reader.fault('mapping values are not allowed in this context');
        this.#roll(mark.column, 'block-mapping', mark);
      }
      this.#keyAllowed = this.#flow === 0;
    }
    this.#push(':', mark);
    this.#reader.skip();
  }

  #anchor(type: 'anchor' | 'alias'): void {
    this.#saveKey();
    this.#keyAllowed = false;
    const reader = this.#reader;
    const start = reader.mark;
    reader.skip();
    let value = '';
    while (isWord(reader.at())) value += reader.take();
    if (value === '' || !(isBlankOrEnd(reader.at()) || '?:,]}%@`'.includes(reader.at() ?? '')))
      throw reader.fault('did not find expected alphabetic or numeric character');
    this.#queue.push({ type, start, value });
  }

  /** `!<uri>`, `!handle!suffix`, `!!suffix`, `!suffix` or `!`. */
  #tag(): void {
    this.#saveKey();
    this.#keyAllowed = false;
    const reader = this.#reader;
    const start = reader.mark;
    let handle = '';
    let suffix: string;
    if (reader.at(1) === '<') {
      reader.skip(2);
      suffix = this.#uri();
      if (reader.at() !== '>') throw reader.fault("did not find the expected '>'");
      reader.skip();
    } else {
      handle = reader.take();
      while (isWord(reader.at())) handle += reader.take();
      if (reader.at() === '!') {
        handle += reader.take();
        suffix = this.#uri();
      } else {
        suffix = handle.slice(1) + this.#uri(handle.length > 1);
        handle = '!';
        // A lone `!` says that a text is meant.
        if (suffix === '') [handle, suffix] = ['', '!'];
      }
    }
    if (!isBlankOrEnd(reader.at())) throw reader.fault('did not find expected whitespace or line break');
    this.#queue.push({ type: 'tag', start, handle, suffix });
  }

  #uri(mayBeEmpty = false): string {
    const reader = this.#reader;
    let uri = '';
    while (/^[0-9A-Za-z_;/?:@&=+$,.!~*'()[\]%-]$/.test(reader.at() ?? '')) uri += reader.take();
    if (uri === '' && !mayBeEmpty && reader.at(-1) !== '!') throw reader.fault('did not find expected tag URI');
    return uri;
  }

  #block(): void {
    this.#dropKey();
    this.#keyAllowed = true;
    const start = this.#reader.mark;
    this.#queue.push({ type: 'scalar', start, value: scanBlock(this.#reader, this.#indent), plain: false });
  }

  #quoted(): void {
    this.#saveKey();
    this.#keyAllowed = false;
    const start = this.#reader.mark;
    this.#queue.push({ type: 'scalar', start, value: scanQuoted(this.#reader), plain: false });
  }

  #plain(): void {
    this.#saveKey();
    const start = this.#reader.mark;
    const { value, broken } = scanPlain(this.#reader, this.#indent, this.#flow > 0);
    this.#keyAllowed = broken;
    this.#queue.push({ type: 'scalar', start, value, plain: true });
  }

  /** `%YAML 1.1` or `%TAG !e! prefix`. */
  #directive(): void {
    this.#unroll(-1);
    this.#dropKey();
    this.#keyAllowed = false;
    const reader = this.#reader;
    const start = reader.mark;
    reader.skip();
    const word = (): string => {
      let text = '';
      reader.skipBlanks();
      while (!isBlankOrEnd(reader.at())) text += reader.take();
      return text;
    };
    if (isBlank(reader.at())) throw reader.fault('could not find expected directive name');
    const name = word();
    if (name === 'YAML') {
      const version = word();
      if (!/^\d+\.\d+$/.test(version))
        throw reader.fault(/^\d+$/.test(version) ? "did not find expected digit or '.' character" : 'did not find expected version number');
      this.#queue.push({ type: 'version', start, version });
    } else if (name === 'TAG') this.#queue.push({ type: 'tag-directive', start, handle: word(), prefix: word() });
    else throw reader.fault(name === '' ? 'could not find expected directive name' : 'found unknown directive name');
    reader.skipRestOfLine();
  }
}
