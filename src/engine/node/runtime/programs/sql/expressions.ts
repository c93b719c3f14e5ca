import { SqlSyntaxError, type Expression, type TableName } from './syntax.ts';
import type { Token } from './tokens.ts';

/** Reads expressions; statements build on it. */
export class ExpressionParser {
  #place = 0;

  constructor(readonly tokens: readonly Token[]) {}

  get here(): Token {
    return this.tokens[this.#place] as Token;
  }

  next(): Token {
    const token = this.here;
    if (token.kind !== 'end') this.#place++;
    return token;
  }

  fail(): never {
    throw new SqlSyntaxError(this.here.text, this.here.at);
  }

  /** Takes a keyword if it is the next. */
  word(text: string): boolean {
    if (this.here.kind !== 'word' || this.here.text.toUpperCase() !== text) return false;
    this.#place++;
    return true;
  }

  expect(word: string): void {
    if (!this.word(word)) this.fail();
  }

  sign(text: string): boolean {
    if (this.here.kind !== 'sign' || this.here.text !== text) return false;
    this.#place++;
    return true;
  }

  mustSign(text: string): void {
    if (!this.sign(text)) this.fail();
  }

  end(): void {
    if (this.here.kind !== 'end') this.fail();
  }

  /** A name; of `schema.table` the last part. */
  name(): TableName {
    const { kind, text, at } = this.here;
    if (kind !== 'word' && kind !== 'quoted') this.fail();
    this.#place++;
    if (this.sign('.')) return this.name();
    return { name: kind === 'word' ? text.toLowerCase() : text, at };
  }

  expression(): Expression {
    let left = this.#and();
    while (this.word('OR')) left = { kind: 'binary', operator: 'OR', left, right: this.#and() };
    return left;
  }

  #and(): Expression {
    let left = this.#not();
    while (this.word('AND')) left = { kind: 'binary', operator: 'AND', left, right: this.#not() };
    return left;
  }

  #not(): Expression {
    return this.word('NOT') ? { kind: 'unary', operator: 'NOT', operand: this.#not() } : this.#comparison();
  }

  #comparison(): Expression {
    const left = this.#sum();
    if (this.word('IS')) {
      const negated = this.word('NOT');
      this.expect('NULL');
      return { kind: 'is-null', operand: left, negated };
    }
    const negated = this.word('NOT');
    const operator = this.word('LIKE') ? 'LIKE' : this.word('ILIKE') ? 'ILIKE' : undefined;
    if (operator !== undefined) {
      const like: Expression = { kind: 'binary', operator, left, right: this.#sum() };
      return negated ? { kind: 'unary', operator: 'NOT', operand: like } : like;
    }
    if (this.word('IN')) {
      this.mustSign('(');
      const list: Expression[] = [];
      do list.push(this.expression());
      while (this.sign(','));
      this.mustSign(')');
      return { kind: 'in', operand: left, list, negated };
    }
    if (this.word('BETWEEN')) {
      const from = this.#sum();
      this.expect('AND');
      const within: Expression = {
        kind: 'binary',
        operator: 'AND',
        left: { kind: 'binary', operator: '>=', left, right: from },
        right: { kind: 'binary', operator: '<=', left, right: this.#sum() },
      };
      return negated ? { kind: 'unary', operator: 'NOT', operand: within } : within;
    }
    if (negated) this.fail();
    for (const sign of ['=', '<>', '!=', '<=', '>=', '<', '>'])
      if (this.sign(sign)) return { kind: 'binary', operator: sign === '!=' ? '<>' : sign, left, right: this.#sum() };
    return left;
  }

  #sum(): Expression {
    let left = this.#product();
    for (;;) {
      const operator = ['+', '-', '||'].find((sign) => this.sign(sign));
      if (operator === undefined) return left;
      left = { kind: 'binary', operator, left, right: this.#product() };
    }
  }

  #product(): Expression {
    let left = this.operand();
    for (;;) {
      const operator = ['*', '/', '%'].find((sign) => this.sign(sign));
      if (operator === undefined) return left;
      left = { kind: 'binary', operator, left, right: this.operand() };
    }
  }

  operand(): Expression {
    const plain = this.#plain();
    // A cast changes nothing here: values know their own kind.
    while (this.sign('::')) this.name();
    return plain;
  }

  #plain(): Expression {
    if (this.sign('(')) {
      const inner = this.expression();
      this.mustSign(')');
      return inner;
    }
    if (this.sign('-')) return { kind: 'unary', operator: '-', operand: this.operand() };
    const { kind, text } = this.here;
    if (kind === 'number') return { kind: 'value', value: Number(this.next().text) };
    if (kind === 'string') return { kind: 'value', value: this.next().text };
    if (this.word('NULL')) return { kind: 'value', value: null };
    if (this.word('TRUE')) return { kind: 'value', value: true };
    if (this.word('FALSE')) return { kind: 'value', value: false };
    if (kind === 'word' && RESERVED.test(text)) this.fail();
    const { name, at } = this.name();
    if (!this.sign('(')) return { kind: 'column', name, at };
    const args: Expression[] = [];
    if (!this.sign(')')) {
      do args.push(this.sign('*') ? { kind: 'star' } : this.expression());
      while (this.sign(','));
      this.mustSign(')');
    }
    return { kind: 'call', name, args, at };
  }
}

const RESERVED = /^(from|where|group|order|limit|select|insert|update|delete|table|values|set|into|and|or|not)$/i;
