import { typedAs } from './source-text.ts';
import { ShellSyntaxError, type Dialect, type List, type Part, type Redirection, type Word } from './syntax.ts';

const META = new Set([' ', '\t', '\n', ';', '&', '|', '<', '>', '(', ')']);
const SPECIAL = '@*#?-$!0123456789';
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', e: '\x1b', f: '\f', v: '\v' };

export interface PendingHereDocument {
  readonly redirection: Redirection;
  readonly delimiter: string;
  readonly quoted: boolean;
  readonly stripTabs: boolean;
}

/** Reads words: quoting, parameters, substitutions. The grammar above words is `Parser`'s. */
export abstract class WordParser {
  position = 0;
  protected readonly pending: PendingHereDocument[] = [];
  /** What bash only warns of. */
  readonly warnings: { readonly line: number; readonly text: string }[] = [];

  constructor(
    protected source: string,
    protected readonly firstLine = 1,
    protected readonly dialect: Dialect = 'bash',
  ) {}

  protected get bash(): boolean {
    return this.dialect === 'bash';
  }

  protected abstract listUntil(close: string, expecting?: string): List;
  /** Patterns have alternatives: `@(a|b)`. */
  protected abstract get extended(): boolean;
  /** Nothing more will come: the end of the text also ends a here-document. */
  protected abstract get whole(): boolean;
  protected abstract subParser(text: string, line: number): { program(): List };

  get line(): number {
    let line = this.firstLine;
    for (let at = this.source.indexOf('\n'); at >= 0 && at < this.position; at = this.source.indexOf('\n', at + 1)) line++;
    return line;
  }

  protected get here(): string {
    return this.source[this.position] ?? '';
  }

  protected get atEnd(): boolean {
    return this.position >= this.source.length;
  }

  protected unexpectedEnd(expecting?: string): ShellSyntaxError {
    return new ShellSyntaxError(undefined, this.line, expecting);
  }

  /** Blanks, line continuations and a comment. */
  protected skipBlanks(): void {
    for (;;) {
      const c = this.here;
      if (c === ' ' || c === '\t' || c === '\r') this.position++;
      else if (c === '\\' && this.source[this.position + 1] === '\n') this.position += 2;
      else break;
    }
    if (this.here === '#') {
      const end = this.source.indexOf('\n', this.position);
      this.position = end < 0 ? this.source.length : end;
    }
  }

  /** A word at this place, or `undefined` when an operator or the end is here. */
  protected word(): Word | undefined {
    const start = this.position;
    const parts = this.parts((c) => META.has(c) && !this.atProcess(), false);
    return this.position === start ? undefined : typedAs(parts, this.source.slice(start, this.position));
  }

  private atProcess(): boolean {
    return this.bash && (this.here === '<' || this.here === '>') && this.source[this.position + 1] === '(';
  }

  /** A text of its own as a word. */
  protected wordIn(text: string): Word {
    return typedAs(
      (this.subParser(text, this.line) as unknown as WordParser).parts(() => false, false),
      text,
    );
  }

  /** Parts up to an unquoted character that `stop` takes. `inQuotes`: the text of a here-document or of double quotes. */
  protected parts(stop: (c: string) => boolean, inQuotes: boolean, extra = ''): Part[] {
    const parts: Part[] = [];
    let text = '';
    // Depth of `@(…)`: inside, bars, blanks and parentheses belong to the pattern.
    let groups = 0;
    const flush = (): void => {
      if (text !== '') parts.push({ kind: 'literal', text, quoted: inQuotes });
      text = '';
    };
    while (!this.atEnd) {
      const c = this.here;
      if (groups > 0 ? c === '\n' : stop(c)) break;
      if (!inQuotes && '?*+@!'.includes(c) && this.source[this.position + 1] === '(' && this.extended) {
        groups++;
        text += `${c}(`;
        this.position += 2;
        continue;
      }
      if (groups > 0 && (c === ')' || c === '(')) groups += c === ')' ? -1 : 1;
      if (c === '\\') {
        const next = this.source[this.position + 1];
        this.position += 2;
        if (next === '\n') continue;
        if (next === undefined) {
          this.position--;
          text += '\\';
        } else if (inQuotes) text += '$`\\'.includes(next) || extra.includes(next) ? next : `\\${next}`;
        else {
          flush();
          parts.push({ kind: 'literal', text: next, quoted: true });
        }
      } else if (c === "'" && !inQuotes) {
        flush();
        const end = this.source.indexOf("'", this.position + 1);
        if (end < 0) this.unclosed("'");
        parts.push({ kind: 'literal', text: this.source.slice(this.position + 1, end), quoted: true });
        this.position = end + 1;
      } else if (c === '"' && !(inQuotes && extra === '')) {
        flush();
        this.doubleQuoted(parts);
      } else if (c === '$' && this.source[this.position + 1] === "'" && !inQuotes && this.dialect !== 'dash') {
        flush();
        parts.push(this.ansiQuoted());
      } else if (c === '$' && this.source[this.position + 1] === '"' && !inQuotes && this.bash) {
        // `$"…"`: a text to be translated, which nobody does here.
        this.position++;
      } else if (c === '$') {
        const part = this.dollar(inQuotes);
        if (part === undefined) {
          text += '$';
          this.position++;
        } else {
          flush();
          parts.push(part);
        }
      } else if (c === '`') {
        flush();
        parts.push(this.backquoted(inQuotes));
      } else if (!inQuotes && this.atProcess()) {
        flush();
        this.position += 2;
        parts.push({ kind: 'process', direction: c as '<' | '>', body: this.listUntil(')'), quoted: false });
      } else {
        text += c;
        this.position++;
      }
    }
    flush();
    return parts;
  }

