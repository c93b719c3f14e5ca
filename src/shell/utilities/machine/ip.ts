import type { NetInterface, NetRoute, NetTables } from '../../../engine/os/net-tables.ts';
import type { Process, Program } from '../../../engine/os/process.ts';
import type { Task } from '../../../engine/os/task.ts';
import { writeText } from '../../../engine/os/text.ts';
import { broadcastOf, lies, readTables } from './network-tables.ts';

/** iproute2's `ip`: addresses, links and routes of the network that it is in. */
export const ip: Program = (process) => tell(process, false);
/** busybox's applet, which tells less of a link. */
export const busyboxIp: Program = (process) => tell(process, true);

const OBJECTS = ['address', 'link', 'neighbour', 'netns', 'route', 'rule'];

function* tell(process: Process, busybox: boolean): Task<number> {
  const words = process.argv.slice(1);
  const flags = new Set<string>();
  while (words[0]?.startsWith('-') === true) flags.add((words.shift() as string).replace(/^-+/, ''));
  const unknown = [...flags].find((flag) => !/^(4|6|f|family|br|brief|c|color|o|oneline|d|details|j|json|s|stats|statistics)$/.test(flag));
  if (unknown !== undefined) return yield* fail(process, `Option "-${unknown}" is unknown, try "ip -help".`, 255);
  const refused = [...flags].find((flag) => /^(j|json|s|stats|statistics|o|oneline)$/.test(flag));
  if (refused !== undefined) return yield* fail(process, `Option "-${refused}" is not modelled here.`, 255);
  const [given = '', action = 'show', ...rest] = words;
  const object = OBJECTS.find((each) => given !== '' && (each.startsWith(given) || (each === 'neighbour' && given === 'neigh')));
  if (object === undefined)
    return given === ''
      ? yield* fail(process, 'Usage: ip [ OPTIONS ] OBJECT { COMMAND | help }', 255)
      : yield* fail(process, `Object "${given}" is unknown, try "ip help".`, 1);
  if (object === 'netns' && action !== 'exec') return 0;
  const tables = yield* readTables(process);
  if (tables === undefined) return 1;
  const shows = ['show', 'list', 'lst', 'ls', 'sh', 's', 'l'].includes(action);
  if (object === 'route' && shows) return yield* print(process, selected(tables, rest).map(routeLine));
  if (object === 'route' && action === 'get') return yield* routeTo(process, tables, rest[0] ?? '');
  if (object === 'rule' && shows)
    return yield* print(process, ['0:\tfrom all lookup local', '32766:\tfrom all lookup main', '32767:\tfrom all lookup default']);
  if (shows && (object === 'address' || object === 'link')) return yield* interfaces(process, tables, { flags, rest, object, busybox });
  return yield* fail(
    process,
    `Command "${action}" of "${object}" is not modelled here: what is set up by the network plugin stays as it is.`,
    1,
  );
}

interface Asked {
  readonly flags: ReadonlySet<string>;
  readonly rest: readonly string[];
  readonly object: string;
  readonly busybox: boolean;
}

function* interfaces(process: Process, tables: NetTables, { flags, rest, object, busybox }: Asked): Task<number> {
  const words = rest.filter((word) => word !== 'dev' && word !== 'up');
  const [name] = words;
  const all = tables.interfaces.map((each, i) => ({ each, index: i + 1 }));
  if (words.length > 1 || name === 'type' || name === 'master')
    return yield* fail(process, `"${words.join(' ')}" is not modelled here.`, 1);
  const found = name === undefined ? all : all.filter(({ each }) => each.name === name);
  if (found.length === 0)
    return yield* fail(process, busybox ? `ip: can't find device '${name ?? ''}'` : `Device "${name ?? ''}" does not exist.`, 1);
  const addresses = object === 'address';
  const brief = flags.has('br') || flags.has('brief');
  // There are no addresses of IPv6 here.
  const shown = flags.has('6') && addresses ? [] : found;
  const form = brief ? briefly : fully;
  yield* writeText(process.stdout, shown.map(({ each, index }) => form(each, index, addresses, busybox)).join(''));
  return 0;
}

