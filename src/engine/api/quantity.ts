/**
 * Quantities (`100m`, `1.5Gi`, `2e3`) as apimachinery's resource.Quantity reads and writes them. Amounts are exact:
 * whole billionths in a bigint.
 */

export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';

export interface Quantity {
  /** The amount in billionths (nano), the finest step a quantity can hold. */
  readonly nanos: bigint;
  readonly format: QuantityFormat;
}

/** What the server says to a text that is no quantity. */
export const QUANTITY_FORMAT_WRONG = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
export const QUANTITY_SUFFIX_WRONG = "unable to parse quantity's suffix";

const NANO = 1_000_000_000n;
const MAX_UNITS = (1n << 63n) - 1n;
const DECIMAL_SUFFIXES: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
const BINARY_SUFFIXES: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };
const DECIMAL_BY_EXPONENT = new Map(Object.entries(DECIMAL_SUFFIXES).map(([suffix, exponent]) => [exponent, suffix]));
const BINARY_STEPS = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

// The same few texts are read over and over by scheduler and kubelets.
const parsed = new Map<string, Quantity | undefined>();

/** `undefined` where the text is no quantity; `quantityError` says why. */
export function parseQuantity(text: string): Quantity | undefined {
  let quantity = parsed.get(text);
  if (quantity === undefined && !parsed.has(text)) {
    const result = parse(text);
    quantity = typeof result === 'string' ? undefined : result;
    if (parsed.size > 10_000) parsed.clear();
    parsed.set(text, quantity);
  }
  return quantity;
}

/** Why `text` is no quantity, in the server's words; `undefined` if it is one. */
export function quantityError(text: string): string | undefined {
  const result = parse(text);
  return typeof result === 'string' ? result : undefined;
}

/** Whole units, rounded away from zero: Go's `Value()`. An absent or malformed quantity is 0. */
export function quantityValue(text: string | undefined): number {
  return scaled(text, NANO);
}

/** Thousandths, rounded away from zero: Go's `MilliValue()`. An absent or malformed quantity is 0. */
export function quantityMilli(text: string | undefined): number {
  return scaled(text, 1_000_000n);
}

/** The canonical text: no fraction, the largest suffix that keeps it exact. */
export function formatQuantity({ nanos, format }: Quantity): string {
  if (nanos === 0n) return '0';
  const units1024 = 1024n * NANO;
  // Below 1024 a binary quantity is written as a decimal one: `0.5Ki` is `512`.
  if (format === 'BinarySI' && (nanos >= units1024 || nanos <= -units1024)) {
    let amount = divideAwayFromZero(nanos, NANO);
    let step = 0;
    while (step < BINARY_STEPS.length - 1 && amount % 1024n === 0n) {
      amount /= 1024n;
      step++;
    }
    return `${amount}${BINARY_STEPS[step]}`;
  }
  let amount = nanos;
  let exponent = -9;
  while (amount % 1000n === 0n && (format === 'DecimalExponent' || exponent < 18)) {
    amount /= 1000n;
    exponent += 3;
  }
  if (format === 'DecimalExponent') return exponent === 0 ? `${amount}` : `${amount}e${exponent}`;
  return `${amount}${DECIMAL_BY_EXPONENT.get(exponent)}`;
}

/** The text as the server stores it. A text that is no quantity stays as it is; validation refuses it. */
export function canonicalQuantity(text: string): string {
  const quantity = parseQuantity(text);
  return quantity === undefined ? text : formatQuantity(quantity);
}

/** Sum in the format of the first, unless that is zero (as Go's `Add`). */
export function addQuantities(a: string, b: string): string {
  return combine(a, b, 1n);
}

export function subtractQuantities(a: string, b: string): string {
  return combine(a, b, -1n);
}

/** Less than, equal to or greater than zero, as `a` is to `b`. */
export function compareQuantities(a: string, b: string): number {
  const left = nanosOf(a);
  const right = nanosOf(b);
  return left < right ? -1 : left > right ? 1 : 0;
}

function parse(text: string): Quantity | string {
  if (text === '') return QUANTITY_FORMAT_WRONG;
  const match = /^([+-]?)([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[-+]?[0-9]*)$/.exec(text);
  if (match === null) return QUANTITY_FORMAT_WRONG;
  const [, sign, whole = '', fraction = '', suffix = ''] = match;
  if (whole === '' && fraction === '') return QUANTITY_FORMAT_WRONG;
  const digits = BigInt(`${whole}${fraction}`);
  let format: QuantityFormat;
  let nanos: bigint;
  const binary = BINARY_SUFFIXES[suffix];
  if (binary !== undefined) {
    format = 'BinarySI';
    nanos = divideAwayFromZero(digits * NANO * (1n << BigInt(binary)), 10n ** BigInt(fraction.length));
  } else {
    let exponent = DECIMAL_SUFFIXES[suffix];
    format = 'DecimalSI';
    if (exponent === undefined) {
      if (!/^[eE][-+]?[0-9]+$/.test(suffix)) return QUANTITY_SUFFIX_WRONG;
      exponent = Number(suffix.slice(1));
      format = 'DecimalExponent';
    }
    // Far beyond every bound the digits do not matter any more; the power must not eat the memory.
    const shift = Math.min(Math.max(exponent - fraction.length + 9, -400), 400);
    nanos = shift >= 0 ? digits * 10n ** BigInt(shift) : divideAwayFromZero(digits, 10n ** BigInt(-shift));
  }
  // Amounts that do not fit the fast representation are capped at 2^63-1.
  const fits = binary === undefined && whole.length + fraction.length <= 18;
  if (!fits && nanos > MAX_UNITS * NANO) nanos = MAX_UNITS * NANO;
  if (format === 'BinarySI' && nanos > 0n && nanos < NANO) format = 'DecimalSI';
  return { nanos: sign === '-' ? -nanos : nanos, format };
}

function scaled(text: string | undefined, step: bigint): number {
  return text === undefined ? 0 : Number(divideAwayFromZero(nanosOf(text), step));
}

function nanosOf(text: string): bigint {
  return parseQuantity(text)?.nanos ?? 0n;
}

function combine(a: string, b: string, factor: bigint): string {
  const left = parseQuantity(a) ?? { nanos: 0n, format: 'DecimalSI' as const };
  const right = parseQuantity(b) ?? { nanos: 0n, format: 'DecimalSI' as const };
  return formatQuantity({ nanos: left.nanos + factor * right.nanos, format: left.nanos === 0n ? right.format : left.format });
}

function divideAwayFromZero(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  return dividend % divisor === 0n ? quotient : dividend < 0n ? quotient - 1n : quotient + 1n;
}
