import { parseCIDR, parseIP } from '../api/ip.ts';
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
  if (bytes === undefined)
    throw new CelError(
      `IP Address '${text}' parse error during conversion from string: ParseAddr(${JSON.stringify(text)}): unable to parse IP`,
    );
  return new Opaque(IP, bytes, bytes.join('.'));
}

const canonicalIp = (bytes: readonly number[]): string => {
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, at) => (((bytes[at * 2] as number) << 8) | (bytes[at * 2 + 1] as number)).toString(16));
  const run = /(?:^|:)0(?::0)+(?:$|:)/g;
  const text = groups.join(':');
  const longest = [...text.matchAll(run)].map(([all]) => all).sort((a, b) => b.length - a.length)[0];
  return longest === undefined ? text : text.replace(longest, '::');
};

function cidr(text: string): Network {
  const read = parseCIDR(text);
  if (read === undefined)
    throw new CelError(`network address parse error during conversion from string: netip.ParsePrefix(${JSON.stringify(text)}): no '/'`);
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
  [`${QUANTITY}.sign():int`]: ({ value }: QuantityValue) => (value.nanos < 0n ? -1n : value.nanos > 0n ? 1n : 0n),
  [`${QUANTITY}.isInteger():bool`]: ({ value }: QuantityValue) => value.nanos % NANO === 0n,
  [`${QUANTITY}.asInteger():int`]: whole,
  [`${QUANTITY}.asApproximateFloat():double`]: ({ value }: QuantityValue) => Number(value.nanos) / 1e9,
  [`ip(string):${IP}`]: ip,
  'isIP(string):bool': (text: string) => parseIP(text) !== undefined,
  'ip.isCanonical(string):bool': (text: string) => canonicalIp(ip(text).value) === text,
  [`${IP}.family():int`]: ({ value }: Address) => (value.length === 4 ? 4n : 6n),
  [`string(${IP}):string`]: ({ value }: Address) => canonicalIp(value),
  [`${IP}.isLoopback():bool`]: ({ value }: Address) =>
    value.length === 4 ? value[0] === 127 : value.every((byte, at) => byte === (at === 15 ? 1 : 0)),
  [`${IP}.isUnspecified():bool`]: ({ value }: Address) => value.every((byte) => byte === 0),
  [`cidr(string):${CIDR}`]: cidr,
  'isCIDR(string):bool': (text: string) => parseCIDR(text) !== undefined,
  [`${CIDR}.containsIP(string):bool`]: (network: Network, text: string) => inside(network, ip(text).value),
  [`${CIDR}.containsIP(${IP}):bool`]: (network: Network, address: Address) => inside(network, address.value),
  [`${CIDR}.containsCIDR(string):bool`]: (network: Network, text: string) => within(network, cidr(text)),
  [`${CIDR}.containsCIDR(${CIDR}):bool`]: (network: Network, other: Network) => within(network, other),
  [`${CIDR}.ip():${IP}`]: ({ value }: Network) => new Opaque(IP, value.address, value.address.join('.')),
  [`${CIDR}.prefixLength():int`]: ({ value }: Network) => BigInt(value.prefix),
  [`string(${CIDR}):string`]: ({ value }: Network) => `${canonicalIp(value.address)}/${value.prefix}`,
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
