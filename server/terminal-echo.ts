const [CR, LF, BACKSPACE, DELETE] = [13, 10, 8, 127] as const;
/** Keys that become signals, as the terminal shows them. */
const SIGNALS = new Map([
  [3, '^C'],
  [26, '^Z'],
  [28, '^\\'],
]);

/**
 * What a terminal's driver shows of what is typed (stty echo, onlcr). The terminals of the simulation leave that to whoever
 * has the keyboard; a foreign client's keyboard is raw and expects it from here. Raw keyboards send CR for Enter: a line that
 * ends with LF was already shown where it was typed.
 */
export class TerminalEcho {
  readonly #show: (bytes: Uint8Array) => void;
  #column = 0;

  constructor(show: (bytes: Uint8Array) => void) {
    this.#show = show;
  }

  /** A program's output: a new line begins at the left edge. */
  print(bytes: Uint8Array): void {
    if (!bytes.includes(LF)) return this.#show(bytes);
    const shown: number[] = [];
    for (const [i, byte] of bytes.entries()) {
      if (byte === LF && bytes[i - 1] !== CR) shown.push(CR);
      shown.push(byte);
    }
    this.#show(Uint8Array.from(shown));
  }

  typed(bytes: Uint8Array): void {
    if (bytes.includes(LF)) return;
    const shown: number[] = [];
    for (const byte of bytes) {
      const signal = SIGNALS.get(byte);
      if (signal !== undefined) {
        shown.push(...Buffer.from(signal), CR, LF);
        this.#column = 0;
      } else if (byte === CR) {
        shown.push(CR, LF);
        this.#column = 0;
      } else if (byte === BACKSPACE || byte === DELETE) {
        if (this.#column === 0) continue;
        this.#column--;
        shown.push(BACKSPACE, 32, BACKSPACE);
      } else if (byte >= 32 || byte === 9) {
        this.#column++;
        shown.push(byte);
      }
    }
    if (shown.length > 0) this.#show(Uint8Array.from(shown));
  }
}
