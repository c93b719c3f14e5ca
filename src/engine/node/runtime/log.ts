import { DiskUse } from '../../os/disk-use.ts';
import { decode } from '../../os/text.ts';
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

/** What was written at once, while nobody followed: whole lines. Most logs are never read, and only who reads splits them. */
interface Unsplit extends LogLine {
  readonly before: Unsplit | undefined;
}

/** What a container wrote, line by line with the time of each, and who follows it. */
export class ContainerLog {
  /** Oldest first. */
  readonly rotated: RotatedLog[] = [];
  #lines: LogLine[] = [];
  /** What comes after these lines, the newest first. */
  #unsplit: Unsplit | undefined;
  #text: LogText | undefined;
  /** Of the file that is written now. */
  #bytes = 0;
  /** The beginnings of lines. */
  #partial: Record<'stdout' | 'stderr', string> | undefined;
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
    this.#split();
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

  append(stream: 'stdout' | 'stderr', bytes: Uint8Array): void {
    if (this.#closed) return;
    const text = (this.#partial?.[stream] ?? '') + decode(bytes);
    const whole = text.lastIndexOf('\n') + 1;
    if (whole > 0) this.#take({ at: this.now(), stream, text: shared(text.slice(0, whole)) });
    if (whole < text.length || this.#partial !== undefined) (this.#partial ??= { stdout: '', stderr: '' })[stream] = text.slice(whole);
  }

  /** The container has ended: unfinished lines are kept as they are. */
  close(): void {
    if (this.#closed) return;
    for (const stream of ['stdout', 'stderr'] as const) {
      const text = this.#partial?.[stream] ?? '';
      if (text !== '') this.#add({ at: this.now(), stream, text });
    }
    this.#partial = undefined;
    this.#closed = true;
    this.told?.end();
    for (const end of this.#endings) end();
    this.#followers.clear();
    this.#endings.clear();
  }

  follow(line: (line: LogLine) => void, end: () => void): () => void {
    this.#split();
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

  /** Takes whole lines. */
  #take(lines: LogLine): void {
    const { length } = lines.text;
    if (this.#followers.size > 0 || this.#bytes + length > MAX_BYTES || !this.use.fits(length, 0)) {
      for (const line of linesOf(lines)) this.#add(line);
      return;
    }
    this.#unsplit = { ...lines, before: this.#unsplit };
    this.#bytes += length;
    this.use.add(length, 0);
  }

  #split(): void {
    let last = this.#unsplit;
    if (last === undefined) return;
    this.#unsplit = undefined;
    const all: Unsplit[] = [];
    for (; last !== undefined; last = last.before) all.push(last);
    for (const each of all.reverse()) this.#lines.push(...linesOf(each));
  }

  #add(line: LogLine): void {
    this.#split();
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

function linesOf({ at, stream, text }: LogLine): LogLine[] {
  const lines: LogLine[] = [];
  for (let from = 0, end = 0; from < text.length; from = end) {
    end = text.indexOf('\n', from) + 1;
    lines.push({ at, stream, text: text.slice(from, end) });
  }
  return lines;
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
