import { tokens, type Token } from './lexer.ts';
import type { Expression, Fault, Fold, StructField } from './syntax.ts';

const OPERAND = "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}";
const RESERVED = new Set([
  'as', 'break', 'const', 'continue', 'else', 'false', 'for', 'function', 'if', 'import', 'in', 'let', 'loop', 'package', 'namespace', 'null', 'return',
  'true', 'var', 'void', 'while',
]); // prettier-ignore
const RELATIONS = new Set(['<', '<=', '>', '>=', '==', '!=', 'in']);
const MAX_DEPTH = 250;

export type Parsed = { readonly expression: Expression } | { readonly faults: readonly Fault[] };

/** Reads an expression; macros are expanded on the way. `cel.bind` is one of them where the environment has it. */
export function parse(source: string, bindings = false): Parsed {
  const faults: Fault[] = [];
  const all = tokens(source, faults);
  if (faults.length > 0) return { faults };
  const parser = new Parser(all, bindings);
  try {
    return { expression: parser.whole() };
  } catch (error) {
    if (error instanceof SyntaxFault) return { faults: [error.fault] };
    throw error;
  }
}

class SyntaxFault extends Error {
  constructor(readonly fault: Fault) {
    super(fault.text);
  }
}

class Parser {
  #next = 0;
  #depth = 0;

  constructor(
    readonly all: readonly Token[],
    readonly bindings: boolean,
  ) {}

  whole(): Expression {
    const expression = this.#expression();
    const { kind, text, at } = this.#peek;
    if (kind === 'end') return expression;
    // One token too many is told as such.
    const alone = this.all[this.#next + 1]?.kind === 'end';
    throw new SyntaxFault({ at, text: `Syntax error: ${alone ? 'extraneous' : 'mismatched'} input '${text}' expecting <EOF>` });
  }

  get #peek(): Token {
    return this.all[this.#next] as Token;
  }

  #take(): Token {
    return this.all[this.#next++] as Token;
  }

  #is(sign: string): boolean {
    return this.#peek.kind === 'sign' && this.#peek.text === sign;
  }

