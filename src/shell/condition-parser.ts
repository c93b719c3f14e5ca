import { ShellSyntaxError, type Condition, type Word } from './syntax.ts';
import { typedAs } from './source-text.ts';
import { SimpleParser } from './simple-parser.ts';
import { OPERATOR } from './token-parser.ts';

/** What stands between `[[` and `]]`. */
export abstract class ConditionParser extends SimpleParser {
  /** Right of an operator patterns have alternatives, whatever `shopt` says. */
  protected inCondition = false;

  protected condition(): Condition {
    let left = this.#conditionAnd();
    for (this.newlines(); this.rest(2) === '||'; this.newlines()) {
      this.position += 2;
      left = { kind: 'or', left, right: this.#conditionAnd() };
    }
    return left;
  }

  #conditionAnd(): Condition {
    let left = this.#conditionTerm();
    for (this.newlines(); this.rest(2) === '&&'; this.newlines()) {
      this.position += 2;
      left = { kind: 'and', left, right: this.#conditionTerm() };
    }
    return left;
  }

  #conditionTerm(): Condition {
    this.newlines();
    if (this.atEnd) throw this.unexpectedEnd(']]');
    if (this.keyword('!')) return { kind: 'not', of: this.#conditionTerm() };
    if (this.here === '(') {
      this.position++;
      const inner = this.condition();
      this.newlines();
      if (!this.source.startsWith(')', this.position)) this.unexpected();
      this.position++;
      return { kind: 'group', of: inner };
    }
    const unary = this.plain();
    if (unary !== undefined && /^-[a-zA-Z]$/.test(unary)) {
      const before = this.position;
      this.position += 2;
      this.skipBlanks();
      const word = this.plain() === ']]' ? undefined : this.word();
      if (word !== undefined) return { kind: 'unary', operator: unary, word };
      this.position = before;
    }
    const left = this.plain() === ']]' ? undefined : this.word();
    if (left === undefined) return this.unexpected();
    this.skipBlanks();
    const operator = /^(==|=~|!=|=|<|>|-(eq|ne|lt|le|gt|ge|nt|ot|ef)(?=\s))/.exec(this.rest(4))?.[0];
    if (operator === undefined) {
      const end = /^(\]\]|&&|\|\||\)|\n)/.test(this.rest(2)) || this.atEnd;
      if (!end && this.bash)
        throw new ShellSyntaxError(this.plain() ?? this.here, this.line, undefined, /^[;|&<>(]/.test(this.here) ? `unexpected token \`${OPERATOR.exec(this.rest(3))?.[0] ?? this.here}', conditional binary operator expected` : 'conditional binary operator expected'); // prettier-ignore
      return { kind: 'unary', operator: '-n', word: left };
    }
    this.position += operator.length;
    this.skipBlanks();
    if (this.plain() === ']]')
      throw new ShellSyntaxError(']]', this.line, undefined, "unexpected argument `]]' to conditional binary operator");
    this.inCondition = true;
    const right = operator === '=~' ? this.#regularExpression() : this.word();
    this.inCondition = false;
    if (right === undefined) return this.unexpected();
    return { kind: 'binary', operator, left, right };
  }

  /** After `=~` parentheses and bars belong to the expression. */
  #regularExpression(): Word {
    let depth = 0;
    const start = this.position;
    const parts = this.parts((c) => {
      if (c === '(') depth++;
      if (c === ')') depth--;
      return c === '\n' || ((c === ' ' || c === '\t') && depth <= 0);
    }, false);
    return typedAs(parts, this.source.slice(start, this.position));
  }
}