  protected hereDocuments(): void {
    for (const { redirection, delimiter, quoted, stripTabs } of this.pending.splice(0)) {
      const lines: string[] = [];
      const line = this.line;
      for (;;) {
        if (this.atEnd) {
          if (!this.whole) throw this.unexpectedEnd(`here-document delimited by ${delimiter}`);
          if (this.bash)
            this.warnings.push({
              line: this.line,
              text: `here-document at line ${line - 1} delimited by end-of-file (wanted \`${delimiter}')`,
            });
          break;
        }
        const end = this.source.indexOf('\n', this.position);
        let text = this.source.slice(this.position, end < 0 ? this.source.length : end);
        this.position = end < 0 ? this.source.length : end + 1;
        if (stripTabs) text = text.replace(/^\t+/, '');
        if (text === delimiter) break;
        lines.push(text);
      }
      const body = lines.map((text) => `${text}\n`).join('');
      const word: Word = quoted
        ? [{ kind: 'literal', text: body, quoted: true }]
        : (this.subParser(body, line) as unknown as WordParser).hereText();
      redirection.word = typedAs(word, body);
    }
  }

  hereText(): Word {
    return this.parts(() => false, true);
  }

  private unclosed(quote: string): never {
    this.position = this.source.length;
    throw this.unexpectedEnd(quote);
  }

  private doubleQuoted(parts: Part[]): void {
    this.position++;
    const before = parts.length;
    parts.push(...this.parts((c) => c === '"', true, '"').map((part) => ({ ...part, quoted: true })));
    if (this.atEnd) this.unclosed('"');
    this.position++;
    if (parts.length === before) parts.push({ kind: 'literal', text: '', quoted: true });
  }

  private ansiQuoted(): Part {
    this.position += 2;
    let text = '';
    for (;;) {
      const c = this.here;
      if (c === '') this.unclosed("'");
      this.position++;
      // As in C a NUL ends the text.
      if (c === "'") return { kind: 'literal', text: text.replace(/\0[^]*/, ''), quoted: true };
      if (c !== '\\') text += c;
      else {
        const code = /^(x[0-9a-fA-F]{1,2}|u[0-9a-fA-F]{1,4}|U[0-9a-fA-F]{1,8}|[0-7]{1,3}|c[^])/.exec(this.source.slice(this.position, this.position + 9))?.[0]; // prettier-ignore
        if (code?.startsWith('c') === true) text += String.fromCharCode(code.charCodeAt(1) & 0x1f);
        else if (code !== undefined)
          text += String.fromCodePoint(/^[xuU]/.test(code) ? Number.parseInt(code.slice(1), 16) : Number.parseInt(code, 8) & 255);
        else text += ESCAPES[this.here] ?? (`'"?\\`.includes(this.here) ? this.here : `\\${this.here}`);
        this.position += code?.length ?? 1;
      }
    }
  }

  private backquoted(quoted: boolean): Part {
    const line = this.line;
    let text = '';
    this.position++;
    for (;;) {
      const c = this.here;
      if (c === '') this.unclosed('`');
      this.position++;
      if (c === '`') break;
      if (c === '\\' && (quoted ? '$`\\"' : '$`\\').includes(this.here) && this.here !== '') {
        text += this.here;
        this.position++;
      } else text += c;
    }
    return { kind: 'command', body: this.subParser(text, line).program(), quoted };
  }

  private dollar(quoted: boolean): Part | undefined {
    const next = this.source[this.position + 1] ?? '';
    if (next === '(') {
      if (this.source[this.position + 2] === '(') {
        const arithmetic = this.arithmetic(this.position + 3, quoted);
        if (arithmetic !== undefined) return arithmetic;
      }
      this.position += 2;
      const body = this.listUntil(')', '$(');
      return { kind: 'command', body, quoted };
    }
    // `$[…]` is how bash wrote `$((…))` before POSIX.
    if (next === '[' && this.bash) {
      const end = this.source.indexOf(']', this.position);
      if (end > 0) {
        const expression = this.arithmeticWord(this.source.slice(this.position + 2, end));
        this.position = end + 1;
        return { kind: 'arithmetic', expression, quoted };
      }
    }
    if (next === '{') return this.braced(quoted);
    const name = /^([A-Za-z_][A-Za-z0-9_]*)/.exec(this.source.slice(this.position + 1, this.position + 129))?.[1];
    if (name !== undefined) {
      this.position += 1 + name.length;
      return { kind: 'parameter', name, quoted };
    }
    if (next !== '' && SPECIAL.includes(next)) {
      this.position += 2;
      return { kind: 'parameter', name: next, quoted };
    }
    return undefined;
  }

