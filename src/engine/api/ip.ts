/** IP addresses as the server reads them. */

/** The bytes of an address: 4 or 16; `undefined` if it is none. Leading zeros are refused as Go does. */
export function parseIP(text: string): number[] | undefined {
  return text.includes(':') ? parseIPv6(text) : parseIPv4(text);
}

/** The one way to write an address: for IPv6 without leading zeros, the longest run of zeros as `::`. */
export function formatIP(bytes: readonly number[]): string {
  if (bytes.length === 4) return bytes.join('.');
  const words = Array.from({ length: 8 }, (_, i) => (((bytes[i * 2] ?? 0) << 8) | (bytes[i * 2 + 1] ?? 0)).toString(16));
  let best = { at: -1, length: 1 };
  for (let at = 0; at < 8; at++) {
    let length = 0;
    while (words[at + length] === '0') length++;
    if (length > best.length) best = { at, length };
  }
  if (best.at < 0) return words.join(':');
  return `${words.slice(0, best.at).join(':')}::${words.slice(best.at + best.length).join(':')}`;
}

export function isIPv4(text: string): boolean {
  return parseIPv4(text) !== undefined;
}

export function isIPv6(text: string): boolean {
  return text.includes(':') && parseIPv6(text) !== undefined;
}

/** Network address and length of a CIDR. */
export function parseCIDR(text: string): { address: number[]; prefix: number } | undefined {
  const slash = text.indexOf('/');
  const address = slash < 0 ? undefined : parseIP(text.slice(0, slash));
  const length = text.slice(slash + 1);
  if (address === undefined || !/^(0|[1-9][0-9]{0,2})$/.test(length) || Number(length) > address.length * 8) return undefined;
  return { address, prefix: Number(length) };
}

function parseIPv4(text: string): number[] | undefined {
  const bytes: number[] = [];
  let byte = -1;
  for (let i = 0; i <= text.length; i++) {
    const digit = i < text.length ? text.charCodeAt(i) - 48 : -2;
    if (digit === -2) {
      if (byte < 0) return undefined;
      bytes.push(byte);
      byte = -1;
    } else if (digit < 0 || digit > 9 || byte === 0) return undefined;
    else if ((byte = (byte < 0 ? 0 : byte * 10) + digit) > 255) return undefined;
  }
  return bytes.length === 4 ? bytes : undefined;
}

function parseIPv6(text: string): number[] | undefined {
  let rest = text;
  const tail: number[] = [];
  const dotted = /^(.*:)([0-9.]+)$/.exec(text);
  if (dotted !== null && (dotted[2] as string).includes('.')) {
    const last = parseIPv4(dotted[2] as string);
    if (last === undefined) return undefined;
    tail.push(...last);
    rest = dotted[1] as string;
    if (!rest.endsWith('::')) rest = rest.slice(0, -1);
  }
  const halves = rest.split('::');
  if (halves.length > 2) return undefined;
  const [head = '', end] = halves;
  const left = groups(head);
  const right = end === undefined ? [] : groups(end);
  if (left === undefined || right === undefined) return undefined;
  const missing = 16 - left.length - right.length - tail.length;
  if (end === undefined ? missing !== 0 : missing < 2) return undefined;
  return [...left, ...Array.from({ length: missing }, () => 0), ...right, ...tail];
}

function groups(text: string): number[] | undefined {
  if (text === '') return [];
  const bytes: number[] = [];
  for (const group of text.split(':')) {
    if (!/^[0-9a-fA-F]{1,4}$/.test(group)) return undefined;
    const value = Number.parseInt(group, 16);
    bytes.push(value >> 8, value & 255);
  }
  return bytes;
}
