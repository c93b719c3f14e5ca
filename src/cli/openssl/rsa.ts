import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';

/** The numbers of an RSA key, as PKCS #1 has them. */
export interface RsaKey {
  readonly modulus: bigint;
  readonly publicExponent: bigint;
  readonly privateExponent: bigint;
  readonly primes: readonly [bigint, bigint];
}

const PUBLIC_EXPONENT = 65_537n;
const SMALL_PRIMES = smallPrimes(4000);

/** A new key from the machine's chance. Between two candidates time passes, so that nothing else waits for it. */
export function* newRsaKey(process: Process, bits: number): Task<RsaKey> {
  for (;;) {
    const p = yield* newPrime(process, bits / 2);
    const q = yield* newPrime(process, bits / 2);
    const phi = (p - 1n) * (q - 1n);
    if (p === q || phi % PUBLIC_EXPONENT === 0n) continue;
    const [larger, smaller] = p > q ? [p, q] : [q, p];
    return { modulus: p * q, publicExponent: PUBLIC_EXPONENT, privateExponent: inverse(PUBLIC_EXPONENT, phi), primes: [larger, smaller] };
  }
}

function* newPrime(process: Process, bits: number): Task<bigint> {
  for (;;) {
    let candidate = 0n;
    for (let i = 0; i < bits; i += 16) candidate = (candidate << 16n) | BigInt(process.random(65_536));
    // The two highest bits make the product long enough, the lowest makes it odd.
    candidate |= (3n << BigInt(bits - 2)) | 1n;
    if (SMALL_PRIMES.some((prime) => candidate % prime === 0n)) continue;
    yield* process.sleep(2);
    if (power(2n, candidate - 1n, candidate) === 1n && isProbablyPrime(candidate)) return candidate;
  }
}

/** Miller and Rabin, for a candidate that came by chance. */
function isProbablyPrime(n: bigint): boolean {
  let odd = n - 1n;
  let twos = 0;
  for (; (odd & 1n) === 0n; odd >>= 1n) twos++;
  return [3n, 5n, 7n, 11n].every((base) => {
    let x = power(base, odd, n);
    if (x === 1n || x === n - 1n) return true;
    for (let i = 1; i < twos; i++) {
      x = (x * x) % n;
      if (x === n - 1n) return true;
    }
    return false;
  });
}

export function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let factor = base % modulus;
  for (let left = exponent; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) result = (result * factor) % modulus;
    factor = (factor * factor) % modulus;
  }
  return result;
}

export function inverse(value: bigint, modulus: bigint): bigint {
  let [a, b, x, y] = [value % modulus, modulus, 1n, 0n];
  while (b !== 0n) {
    const quotient = a / b;
    [a, b] = [b, a - quotient * b];
    [x, y] = [y, x - quotient * y];
  }
  return ((x % modulus) + modulus) % modulus;
}

function smallPrimes(below: number): bigint[] {
  const primes: number[] = [];
  for (let n = 3; n < below; n += 2) if (primes.every((prime) => n % prime !== 0)) primes.push(n);
  return primes.map(BigInt);
}
