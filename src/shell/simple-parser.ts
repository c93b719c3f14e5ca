import { ShellSyntaxError, type ArrayItem, type Assignment, type Redirection, type Simple, type Word } from './syntax.ts';
import { TokenParser } from './token-parser.ts';

const REDIRECTION = /^(\d*|\{[A-Za-z_]\w*\})(<<<|<<-|<<|<&|<>|<|>>|>&|>\||>)|^(&>>|&>)/;
const ASH_REDIRECTION = /^(\d*)(<<-|<<|<&|<>|<|>>|>&|>\||>)|^(&>>|&>)/;
const POSIX_REDIRECTION = /^(\d*)(<<-|<<|<&|<>|<|>>|>&|>\||>)/;
const DECLARATIONS = new Set(['declare', 'typeset', 'local', 'readonly', 'export']);
const ARRAY_HEAD = /^([A-Za-z_][A-Za-z0-9_]*)(\+?)=\(/;
const SUBSCRIPT = String.raw`\[((?:"[^"]*"|'[^']*'|\$\{[^}]*\}|\$\([^)]*\)|[^\]\n"'])*)\]`;
const ASSIGNMENT = new RegExp(String.raw`^([A-Za-z_][A-Za-z0-9_]*)(?:${SUBSCRIPT})?(\+?)=`);
const ITEM = new RegExp(String.raw`^${SUBSCRIPT}=`);

/** Simple commands: assignments, words and redirections. */
export abstract class SimpleParser extends TokenParser {
  /** An alias is not expanded again inside its own text. */
  readonly #expanded = new Map<string, number>();
  #blankEnd = 0;

  /** Text that takes the place of a command's first word. */
  protected abstract alias(name: string): string | undefined;

  protected simple(line: number): Simple {
    const assignments: Assignment[] = [];
    const words: Word[] = [];
    const redirections: Redirection[] = [];
    const arrays: Assignment[] = [];
    for (;;) {
      this.skipBlanks();
      const redirection = this.redirection();
      if (redirection !== undefined) {
        redirections.push(redirection);
        continue;
      }
      if (words.length === 0) {
        const assignment = this.#assignment();
        if (assignment !== undefined) {
          assignments.push(assignment);
          continue;
        }
        if (this.#expandAlias()) continue;
      } else if (this.bash && isDeclaration(words[0] as Word) && ARRAY_HEAD.test(this.rest(256))) {
        const array = this.#assignment() as Assignment;
        arrays.push(array);
        words.push([{ kind: 'literal', text: array.name, quoted: false }]);
        continue;
      }
      // An alias that ends with a blank has the next word be looked up too.
      if (words.length > 0 && this.#blankEnd > 0 && this.position >= this.#blankEnd) {
        this.#blankEnd = 0;
        if (this.#expandAlias()) continue;
      }
      const word = this.word();
      if (word === undefined) break;
      words.push(word);
      this.skipBlanks();
      if (this.here !== '(') continue;
      // POSIX: a "(" can only follow a name that is being defined. After one word bash took it for the beginning of that.
      if (this.bash && words.length === 1) this.position++;
      this.unexpected();
    }
    if (assignments.length + words.length + redirections.length === 0) this.unexpected();
    return { kind: 'simple', assignments, words, redirections, line, ...(arrays.length === 0 ? {} : { arrays }) };
  }

  #noTarget(): never {
    if (!this.bash && /[<>]/.test(this.here)) throw new ShellSyntaxError('redirection', this.line);
    return this.unexpected();
  }

  #assignment(): Assignment | undefined {
    const head = ASSIGNMENT.exec(this.rest(512));
    if (head === null || ((head[2] !== undefined || head[3] === '+') && !this.bash)) return undefined;
    const [all, name, subscript, plus] = head as unknown as [string, string, string | undefined, string];
    this.position += all.length;
    const base = { name, append: plus === '+' };
    if (subscript !== undefined) return { ...base, index: this.wordIn(subscript), value: this.word() ?? [] };
    if (this.here !== '(') return { ...base, value: this.word() ?? [] };
    if (!this.bash) this.unexpected();
    this.position++;
    return { ...base, value: [], items: this.#items() };
  }

  /** What stands between the parentheses of an array. */
  #items(): ArrayItem[] {
    const items: ArrayItem[] = [];
    for (;;) {
      this.newlines();
      if (this.atEnd) throw this.unexpectedEnd(')');
      if (this.here === ')') {
        this.position++;
        return items;
      }
      const subscript = ITEM.exec(this.rest(512));
      if (subscript !== null) {
        this.position += subscript[0].length;
        items.push({ index: this.wordIn(subscript[1] as string), value: this.word() ?? [] });
        continue;
      }
      const value = this.word();
      if (value === undefined) return this.unexpected();
      items.push({ value });
    }
  }

  #expandAlias(): boolean {
    const name = this.plain();
    const text = name === undefined ? undefined : this.alias(name);
    if (name === undefined || text === undefined || this.position < (this.#expanded.get(name) ?? 0)) return false;
    this.source = this.source.slice(0, this.position) + text + this.source.slice(this.position + name.length);
    this.#expanded.set(name, this.position + text.length);
    if (/[ \t]$/.test(text)) this.#blankEnd = this.position + text.length;
    return true;
  }

  protected redirection(): Redirection | undefined {
    const head = (this.dialect === 'dash' ? POSIX_REDIRECTION : this.bash ? REDIRECTION : ASH_REDIRECTION).exec(this.rest(64));
    if (head === null || (this.bash && /^[<>]\(/.test(this.rest(2)))) return undefined;
    const [all, digits, plain, both] = head as unknown as [string, string | undefined, string | undefined, string | undefined];
    this.position += all.length;
    const operator = (plain ?? both) as Redirection['operator'] | '<<-';
    const variable = /^\{(.*)\}$/.exec(digits ?? '')?.[1];
    const descriptor = digits === undefined || digits === '' || variable !== undefined ? undefined : Number(digits);
    this.skipBlanks();
    if (operator === '<<' || operator === '<<-') {
      const start = this.position;
      const word = this.word();
      if (word === undefined) return this.#noTarget();
      const raw = this.source.slice(start, this.position);
      const redirection: Redirection = { descriptor, operator: '<<', word: [], delimiter: `${digits ?? ''}${operator}${raw}` };
      const delimiter = word.map((part) => (part.kind === 'literal' ? part.text : raw)).join('');
      this.pending.push({ redirection, delimiter, quoted: /['"\\]/.test(raw), stripTabs: operator === '<<-' });
      return redirection;
    }
    const word = this.word();
    if (word === undefined) return this.#noTarget();
    return { descriptor, operator, word, ...(variable === undefined ? {} : { variable }) };
  }
}

function isDeclaration(word: Word): boolean {
  const [only] = word;
  return word.length === 1 && only?.kind === 'literal' && !only.quoted && DECLARATIONS.has(only.text);
}
