import {
  DASH_ONLY,
  ShellSyntaxError,
  type AndOr,
  type Command,
  type CompoundBody,
  type Dialect,
  type List,
  type Pipeline,
  type Redirection,
  type Word,
} from './syntax.ts';
import { ConditionParser } from './condition-parser.ts';
import { OPERATOR } from './token-parser.ts';

const RESERVED = new Set([
  'if',
  'then',
  'elif',
  'else',
  'fi',
  'for',
  'while',
  'until',
  'do',
  'done',
  'case',
  'esac',
  '{',
  '}',
  '!',
  '[[',
  'function',
  'select',
  'coproc',
]);
const CLOSERS = new Set(['then', 'elif', 'else', 'fi', 'do', 'done', 'esac', '}']);
const NAME = /^[A-Za-z_][A-Za-z0-9_]*/;

export interface ParserOptions {
  /** Replaces the first word of a command by this text (interactive shells). */
  alias?: (name: string) => string | undefined;
  line?: number;
  /** `shopt -s extglob` */
  extended?: () => boolean;
  /** The text is all there is: without it a here-document whose end is missing asks for more. */
  whole?: boolean;
  /** Whose language: bash has arrays, `((`, `<(`, `select` and more, ash some of that, dash what POSIX has. */
  dialect?: Dialect;
}

/** The commands of a text one line after the other: what a line does (aliases, options) matters to how the next is read. */
export interface Script {
  /** The next complete line, which may be many; `undefined` at the end. */
  next(): List | undefined;
  readonly ended: boolean;
  readonly warnings: { readonly line: number; readonly text: string }[];
}

export function script(source: string, options: ParserOptions = {}): Script {
  return new Parser(source, options);
}

/** A text as one word, as in double quotes: a prompt. */
export function quotedWord(source: string): Word {
  return new Parser(source, {}).hereText();
}

/** Text of the shell language → tree. Throws `ShellSyntaxError`; without a token when more text could complete it. */
export function parse(source: string, options: ParserOptions = {}): List {
  return new Parser(source, options).program();
}

class Parser extends ConditionParser implements Script {
  readonly #options: ParserOptions;

  constructor(source: string, options: ParserOptions) {
    super(source, options.line, options.dialect);
    this.#options = options;
  }

  next(): List | undefined {
    if (this.ended) return undefined;
    const list = this.#list(true);
    if (list.length === 0 || (!this.atEnd && this.here !== '\n')) this.unexpected();
    this.newlines();
    return list;
  }

  get ended(): boolean {
    this.newlines();
    return this.atEnd;
  }

