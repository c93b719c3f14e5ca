import { JqMistake, type Filter, type Pattern } from './syntax.ts';

interface Token {
  readonly kind: 'number' | 'string' | 'name' | 'variable' | 'field' | 'format' | 'operator' | 'end';
  readonly text: string;
  readonly parts?: readonly (string | Filter)[];
}

const OPERATOR = /^(\?\/\/|\/\/=|\|=|\+=|-=|\*=|\/=|%=|==|!=|<=|>=|\/\/|\.\.|and\b|or\b|[-+*/%=<>|,.:;()[\]{}?])/;
const ASSIGNMENTS = ['=', '|=', '+=', '-=', '*=', '/=', '%=', '//='];
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', '"': '"', '\\': '\\', '/': '/' };
const IDENTITY: Filter = { kind: 'identity' };

/** jq text → tree. */
export function parseJq(source: string): Filter {
  return new JqParser(source).program();
}

class JqParser {
  readonly #tokens: Token[] = [];
  #at = 0;

  constructor(readonly source: string) {
    let at = 0;
    for (;;) {
      const rest = source.slice(at);
      const blank = /^(?:\s|#[^\n]*)+/.exec(rest)?.[0];
      if (blank !== undefined) {
        at += blank.length;
        continue;
      }
      if (rest === '') break;
      if (rest[0] === '"') {
        const { parts, length } = readString(rest);
        this.#tokens.push({ kind: 'string', text: rest.slice(0, length), parts });
        at += length;
        continue;
      }
      const number = /^(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?/.exec(rest)?.[0];
      const field = /^\.[A-Za-z_]\w*/.exec(rest)?.[0];
      const operator = OPERATOR.exec(rest)?.[0];
      const variable = /^\$[A-Za-z_]\w*/.exec(rest)?.[0];
      const format = /^@[a-z0-9]+/.exec(rest)?.[0];
      const name = /^[A-Za-z_]\w*(?:::\w+)*/.exec(rest)?.[0];
      const [kind, text] =
        number !== undefined
          ? (['number', number] as const)
          : field !== undefined
            ? (['field', field] as const)
            : variable !== undefined
              ? (['variable', variable] as const)
              : format !== undefined
                ? (['format', format] as const)
                : operator !== undefined
                  ? (['operator', operator] as const)
                  : name !== undefined
                    ? (['name', name] as const)
                    : this.#fail(rest[0] as string);
      this.#tokens.push({ kind, text });
      at += text.length;
    }
    this.#tokens.push({ kind: 'end', text: '' });
  }

  program(): Filter {
    if (this.#here.kind === 'end') return IDENTITY;
    const filter = this.#pipe();
    if (this.#at < this.#tokens.length - 1) this.#wrong();
    return filter;
  }

  get #here(): Token {
    return this.#tokens[this.#at] as Token;
  }
  #fail(text: string): never {
    throw new JqMistake(`syntax error, unexpected INVALID_CHARACTER at ${text}`);
  }
  #wrong(): never {
    const { kind, text } = this.#here;
    throw new JqMistake(kind === 'end' ? 'syntax error, unexpected end of file' : `syntax error, unexpected ${text}`);
  }
  #looks(text: string): boolean {
    return (this.#here.kind === 'operator' || this.#here.kind === 'name') && this.#here.text === text;
  }
  #is(text: string): boolean {
    if (!this.#looks(text)) return false;
    this.#at++;
    return true;
  }
  #expect(text: string): void {
    if (!this.#is(text)) this.#wrong();
  }

  #pipe(): Filter {
    if (this.#is('def')) {
      const name = this.#name();
      const parameters: string[] = [];
      if (this.#is('(')) {
        do {
          parameters.push(this.#here.text);
          this.#at++;
        } while (this.#is(';'));
        this.#expect(')');
      }
      this.#expect(':');
      const body = this.#pipe();
      this.#expect(';');
      return { kind: 'define', name, parameters, body, rest: this.#here.kind === 'end' ? IDENTITY : this.#pipe() };
    }
    const left = this.#comma();
    if (this.#is('as')) {
      const pattern = this.#pattern();
      this.#expect('|');
      return { kind: 'as', source: left, pattern, body: this.#pipe() };
    }
    return this.#is('|') ? { kind: 'pipe', left, right: this.#pipe() } : left;
  }

  #comma(): Filter {
    let left = this.#assignment();
    while (this.#is(',')) left = { kind: 'comma', left, right: this.#assignment() };
    return left;
  }

  #assignment(): Filter {
    const left = this.#alternative();
    const operator = ASSIGNMENTS.find((each) => this.#looks(each));
    if (operator === undefined) return left;
    this.#at++;
    return { kind: 'assign', operator, left, right: this.#alternative() };
  }

  #alternative(): Filter {
    const left = this.#or();
    return this.#is('//') ? { kind: 'alternative', left, right: this.#alternative() } : left;
  }

  #or(): Filter {
    let left = this.#and();
    while (this.#is('or')) left = { kind: 'or', left, right: this.#and() };
    return left;
  }

  #and(): Filter {
    let left = this.#comparison();
    while (this.#is('and')) left = { kind: 'and', left, right: this.#comparison() };
    return left;
  }

  #comparison(): Filter {
    const left = this.#sum();
    const operator = ['==', '!=', '<=', '>=', '<', '>'].find((each) => this.#looks(each));
    if (operator === undefined) return left;
    this.#at++;
    return { kind: 'binary', operator, left, right: this.#sum() };
  }

  #sum(): Filter {
    let left = this.#product();
    for (let operator = this.#here.text; this.#looks('+') || this.#looks('-'); operator = this.#here.text) {
      this.#at++;
      left = { kind: 'binary', operator, left, right: this.#product() };
    }
    return left;
  }

  #product(): Filter {
    let left = this.#postfix();
    for (let operator = this.#here.text; this.#looks('*') || this.#looks('/') || this.#looks('%'); operator = this.#here.text) {
      this.#at++;
      left = { kind: 'binary', operator, left, right: this.#postfix() };
    }
    return left;
  }

  #postfix(): Filter {
    if (this.#is('-')) return { kind: 'negate', of: this.#postfix() };
    let of = this.#term();
    for (;;) {
      if (this.#is('?')) of = { kind: 'try', body: of };
      else if (this.#here.kind === 'field') of = this.#field(of);
      else if (this.#looks('.') && this.#tokens[this.#at + 1]?.kind === 'string') {
        this.#at++;
        of = { kind: 'index', of, key: this.#term() };
      } else if (this.#looks('.') && this.#tokens[this.#at + 1]?.text === '[') this.#at++;
      else if (this.#is('[')) of = this.#bracket(of);
      else if (this.#is('as')) {
        const pattern = this.#pattern();
        this.#expect('|');
        return { kind: 'as', source: of, pattern, body: this.#pipe() };
      } else return of;
    }
  }

  #field(of: Filter): Filter {
    const name = this.#here.text.slice(1);
    this.#at++;
    return { kind: 'index', of, key: { kind: 'literal', value: name } };
  }

  #bracket(of: Filter): Filter {
    if (this.#is(']')) return { kind: 'each', of };
    if (this.#is(':')) {
      const to = this.#pipe();
      this.#expect(']');
      return { kind: 'slice', of, to };
    }
    const key = this.#pipe();
    if (this.#is(':')) {
      if (this.#is(']')) return { kind: 'slice', of, from: key };
      const to = this.#pipe();
      this.#expect(']');
      return { kind: 'slice', of, from: key, to };
    }
    this.#expect(']');
    return { kind: 'index', of, key };
  }

  #term(): Filter {
    const token = this.#here;
    this.#at++;
    switch (token.kind) {
      case 'number':
        return { kind: 'literal', value: Number(token.text) };
      case 'string':
        return { kind: 'string', parts: token.parts ?? [] };
      case 'format':
        if (this.#here.kind === 'string') {
          const { parts = [] } = this.#here;
          this.#at++;
          return { kind: 'string', parts, format: token.text };
        }
        return { kind: 'format', name: token.text };
      case 'variable':
        return { kind: 'variable', name: token.text.slice(1) };
      case 'field':
        return { kind: 'index', of: IDENTITY, key: { kind: 'literal', value: token.text.slice(1) } };
      case 'name':
        return this.#named(token.text);
      case 'operator':
        break;
      case 'end':
        this.#at--;
        return this.#wrong();
    }
    switch (token.text) {
      case '.':
        if (this.#here.kind === 'string') return { kind: 'index', of: IDENTITY, key: this.#term() };
        return IDENTITY;
      case '..':
        return { kind: 'recurse' };
      case '(': {
        const inner = this.#pipe();
        this.#expect(')');
        return inner;
      }
      case '[': {
        if (this.#is(']')) return { kind: 'array' };
        const of = this.#pipe();
        this.#expect(']');
        return { kind: 'array', of };
      }
      case '{':
        return this.#object();
      default:
        this.#at--;
        return this.#wrong();
    }
  }

  #named(name: string): Filter {
    switch (name) {
      case 'null':
        return { kind: 'literal', value: null };
      case 'true':
        return { kind: 'literal', value: true };
      case 'false':
        return { kind: 'literal', value: false };
      case 'if': {
        const branches: { test: Filter; yes: Filter }[] = [];
        do {
          const test = this.#pipe();
          this.#expect('then');
          branches.push({ test, yes: this.#pipe() });
        } while (this.#is('elif'));
        const otherwise = this.#is('else') ? this.#pipe() : undefined;
        this.#expect('end');
        return { kind: 'if', branches, ...(otherwise && { otherwise }) };
      }
      case 'try': {
        const body = this.#postfix();
        return { kind: 'try', body, ...(this.#is('catch') ? { handler: this.#postfix() } : {}) };
      }
      case 'reduce':
      case 'foreach': {
        const source = this.#sourceTerm();
        this.#expect('as');
        const pattern = this.#pattern();
        this.#expect('(');
        const start = this.#pipe();
        this.#expect(';');
        const update = this.#pipe();
        const extract = name === 'foreach' && this.#is(';') ? this.#pipe() : undefined;
        this.#expect(')');
        return name === 'reduce'
          ? { kind: 'reduce', source, pattern, start, update }
          : { kind: 'foreach', source, pattern, start, update, ...(extract && { extract }) };
      }
      case 'import':
      case 'include':
      case 'label':
        throw new JqMistake(`${name} is not modelled here`);
    }
    const args: Filter[] = [];
    if (this.#is('(')) {
      do args.push(this.#pipe());
      while (this.#is(';'));
      this.#expect(')');
    }
    return { kind: 'call', name, args };
  }

  /** A term with its suffixes, before `as`. */
  #sourceTerm(): Filter {
    let of = this.#term();
    for (;;) {
      if (this.#is('?')) of = { kind: 'try', body: of };
      else if (this.#here.kind === 'field') of = this.#field(of);
      else if (this.#is('[')) of = this.#bracket(of);
      else return of;
    }
  }

  #object(): Filter {
    const entries: { key: Filter; value: Filter }[] = [];
    while (!this.#is('}')) {
      const token = this.#here;
      let key: Filter;
      let value: Filter | undefined;
      if (token.kind === 'variable') {
        this.#at++;
        key = { kind: 'literal', value: token.text.slice(1) };
        value = { kind: 'variable', name: token.text.slice(1) };
      } else if (token.kind === 'string' || token.kind === 'format') {
        key = this.#term();
        value = { kind: 'index', of: IDENTITY, key };
      } else if (this.#is('(')) {
        key = this.#pipe();
        this.#expect(')');
      } else {
        if (token.kind !== 'name' && token.text !== 'and' && token.text !== 'or' && token.kind !== 'number') this.#wrong();
        this.#at++;
        key = { kind: 'literal', value: token.text };
        value = { kind: 'index', of: IDENTITY, key };
      }
      if (this.#is(':')) value = this.#objectValue();
      if (value === undefined) return this.#wrong();
      entries.push({ key, value });
      if (!this.#is(',') && !this.#looks('}')) this.#wrong();
    }
    return { kind: 'object', entries };
  }

  #objectValue(): Filter {
    let value = this.#alternative();
    while (this.#is('|')) value = { kind: 'pipe', left: value, right: this.#alternative() };
    return value;
  }

  #pattern(): Pattern {
    const token = this.#here;
    this.#at++;
    if (token.kind === 'variable') return { kind: 'name', name: token.text.slice(1) };
    if (token.text === '[') {
      const items: Pattern[] = [];
      do items.push(this.#pattern());
      while (this.#is(','));
      this.#expect(']');
      return { kind: 'array', items };
    }
    if (token.text === '{') {
      const entries: { key: Filter; name?: string; value?: Pattern }[] = [];
      do {
        const here = this.#here;
        if (here.kind === 'variable') {
          this.#at++;
          const name = here.text.slice(1);
          const value = this.#is(':') ? this.#pattern() : undefined;
          entries.push({ key: { kind: 'literal', value: name }, name, ...(value && { value }) });
          continue;
        }
        const key: Filter = here.kind === 'name' ? { kind: 'literal', value: this.#name() } : this.#term();
        this.#expect(':');
        entries.push({ key, value: this.#pattern() });
      } while (this.#is(','));
      this.#expect('}');
      return { kind: 'object', entries };
    }
    this.#at--;
    return this.#wrong();
  }

  #name(): string {
    const { kind, text } = this.#here;
    if (kind !== 'name') this.#wrong();
    this.#at++;
    return text;
  }
}

/** A string literal with `\(…)` in it. */
function readString(source: string): { parts: (string | Filter)[]; length: number } {
  const parts: (string | Filter)[] = [];
  let text = '';
  let at = 1;
  for (;;) {
    const c = source[at++];
    if (c === undefined) throw new JqMistake('syntax error, unexpected end of file, expecting QQSTRING_END');
    if (c === '"') break;
    if (c !== '\\') {
      text += c;
      continue;
    }
    const next = source[at++] ?? '';
    if (next === 'u') {
      text += String.fromCharCode(Number.parseInt(source.slice(at, at + 4), 16));
      at += 4;
    } else if (next === '(') {
      let depth = 1;
      const start = at;
      for (; at < source.length && depth > 0; at++) {
        if (source[at] === '"') at += readString(source.slice(at)).length - 1;
        else if (source[at] === '(') depth++;
        else if (source[at] === ')') depth--;
      }
      parts.push(text, parseJq(source.slice(start, at - 1)));
      text = '';
    } else if (ESCAPES[next] === undefined) throw new JqMistake(`Invalid escape at \\${next}`);
    else text += ESCAPES[next];
  }
  return { parts: [...parts, text].filter((part) => part !== ''), length: at };
}
