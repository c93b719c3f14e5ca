import { isBlank, isBlankOrEnd, isBreak } from './characters.ts';
import { YamlFault, type Mark } from './tokens.ts';

/** A text that is read character by character, and where one is in it. */
export class Reader {
  index = 0;
  line = 0;
  column = 0;

  constructor(readonly text: string) {}

  /** The character here, or so many further on; undefined behind the end. */
  at(offset = 0): string | undefined {
    return this.text[this.index + offset];
  }

  get mark(): Mark {
    return { index: this.index, line: this.line, column: this.column };
  }

  /** Takes a character that is no break. */
  take(): string {
    const c = this.text[this.index] ?? '';
    this.index++;
    // A character beyond the first plane is two of JavaScript's.
    if (c < '\udc00' || c > '\udfff') this.column++;
    return c;
  }

  skip(count = 1): void {
    for (let i = 0; i < count; i++) this.take();
  }

  skipBlanks(): void {
    while (isBlank(this.at())) this.take();
  }

  /** Takes a line break; what it is worth in a scalar. */
  takeBreak(): string {
    const c = this.at();
    this.index += c === '\r' && this.at(1) === '\n' ? 2 : 1;
    this.line++;
    this.column = 0;
    return c === '\u2028' || c === '\u2029' ? c : '\n';
  }

  /** `---` or `...` at the beginning of a line, and nothing right behind it. */
  atIndicator(indicator: '---' | '...'): boolean {
    return this.column === 0 && this.text.startsWith(indicator, this.index) && isBlankOrEnd(this.at(3));
  }

  atDocumentIndicator(): boolean {
    return this.atIndicator('---') || this.atIndicator('...');
  }

  /** Skips blanks and a comment to the end of a line, and the break itself; there may be nothing else. */
  skipRestOfLine(): void {
    this.skipBlanks();
    this.skipComment();
    if (this.at() === undefined) return;
    if (!isBreak(this.at())) throw this.fault('did not find expected comment or line break');
    this.takeBreak();
  }

  skipComment(): void {
    if (this.at() === '#') while (this.at() !== undefined && !isBreak(this.at())) this.take();
  }

  fault(problem: string): YamlFault {
    return YamlFault.scanner(this.mark, problem);
  }
}
