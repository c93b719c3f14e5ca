import { DiskUse } from '../../os/disk-use.ts';
import { decode, writerTo } from '../../os/text.ts';
import type { Writer } from '../../os/process.ts';
import { SparseSet } from '../../sim/sparse.ts';
import type { Millis } from '../../sim/time.ts';
import type { ToldLines } from './told-lines.ts';
import { LogText, type LogLine } from './log-text.ts';

// The kubelet's containerLogMaxSize and containerLogMaxFiles. Upstream looks every ten seconds; here a file is put aside at once.
const MAX_BYTES = 10 * 1024 * 1024;
const MAX_FILES = 5;

/** A log file that was put aside. */
export interface RotatedLog {
  readonly at: Millis;
  readonly text: Uint8Array;
  /** What was written to it. */
  readonly bytes: number;
}

/** What a container wrote, line by line with the time of each, and who follows it. */
export class ContainerLog {
  /** Oldest first. */
  readonly rotated: RotatedLog[] = [];
  #lines: LogLine[] = [];
  #text: LogText | undefined;
  /** Of the file that is written now. */
  #bytes = 0;
  readonly #partial = { stdout: '', stderr: '' };
  readonly #followers = new SparseSet<(line: LogLine) => void>();
  readonly #endings = new SparseSet<() => void>();
  #closed = false;

  constructor(
    readonly now: () => Millis,
    /** How much of it is kept. */
    readonly use: DiskUse = new DiskUse(),
    readonly onRotate: () => void = () => {},
    /** What it holds besides: lines that are told when somebody reads them. */
    readonly told?: ToldLines,
  ) {}

  /** What its present file holds: all that `kubectl logs` shows. */
  get lines(): readonly LogLine[] {
    if (this.told !== undefined) this.#lines.push(...this.told.next());
    return this.#lines;
  }

  /** The same as a file. */
  get text(): LogText {
    return (this.#text ??= new LogText(() => this.lines));
  }

  get bytes(): number {
    return this.use.bytes;
  }

  get closed(): boolean {
    return this.#closed;
  }

  writer(stream: 'stdout' | 'stderr', tee?: (bytes: Uint8Array) => void): Writer {
    return writerTo((bytes) => {
      this.append(stream, bytes);
      tee?.(bytes);
    });
  }

  append(stream: 'stdout' | 'stderr', bytes: Uint8Array): void {
    if (this.#closed) return;
    const text = this.#partial[stream] + decode(bytes);
    const at = this.now();
    let from = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      this.#add({ at, stream, text: shared(text.slice(from, end + 1)) });
      from = end + 1;
    }
    this.#partial[stream] = text.slice(from);
  }

  /** The container has ended: unfinished lines are kept as they are. */
  close(): void {
    if (this.#closed) return;
    for (const stream of ['stdout', 'stderr'] as const) {
      if (this.#partial[stream] !== '') this.#add({ at: this.now(), stream, text: this.#partial[stream] });
      this.#partial[stream] = '';
    }
    this.#closed = true;
    this.told?.end();
    for (const end of this.#endings) end();
    this.#followers.clear();
    this.#endings.clear();
  }

  follow(line: (line: LogLine) => void, end: () => void): () => void {
    this.#followers.add(line);
    this.#endings.add(end);
    const leave = this.told?.follow(() => {
      const known = this.#lines.length;
      for (const told of this.lines.slice(known)) line(told);
    });
    return () => {
      leave?.();
      this.#followers.delete(line);
      this.#endings.delete(end);
    };
  }

  #add(line: LogLine): void {
    const { use } = this;
    // containerd goes on reading what it cannot write: on a full disk lines get lost.
    if (!use.fits(line.text.length, 0)) return;
    if (this.#bytes > MAX_BYTES) this.#rotate();
    this.#lines.push(line);
    this.#bytes += line.text.length;
    use.add(line.text.length, 0);
    for (const follower of this.#followers) follower(line);
  }

  #rotate(): void {
    this.rotated.push({ at: this.now(), text: this.text.bytes().slice(), bytes: this.#bytes });
    if (this.rotated.length > MAX_FILES - 1) this.use.add(-(this.rotated.shift()?.bytes ?? 0), 0);
    this.#lines = [];
    this.#bytes = 0;
    this.onRotate();
  }
}

// Containers of one image begin with the same lines: a text of which there are thousands is kept once.
const REMEMBERED = 512;
const texts = new Map<string, string>();

function shared(text: string): string {
  const known = texts.get(text);
  if (known !== undefined) return known;
  if (texts.size >= REMEMBERED) texts.clear();
  texts.set(text, text);
  return text;
}