  #accept(sign: string): Token | undefined {
    return this.#is(sign) ? this.#take() : undefined;
  }

  #expect(sign: string): Token {
    return this.#accept(sign) ?? this.#mismatch(this.#peek, `'${sign}'`);
  }

  #mismatch({ text, at, kind }: Token, expecting: string): never {
    const given = kind === 'end' ? "mismatched input '<EOF>'" : `mismatched input '${text}'`;
    throw new SyntaxFault({ at, text: `Syntax error: ${given} expecting ${expecting}` });
  }

  #expression(): Expression {
    if (++this.#depth > MAX_DEPTH) throw new SyntaxFault({ at: this.#peek.at, text: `expression recursion limit exceeded: ${MAX_DEPTH}` });
    const condition = this.#or();
    const question = this.#accept('?');
    this.#depth--;
    if (question === undefined) return condition;
    const yes = this.#or();
    this.#expect(':');
    return { kind: 'call', name: '_?_:_', args: [condition, yes, this.#expression()], at: question.at };
  }

  #or(): Expression {
    return this.#chain('||', '_||_', () => this.#chain('&&', '_&&_', () => this.#relation()));
  }

  #chain(sign: string, name: string, operand: () => Expression): Expression {
    let left = operand();
    for (let token = this.#accept(sign); token !== undefined; token = this.#accept(sign))
      left = { kind: 'call', name, args: [left, operand()], at: token.at };
    return left;
  }

  #relation(): Expression {
    let left = this.#sum();
    while (this.#peek.kind === 'sign' && RELATIONS.has(this.#peek.text)) {
      const { text, at } = this.#take();
      left = { kind: 'call', name: text === 'in' ? '@in' : `_${text}_`, args: [left, this.#sum()], at };
    }
    return left;
  }

  #sum(): Expression {
    let left = this.#product();
    while (this.#is('+') || this.#is('-')) {
      const { text, at } = this.#take();
      left = { kind: 'call', name: `_${text}_`, args: [left, this.#product()], at };
    }
    return left;
  }

  #product(): Expression {
    let left = this.#unary();
    while (this.#is('*') || this.#is('/') || this.#is('%')) {
      const { text, at } = this.#take();
      left = { kind: 'call', name: `_${text}_`, args: [left, this.#unary()], at };
    }
    return left;
  }

  #unary(): Expression {
    if (this.#is('!') || this.#is('-')) {
      const { text, at } = this.#take();
      const following = this.#peek;
      if (text === '-' && following.kind === 'literal' && (typeof following.value === 'bigint' || typeof following.value === 'number')) {
        this.#take();
        return this.#members({ kind: 'literal', value: -following.value, at });
      }
      return { kind: 'call', name: text === '!' ? '!_' : '-_', args: [this.#unary()], at };
    }
    return this.#members(this.#primary());
  }

  #members(start: Expression): Expression {
    let left = start;
    for (;;) {
      const dot = this.#accept('.');
      if (dot !== undefined) {
        const optional = this.#accept('?') !== undefined;
        const token = this.#take();
        if (token.kind !== 'name' && !(token.kind === 'sign' && token.text === 'in')) this.#mismatch(token, 'IDENTIFIER');
        const field = token.text.replaceAll('`', '');
        const open = this.#is('(') && !optional ? this.#take() : undefined;
        left =
          open === undefined ? { kind: 'select', of: left, field, test: false, optional, at: dot.at } : this.#method(left, field, open);
        continue;
      }
      const name = this.#is('{') ? dottedName(left) : undefined;
      if (name !== undefined) {
        left = this.#struct(name);
        continue;
      }
      const bracket = this.#accept('[');
      if (bracket === undefined) return left;
      const optional = this.#accept('?') !== undefined;
      const index = this.#expression();
      this.#expect(']');
      left = { kind: 'call', name: optional ? '_[?_]' : '_[_]', args: [left, index], at: bracket.at };
    }
  }

  #method(target: Expression, name: string, { at }: Token): Expression {
    const args = this.#args(')');
    return macro(target, name, args, at, this.bindings) ?? { kind: 'call', name, target, args, at };
  }

  #args(close: string): Expression[] {
    const out: Expression[] = [];
    while (!this.#is(close)) {
      out.push(this.#expression());
      if (this.#accept(',') === undefined) break;
    }
    this.#expect(close);
    return out;
  }

  #primary(): Expression {
    const token = this.#take();
    const { at } = token;
    if (token.kind === 'literal') return { kind: 'literal', value: token.value ?? null, at };
    if (token.kind === 'name') return this.#name(token);
    switch (token.kind === 'sign' ? token.text : '') {
      case '.':
        return this.#primary();
      case '(': {
        const inside = this.#expression();
        this.#expect(')');
        return inside;
      }
      case '[':
        return this.#list(at);
      case '{':
        return this.#map(at);
      default:
        return this.#mismatch(token, OPERAND);
    }
  }

  #name({ text, at }: Token): Expression {
    const open = this.#accept('(');
    if (open === undefined) {
      if (RESERVED.has(text)) throw new SyntaxFault({ at, text: `reserved identifier: ${text}` });
      return { kind: 'name', name: text, at };
    }
    const args = this.#args(')');
    if (text === 'has' && args.length === 1) {
      const [selected] = args;
      if (selected?.kind !== 'select') throw new SyntaxFault({ at: selected?.at ?? at, text: 'invalid argument to has() macro' });
      return { ...selected, test: true };
    }
    return { kind: 'call', name: text, args, at: open.at };
  }

  #list(at: number): Expression {
    const items: Expression[] = [];
    const optional = new Set<number>();
    while (!this.#is(']')) {
      if (this.#accept('?') !== undefined) optional.add(items.length);
      items.push(this.#expression());
      if (this.#accept(',') === undefined) break;
    }
    this.#expect(']');
    return { kind: 'list', items, optional, at };
  }

  #struct(name: string): Expression {
    const { at } = this.#take();
    const fields: StructField[] = [];
    while (!this.#is('}')) {
      const optional = this.#accept('?') !== undefined;
      const token = this.#take();
      if (token.kind !== 'name') this.#mismatch(token, fields.length === 0 ? "{'}', ',', '?', IDENTIFIER, ESC_IDENTIFIER}" : 'IDENTIFIER');
      const colon = this.#expect(':');
      fields.push({ name: token.text.replaceAll('`', ''), value: this.#expression(), optional, at: colon.at });
      if (this.#accept(',') === undefined) break;
    }
    this.#expect('}');
    return { kind: 'struct', name, fields, at };
  }

  #map(at: number): Expression {
    const entries: [Expression, Expression, boolean][] = [];
    while (!this.#is('}')) {
      const optional = this.#accept('?') !== undefined;
      const key = this.#expression();
      this.#expect(':');
      entries.push([key, this.#expression(), optional]);
      if (this.#accept(',') === undefined) break;
    }
    this.#expect('}');
    return { kind: 'map', entries, at };
  }
}

const FOLDS: Readonly<Record<string, Fold>> = {
  all: 'all',
  exists: 'exists',
  exists_one: 'exists_one',
  existsOne: 'exists_one',
  map: 'map',
  filter: 'filter',
};
/** Folds over two variables, whose step may have a filter before it. */
const TRANSFORMS: ReadonlySet<string> = new Set(['transformList', 'transformMap', 'transformMapEntry']);

function macro(target: Expression, name: string, args: readonly Expression[], at: number, bindings: boolean): Expression | undefined {
  const [first, second, third, fourth] = args;
  if (bindings && target.kind === 'name' && target.name === 'cel' && name === 'bind' && args.length === 3)
    return { kind: 'bind', name: variable(first as Expression), value: second as Expression, body: third as Expression, at };
  if ((name === 'optMap' || name === 'optFlatMap') && args.length === 2)
    return {
      kind: 'optional-map',
      of: target,
      name: variable(first as Expression),
      body: second as Expression,
      flat: name === 'optFlatMap',
      at,
    };
  if (TRANSFORMS.has(name) && (args.length === 3 || args.length === 4)) {
    const names = pair(first as Expression, second as Expression);
    const step = { kind: 'fold' as const, fold: name as Fold, range: target, names, at };
    if (fourth === undefined) return { ...step, body: third as Expression };
    return { ...step, filter: third as Expression, body: fourth };
  }
  if (name === 'sortBy' && args.length === 2)
    return { kind: 'fold', fold: 'sortBy', range: target, names: [variable(first as Expression)], body: second as Expression, at };
  const fold = Object.hasOwn(FOLDS, name) ? FOLDS[name] : undefined;
  if (fold === undefined || first === undefined || second === undefined) return undefined;
  if (args.length === 2) return { kind: 'fold', fold, range: target, names: [variable(first)], body: second, at };
  if (args.length !== 3 || third === undefined) return undefined;
  if (fold === 'map') return { kind: 'fold', fold, range: target, names: [variable(first)], filter: second, body: third, at };
  return fold === 'filter' ? undefined : { kind: 'fold', fold, range: target, names: pair(first, second), body: third, at };
}

function pair(first: Expression, second: Expression): readonly [string, string] {
  const [one, other] = [variable(first), variable(second)];
  if (one === other) throw new SyntaxFault({ at: second.at, text: `duplicate variable name: ${one}` });
  return [one, other];
}

/** `Object.metadata`, as a name; undefined for what is more than names and dots. */
function dottedName(expression: Expression): string | undefined {
  if (expression.kind === 'name') return expression.name;
  if (expression.kind !== 'select' || expression.test || expression.optional) return undefined;
  const before = dottedName(expression.of);
  return before === undefined ? undefined : `${before}.${expression.field}`;
}

function variable(expression: Expression): string {
  if (expression.kind === 'name') return expression.name;
  throw new SyntaxFault({ at: expression.at, text: 'argument must be a simple name' });
}
