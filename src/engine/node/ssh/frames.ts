import type { Reader } from '../../os/process.ts';
import type { Task } from '../../os/task.ts';
import { concat, decode, encode } from '../../os/text.ts';

/** What goes between ssh and sshd: a kind and its bytes. (The real protocol is encrypted; what is in its messages is the same.) */
const KINDS = [
  /** Client: JSON of `Login`. */
  'login',
  'stdin',
  'eof',
  /** JSON of a `[columns, rows]`. */
  'resize',
  'ping',
  /** JSON of a `FileCall`, a newline, and what is written. */
  'file',
  /** Server. */
  'accepted',
  'denied',
  'stdout',
  'stderr',
  /** The exit code. */
  'exit',
  'pong',
  /** JSON of a `FileAnswer`, a newline, and what was read. */
  'answer',
] as const;

export type FrameKind = (typeof KINDS)[number];

export interface Frame {
  readonly kind: FrameKind;
  readonly bytes: Uint8Array;
}

export interface Login {
  readonly user: string;
  /** Absent: a shell. */
  readonly command?: string;
  readonly terminal?: readonly [columns: number, rows: number];
  /** File transfer instead of a command. */
  readonly files?: boolean;
}

export interface FileCall {
  readonly call: 'stat' | 'list' | 'read' | 'write' | 'mkdir';
  readonly path: string;
  readonly mode?: number;
}

export interface FileAnswer {
  /** The C library's text. */
  readonly error?: string;
  readonly directory?: boolean;
  readonly mode?: number;
  readonly names?: readonly string[];
}

export function frame(kind: FrameKind, content: Uint8Array | string = ''): Uint8Array {
  const bytes = typeof content === 'string' ? encode(content) : content;
  const head = new Uint8Array(5);
  head[0] = KINDS.indexOf(kind);
  for (let i = 0; i < 4; i++) head[1 + i] = (bytes.length >>> (8 * (3 - i))) & 255;
  return concat([head, bytes]);
}

/** Text and bytes of a frame that begins with a line of JSON. */
export function headed(value: FileCall | FileAnswer, bytes: Uint8Array = new Uint8Array()): Uint8Array {
  return concat([encode(`${JSON.stringify(value)}\n`), bytes]);
}

export function unheaded<T extends FileCall | FileAnswer>(bytes: Uint8Array): { head: T; body: Uint8Array } {
  const end = bytes.indexOf(10);
  return { head: JSON.parse(decode(bytes.subarray(0, end))) as T, body: bytes.subarray(end + 1) };
}

/** Frames as they come; `undefined` at the end. */
export class FrameReader {
  #rest: Uint8Array = new Uint8Array();

  constructor(readonly input: Reader) {}

  *next(): Task<Frame | undefined> {
    for (;;) {
      const rest = this.#rest;
      if (rest.length >= 5) {
        const length = rest.subarray(1, 5).reduce((sum, byte) => sum * 256 + byte, 0);
        if (rest.length >= 5 + length) {
          this.#rest = rest.subarray(5 + length);
          return { kind: KINDS[rest[0] ?? 0] ?? 'denied', bytes: rest.subarray(5, 5 + length) };
        }
      }
      const more = yield* this.input.read();
      if (more === undefined) return undefined;
      this.#rest = concat([this.#rest, more]);
    }
  }
}
