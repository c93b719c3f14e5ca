import { quotePattern } from './pattern.ts';

export interface Field {
  text: string;
  /** The same with what was quoted escaped. */
  pattern: string;
}

/** Builds fields from pieces of text: what is split at IFS, what is quoted, and where one ends. */
export class Fields {
  readonly #fields: Field[] = [];
  #current: Field | undefined;
  #closedByBlank = false;

  /** `ifs` undefined: everything is one field. */
  constructor(readonly ifs: string | undefined) {}

  add(text: string, quoted: boolean): void {
    if (text === '' && !quoted) return;
    this.#current ??= { text: '', pattern: '' };
    this.#current.text += text;
    this.#current.pattern += quoted ? quotePattern(text) : text;
    this.#closedByBlank = false;
  }

  /** What an unquoted expansion gave: split at IFS. */
  split(text: string): void {
    const { ifs } = this;
    if (ifs === undefined || ifs === '') {
      this.add(text, false);
      return;
    }
    for (const c of text) {
      if (!ifs.includes(c)) this.add(c, false);
      else if (c === ' ' || c === '\t' || c === '\n') {
        if (this.#current !== undefined) {
          this.#close();
          this.#closedByBlank = true;
        }
      } else if (this.#current !== undefined) this.#close();
      else if (this.#closedByBlank) this.#closedByBlank = false;
      else this.#fields.push({ text: '', pattern: '' });
    }
  }

  next(): void {
    if (this.ifs === undefined) this.add(' ', true);
    else this.#close();
  }

  end(): Field[] {
    this.#close();
    return this.#fields;
  }

  #close(): void {
    if (this.#current !== undefined) this.#fields.push(this.#current);
    this.#current = undefined;
  }
}
