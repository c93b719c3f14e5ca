import type { NetInterface } from '../../../engine/os/net-tables.ts';
import type { Program } from '../../../engine/os/process.ts';
import { writeText } from '../../../engine/os/text.ts';
import { readOptions } from '../arguments.ts';
import { complain } from '../input.ts';
import { broadcastOf, maskOf, readTables } from './network-tables.ts';

// net-tools' and busybox's ifconfig, route and netstat. Packets are not counted here, so no line tells of them.

export const ifconfig: Program = function* (process) {
  const [name, ...rest] = process.argv.slice(1).filter((arg) => arg !== '-a');
  const tables = yield* readTables(process);
  if (tables === undefined) return 1;
  if (rest.length > 0) {
    yield* complain(process, 'interfaces are set up by the network plugin and cannot be changed here');
    return 1;
  }
  const found = tables.interfaces.filter((each) => name === undefined || each.name === name);
  if (found.length === 0) {
    yield* complain(process, `${name ?? ''}: error fetching interface information: Device not found`);
    return 1;
  }
  // Those of the machine's own kind first, the loopback last.
  const shown = found.toSorted((a, b) => Number(a.kind === 'loopback') - Number(b.kind === 'loopback'));
  yield* writeText(process.stdout, shown.map(describe).join('\n'));
  return 0;
};

function describe(each: NetInterface): string {
  const { name, kind, mac, mtu, address, prefix } = each;
  const loopback = kind === 'loopback';
  const indent = ' '.repeat(10);
  return [
    `${name.padEnd(10)}Link encap:${loopback ? 'Local Loopback' : `Ethernet  HWaddr ${mac.toUpperCase()}`}  `,
    `${indent}inet addr:${address}  ${loopback ? '' : `Bcast:${broadcastOf(each)}  `}Mask:${maskOf(prefix)}`,
    `${indent}UP ${loopback ? 'LOOPBACK RUNNING' : 'BROADCAST RUNNING MULTICAST'}  MTU:${mtu}  Metric:1`,
    '',
  ].join('\n');
}

export const route: Program = function* (process) {
  const options = yield* readOptions(process, { short: 'ne', refused: ['-A', '-v'] });
  if (typeof options === 'number') return options;
  if (options.operands.length > 0) {
    yield* complain(process, 'routes are set up by the network plugin and cannot be changed here');
    return 1;
  }
  const tables = yield* readTables(process);
  if (tables === undefined) return 1;
  const numeric = options.flags.has('n');
  const lines = tables.routes.map(({ to, via, dev }) => {
    const [net = '', prefix = '0'] = to === 'default' ? ['0.0.0.0', '0'] : to.split('/');
    const cells = [
      to === 'default' && !numeric ? 'default' : net,
      via ?? (numeric ? '0.0.0.0' : '*'),
      maskOf(Number(prefix)),
      via === undefined ? 'U' : 'UG',
    ];
    const [target = '', gateway = '', mask = '', flags = ''] = cells;
    return `${target.padEnd(15)} ${gateway.padEnd(15)} ${mask.padEnd(15)} ${flags.padEnd(5)} 0      0        0 ${dev}\n`;
  });
  yield* writeText(
    process.stdout,
    `Kernel IP routing table\nDestination     Gateway         Genmask         Flags Metric Ref    Use Iface\n${lines.join('')}`,
  );
  return 0;
};

export const netstat: Program = function* (process) {
  const options = yield* readOptions(process, { short: 'altunpeWr' });
  if (typeof options === 'number') return options;
  const { flags } = options;
  if (flags.has('r'))
    return yield* route(Object.create(process, { argv: { value: ['route', ...(flags.has('n') ? ['-n'] : [])] } }) as typeof process);
  if (!flags.has('l')) {
    yield* complain(process, 'connections are not kept here; -l shows who listens, -r the routes');
    return 1;
  }
  const tables = yield* readTables(process);
  if (tables === undefined) return 1;
  const owner = flags.has('p') ? '-' : '';
  const lines = tables.listening
    .filter(({ protocol }) => asked(flags, protocol))
    .map(
      ({ protocol, port }) =>
        `${protocol.padEnd(5)}      0      0 ${`0.0.0.0:${port}`.padEnd(23)} ${'0.0.0.0:*'.padEnd(23)} ${(protocol === 'tcp' ? 'LISTEN' : '').padEnd(11)} ${owner}\n`,
    );
  yield* writeText(
    process.stdout,
    `Active Internet connections (only servers)\nProto Recv-Q Send-Q Local Address           Foreign Address         State       ${flags.has('p') ? 'PID/Program name    ' : ''}\n${lines.join('')}`,
  );
  return 0;
};

/** `-t` and `-u` name the protocols; neither stands for both. */
function asked(flags: ReadonlyMap<string, string>, protocol: 'tcp' | 'udp'): boolean {
  return flags.has(protocol.charAt(0)) || (!flags.has('t') && !flags.has('u'));
}

/** iproute2's `ss`. */
export const ss: Program = function* (process) {
  const options = yield* readOptions(process, {
    short: 'altunpHe46',
    long: {
      listening: 'l',
      all: 'a',
      tcp: 't',
      udp: 'u',
      numeric: 'n',
      processes: 'p',
      'no-header': 'H',
      extended: 'e',
      ipv4: '4',
      ipv6: '6',
    },
    refused: ['-s', '--summary', '-x', '--unix', '-i', '--info', '-m', '-o', '-K', '-w', '-O'],
  });
  if (typeof options === 'number') return options;
  const { flags, operands } = options;
  if (operands.length > 0 || (!flags.has('l') && !flags.has('a'))) {
    yield* complain(process, operands.length > 0 ? 'filters are not modelled here' : 'connections are not kept here; -l shows who listens');
    return 1;
  }
  const tables = yield* readTables(process);
  if (tables === undefined) return 1;
  const several = asked(flags, 'tcp') && asked(flags, 'udp');
  const rows = tables.listening
    .filter(({ protocol }) => asked(flags, protocol))
    .map(({ protocol, port }) => {
      const state = protocol === 'tcp' ? 'LISTEN' : 'UNCONN';
      return `${several ? `${protocol}   ` : ''}${state.padEnd(6)} 0      ${protocol === 'tcp' ? '4096' : '0   '}   ${`0.0.0.0:${port}`.padStart(18)} ${'0.0.0.0:*'.padStart(17)}\n`;
    });
  const heading = `${several ? 'Netid ' : ''}State  Recv-Q Send-Q Local Address:Port Peer Address:PortProcess\n`;
  yield* writeText(process.stdout, `${flags.has('H') ? '' : heading}${rows.join('')}`);
  return 0;
};
