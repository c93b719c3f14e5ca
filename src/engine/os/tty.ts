import { pipe, type Pipe } from './pipe.ts';
import type { Reader, Terminal, Writer } from './process.ts';
import { encode, writerTo } from './text.ts';

const terminals = new WeakSet<object>();

/** isatty(3): `[ -t 0 ]`, and a shell that asks whether it is interactive. */
export function isTerminal(stream: object): boolean {
  return terminals.has(stream);
}

/** Says of a stream that it leads to a terminal. */
export function asTerminal<T extends object>(stream: T): T {
  terminals.add(stream);
  return stream;
}

/**
 * A terminal's line discipline in canonical mode: what is typed reaches the program by whole lines, ^C ^\ ^Z become
 * signals, ^D at the start of a line ends the input once. Typed characters are not echoed: the page shows them.
 */
export class Tty implements Terminal {
  columns: number;
  rows: number;
  readonly #input: Pipe = pipe();
  readonly #listeners = new Set<() => void>();
  readonly #signal: (signal: 'INT' | 'QUIT' | 'TSTP' | 'WINCH') => void;
  #line: number[] = [];
  readonly reader: Reader;
  readonly writer: Writer;

  constructor(options: {
    columns?: number;
    rows?: number;
    output: (bytes: Uint8Array) => void;
    /** What the terminal does on a signal key: signals the foreground group. */
    signal: (signal: 'INT' | 'QUIT' | 'TSTP' | 'WINCH') => void;
    onReading?: (waiting: boolean) => void;
    onClose?: () => void;
  }) {
    this.columns = options.columns ?? 80;
    this.rows = options.rows ?? 24;
    this.#signal = options.signal;
    const input = this.#input;
    input.onReading((waiting) => options.onReading?.(waiting));
    this.reader = {
      *read() {
        const chunk = yield* input.reader.read();
        return chunk === undefined || (chunk.length === 1 && chunk[0] === 4) ? undefined : chunk;
      },
      unread: (bytes) => input.reader.unread(bytes),
      close: () => {},
    };
    this.writer = writerTo(options.output, () => options.onClose?.());
    asTerminal(this.reader);
    asTerminal(this.writer);
  }

  /** Bytes as the keyboard sends them. */
  type(bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (byte === 3 || byte === 28 || byte === 26) {
        this.#line = [];
        this.#signal(byte === 3 ? 'INT' : byte === 28 ? 'QUIT' : 'TSTP');
      } else if (byte === 4) {
        if (this.#line.length === 0) this.#input.writer.push(Uint8Array.of(4));
        else this.#flush();
      } else if (byte === 127 || byte === 8) this.#line.pop();
      else {
        this.#line.push(byte === 13 ? 10 : byte);
        if (byte === 10 || byte === 13) this.#flush();
      }
    }
  }

  /** A whole line at once, newline added. */
  line(text: string): void {
    this.#input.writer.push(encode(`${text}\n`));
  }

  resize(columns: number, rows: number): void {
    this.columns = columns;
    this.rows = rows;
    for (const listener of this.#listeners) listener();
    this.#signal('WINCH');
  }

  onResize(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The line went dead: everybody reading sees the end. */
  hangUp(): void {
    this.#input.writer.close();
  }

  #flush(): void {
    this.#input.writer.push(Uint8Array.from(this.#line));
    this.#line = [];
  }
}