const labelOf = ({ name, peer }: NetInterface): string => (peer === undefined ? name : `${name}@if${peer}`);

const flagsOf = ({ kind }: NetInterface): string => (kind === 'loopback' ? 'LOOPBACK,UP,LOWER_UP' : 'BROADCAST,MULTICAST,UP,LOWER_UP');

function fully(each: NetInterface, index: number, addresses: boolean, busybox: boolean): string {
  const loopback = each.kind === 'loopback';
  const { mac, mtu, address, prefix, peer, name } = each;
  const queue = `qdisc ${loopback || peer !== undefined || name === 'cni0' ? 'noqueue' : 'fq_codel'}`;
  const state = ` state ${loopback ? 'UNKNOWN' : 'UP'} ${addresses ? '' : 'mode DEFAULT '}group default qlen 1000`;
  const link = `    link/${each.kind} ${mac} brd ${loopback ? mac : 'ff:ff:ff:ff:ff:ff'}${!busybox && peer !== undefined ? ' link-netnsid 0' : ''}\n`;
  const flags = `${flagsOf(each)}${busybox && peer !== undefined ? ',M-DOWN' : ''}`;
  const head = `${index}: ${labelOf(each)}: <${flags}> mtu ${mtu} ${queue}${busybox ? (loopback ? ' qlen 1000' : ' ') : state}\n${link}`;
  if (!addresses) return head;
  return `${head}    inet ${address}/${prefix} ${loopback ? 'scope host' : `brd ${broadcastOf(each)} scope global`} ${name}\n       valid_lft forever preferred_lft forever\n`;
}

function briefly(each: NetInterface, _index: number, addresses: boolean): string {
  const state = each.kind === 'loopback' ? 'UNKNOWN' : 'UP';
  return `${labelOf(each).padEnd(17)}${state.padEnd(15)}${addresses ? `${each.address}/${each.prefix} ` : `${each.mac} <${flagsOf(each)}> `}\n`;
}

const routeLine = ({ to, via, dev, src }: NetRoute): string =>
  via === undefined ? `${to} dev ${dev} proto kernel scope link src ${src ?? ''} ` : `${to} via ${via} dev ${dev} `;

/** `ip route show 10.244.1.0/24`, `… dev eth0`, `… default`. */
function selected({ routes }: NetTables, words: readonly string[]): readonly NetRoute[] {
  const [name, value] = words;
  if (name === undefined) return routes;
  return name === 'dev' ? routes.filter(({ dev }) => dev === value) : routes.filter(({ to }) => to === name);
}

function* routeTo(process: Process, { routes, interfaces: all }: NetTables, to: string): Task<number> {
  if (!/^\d+\.\d+\.\d+\.\d+$/.test(to)) return yield* fail(process, `Error: inet prefix is expected rather than "${to}".`, 1);
  const own = all.find(({ address }) => address === to);
  if (own !== undefined) return yield* print(process, [`local ${to} dev lo src ${to} uid 0 `, '    cache <local> ']);
  const route = routes.find((each) => each.to !== 'default' && lies(to, each.to)) ?? routes.find((each) => each.to === 'default');
  if (route === undefined) return yield* fail(process, 'RTNETLINK answers: Network is unreachable', 2);
  const source = route.src ?? all.find(({ name }) => name === route.dev)?.address ?? '';
  return yield* print(process, [
    `${to} ${route.via === undefined ? '' : `via ${route.via} `}dev ${route.dev} src ${source} uid 0 `,
    '    cache ',
  ]);
}

function* print(process: Process, lines: readonly string[]): Task<number> {
  yield* writeText(process.stdout, lines.map((line) => `${line}\n`).join(''));
  return 0;
}

function* fail(process: Process, text: string, status: number): Task<number> {
  yield* writeText(process.stderr, `${text}\n`);
  return status;
}
