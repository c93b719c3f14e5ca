import { DiskUse } from '../../os/disk-use.ts';
import { decode, writerTo } from '../../os/text.ts';
import type { Writer } from '../../os/process.ts';
import { SparseSet } from '../../sim/sparse.ts';
import type { Millis } from '../../sim/time.ts';

export interface LogLine {
  readonly at: Millis;
  readonly stream: 'stdout' | 'stderr';
  /** With its newline, if it had one. */
  readonly text: string;
}

// The kubelet's containerLogMaxSize; the oldest lines go when it is exceeded (upstream rotates files of this size).
const MAX_BYTES = 10 * 1024 * 1024;

/** What a container wrote, line by line with the time of each, and who follows it. */
export class ContainerLog {
  readonly lines: LogLine[] = [];
  readonly #partial = { stdout: '', stderr: '' };
  readonly #followers = new SparseSet<(line: LogLine) => void>();
  readonly #endings = new SparseSet<() => void>();
  #closed = false;

  constructor(
    readonly now: () => Millis,
    /** How much of it is kept. */
    readonly use: DiskUse = new DiskUse(),
  ) {}

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
    for (const end of this.#endings) end();
    this.#followers.clear();
    this.#endings.clear();
  }

  follow(line: (line: LogLine) => void, end: () => void): () => void {
    this.#followers.add(line);
    this.#endings.add(end);
    return () => {
      this.#followers.delete(line);
      this.#endings.delete(end);
    };
  }

  #add(line: LogLine): void {
    const { use } = this;
    // containerd goes on reading what it cannot write: on a full disk lines get lost.
    if (!use.fits(line.text.length, 0)) return;
    this.lines.push(line);
    use.add(line.text.length, 0);
    while (use.bytes > MAX_BYTES) use.add(-(this.lines.shift()?.text.length ?? use.bytes), 0);
    for (const follower of this.#followers) follower(line);
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
