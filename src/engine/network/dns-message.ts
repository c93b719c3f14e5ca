/** A DNS exchange as data: what a stub resolver asks and a name server answers. */

export type RecordType = 'A' | 'AAAA' | 'SRV' | 'PTR' | 'CNAME' | 'TXT';

export interface DnsQuestion {
  /** Fully qualified, with the final dot. */
  readonly name: string;
  readonly type: RecordType;
}

export interface DnsRecord {
  readonly name: string;
  readonly type: RecordType;
  /** Seconds. */
  readonly ttl: number;
  /** As zone files write it: an address, a name, `0 100 80 name.`. */
  readonly data: string;
}

export interface DnsAnswer {
  readonly rcode: 'NOERROR' | 'NXDOMAIN' | 'SERVFAIL' | 'REFUSED';
  readonly records: readonly DnsRecord[];
  /** Records that help, such as the addresses of SRV targets. */
  readonly additional?: readonly DnsRecord[];
}

/** `/etc/resolv.conf`. */
export interface ResolverConfig {
  readonly nameservers: readonly string[];
  readonly search: readonly string[];
  readonly ndots: number;
}

export function resolvConf(config: ResolverConfig): string {
  const lines: string[] = [];
  if (config.search.length > 0) lines.push(`search ${config.search.join(' ')}`);
  for (const server of config.nameservers) lines.push(`nameserver ${server}`);
  lines.push(`options ndots:${config.ndots}`);
  return `${lines.join('\n')}\n`;
}

/** The names a resolver tries for what a program asked for, in order. */
export function candidates(name: string, config: ResolverConfig): string[] {
  if (name.endsWith('.')) return [name];
  const absolute = `${name}.`;
  const searched = config.search.map((domain) => `${name}.${domain.replace(/\.$/, '')}.`);
  const dots = name.split('.').length - 1;
  return dots >= config.ndots ? [absolute, ...searched] : [...searched, absolute];
}
