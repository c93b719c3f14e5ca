import type { Program } from '../../../os/process.ts';
import { writeText } from '../../../os/text.ts';
import type { HostParts } from '../host-parts.ts';
import { kernelTables } from '../kernel-tables.ts';

/** `ip addr`, `ip route`, `ip link`: the machine's interfaces, its pods' bridge, and how other nodes' pods are reached. */
export const ip: Program = function* (process) {
  const words = process.argv.slice(1).filter((word) => !/^-(4|6|br|brief|c|color|o|d|details)$/.test(word));
  const brief = process.argv.some((word) => word === '-br' || word === '-brief');
  const [object = '', action = 'show'] = words;
  const machine = kernelTables(process);
  if (machine === undefined) {
    yield* writeText(process.stderr, 'Cannot open netlink socket: Operation not permitted\n');
    return 1;
  }
  const is = (name: string): boolean => object !== '' && name.startsWith(object);
  const shows = ['show', 'list', 's', 'ls', 'sh'].includes(action);
  if (shows && is('route')) {
    yield* writeText(
      process.stdout,
      routes(machine)
        .map((line) => `${line}\n`)
        .join(''),
    );
    return 0;
  }
  if (shows && (is('address') || is('link'))) {
    yield* writeText(
      process.stdout,
      interfaces(machine)
        .map((each, i) => (brief ? briefly(each, is('address')) : fully(each, i + 1, is('address'))))
        .join(''),
    );
    return 0;
  }
  yield* writeText(
    process.stderr,
    ['address', 'link', 'route'].some(is)
      ? `Command "${action}" is not modelled here: ip addr, ip link and ip route show what there is.\n`
      : `Object "${object}" is unknown, try "ip help".\n`,
  );
  return object === '' ? 255 : 1;
};

interface Interface {
  readonly name: string;
  readonly state: 'UNKNOWN' | 'UP';
  readonly mac: string;
  readonly address: string;
  readonly prefix: number;
  readonly flags: string;
  readonly mtu: number;
}

function interfaces(machine: HostParts): Interface[] {
  const { host, podRange } = machine;
  const own = host.addresses[0] ?? '';
  const up = 'BROADCAST,MULTICAST,UP,LOWER_UP';
  const bridge = gateway(podRange);
  return [
    { name: 'lo', state: 'UNKNOWN', mac: '00:00:00:00:00:00', address: '127.0.0.1', prefix: 8, flags: 'LOOPBACK,UP,LOWER_UP', mtu: 65536 },
    { name: 'eth0', state: 'UP', mac: macOf(own), address: own, prefix: 24, flags: up, mtu: 1500 },
    { name: 'cni0', state: 'UP', mac: macOf(bridge), address: bridge, prefix: 24, flags: up, mtu: 1500 },
  ];
}

function routes(machine: HostParts): string[] {
  const { host, podRange, peers } = machine;
  const own = host.addresses[0] ?? '';
  const net = `${own.split('.').slice(0, 3).join('.')}`;
  return [
    `default via ${net}.1 dev eth0`,
    ...[...peers(), { address: own, podRange }]
      .toSorted((a, b) => number(a.podRange) - number(b.podRange))
      .map((peer) =>
        peer.address === own
          ? `${podRange} dev cni0 proto kernel scope link src ${gateway(podRange)}`
          : `${peer.podRange} via ${peer.address} dev eth0`,
      ),
    `${net}.0/24 dev eth0 proto kernel scope link src ${own}`,
  ];
}

function fully({ name, state, mac, address, prefix, flags, mtu }: Interface, index: number, addresses: boolean): string {
  const loopback = name === 'lo';
  const broadcast = address.replace(/\d+$/, '255');
  const head = `${index}: ${name}: <${flags}> mtu ${mtu} qdisc ${loopback ? 'noqueue' : 'fq_codel'} state ${state} ${addresses ? 'group default ' : 'mode DEFAULT group default '}qlen 1000\n    link/${loopback ? 'loopback' : 'ether'} ${mac} brd ${loopback ? mac : 'ff:ff:ff:ff:ff:ff'}\n`;
  if (!addresses) return head;
  return `${head}    inet ${address}/${prefix} ${loopback ? 'scope host' : `brd ${broadcast} scope global`} ${name}\n       valid_lft forever preferred_lft forever\n`;
}

function briefly({ name, state, mac, address, prefix, flags }: Interface, addresses: boolean): string {
  return `${name.padEnd(17)}${state.padEnd(15)}${addresses ? `${address}/${prefix}` : `${mac} <${flags}>`}\n`;
}

/** The bridge has the first address of the node's range. */
function gateway(range: string): string {
  return range.replace(/\d+\/\d+$/, '1');
}

function macOf(address: string): string {
  return `52:54:${address
    .split('.')
    .map((part) => Number(part).toString(16).padStart(2, '0'))
    .join(':')}`;
}

function number(range: string): number {
  return range
    .split('/')[0]
    ?.split('.')
    .reduce((sum, part) => sum * 256 + Number(part), 0) as number;
}
