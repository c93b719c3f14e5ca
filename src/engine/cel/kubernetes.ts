import { formatIP, parseCIDR, parseIP } from '../api/ip.ts';
import { parseQuantity, quantityError, type Quantity } from '../api/quantity.ts';
import { CelError, Opaque, type Value } from './values.ts';

type QuantityValue = Opaque<Quantity>;
type Address = Opaque<readonly number[]>;
type Network = Opaque<{ readonly address: readonly number[]; readonly prefix: number }>;
type Url = Opaque<URL>;

const QUANTITY = 'kubernetes.Quantity';
const IP = 'net.IP';
const CIDR = 'net.CIDR';
const URL_TYPE = 'kubernetes.URL';
const NANO = 1_000_000_000n;

function quantity(nanos: bigint, format: Quantity['format'] = 'DecimalSI'): QuantityValue {
  return new Opaque(QUANTITY, { nanos, format }, String(nanos));
}

function readQuantity(text: string): QuantityValue {
  const read = parseQuantity(text);
  if (read === undefined) throw new CelError(quantityError(text) ?? `not a quantity: ${text}`);
  return quantity(read.nanos, read.format);
}

function whole({ value }: QuantityValue): bigint {
  if (value.nanos % NANO !== 0n) throw new CelError('cannot convert value to integer');
  return value.nanos / NANO;
}

function ip(text: string): Address {
  const bytes = parseIP(text);
  const shown = JSON.stringify(text);
  if (bytes === undefined)
    throw new CelError(`IP Address ${shown} parse error during conversion from string: ParseAddr(${shown}): unable to parse IP`);
  if (isMapped(bytes)) throw new CelError(`IPv4-mapped IPv6 address ${shown} is not allowed`);
  return new Opaque(IP, bytes, bytes.join('.'));
}

const isMapped = (bytes: readonly number[]): boolean =>
  bytes.length === 16 && bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff;

const isIP = (text: string): boolean => {
  const bytes = parseIP(text);
  return bytes !== undefined && !isMapped(bytes);
};

const isCIDR = (text: string): boolean => {
  const read = parseCIDR(text);
  return read !== undefined && !isMapped(read.address);
};

const isLinkLocalMulticast = ([a, b, c, ...rest]: readonly number[]): boolean =>
  rest.length === 1 ? a === 224 && b === 0 && c === 0 : a === 0xff && ((b ?? 0) & 0x0f) === 2;
const isLinkLocalUnicast = (bytes: readonly number[]): boolean =>
  bytes.length === 4 ? bytes[0] === 169 && bytes[1] === 254 : bytes[0] === 0xfe && ((bytes[1] ?? 0) & 0xc0) === 0x80;
const isMulticast = (bytes: readonly number[]): boolean => (bytes.length === 4 ? ((bytes[0] ?? 0) & 0xf0) === 0xe0 : bytes[0] === 0xff);
const isLoopback = (bytes: readonly number[]): boolean =>
  bytes.length === 4 ? bytes[0] === 127 : bytes.every((byte, at) => byte === (at === 15 ? 1 : 0));
const isUnspecified = (bytes: readonly number[]): boolean => bytes.every((byte) => byte === 0);
const isGlobalUnicast = (bytes: readonly number[]): boolean =>
  !isUnspecified(bytes) &&
  !isLoopback(bytes) &&
  !isMulticast(bytes) &&
  !isLinkLocalUnicast(bytes) &&
  !(bytes.length === 4 && bytes.every((byte) => byte === 255));

function masked({ value: { address, prefix } }: Network): Network {
  const kept = address.map((byte, at) => byte & ((0xff << (8 - Math.max(0, Math.min(8, prefix - at * 8)))) & 0xff));
  return new Opaque(CIDR, { address: kept, prefix }, `${kept.join('.')}/${prefix}`);
}

function cidr(text: string): Network {
  const read = parseCIDR(text);
  if (read === undefined)
    throw new CelError(
      `network address parse error during conversion from string: network address parse error during conversion from string: netip.ParsePrefix(${JSON.stringify(text)}): ${
        text.includes('/') ? `ParseAddr(${JSON.stringify(text.slice(0, text.indexOf('/')))}): unable to parse IP` : "no '/'"
      }`,
    );
  if (isMapped(read.address))
    throw new CelError(
      `network address parse error during conversion from string: IPv4-mapped IPv6 address ${JSON.stringify(text)} is not allowed`,
    );
  return new Opaque(CIDR, read, `${read.address.join('.')}/${read.prefix}`);
}

function inside({ value: { address, prefix } }: Network, bytes: readonly number[]): boolean {
  if (bytes.length !== address.length) return false;
  return bytes.every((byte, at) => {
    const bits = Math.max(0, Math.min(8, prefix - at * 8));
    const mask = (0xff << (8 - bits)) & 0xff;
    return (byte & mask) === ((address[at] as number) & mask);
  });
}

function readUrl(text: string): URL | undefined {
  if (!/^([a-z][a-z0-9+.-]*:\/\/|\/)/i.test(text)) return undefined;
  try {
    return text.startsWith('/') ? new URL(text, 'relative://') : new URL(text);
  } catch {
    return undefined;
  }
}

function url(text: string): Url {
  const read = readUrl(text);
  if (read === undefined)
    throw new CelError(`URL parse error during conversion from string: parse ${JSON.stringify(text)}: invalid URI for request`);
  return new Opaque(URL_TYPE, read, text);
}

