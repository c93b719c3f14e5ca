/** ASN.1 DER, as far as certificates need it: values as bytes, structures as trees of them. */

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  utf8: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

export interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
  /** With tag and length. */
  readonly raw: Uint8Array;
}

export class DerError extends Error {}

/** The elements that follow one another in some bytes. */
export function elementsOf(bytes: Uint8Array): Element[] {
  const elements: Element[] = [];
  let at = 0;
  while (at < bytes.length) {
    const start = at;
    const tag = bytes[at++] as number;
    let length = bytes[at++] ?? 0;
    if (length >= 0x80) {
      const count = length & 0x7f;
      if (count === 0 || count > 4) throw new DerError('length is not DER');
      length = 0;
      for (let i = 0; i < count; i++) length = length * 256 + (bytes[at++] ?? 0);
    }
    if (at + length > bytes.length) throw new DerError('data truncated');
    elements.push({ tag, content: bytes.subarray(at, at + length), raw: bytes.subarray(start, at + length) });
    at += length;
  }
  return elements;
}

/** The one element that some bytes are. */
export function elementOf(bytes: Uint8Array, tag: number): Element {
  const [element, ...more] = elementsOf(bytes);
  if (element === undefined || more.length > 0 || element.tag !== tag) throw new DerError('structure error');
  return element;
}

export function encode(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  const length = size < 0x80 ? [size] : lengthBytes(size);
  const out = new Uint8Array(1 + length.length + size);
  out[0] = tag;
  out.set(length, 1);
  let at = 1 + length.length;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

export const sequence = (...parts: readonly Uint8Array[]): Uint8Array => encode(TAG.sequence, ...parts);

export function oid(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes: number[] = [];
  for (const arc of [first * 40 + second, ...rest]) {
    const septets = [arc & 0x7f];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) septets.unshift((left & 0x7f) | 0x80);
    bytes.push(...septets);
  }
  return encode(TAG.oid, Uint8Array.from(bytes));
}

export const isOid = ({ tag, raw }: Element, dotted: string): boolean => tag === TAG.oid && sameBytes(raw, oid(dotted));

/** A positive number of big-endian bytes. */
export function integer(bytes: Uint8Array): Uint8Array {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start++;
  const body = bytes.subarray(start);
  return ((body[0] ?? 0) & 0x80) === 0 ? encode(TAG.integer, body) : encode(TAG.integer, Uint8Array.of(0), body);
}

export function bitString(bytes: Uint8Array, unused = 0): Uint8Array {
  return encode(TAG.bitString, Uint8Array.of(unused), bytes);
}

/** RFC 5280: UTCTime until 2049. */
export function time(millis: number): Uint8Array {
  const text = new Date(millis).toISOString().replace(/[-:T]|\.\d+/g, '');
  const short = text < '2050';
  return encode(short ? TAG.utcTime : TAG.generalizedTime, new TextEncoder().encode(short ? text.slice(2) : text));
}

export function readTime({ tag, content }: Element): number {
  const text = new TextDecoder().decode(content);
  const full = tag === TAG.utcTime ? `${text < '50' ? '20' : '19'}${text}` : text;
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(full) ?? [];
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}

function lengthBytes(size: number): number[] {
  const bytes: number[] = [];
  for (let left = size; left > 0; left = Math.floor(left / 256)) bytes.unshift(left & 0xff);
  return [0x80 | bytes.length, ...bytes];
}
