import { FileError, type FileSystem, type Reader, type Writer } from './process.ts';
import type { Task } from './task.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8');

export function encode(text: string): Uint8Array {
  return encoder.encode(text);
}

/** UTF-8; what is not valid becomes U+FFFD. */
export function decode(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

export function* writeText(writer: Writer, text: string): Task<void> {
  if (text !== '') yield* writer.write(encoder.encode(text));
}

/** Everything up to the end. */
export function* readBytes(reader: Reader): Task<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for (;;) {
    const chunk = yield* reader.read();
    if (chunk === undefined) return concat(chunks);
    chunks.push(chunk);
  }
}

/** Everything up to the end, as text. */
export function* readAll(reader: Reader): Task<string> {
  return decode(yield* readBytes(reader));
}

/** Lines of a text; a last line without newline counts, an empty one after the last newline does not. */
export function splitLines(text: string): string[] {
  if (text === '') return [];
  return (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
}

/** One line with its newline (or what is left at the end), and nothing more of the stream; `undefined` at the end. */
export function* readLine(reader: Reader): Task<string | undefined> {
  const chunks: Uint8Array[] = [];
  for (;;) {
    const chunk = yield* reader.read();
    if (chunk === undefined) return chunks.length === 0 ? undefined : decode(concat(chunks));
    const end = chunk.indexOf(10);
    if (end < 0) {
      chunks.push(chunk);
      continue;
    }
    if (end + 1 < chunk.length) {
      if (reader.unread === undefined) throw new Error('readLine() needs a reader that takes bytes back');
      reader.unread(chunk.subarray(end + 1));
    }
    chunks.push(chunk.subarray(0, end + 1));
    return decode(concat(chunks));
  }
}

/** Calls `each` for every line as it comes, so that `tail -f x | grep y` streams. `each` returning `false` ends it. */
export function* forEachLine(reader: Reader, each: (line: string) => Task<boolean | void>): Task<void> {
  let rest = '';
  const stream = new TextDecoder('utf-8');
  for (;;) {
    const chunk = yield* reader.read();
    rest += chunk === undefined ? stream.decode() : stream.decode(chunk, { stream: true });
    let start = 0;
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n', start)) {
      const line = rest.slice(start, end);
      start = end + 1;
      if ((yield* each(line)) === false) return;
    }
    rest = rest.slice(start);
    if (chunk === undefined) {
      if (rest !== '') yield* each(rest);
      return;
    }
  }
}

export function concat(chunks: readonly Uint8Array[]): Uint8Array {
  if (chunks.length === 1) return chunks[0] as Uint8Array;
  let size = 0;
  for (const chunk of chunks) size += chunk.length;
  const all = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

/** A stream of what is there already: a file, a here-document. */
export function readerOf(content: Uint8Array | string): Reader {
  return new Rest(typeof content === 'string' ? encode(content) : content);
}

export function emptyReader(): Reader {
  return new Rest(undefined);
}

class Rest implements Reader {
  #rest: Uint8Array | undefined;

  constructor(content: Uint8Array | undefined) {
    this.#rest = content;
  }

  *read(): Task<Uint8Array | undefined> {
    const chunk = this.#rest;
    this.#rest = undefined;
    return chunk === undefined || chunk.length === 0 ? undefined : chunk;
  }

  unread(bytes: Uint8Array): void {
    this.#rest = this.#rest === undefined ? bytes : concat([bytes, this.#rest]);
  }

  close(): void {
    this.#rest = undefined;
  }
}

/** In place of a path, where a program's stream takes no more. */
export const WRITE_ERROR = 'write error';

export const nullWriter: Writer = { *write() {}, close() {} };

/** Writes on to a file that exists; opening and truncating is the caller's. */
export function fileWriter(files: FileSystem, path: string): Writer {
  return {
    *write(bytes) {
      try {
        files.write(path, bytes, { append: true });
      } catch (error) {
        // What write(2) refuses, programs tell as a "write error": they no longer know the file's name.
        throw error instanceof FileError ? new FileError(error.code, WRITE_ERROR) : error;
      }
    },
    close() {},
  };
}

/** Hands every piece to a function: a log file, the page's terminal. */
export function writerTo(take: (bytes: Uint8Array) => void, onClose: () => void = noted): Writer {
  return new WriterTo(take, onClose);
}

function noted(): void {
  // Nobody minds.
}

class WriterTo implements Writer {
  readonly #take: (bytes: Uint8Array) => void;
  readonly #onClose: () => void;

  constructor(take: (bytes: Uint8Array) => void, onClose: () => void) {
    this.#take = take;
    this.#onClose = onClose;
  }

  *write(bytes: Uint8Array): Task<void> {
    this.#take(bytes);
  }

  close(): void {
    this.#onClose();
  }
}