  protected get extended(): boolean {
    return this.bash && (this.inCondition || this.#options.extended?.() === true);
  }

  protected get whole(): boolean {
    return this.#options.whole === true;
  }

  protected alias(name: string): string | undefined {
    return this.#options.alias?.(name);
  }

  program(): List {
    const list = this.#list();
    if (!this.atEnd) this.unexpected();
    return list;
  }

  protected listUntil(close: string, expecting = close): List {
    const list = this.#list();
    if (this.atEnd) throw this.unexpectedEnd(expecting);
    if (this.here !== close) this.unexpected();
    this.position++;
    return list;
  }

  protected subParser(text: string, line: number): Parser {
    return new Parser(text, { ...this.#options, line, dialect: this.dialect });
  }

  #list(oneLine = false): List {
    const list: AndOr[] = [];
    for (;;) {
      this.newlines();
      if (this.atEnd || this.here === ')') return list;
      const plain = this.plain();
      if (plain !== undefined && CLOSERS.has(plain)) return list;
      if (/^(;;|;&)/.test(this.rest(2))) return list;
      const item = this.#andOr();
      list.push(item);
      this.skipBlanks();
      if (oneLine && this.here === '\n') return list;
      if (this.here === '\n' || item.background) continue;
      if (this.here === ';' && !/^;[;&]/.test(this.rest(2))) this.position++;
      else {
        if (!this.atEnd && this.here !== ')' && !/^;[;&]/.test(this.rest(2))) this.unexpected();
        if (this.atEnd && this.pending.length > 0) this.hereDocuments();
        return list;
      }
    }
  }

  /** A list that must hold something, as between `then` and `fi`. */
  #body(closer: string): List {
    const list = this.#list();
    if (list.length === 0) {
      if (this.atEnd) throw this.unexpectedEnd(closer);
      this.unexpected();
    }
    return list;
  }

  #andOr(): AndOr {
    const start = this.position;
    const first = this.#pipeline();
    const rest: { operator: '&&' | '||'; pipeline: Pipeline }[] = [];
    for (;;) {
      this.skipBlanks();
      const operator = this.rest(2);
      if (operator !== '&&' && operator !== '||') break;
      this.position += 2;
      this.newlines();
      if (this.atEnd) throw this.unexpectedEnd();
      rest.push({ operator, pipeline: this.#pipeline() });
    }
    const text = this.source.slice(start, this.position).trim();
    const background = this.here === '&' && (this.dialect === 'dash' || !this.rest(3).startsWith('&>'));
    if (background) this.position++;
    return { first, rest, background, text };
  }

  #pipeline(): Pipeline {
    let negated = false;
    const timed = this.bash && this.keyword('time') ? (this.keyword('-p') ? 'posix' : 'bash') : undefined;
    while (this.keyword('!')) negated = !negated;
    const commands: Command[] = [this.#command()];
    for (;;) {
      this.skipBlanks();
      if (this.here !== '|' || this.rest(2) === '||') break;
      const both = this.bash && this.rest(2) === '|&';
      this.position += both ? 2 : 1;
      if (both) {
        const last = commands.pop() as Command;
        const join: Redirection = { descriptor: 2, operator: '>&', word: [{ kind: 'literal', text: '1', quoted: false }] };
        commands.push({ ...last, redirections: [...last.redirections, join] });
      }
      this.newlines();
      if (this.atEnd) throw this.unexpectedEnd();
      commands.push(this.#command());
    }
    return { negated, commands, ...(timed === undefined ? {} : { timed }) };
  }

  #command(): Command {
    this.skipBlanks();
    const line = this.line;
    const body = this.#compound();
    if (body === undefined) return this.simple(line);
    const redirections: Redirection[] = [];
    if (body.kind !== 'function') {
      for (;;) {
        this.skipBlanks();
        const redirection = this.redirection();
        if (redirection === undefined) break;
        redirections.push(redirection);
      }
    }
    return { ...body, redirections, line };
  }

  /** Words that are reserved only in some shells. */
  #has(word: string): boolean {
    return this.bash || (word === '[[' || word === 'function' ? this.dialect === 'ash' : word !== 'select' && word !== 'coproc');
  }

  #compound(): CompoundBody | undefined {
    if (this.here === '(') {
      if (this.bash && this.rest(2) === '((') {
        const text = this.arithmeticText(this.position + 2);
        if (text !== undefined) {
          this.position += text.length + 4;
          return { kind: 'arithmetic-command', expression: this.arithmeticWord(text) };
        }
      }
      this.position++;
      const body = this.listUntil(')');
      if (body.length === 0) throw new ShellSyntaxError(')', this.line);
      return { kind: 'subshell', body };
    }
    const plain = this.plain();
    if (plain === undefined || !RESERVED.has(plain) || !this.#has(plain)) return this.#function();
    if (CLOSERS.has(plain)) this.unexpected();
    this.position += plain.length;
    switch (plain) {
      case '{': {
        const body = this.#body('}');
        this.expect('}');
        return { kind: 'group', body };
      }
      case 'if':
        return this.#if();
      case 'while':
      case 'until': {
        const condition = this.#body('do');
        this.expect('do');
        const body = this.#body('done');
        this.expect('done');
        return { kind: 'while', until: plain === 'until', condition, body };
      }
      case 'for':
        return this.#for();
      case 'select': {
        const found = this.#for();
        return found.kind === 'for' ? { ...found, kind: 'select' } : this.unexpected();
      }
      case 'case':
        return this.#case();
      case '[[': {
        const condition = this.condition();
        this.expect(']]');
        return { kind: 'condition', condition };
      }
      case 'function': {
        this.skipBlanks();
        const name = this.plain();
        if (name === undefined) return this.unexpected();
        this.position += name.length;
        this.skipBlanks();
        if (/^\(\s*\)/.test(this.rest(16))) this.position = this.source.indexOf(')', this.position) + 1;
        this.newlines();
        return { kind: 'function', name, body: this.#command() };
      }
      case 'coproc': {
        // A name can only stand before a compound command.
        this.skipBlanks();
        const name = /^([A-Za-z_]\w*)[ \t]+(?=[({]|(?:if|for|while|until|case|select)[ \t\n]|\[\[ )/.exec(this.rest(256));
        if (name !== null && !RESERVED.has(name[1] as string)) this.position += name[0].length;
        const found = name === null || RESERVED.has(name[1] as string) ? 'COPROC' : (name[1] as string);
        return { kind: 'coproc', name: found, body: this.#command() };
      }
      default:
        throw new ShellSyntaxError(plain, this.line);
    }
  }

  #function(): CompoundBody | undefined {
    const head = /^([A-Za-z_:][\w.:-]*)[ \t]*\([ \t]*\)/.exec(this.rest(256));
    if (head === null) return undefined;
    this.position += head[0].length;
    this.newlines();
    if (this.atEnd) throw this.unexpectedEnd('{');
    return { kind: 'function', name: head[1] as string, body: this.#command() };
  }

  #if(): CompoundBody {
    const branches: { condition: List; body: List }[] = [];
    let otherwise: List | undefined;
    do {
      const condition = this.#body('then');
      this.expect('then');
      branches.push({ condition, body: this.#body('fi') });
      this.newlines();
    } while (this.keyword('elif'));
    if (this.keyword('else')) otherwise = this.#body('fi');
    this.expect('fi');
    return { kind: 'if', branches, ...(otherwise === undefined ? {} : { otherwise }) };
  }

  #for(): CompoundBody {
    this.skipBlanks();
    if (this.bash && this.rest(2) === '((') {
      const text = this.arithmeticText(this.position + 2);
      const [start, test, step, extra] = (text ?? '').split(';').map((part) => this.arithmeticWord(part.trim()));
      if (text === undefined || start === undefined || test === undefined || step === undefined || extra !== undefined)
        return this.unexpected();
      this.position += text.length + 4;
      this.#separator();
      return { kind: 'for-arithmetic', start, test, step, body: this.#do() };
    }
    const name = NAME.exec(this.rest(128))?.[0];
    if (name === undefined) {
      if (this.atEnd) throw this.unexpectedEnd();
      throw new ShellSyntaxError(
        this.here === '\n' ? 'newline' : (OPERATOR.exec(this.rest(3))?.[0] ?? this.here),
        this.line,
        undefined,
        DASH_ONLY,
      );
    }
    this.position += name.length;
    this.newlines();
    if (!this.keyword('in')) {
      this.#separator();
      return { kind: 'for', name, body: this.#do() };
    }
    const words: Word[] = [];
    for (;;) {
      this.skipBlanks();
      const word = this.word();
      if (word === undefined) break;
      words.push(word);
    }
    if (this.atEnd) throw this.unexpectedEnd('do');
    if (this.here !== ';' && this.here !== '\n') this.unexpected();
    this.#separator();
    return { kind: 'for', name, words, body: this.#do() };
  }

  #separator(): void {
    this.skipBlanks();
    if (this.here === ';') this.position++;
    this.newlines();
  }

  /** `do … done`, and bash's `{ … }`. */
  #do(): List {
    this.newlines();
    if (this.bash && this.keyword('{')) {
      const body = this.#body('}');
      this.expect('}');
      return body;
    }
    this.expect('do');
    const body = this.#body('done');
    this.expect('done');
    return body;
  }

  #case(): CompoundBody {
    this.skipBlanks();
    const word = this.word();
    if (word === undefined) return this.unexpected();
    this.expect('in');
    const items: { patterns: Word[]; body: List; end: ';;' | ';&' | ';;&' }[] = [];
    for (;;) {
      this.newlines();
      if (this.keyword('esac')) return { kind: 'case', word, items };
      if (this.atEnd) throw this.unexpectedEnd('esac');
      if (this.here === '(') this.position++;
      const patterns: Word[] = [];
      for (;;) {
        this.skipBlanks();
        const pattern = this.word();
        if (pattern === undefined) return this.unexpected();
        patterns.push(pattern);
        this.skipBlanks();
        if (this.here !== '|') break;
        this.position++;
      }
      if (this.atEnd) throw this.unexpectedEnd(')');
      if (this.here !== ')') this.unexpected();
      this.position++;
      const body = this.#list();
      this.newlines();
      const end = ((this.bash ? /^(;;&|;;|;&)/ : /^;;/).exec(this.rest(3))?.[0] ?? ';;') as ';;' | ';&' | ';;&';
      items.push({ patterns, body, end });
      if (this.rest(3).startsWith(end)) {
        this.position += end.length;
        continue;
      }
      this.expect('esac');
      return { kind: 'case', word, items };
    }
  }
}