/** Quantities, addresses, networks and URLs. */
export const KUBERNETES: Readonly<Record<string, (...args: never[]) => Value>> = {
  [`quantity(string):${QUANTITY}`]: readQuantity,
  'isQuantity(string):bool': (text: string) => parseQuantity(text) !== undefined,
  [`${QUANTITY}.add(${QUANTITY}):${QUANTITY}`]: (a: QuantityValue, b: QuantityValue) =>
    quantity(a.value.nanos + b.value.nanos, a.value.format),
  [`${QUANTITY}.add(int):${QUANTITY}`]: (a: QuantityValue, b: bigint) => quantity(a.value.nanos + b * NANO, a.value.format),
  [`${QUANTITY}.sub(${QUANTITY}):${QUANTITY}`]: (a: QuantityValue, b: QuantityValue) =>
    quantity(a.value.nanos - b.value.nanos, a.value.format),
  [`${QUANTITY}.sub(int):${QUANTITY}`]: (a: QuantityValue, b: bigint) => quantity(a.value.nanos - b * NANO, a.value.format),
  [`${QUANTITY}.isLessThan(${QUANTITY}):bool`]: (a: QuantityValue, b: QuantityValue) => a.value.nanos < b.value.nanos,
  [`${QUANTITY}.isGreaterThan(${QUANTITY}):bool`]: (a: QuantityValue, b: QuantityValue) => a.value.nanos > b.value.nanos,
  [`${QUANTITY}.compareTo(${QUANTITY}):int`]: (a: QuantityValue, b: QuantityValue) =>
    a.value.nanos < b.value.nanos ? -1n : a.value.nanos > b.value.nanos ? 1n : 0n,
  [`sign(${QUANTITY}):int`]: ({ value }: QuantityValue) => (value.nanos < 0n ? -1n : value.nanos > 0n ? 1n : 0n),
  [`${QUANTITY}.isInteger():bool`]: ({ value }: QuantityValue) => value.nanos % NANO === 0n,
  [`${QUANTITY}.asInteger():int`]: whole,
  [`${QUANTITY}.asApproximateFloat():double`]: ({ value }: QuantityValue) => Number(value.nanos) / 1e9,
  [`ip(string):${IP}`]: ip,
  'isIP(string):bool': isIP,
  'ip.isCanonical(string):bool': (text: string) => formatIP(ip(text).value) === text,
  [`${IP}.family():int`]: ({ value }: Address) => (value.length === 4 ? 4n : 6n),
  [`string(${IP}):string`]: ({ value }: Address) => formatIP(value),
  [`${IP}.isLoopback():bool`]: ({ value }: Address) => isLoopback(value),
  [`${IP}.isUnspecified():bool`]: ({ value }: Address) => isUnspecified(value),
  [`${IP}.isLinkLocalMulticast():bool`]: ({ value }: Address) => isLinkLocalMulticast(value),
  [`${IP}.isLinkLocalUnicast():bool`]: ({ value }: Address) => isLinkLocalUnicast(value),
  [`${IP}.isGlobalUnicast():bool`]: ({ value }: Address) => isGlobalUnicast(value),
  [`cidr(string):${CIDR}`]: cidr,
  'isCIDR(string):bool': isCIDR,
  [`${CIDR}.containsIP(string):bool`]: (network: Network, text: string) => inside(network, ip(text).value),
  [`${CIDR}.containsIP(${IP}):bool`]: (network: Network, address: Address) => inside(network, address.value),
  [`${CIDR}.containsCIDR(string):bool`]: (network: Network, text: string) => within(network, cidr(text)),
  [`${CIDR}.containsCIDR(${CIDR}):bool`]: (network: Network, other: Network) => within(network, other),
  [`${CIDR}.ip():${IP}`]: ({ value }: Network) => new Opaque(IP, value.address, value.address.join('.')),
  [`${CIDR}.masked():${CIDR}`]: masked,
  [`${CIDR}.prefixLength():int`]: ({ value }: Network) => BigInt(value.prefix),
  [`string(${CIDR}):string`]: ({ value }: Network) => `${formatIP(value.address)}/${value.prefix}`,
  [`url(string):${URL_TYPE}`]: url,
  'isURL(string):bool': (text: string) => readUrl(text) !== undefined,
  [`${URL_TYPE}.getScheme():string`]: ({ value }: Url) => (value.protocol === 'relative:' ? '' : value.protocol.slice(0, -1)),
  [`${URL_TYPE}.getHost():string`]: ({ value }: Url) => value.host,
  [`${URL_TYPE}.getHostname():string`]: ({ value }: Url) => value.hostname.replace(/^\[|\]$/g, ''),
  [`${URL_TYPE}.getPort():string`]: ({ value }: Url) => value.port,
  [`${URL_TYPE}.getEscapedPath():string`]: ({ value, text }: Url) =>
    value.pathname === '/' && !/[^/:]\/$|^\//.test(text) ? '' : value.pathname,
  [`${URL_TYPE}.getQuery():map(string,list(string))`]: ({ value }: Url) => {
    const out = new Map<string, Value>();
    for (const key of new Set(value.searchParams.keys())) out.set(key, value.searchParams.getAll(key));
    return out;
  },
};

function within(network: Network, other: Network): boolean {
  return other.value.prefix >= network.value.prefix && inside(network, other.value.address);
}
