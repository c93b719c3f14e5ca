import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { hashText } from './hash.ts';

// apimachinery's util/rand: letters and digits that cannot spell words.
const NAME_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/**
 * A seeded source of chance. Each component draws from a fork of its own, so that one more draw in one place
 * does not change what every other place sees.
 */
export class Random {
  readonly #generator;

  constructor(readonly seed: number) {
    this.#generator = xoroshiro128plus(seed | 0);
  }

  /** An independent source whose numbers depend only on this source's seed and on `name`. */
  fork(name: string): Random {
    return new Random(hashText(`${this.seed}/${name}`));
  }

  /** An integer in [0, bound). */
  int(bound: number): number {
    return (this.#generator.next() >>> 0) % bound;
  }

  /** A number in [0, 1). */
  float(): number {
    return (this.#generator.next() >>> 0) / 0x1_0000_0000;
  }

  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new Error('pick() from an empty list');
    return items[this.int(items.length)] as T;
  }

  /** The suffix that `generateName` gets (five characters in the API server). */
  suffix(length = 5): string {
    let text = '';
    for (let i = 0; i < length; i++) text += NAME_ALPHABET[this.int(NAME_ALPHABET.length)];
    return text;
  }

  /** A version 4 UUID. */
  uuid(): string {
    let hex = '';
    for (let i = 0; i < 4; i++) hex += (this.#generator.next() >>> 0).toString(16).padStart(8, '0');
    const variant = ((Number.parseInt(hex[16] as string, 16) & 3) | 8).toString(16);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
  }

  /** `length` hexadecimal digits, as container ids and digests have. */
  hex(length: number): string {
    let hex = '';
    while (hex.length < length) hex += (this.#generator.next() >>> 0).toString(16).padStart(8, '0');
    return hex.slice(0, length);
  }
}
