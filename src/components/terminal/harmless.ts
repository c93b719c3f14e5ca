// What may move the cursor, colour, and clear; anything else a program prints could only confuse the screen or answer for the learner.
const HARMLESS = /^\x1b\[[0-9;]*[ABCDGHJKfm]$/;
const SEQUENCE = /^\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)|[ -/]+[0-~]|[0-Z\\`-~])/;
const UNFINISHED = /^\x1b(?:\[[0-?]*[ -/]*|[\]PX^_][^\x07\x1b\x9c]{0,4096}\x1b?|[ -/]*)$/;

/**
 * Makes program output fit for the screen: UTF-8 (what is not becomes U+FFFD), line ends, tabs, colours and cursor moves
 * pass; other control characters and sequences (titles, the clipboard, questions to the terminal, other alphabets) do not.
 */
export class Harmless {
  readonly #decoder = new TextDecoder('utf-8');
  /** The beginning of a sequence whose rest has not come yet. */
  #rest = '';

  take(bytes: Uint8Array): string {
    const text = this.#rest + this.#decoder.decode(bytes, { stream: true });
    this.#rest = '';
    if (!/[^\n\r\t\x20-\x7e\xa0-\uffff]/.test(text)) return text;
    let clean = '';
    for (let at = 0; at < text.length;) {
      const c = text[at] as string;
      if (c === '\x1b') {
        const rest = text.slice(at);
        const sequence = SEQUENCE.exec(rest)?.[0];
        if (sequence !== undefined) {
          if (HARMLESS.test(sequence)) clean += sequence;
          at += sequence.length;
          continue;
        }
        if (UNFINISHED.test(rest)) {
          this.#rest = rest;
          break;
        }
      } else if (!/[\x00-\x1f\x7f-\x9f]/.test(c) || c === '\n' || c === '\r' || c === '\t' || c === '\b') clean += c;
      at++;
    }
    return clean;
  }
}
