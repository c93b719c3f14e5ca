import { encodeBytes } from '../api/base64.ts';
import type { Kind } from '../api/kind.ts';

// Served in several versions, stored in one.
const STORED_AS: Readonly<Record<string, string>> = { 'autoscaling/v1': 'autoscaling/v2', 'events.k8s.io/v1': '/v1' };

/** By what clients can tell that the stored version of a resource has changed (`discovery.StorageVersionHash`). */
export function storageVersionHash({ group, version, kind }: Kind): string {
  const served = `${group}/${version}`;
  return encodeBytes(sha256(`${STORED_AS[served] ?? served}/${kind}`).subarray(0, 8));
}

// FIPS 180-4: fractional parts of the square and cube roots of the first primes.
const PRIMES = Array.from({ length: 312 }, (_, n) => n).filter(
  (n) => n > 1 && Array.from({ length: n - 2 }, (_, i) => i + 2).every((d) => n % d !== 0),
);
const fraction = (root: number): number => ((root - Math.floor(root)) * 2 ** 32) | 0;
const INITIAL = PRIMES.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));
const ROUNDS = PRIMES.slice(0, 64).map((prime) => fraction(Math.cbrt(prime)));

/** Of a short ASCII text. */
function sha256(text: string): Uint8Array {
  const length = Math.ceil((text.length + 9) / 64) * 64;
  const bytes = new Uint8Array(length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  bytes[text.length] = 0x80;
  const view = new DataView(bytes.buffer);
  view.setUint32(length - 4, text.length * 8);
  const hash = new Int32Array(INITIAL);
  const words = new Int32Array(64);
  const turn = (x: number, by: number): number => (x >>> by) | (x << (32 - by));
  for (let block = 0; block < length; block += 64) {
    for (let i = 0; i < 64; i++) {
      if (i < 16) {
        words[i] = view.getInt32(block + i * 4);
        continue;
      }
      const [w15, w2] = [words[i - 15] as number, words[i - 2] as number];
      const s0 = turn(w15, 7) ^ turn(w15, 18) ^ (w15 >>> 3);
      const s1 = turn(w2, 17) ^ turn(w2, 19) ^ (w2 >>> 10);
      words[i] = ((words[i - 16] as number) + s0 + (words[i - 7] as number) + s1) | 0;
    }
    let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = hash;
    for (let i = 0; i < 64; i++) {
      const s1 = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25);
      const one = (h + s1 + ((e & f) ^ (~e & g)) + (ROUNDS[i] as number) + (words[i] as number)) | 0;
      const s0 = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22);
      const two = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((value, i) => (hash[i] = ((hash[i] as number) + value) | 0));
  }
  const out = new Uint8Array(32);
  const result = new DataView(out.buffer);
  hash.forEach((value, i) => result.setInt32(i * 4, value));
  return out;
}
