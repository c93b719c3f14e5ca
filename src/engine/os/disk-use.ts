/** What lies in a place: bytes in whole blocks, and files, directories and links. */
export interface DiskUseOptions {
  /** The place that this one lies in: a volume in a disk. */
  readonly within?: DiskUse;
  /** Its size, where it has an end of its own. */
  readonly capacity?: () => { readonly bytes: number; readonly inodes: number };
  /** What lies there that nobody counts here. */
  readonly others?: () => { readonly bytes: number; readonly inodes: number };
  /** Told of every change, before anything else is. */
  readonly changed?: (bytes: number, writer: DiskUse | undefined) => void;
}

export interface DiskSpace {
  readonly size: number;
  readonly used: number;
}

/** Counts what is written in a place, and in all that it lies in, as it happens: asking costs nothing. */
export class DiskUse {
  #bytes = 0;
  #inodes = 0;
  #gone = false;

  constructor(readonly options: DiskUseOptions = {}) {}

  get bytes(): number {
    return this.#bytes;
  }

  get inodes(): number {
    return this.#inodes;
  }

  /** Whether there is room for more. */
  fits(bytes: number, inodes: number): boolean {
    const { capacity, others, within } = this.options;
    if (capacity !== undefined) {
      const all = capacity();
      const theirs = others?.() ?? NOTHING;
      if (bytes > 0 && this.#bytes + theirs.bytes + bytes > all.bytes) return false;
      if (inodes > 0 && this.#inodes + theirs.inodes + inodes > all.inodes) return false;
    }
    return within?.fits(bytes, inodes) ?? true;
  }

  /** So much more (or less) lies here; `writer` is the layer of who wrote it. */
  add(bytes: number, inodes: number, writer?: DiskUse): void {
    if (this.#gone || (bytes === 0 && inodes === 0)) return;
    this.#bytes += bytes;
    this.#inodes += inodes;
    this.options.changed?.(bytes, writer);
    this.options.within?.add(bytes, inodes, writer);
  }

  /** All that lies here is thrown away, and what is still written to it lies nowhere. */
  release(): void {
    this.add(-this.#bytes, -this.#inodes);
    this.#gone = true;
  }

  /** Size and use of the file system that this is, or lies in; undefined where nothing ends. */
  space(): DiskSpace | undefined {
    const { capacity, others, within } = this.options;
    if (capacity === undefined) return within?.space();
    return { size: capacity().bytes, used: this.#bytes + (others?.().bytes ?? 0) };
  }
}

const NOTHING = { bytes: 0, inodes: 0 };
