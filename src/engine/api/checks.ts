import { parseIP } from './ip.ts';
import type { Findings } from './validation.ts';

/** Small checks that many kinds share, with the server's sentences. */

export type Check = (value: string) => string[];

export function checkName(value: string, path: string, check: Check, findings: Findings): void {
  for (const problem of check(value)) findings.invalid(path, value, problem);
}

export function nonNegative(value: number | undefined, path: string, findings: Findings): void {
  if (value !== undefined && value < 0) findings.invalid(path, value, 'must be greater than or equal to 0');
}

export function inRange(value: number | undefined, low: number, high: number, path: string, findings: Findings): void {
  if (value !== undefined && (value < low || value > high)) findings.invalid(path, value, `must be between ${low} and ${high}, inclusive`);
}

/** One of a set. Missing is `Required`. */
export function oneOf(value: string | undefined, supported: readonly string[], path: string, findings: Findings): void {
  if (!value) findings.required(path);
  else if (!supported.includes(value)) findings.notSupported(path, value, supported);
}

/** The address form that old fields take: no leading zeros since v1.36, other spellings of IPv6 allowed. */
export function legacyIP(value: string, path: string, findings: Findings): void {
  const problem = ipProblem(value);
  if (problem !== undefined) findings.invalid(path, value, problem);
}

export function ipProblem(value: string): string | undefined {
  if (parseIP(value) !== undefined) {
    if (/^::ffff:[0-9.]+$/i.test(value)) return 'must not be an IPv4-mapped IPv6 address';
    return undefined;
  }
  const octets = value.split('.');
  if (octets.length === 4 && octets.every((octet) => /^[0-9]{1,3}$/.test(octet) && Number(octet) < 256)) return 'must not have leading 0s';
  return 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
}

