import { unescape } from '../escapes.ts';
import { FUNCTIONS, SPECIAL_FUNCTIONS } from './functions.ts';
import { AwkMistake, type AwkFunction, type AwkProgram, type Expression, type Rule, type Statement } from './syntax.ts';

interface Token {
  readonly kind: 'number' | 'string' | 'regExp' | 'name' | 'call' | 'word' | 'operator' | 'newline' | 'end';
  readonly text: string;
  readonly line: number;
}

const WORDS = new Set(
  'BEGIN END function func if else while for do in print printf next exit return break continue delete getline'.split(' '),
);
const OPERATORS = /^(\+\+|--|&&|\|\||[-+*/%^]=|==|<=|>=|!=|!~|>>|[-+*/%^!<>|?:~$=,;(){}[\]])/;

/** Awk text → tree. */
export function parseAwk(source: string): AwkProgram {
  return new AwkParser(tokens(source)).program();
}

function tokens(source: string): Token[] {
  const found: Token[] = [];
  let line = 1;
  const divides = (): boolean => {
    const last = found.at(-1);
    return (
      last !== undefined && (['number', 'string', 'name', 'call'].includes(last.kind) || [')', ']', '$', '++', '--'].includes(last.text))
    );
  };
  for (let at = 0; at < source.length;) {
    const rest = source.slice(at);
    const blank = /^(?:[ \t\r]|\\\r?\n|#[^\n]*)+/.exec(rest)?.[0];
    if (blank !== undefined) {
      line += blank.split('\n').length - 1;
      at += blank.length;
      continue;
    }
    const add = (kind: Token['kind'], text: string, length: number): void => {
      found.push({ kind, text, line });
      at += length;
    };
    const number = /^(\d+\.?\d*([eE][-+]?\d+)?|\.\d+([eE][-+]?\d+)?)/.exec(rest)?.[0];
    const name = /^[A-Za-z_]\w*/.exec(rest)?.[0];
    if (rest[0] === '\n') {
      add('newline', 'newline', 1);
      line++;
    } else if (number !== undefined) add('number', number, number.length);
    else if (name !== undefined) add(WORDS.has(name) ? 'word' : rest[name.length] === '(' ? 'call' : 'name', name, name.length);
    else if (rest[0] === '"') {
      const string = /^"((?:[^"\\\n]|\\[^])*)"/.exec(rest);
      if (string === null) throw new AwkMistake(`line ${line}: runaway string constant`);
      add('string', unescape((string[1] as string).replace(/\\(["/])/g, '$1').replace(/\\\n/g, ''), false).text, string[0].length);
    } else if (rest[0] === '/' && !divides()) {
      const regExp = /^\/((?:[^/\\\n[]|\\.|\[\^?\]?[^\]\n]*\])*)\//.exec(rest);
      if (regExp === null) throw new AwkMistake(`line ${line}: regular expression compile failed (missing '/')`);
      add('regExp', (regExp[1] as string).replaceAll('\\/', '/'), regExp[0].length);
    } else {
      const operator = OPERATORS.exec(rest)?.[0];
      if (operator === undefined) throw new AwkMistake(`line ${line}: syntax error at or near ${rest[0]}`);
      add('operator', operator, operator.length);
    }
  }
  found.push({ kind: 'end', text: 'end of line', line });
  return found;
}

const BINARY: readonly (readonly string[])[] = [['||'], ['&&'], ['in'], ['~', '!~'], ['<', '<=', '!=', '==', '>', '>=']];

class AwkParser {
  #at = 0;
  /** Inside `print …` a bare `>` is a redirection. */
  #printing = false;
  /** Braces that are open. */
  #open = 0;
  readonly #called = new Set<string>();

  constructor(readonly list: readonly Token[]) {}

  program(): AwkProgram {
    const rules: Rule[] = [];
    const functions = new Map<string, AwkFunction>();
    for (this.#blank(); this.#here.kind !== 'end'; this.#blank()) {
      if (this.#word('function') || this.#word('func')) {
        const name = this.#take().text;
        this.#expect('(');
        const parameters: string[] = [];
        while (!this.#is(')')) {
          parameters.push(this.#take().text);
          this.#is(',');
        }
        this.#newlines();
        functions.set(name, { parameters, body: this.#block() });
      } else rules.push(this.#rule());
    }
    for (const name of this.#called)
      if (!functions.has(name) && !Object.hasOwn(FUNCTIONS, name) && !SPECIAL_FUNCTIONS.has(name))
        throw new AwkMistake(`line ${this.#here.line + 1}: function ${name} never defined`);
    return { rules, functions };
  }

  #rule(): Rule {
    if (this.#word('BEGIN')) return { when: 'BEGIN', body: this.#block() };
    if (this.#word('END')) return { when: 'END', body: this.#block() };
    const pattern = this.#here.text === '{' && this.#here.kind === 'operator' ? undefined : this.#expression();
    let until: Expression | undefined;
    if (pattern !== undefined && this.#is(',')) {
      this.#newlines();
      until = this.#expression();
    }
    const body = this.#here.text === '{' && this.#here.kind === 'operator' ? this.#block() : undefined;
    return { when: 'record', ...(pattern && { pattern }), ...(until && { until }), ...(body && { body }) };
  }

  get #here(): Token {
    return this.list[this.#at] as Token;
  }
  #take(): Token {
    return this.list[this.#at++] as Token;
  }
  #looks(text: string): boolean {
    return this.#here.kind === 'operator' && this.#here.text === text;
  }
  #is(text: string): boolean {
    if (!this.#looks(text)) return false;
    this.#at++;
    return true;
  }
  #word(text: string): boolean {
    if (this.#here.kind !== 'word' || this.#here.text !== text) return false;
    this.#at++;
    return true;
  }
  #wrong(): never {
    if (this.#here.kind === 'end')
      throw new AwkMistake(
        `line ${this.#here.line + 1}: ${this.#open > 0 ? 'missing } near end of file' : 'syntax error at or near end of line'}`,
      );
    throw new AwkMistake(`line ${this.#here.line}: syntax error at or near ${this.#here.text}`);
  }
  #expect(text: string): void {
    if (!this.#is(text)) this.#wrong();
  }
  #newlines(): void {
    while (this.#here.kind === 'newline') this.#at++;
  }
  #blank(): void {
    while (this.#here.kind === 'newline' || this.#looks(';')) this.#at++;
  }

  #block(): Statement {
    this.#expect('{');
    this.#open++;
    const body: Statement[] = [];
    for (this.#blank(); !this.#is('}'); this.#blank()) body.push(this.#statement());
    this.#open--;
    return { kind: 'block', body };
  }

  #end(): void {
    if (this.#looks('}') || this.#here.kind === 'end') return;
    if (this.#is(';') || this.#here.kind === 'newline') return this.#newlines();
    this.#wrong();
  }

  /** A statement in the place of one: an empty one may be `;`. */
  #body(): Statement {
    this.#newlines();
    return this.#is(';') ? { kind: 'block', body: [] } : this.#statement();
  }

  #statement(): Statement {
    if (this.#looks('{')) return this.#block();
    if (this.#word('if')) {
      this.#expect('(');
      const test = this.#expression();
      this.#expect(')');
      const yes = this.#body();
      const before = this.#at;
      this.#blank();
      if (this.#word('else')) return { kind: 'if', test, yes, no: this.#body() };
      this.#at = before;
      return { kind: 'if', test, yes };
    }
    if (this.#word('while')) {
      this.#expect('(');
      const test = this.#expression();
      this.#expect(')');
      return { kind: 'while', test, body: this.#body(), after: false };
    }
    if (this.#word('do')) {
      const body = this.#body();
      this.#blank();
      if (!this.#word('while')) this.#wrong();
      this.#expect('(');
      const test = this.#expression();
      this.#expect(')');
      this.#end();
      return { kind: 'while', test, body, after: true };
    }
    if (this.#word('for')) return this.#for();
    const simple = this.#simple();
    this.#end();
    return simple;
  }

  #for(): Statement {
    this.#expect('(');
    const [name, word, array, close] = this.list.slice(this.#at, this.#at + 4);
    if (name?.kind === 'name' && word?.text === 'in' && array?.kind === 'name' && close?.text === ')') {
      this.#at += 4;
      return { kind: 'for-in', name: name.text, array: array.text, body: this.#body() };
    }
    const start = this.#looks(';') ? undefined : this.#simple();
    this.#expect(';');
    this.#newlines();
    const test = this.#looks(';') ? undefined : this.#expression();
    this.#expect(';');
    this.#newlines();
    const step = this.#looks(')') ? undefined : this.#simple();
    this.#expect(')');
    return { kind: 'for', ...(start && { start }), ...(test && { test }), ...(step && { step }), body: this.#body() };
  }

  #simple(): Statement {
    for (const kind of ['next', 'break', 'continue'] as const) if (this.#word(kind)) return { kind };
    for (const kind of ['exit', 'return'] as const) {
      if (!this.#word(kind)) continue;
      const done = this.#here.kind === 'newline' || this.#looks(';') || this.#looks('}') || this.#here.kind === 'end';
      return { kind, ...(done ? {} : { value: this.#expression() }) };
    }
    if (this.#word('delete')) {
      const name = this.#take().text;
      if (!this.#is('[')) return { kind: 'delete', name };
      return { kind: 'delete', name, keys: this.#list(']') };
    }
    if (this.#word('print')) return this.#print(false);
    if (this.#word('printf')) return this.#print(true);
    return { kind: 'expression', expression: this.#expression() };
  }

  #print(formatted: boolean): Statement {
    const done = (): boolean =>
      this.#here.kind === 'newline' || this.#here.kind === 'end' || [';', '}', '>', '>>', '|'].some((text) => this.#looks(text));
    let args: Expression[] = [];
    if (!done()) {
      this.#printing = true;
      const start = this.#at;
      if (this.#is('(')) {
        this.#printing = false;
        args = this.#list(')');
        // `print (1)(2)`: the parentheses belonged to an expression.
        if (!done()) {
          this.#at = start;
          this.#printing = true;
          args = this.#expressions();
        }
      } else args = this.#expressions();
      this.#printing = false;
    }
    for (const how of ['>>', '>', '|'] as const)
      if (this.#is(how)) return { kind: 'print', formatted, args, target: { how, path: this.#concatenation() } };
    return { kind: 'print', formatted, args };
  }

  #expressions(): Expression[] {
    const list = [this.#expression()];
    while (this.#is(',')) {
      this.#newlines();
      list.push(this.#expression());
    }
    return list;
  }

  #list(close: string): Expression[] {
    const list: Expression[] = [];
    this.#newlines();
    while (!this.#is(close)) {
      list.push(this.#expression());
      this.#newlines();
      if (!this.#is(',') && !this.#looks(close)) this.#wrong();
      this.#newlines();
    }
    return list;
  }

  #expression(): Expression {
    const left = this.#ternary();
    const operator = this.#here.kind === 'operator' ? /^[-+*/%^]?=$/.exec(this.#here.text)?.[0] : undefined;
    if (operator === undefined || !['variable', 'field', 'element'].includes(left.kind)) return left;
    this.#at++;
    this.#newlines();
    return { kind: 'assign', operator: operator.slice(0, -1), target: left, value: this.#expression() };
  }

  #ternary(): Expression {
    const test = this.#binary(0);
    if (!this.#is('?')) return test;
    this.#newlines();
    const yes = this.#expression();
    this.#newlines();
    this.#expect(':');
    this.#newlines();
    return { kind: 'ternary', test, yes, no: this.#expression() };
  }

  #binary(level: number): Expression {
    const operators = BINARY[level];
    if (operators === undefined) return this.#concatenation();
    let left = this.#binary(level + 1);
    for (;;) {
      const { text, kind } = this.#here;
      if (!(kind === 'operator' || text === 'in') || kind === 'string' || !operators.includes(text) || (text === '>' && this.#printing))
        return left;
      this.#at++;
      this.#newlines();
      if (text === 'in')
        left = { kind: 'in', keys: left.kind === 'call' && left.name === '' ? left.args : [left], name: this.#take().text };
      else left = { kind: 'binary', operator: text, left, right: this.#binary(level + 1) };
    }
  }

  #concatenation(): Expression {
    let left = this.#additive();
    for (;;) {
      const { kind, text } = this.#here;
      if (text === '|' && kind === 'operator' && this.list[this.#at + 1]?.text === 'getline') {
        this.#at += 2;
        const target = this.#here.kind === 'name' || this.#looks('$') ? this.#primary() : undefined;
        left = { kind: 'getline', command: left, ...(target && { target }) };
        continue;
      }
      const begins =
        ['number', 'string', 'name', 'call', 'regExp'].includes(kind) ||
        (kind === 'operator' && ['$', '!', '(', '-', '+', '++', '--'].includes(text));
      if (!begins || text === 'in') return left;
      left = { kind: 'binary', operator: ' ', left, right: this.#additive() };
    }
  }

  #additive(): Expression {
    let left = this.#multiplicative();
    for (; this.#looks('+') || this.#looks('-');) {
      const operator = this.#take().text;
      left = { kind: 'binary', operator, left, right: this.#multiplicative() };
    }
    return left;
  }

  #multiplicative(): Expression {
    let left = this.#unary();
    for (; this.#looks('*') || this.#looks('/') || this.#looks('%');) {
      const operator = this.#take().text;
      left = { kind: 'binary', operator, left, right: this.#unary() };
    }
    return left;
  }

  #unary(): Expression {
    for (const operator of ['!', '-', '+'] as const) if (this.#is(operator)) return { kind: 'unary', operator, of: this.#unary() };
    return this.#power();
  }

  #power(): Expression {
    const left = this.#postfix();
    if (!this.#is('^')) return left;
    return { kind: 'binary', operator: '^', left, right: this.#looks('-') ? this.#unary() : this.#power() };
  }

  #postfix(): Expression {
    const target = this.#primary();
    if (!['variable', 'field', 'element'].includes(target.kind)) return target;
    if (this.#is('++')) return { kind: 'step', target, by: 1, prefix: false };
    if (this.#is('--')) return { kind: 'step', target, by: -1, prefix: false };
    return target;
  }

  #primary(): Expression {
    const { kind, text } = this.#take();
    switch (kind) {
      case 'number':
        return { kind: 'number', value: Number(text) };
      case 'string':
        return { kind: 'string', value: text };
      case 'regExp':
        return { kind: 'regExp', source: text };
      case 'call':
        this.#called.add(text);
        this.#at++;
        return { kind: 'call', name: text, args: this.#grouped(() => this.#list(')')) };
      case 'name':
        if (this.#is('[')) return { kind: 'element', name: text, keys: this.#grouped(() => this.#list(']')) };
        return text === 'length' ? { kind: 'call', name: text, args: [] } : { kind: 'variable', name: text };
      case 'word':
        if (text === 'getline') return this.#getline();
        break;
      case 'operator':
        if (text === '$') return { kind: 'field', index: this.#primary() };
        if (text === '++' || text === '--') return { kind: 'step', target: this.#primary(), by: text === '++' ? 1 : -1, prefix: true };
        if (text === '-' || text === '+' || text === '!') return { kind: 'unary', operator: text, of: this.#primary() };
        if (text === '(') {
          const list = this.#grouped(() => this.#list(')'));
          const [only] = list;
          if (list.length === 1 && only !== undefined) return only;
          // `(i, j) in a`
          if (this.#here.text === 'in') return { kind: 'call', name: '', args: list };
        }
    }
    this.#at--;
    return this.#wrong();
  }

  #getline(): Expression {
    const begins = this.#here.kind === 'name' || this.#looks('$');
    const target = begins ? this.#primary() : undefined;
    const file = this.#is('<') ? this.#postfix() : undefined;
    return { kind: 'getline', ...(target && { target }), ...(file && { file }) };
  }

  #grouped<T>(read: () => T): T {
    const before = this.#printing;
    this.#printing = false;
    const result = read();
    this.#printing = before;
    return result;
  }
}
