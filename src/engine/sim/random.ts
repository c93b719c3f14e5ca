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
    const generator = this.#generator;
    // RFC 9562: the version stands in the thirteenth digit, the variant in the two highest bits of the seventeenth.
    const codes: number[] = [];
    pushHex(codes, generator.next());
    codes.push(DASH);
    const middle = (generator.next() & ~0xf000) | 0x4000;
    pushHex(codes, middle >>> 16, 4);
    codes.push(DASH);
    pushHex(codes, middle & 0xffff, 4);
    codes.push(DASH);
    const end = (generator.next() & 0x3fff_ffff) | 0x8000_0000;
    pushHex(codes, end >>> 16, 4);
    codes.push(DASH);
    pushHex(codes, end & 0xffff, 4);
    pushHex(codes, generator.next());
    return String.fromCharCode(...codes);
  }

  /** `length` hexadecimal digits, as container ids and digests have. */
  hex(length: number): string {
    const codes: number[] = [];
    while (codes.length < length) pushHex(codes, this.#generator.next());
    codes.length = length;
    return String.fromCharCode(...codes);
  }
}

const DASH = 45;

/**
 * The character codes of a number's hexadecimal digits. Identifiers are kept by the hundred thousand: put together from
 * pieces, each would keep all its pieces alive.
 */
function pushHex(codes: number[], value: number, digits = 8): void {
  for (let shift = 4 * (digits - 1); shift >= 0; shift -= 4) {
    const digit = (value >>> shift) & 15;
    codes.push(digit < 10 ? 48 + digit : 87 + digit);
  }
}