  private arithmetic(start: number, quoted: boolean): Part | undefined {
    const text = this.arithmeticText(start);
    if (text === undefined) return undefined;
    this.position = start + text.length + 2;
    return { kind: 'arithmetic', expression: this.arithmeticWord(text), quoted };
  }

  /** The text up to the `))` that closes, or `undefined` when it was a subshell after all. */
  protected arithmeticText(start: number): string | undefined {
    let depth = 0;
    for (let at = start; at < this.source.length; at++) {
      const c = this.source[at];
      if (c === '(') depth++;
      else if (c === ')') {
        if (depth === 0) return this.source[at + 1] === ')' ? this.source.slice(start, at) : undefined;
        depth--;
      }
    }
    throw this.unexpectedEnd('))');
  }

  protected arithmeticWord(text: string): Word {
    return typedAs((this.subParser(text.replace(/"/g, ''), this.line) as unknown as WordParser).hereText(), text);
  }

  /** `[…]` behind the name of an array. */
  private subscript(name: string): Word | '@' | '*' | undefined {
    if (!this.bash || this.here !== '[' || !/^[A-Za-z_]/.test(name)) return undefined;
    this.position++;
    const all = /^([@*])\]/.exec(this.source.slice(this.position, this.position + 2))?.[1] as '@' | '*' | undefined;
    const index = all ?? this.parts((c) => c === ']', false);
    if (all !== undefined) this.position++;
    if (this.atEnd) this.unclosed('${');
    this.position++;
    return index;
  }

  private braced(quoted: boolean): Part {
    const start = this.position;
    this.position += 2;
    const head = /^(#|!)?([A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?$!-])/.exec(this.source.slice(this.position, this.position + 129));
    const bad = (): never => {
      if (this.source.indexOf('}', start) < 0) this.unclosed('${');
      const text = this.source.slice(start, this.source.indexOf('}', start) + 1);
      throw new BadSubstitution(text, this.line);
    };
    if (head === null) return bad();
    let [all, prefix, name] = head as unknown as [string, string | undefined, string];
    if (this.source[this.position] === '#' && this.source[this.position + 1] === '}') [all, prefix, name] = ['#', undefined, '#'];
    else if (prefix === '#' && '-+=?:#%'.includes(name) && this.source[this.position + 2] !== '}')
      [all, prefix, name] = ['#', undefined, '#'];
    if (prefix === '!' && !this.bash) return bad();
    this.position += all.length;
    if (prefix === '!' && this.bash && /^[@*]\}/.test(this.source.slice(this.position, this.position + 2))) {
      this.position += 2;
      return { kind: 'parameter', name, quoted, operator: 'names' };
    }
    const index = this.subscript(name);
    const which = { name, ...(index === undefined ? {} : { index }) };
    if (prefix === '#' && this.here !== '}') return bad();
    const indirect = prefix === '!' ? { indirect: true } : {};
    if (this.here === '}') {
      this.position++;
      return { kind: 'parameter', ...which, quoted, ...(prefix === '#' ? { operator: 'length' } : indirect) };
    }
    const operator = /^(:[-=?+]|[-=?+]|##?|%%?|\/[/#%]?|:|\^\^?|,,?|~~?|@[QULuEPAaKk](?=\}))/.exec(
      this.source.slice(this.position, this.position + 3),
    )?.[0];
    if (operator === undefined || (!this.bash && (/^[\^,~@]/.test(operator) || (this.dialect === 'dash' && /^(:$|\/)/.test(operator)))))
      return bad();
    this.position += operator.length;
    const isPattern = /^[#%/^,~]/.test(operator);
    const argument = (stop: (c: string) => boolean): Word =>
      // Inside double quotes a default is quoted text too, but patterns keep their meaning.
      quoted && !isPattern ? this.parts(stop, true, '"}').map((part) => ({ ...part, quoted: true })) : this.parts(stop, false);
    const close = (c: string): boolean => c === '}';
    const separator = operator.startsWith('/') ? '/' : operator === ':' ? ':' : undefined;
    const begin = this.position;
    // A pattern may begin with the slash that would end it elsewhere: `${path////-}`.
    const ends = (c: string): boolean => c === '}' || (c === separator && !(operator === '//' && this.position === begin));
    const word = argument(separator === undefined ? close : ends);
    let second: Word | undefined;
    if (separator !== undefined && this.here === separator) {
      this.position++;
      second = argument(close);
    }
    if (this.atEnd) this.unclosed('${');
    this.position++;
    return { kind: 'parameter', ...which, ...indirect, quoted, operator, word, ...(second === undefined ? {} : { second }) };
  }
}

export class BadSubstitution extends Error {
  constructor(
    readonly text: string,
    readonly line: number,
  ) {
    super(`${text}: bad substitution`);
  }
}
