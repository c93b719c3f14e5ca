/** A DNS exchange as data: what a stub resolver asks and a name server answers. */

export type RecordType = 'A' | 'AAAA' | 'SRV' | 'PTR' | 'CNAME' | 'TXT' | 'NS' | 'SOA' | 'MX' | 'ANY';

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
