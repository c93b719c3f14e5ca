import type { NetInterface, NetRoute, NetTables } from '../os/net-tables.ts';
import { contains, toText, type Range } from './address.ts';
import type { Host, Listener, VirtualNetwork } from './network.ts';

/** A namespace, as far as netlink tells of it. */
type Told = Omit<Host, 'tcp' | 'udp'> & {
  readonly network: VirtualNetwork;
  readonly tcp: Iterable<[number, Listener]>;
  readonly udp: { keys(): Iterable<number> };
};

/** Interfaces, routes and sockets of a namespace: a machine's, with its pods' bridge; a pod's, at the other end of it; or one outside the cluster. */
export function tablesOf(namespace: Told): NetTables {
  const { network, node, host, tcp, udp } = namespace;
  const own = namespace.addresses[0] ?? '';
  const range = node === undefined ? undefined : network.podRange(node);
  const [interfaces, routes] =
    host && range !== undefined
      ? machine(namespace, own, range)
      : range !== undefined && contains(range, own)
        ? pod(own, range)
        : plain(own);
  const ports = (map: Iterable<number>, protocol: 'tcp' | 'udp'): { protocol: 'tcp' | 'udp'; port: number }[] =>
    [...map].sort((a, b) => a - b).map((port) => ({ protocol, port }));
  const open = [...tcp].filter(([, listener]) => listener.open?.() !== false).map(([port]) => port);
  return {
    interfaces: [LOOPBACK, ...interfaces],
    routes,
    listening: [...ports(open, 'tcp'), ...ports(udp.keys(), 'udp')],
    way: (ip) => way(namespace, ip),
  };
}

const LOOPBACK: NetInterface = {
  name: 'lo',
  kind: 'loopback',
  mac: '00:00:00:00:00:00',
  mtu: 65536,
  address: '127.0.0.1',
  prefix: 8,
};

function pod(own: string, range: Range): [NetInterface[], NetRoute[]] {
  const bridge = toText(range.first + 1);
  const prefix = prefixOf(range);
  return [
    // The other end hangs at the bridge; interfaces of pods are numbered by their addresses here.
    [{ name: 'eth0', peer: 4 + Number(own.split('.')[3]), kind: 'ether', mac: macOf(own), mtu: 1500, address: own, prefix }],
    [
      { to: 'default', via: bridge, dev: 'eth0' },
      { to: `${toText(range.first)}/${prefix}`, dev: 'eth0', src: own },
    ],
  ];
}

function machine({ network, node }: Told, own: string, range: Range): [NetInterface[], NetRoute[]] {
  const bridge = toText(range.first + 1);
  const prefix = prefixOf(range);
  const net = netOf(own);
  const ranges = [...network.podRanges()].toSorted((a, b) => a.range.first - b.range.first);
  return [
    [ether('eth0', own, 24), ether('cni0', bridge, prefix)],
    [
      { to: 'default', via: `${net}.1`, dev: 'eth0' },
      ...ranges.map((each): NetRoute => {
        const to = `${toText(each.range.first)}/${prefixOf(each.range)}`;
        return each.node === node ? { to, dev: 'cni0', src: bridge } : { to, via: network.machines.get(each.node) ?? '', dev: 'eth0' };
      }),
      { to: `${net}.0/24`, dev: 'eth0', src: own },
    ],
  ];
}

function plain(own: string): [NetInterface[], NetRoute[]] {
  const net = netOf(own);
  return [
    [ether('eth0', own, 24)],
    [
      { to: 'default', via: `${net}.1`, dev: 'eth0' },
      { to: `${net}.0/24`, dev: 'eth0', src: own },
    ],
  ];
}

/** From a pod over its bridge, and over the machine that the other pod is on. */
function way({ network, node, host }: Told, ip: string): string[] {
  const ranges = [...network.podRanges()];
  const there = ranges.find(({ range }) => contains(range, ip));
  const here = host ? undefined : ranges.find((each) => each.node === node);
  const hops: string[] = [];
  if (here !== undefined && there?.node !== node && ip !== network.machines.get(here.node)) hops.push(toText(here.range.first + 1));
  const over = there === undefined || there.node === node ? undefined : network.machines.get(there.node);
  if (over !== undefined) hops.push(over);
  return [...hops, ip];
}

function ether(name: string, address: string, prefix: number): NetInterface {
  return { name, kind: 'ether', mac: macOf(address), mtu: 1500, address, prefix };
}

function netOf(address: string): string {
  return address.split('.').slice(0, 3).join('.');
}

function prefixOf({ size }: Range): number {
  return 32 - Math.log2(size);
}

function macOf(address: string): string {
  return `52:54:${address
    .split('.')
    .map((part) => Number(part).toString(16).padStart(2, '0'))
    .join(':')}`;
}
