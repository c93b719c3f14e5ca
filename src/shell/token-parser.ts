import { ShellSyntaxError } from './syntax.ts';
import { WordParser } from './word-parser.ts';

export const OPERATOR = /^(&&|\|\||;;&|;;|;&|\|&|[;&|()<>\n])/;

/** Words, and the tokens between them: operators, newlines, reserved words. */
export abstract class TokenParser extends WordParser {
  protected unexpected(): never {
    this.skipBlanks();
    if (this.atEnd) throw this.unexpectedEnd();
    let operator = OPERATOR.exec(this.rest(3))?.[0];
    if (!this.bash && operator?.startsWith(';&') === true) operator = '&';
    const token = operator === '\n' ? 'newline' : (operator ?? this.plain() ?? this.here);
    throw new ShellSyntaxError(token, this.line);
  }

  protected rest(length: number): string {
    return this.source.slice(this.position, this.position + length);
  }

  /** The word here when it is plain text, without taking it. */
  protected plain(): string | undefined {
    return /^[^\s;&|<>()'"\\$`]+(?=[\s;&|<>()]|$)/.exec(this.rest(256))?.[0];
  }

  protected newlines(): void {
    for (;;) {
      this.skipBlanks();
      if (this.here !== '\n') return;
      this.position++;
      this.hereDocuments();
    }
  }

  protected keyword(word: string): boolean {
    this.skipBlanks();
    if (this.plain() !== word) return false;
    this.position += word.length;
    return true;
  }

  protected expect(word: string): void {
    this.newlines();
    if (this.keyword(word)) return;
    if (this.atEnd) throw this.unexpectedEnd(word);
    this.unexpected();
  }
}
