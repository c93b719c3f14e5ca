/** IPv4 arithmetic. Addresses are 32-bit unsigned numbers here, dotted text everywhere else. */

export function toNumber(ip: string): number | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(ip);
  if (match === null) return undefined;
  let value = 0;
  for (let i = 1; i <= 4; i++) {
    const part = Number(match[i]);
    if (part > 255) return undefined;
    value = value * 256 + part;
  }
  return value;
}

export function toText(value: number): string {
  return `${(value >>> 24) & 255}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`;
}

export interface Range {
  readonly first: number;
  readonly size: number;
}

/** Throws on text that is no IPv4 CIDR: topologies are checked before they come here. */
export function parseRange(cidr: string): Range {
  const [ip = '', bits = ''] = cidr.split('/');
  const base = toNumber(ip);
  const prefix = Number(bits);
  if (base === undefined || !Number.isInteger(prefix) || prefix < 0 || prefix > 32) throw new Error(`not an IPv4 CIDR: ${cidr}`);
  const size = 2 ** (32 - prefix);
  return { first: Math.floor(base / size) * size, size };
}

export function contains(range: Range, ip: string): boolean {
  const value = toNumber(ip);
  return value !== undefined && value >= range.first && value < range.first + range.size;
}

export interface Url {
  readonly scheme: string;
  readonly host: string;
  readonly port: number;
  /** With query. */
  readonly path: string;
}

/** Undefined for what is no http(s) URL. */
export function parseUrl(text: string): Url | undefined {
  const match = /^(https?):\/\/(?:[^@/?#]*@)?(\[[^\]]+\]|[^:/?#]+)(?::(\d+))?([^#]*)/i.exec(text);
  if (match === null) return undefined;
  const scheme = (match[1] as string).toLowerCase();
  const rest = match[4] ?? '';
  const port = match[3] === undefined ? (scheme === 'https' ? 443 : 80) : Number(match[3]);
  if (port > 65535) return undefined;
  return {
    scheme,
    host: (match[2] as string).replace(/^\[|\]$/g, ''),
    port,
    path: rest === '' ? '/' : rest.startsWith('/') ? rest : `/${rest}`,
  };
}

/** What stands after the question mark; a name that comes several times has a list. */
export function parseQuery(text: string): Record<string, string | string[]> {
  const query: Record<string, string | string[]> = {};
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const [name = '', ...rest] = pair.split('=').map(unescaped);
    const value = rest.join('=');
    const before = Object.hasOwn(query, name) ? query[name] : undefined;
    const next = before === undefined ? value : typeof before === 'string' ? [before, value] : [...before, value];
    Object.defineProperty(query, name, { value: next, enumerable: true, configurable: true, writable: true });
  }
  return query;
}

function unescaped(text: string): string {
  const spaced = text.replaceAll('+', ' ');
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}
