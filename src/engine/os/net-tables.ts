/** What netlink tells a program of its network namespace. */
export interface NetTables {
  readonly interfaces: readonly NetInterface[];
  readonly routes: readonly NetRoute[];
  /** Ports that somebody listens on, in order. */
  readonly listening: readonly { readonly protocol: 'tcp' | 'udp'; readonly port: number }[];
  /** Machines that a packet to an address passes, the address itself last. */
  way(ip: string): readonly string[];
}

export interface NetInterface {
  readonly name: string;
  /** Index of its other end, for one end of a pair. */
  readonly peer?: number;
  readonly kind: 'loopback' | 'ether';
  readonly mac: string;
  readonly mtu: number;
  readonly address: string;
  readonly prefix: number;
}

export interface NetRoute {
  /** `default`, or a range. */
  readonly to: string;
  /** Absent: the range is on the link, and `src` the address to speak from. */
  readonly via?: string;
  readonly dev: string;
  readonly src?: string;
}
