import { parseCIDR, parseIP } from './ip.ts';
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

/** An address that packets can be sent to from other machines. */
export function ordinaryIP(value: string, path: string, findings: Findings): void {
  // Leading zeros have been reported before; the address is clear all the same.
  const bytes = parseIP(value.includes(':') ? value : value.replace(/(^|\.)0+(?=[0-9])/g, '$1'));
  if (bytes === undefined) return findings.invalid(path, value, 'must be a valid IP address');
  const [a = 0, b = 0, c = 0] = bytes;
  const v6 = bytes.length === 16;
  const last = bytes.at(-1);
  const head = bytes.slice(0, -1).every((byte) => byte === 0);
  if (head && last === 0) findings.invalid(path, value, `may not be unspecified (${v6 ? '::' : '0.0.0.0'})`);
  if (v6 ? head && last === 1 : a === 127) findings.invalid(path, value, 'may not be in the loopback range (127.0.0.0/8, ::1/128)');
  if (v6 ? a === 0xfe && (b & 0xc0) === 0x80 : a === 169 && b === 254) {
    findings.invalid(path, value, 'may not be in the link-local range (169.254.0.0/16, fe80::/10)');
  }
  if (v6 ? a === 0xff && (b & 15) === 2 : a === 224 && b === 0 && c === 0) {
    findings.invalid(path, value, 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)');
  }
}

/** The network form that old fields take. */
export function legacyCIDR(value: string, path: string, findings: Findings): void {
  const parsed = parseCIDR(value);
  if (parsed === undefined) {
    const [address = '', length = ''] = value.split('/');
    const zeros = ipProblem(address) === 'must not have leading 0s' || (parseIP(address) !== undefined && /^0[0-9]+$/.test(length));
    const text =
      zeros && /^[0-9]+$/.test(length)
        ? 'must not have leading 0s in IP or prefix length'
        : 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';
    return findings.invalid(path, value, text);
  }
  const { address, prefix } = parsed;
  const beyond = address.some((byte, index) => {
    const kept = Math.min(Math.max(prefix - index * 8, 0), 8);
    return (byte & (0xff >> kept)) !== 0;
  });
  if (beyond) findings.invalid(path, value, 'must not have bits set beyond the prefix length');
}
