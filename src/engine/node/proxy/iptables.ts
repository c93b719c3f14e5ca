import { sha256 } from '@noble/hashes/sha2.js';
import { encode } from '../../os/text.ts';
import type { Backend, Rule } from './proxy.ts';

/** A Service's port with all the addresses it has, as kube-proxy writes its chains. */
interface Port {
  readonly service: string;
  readonly protocol: string;
  readonly rules: { readonly address: string; readonly rule: Rule }[];
}

const FILTER_HEAD = [
  '-A INPUT -m conntrack --ctstate NEW -m comment --comment "kubernetes load balancer firewall" -j KUBE-PROXY-FIREWALL',
  '-A INPUT -m comment --comment "kubernetes health check service ports" -j KUBE-NODEPORTS',
  '-A INPUT -m conntrack --ctstate NEW -m comment --comment "kubernetes externally-visible service portals" -j KUBE-EXTERNAL-SERVICES',
  '-A INPUT -j KUBE-FIREWALL',
  '-A FORWARD -m conntrack --ctstate NEW -m comment --comment "kubernetes load balancer firewall" -j KUBE-PROXY-FIREWALL',
  '-A FORWARD -m comment --comment "kubernetes forwarding rules" -j KUBE-FORWARD',
  '-A FORWARD -m conntrack --ctstate NEW -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
  '-A FORWARD -m conntrack --ctstate NEW -m comment --comment "kubernetes externally-visible service portals" -j KUBE-EXTERNAL-SERVICES',
  '-A OUTPUT -m conntrack --ctstate NEW -m comment --comment "kubernetes load balancer firewall" -j KUBE-PROXY-FIREWALL',
  '-A OUTPUT -m conntrack --ctstate NEW -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
  '-A OUTPUT -j KUBE-FIREWALL',
];
const FILTER_TAIL = [
  '-A KUBE-FIREWALL ! -s 127.0.0.0/8 -d 127.0.0.0/8 -m comment --comment "block incoming localnet connections" -m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP',
  '-A KUBE-FORWARD -m conntrack --ctstate INVALID -m nfacct --nfacct-name  ct_state_invalid_dropped_pkts -j DROP',
  '-A KUBE-FORWARD -m comment --comment "kubernetes forwarding rules" -m mark --mark 0x4000/0x4000 -j ACCEPT',
  '-A KUBE-FORWARD -m comment --comment "kubernetes forwarding conntrack rule" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
];
const NAT_HEAD = [
  '-A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
  '-A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES',
  '-A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING',
];
const NAT_FIXED = [
  '-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000',
  '-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN',
  '-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0',
  '-A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully',
];
const LAST =
  '-A KUBE-SERVICES -m comment --comment "kubernetes service nodeports; NOTE: this must be the last rule in this chain" -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS';

/** The tables of a node as `iptables-save` prints them: what its proxy has written for the Services there are. */
export function iptablesTables(rules: ReadonlyMap<string, Rule>, clusterCidr: string): Record<'filter' | 'nat', string> {
  const ports = portsOf(rules);
  const filter = {
    services: ports.flatMap((port) => port.rules.flatMap(({ address, rule }) => refusals(port, address, rule))),
    chains: [
      'KUBE-EXTERNAL-SERVICES',
      'KUBE-FIREWALL',
      'KUBE-FORWARD',
      'KUBE-KUBELET-CANARY',
      'KUBE-NODEPORTS',
      'KUBE-PROXY-CANARY',
      'KUBE-PROXY-FIREWALL',
      'KUBE-SERVICES',
    ],
  };
  const chains = new Map<string, string[]>();
  const add = (chain: string, rule: string): void => {
    const list = chains.get(chain);
    if (list === undefined) chains.set(chain, [rule]);
    else list.push(rule);
  };
  for (const port of ports) write(port, clusterCidr, add);
  const nat = [...NAT_HEAD, ...NAT_FIXED];
  for (const [chain, list] of Array.from(chains).sort(([a], [b]) => (a < b ? -1 : 1)))
    nat.push(...list.map((rule) => `-A ${chain} ${rule}`));
  nat.push(LAST);
  const natChains = new Set([
    'KUBE-KUBELET-CANARY',
    'KUBE-MARK-MASQ',
    'KUBE-NODEPORTS',
    'KUBE-POSTROUTING',
    'KUBE-PROXY-CANARY',
    'KUBE-SERVICES',
    ...chains.keys(),
  ]);
  return {
    filter: tableText('filter', ['INPUT', 'FORWARD', 'OUTPUT'], filter.chains, [...FILTER_HEAD, ...FILTER_TAIL, ...filter.services]),
    nat: tableText('nat', ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'], [...natChains].sort(), nat),
  };
}

/** The name of a chain: sixteen characters of a hash, as `servicePortPolicyClusterChain` and its kin have it. */
export function chainName(prefix: 'SVC' | 'SVL' | 'EXT' | 'SEP', service: string, protocol: string, endpoint = ''): string {
  return `KUBE-${prefix}-${base32(sha256(encode(`${service}${protocol}${endpoint}`))).slice(0, 16)}`;
}

function tableText(name: string, builtIn: readonly string[], chains: readonly string[], rules: readonly string[]): string {
  const heads = [...builtIn.map((chain) => `:${chain} ACCEPT [0:0]`), ...chains.map((chain) => `:${chain} - [0:0]`)];
  return `*${name}\n${heads.join('\n')}\n${rules.join('\n')}\nCOMMIT\n`;
}

function portsOf(rules: ReadonlyMap<string, Rule>): Port[] {
  const ports = new Map<string, Port>();
  for (const [address, rule] of rules) {
    const protocol = (address.split('/')[1] ?? 'TCP').toLowerCase();
    const key = `${rule.service} ${protocol}`;
    const port = ports.get(key) ?? { service: rule.service, protocol, rules: [] };
    ports.set(key, port);
    port.rules.push({ address, rule });
  }
  return [...ports.values()].sort((a, b) => (`${a.service} ${a.protocol}` < `${b.service} ${b.protocol}` ? -1 : 1));
}

function split(address: string): { ip: string; port: string } {
  const [, ip = '', port = ''] = /^(.*):(\d+)\//.exec(address) ?? [];
  return { ip, port };
}

/** A Service without endpoints is refused before anything else; one that has them only elsewhere gets no answer. */
function refusals({ service, protocol }: Port, address: string, { kind, backends, elsewhere }: Rule): string[] {
  if (backends.length > 0) return [];
  const { ip, port } = split(address);
  const why = elsewhere ? `${service} has no local endpoints` : `${service} has no endpoints`;
  const verdict = elsewhere ? 'DROP' : 'REJECT --reject-with icmp-port-unreachable';
  const chain = kind === 'cluster IP' ? 'KUBE-SERVICES' : 'KUBE-EXTERNAL-SERVICES';
  const to = kind === 'node port' ? ' -m addrtype --dst-type LOCAL' : '';
  return [
    `-A ${chain}${kind === 'node port' ? '' : ` -d ${ip}/32`} -p ${protocol} -m comment --comment "${why}"${to} -m ${protocol} --dport ${port} -j ${verdict}`,
  ];
}

function write({ service, protocol, rules }: Port, clusterCidr: string, add: (chain: string, rule: string) => void): void {
  const cluster = chainName('SVC', service, protocol);
  const local = chainName('SVL', service, protocol);
  const external = chainName('EXT', service, protocol);
  const all = rules.find(({ rule }) => !rule.near)?.rule.backends ?? rules[0]?.rule.inside ?? [];
  const near = rules.find(({ rule }) => rule.near)?.rule;
  const outside = rules.filter(({ rule }) => rule.kind !== 'cluster IP');
  let first = true;
  for (const { address, rule } of rules) {
    const { ip, port } = split(address);
    if (rule.backends.length === 0) continue;
    const to = `-m ${protocol} --dport ${port}`;
    if (rule.kind === 'cluster IP') {
      const chain = rule.near ? local : cluster;
      add('KUBE-SERVICES', `-d ${ip}/32 -p ${protocol} -m comment --comment "${service} cluster IP" ${to} -j ${chain}`);
      add(chain, `! -s ${clusterCidr} -d ${ip}/32 -p ${protocol} -m comment --comment "${service} cluster IP" ${to} -j KUBE-MARK-MASQ`);
    } else if (rule.kind === 'node port') {
      add(
        'KUBE-NODEPORTS',
        `-d 127.0.0.0/8 -p ${protocol} -m comment --comment "${service}" ${to} -m nfacct --nfacct-name  localhost_nps_accepted_pkts -j ${external}`,
      );
      add('KUBE-NODEPORTS', `-p ${protocol} -m comment --comment "${service}" ${to} -j ${external}`);
    } else add('KUBE-SERVICES', `-d ${ip}/32 -p ${protocol} -m comment --comment "${service} ${rule.kind}" ${to} -j ${external}`);
    if (rule.kind === 'cluster IP' || !first) continue;
    first = false;
    if (rule.near) {
      add(external, `-s ${clusterCidr} -m comment --comment "pod traffic for ${service} external destinations" -j ${cluster}`);
      add(
        external,
        `-m comment --comment "masquerade LOCAL traffic for ${service} external destinations" -m addrtype --src-type LOCAL -j KUBE-MARK-MASQ`,
      );
      add(
        external,
        `-m comment --comment "route LOCAL traffic for ${service} external destinations" -m addrtype --src-type LOCAL -j ${cluster}`,
      );
      add(external, `-j ${local}`);
    } else {
      add(external, `-m comment --comment "masquerade traffic for ${service} external destinations" -j KUBE-MARK-MASQ`);
      add(external, `-j ${cluster}`);
    }
  }
  const affinity = rules[0]?.rule.affinity ?? 0;
  const usesCluster = rules.some(({ rule }) => rule.kind === 'cluster IP' && !rule.near) || outside.length > 0;
  if (usesCluster) balance(cluster, service, protocol, all, affinity, add);
  if (near !== undefined) balance(local, service, protocol, near.backends, affinity, add);
  for (const backend of new Map([...all, ...(near?.backends ?? [])].map((each) => [endpoint(each), each])).values())
    destination(service, protocol, backend, affinity, add);
}

function balance(
  chain: string,
  service: string,
  protocol: string,
  backends: readonly Backend[],
  affinity: number,
  add: (chain: string, rule: string) => void,
): void {
  const named = backends.map((backend) => ({ to: endpoint(backend), name: chainName('SEP', service, protocol, endpoint(backend)) }));
  if (affinity > 0)
    for (const { to, name } of named)
      add(
        chain,
        `-m comment --comment "${service} -> ${to}" -m recent --rcheck --seconds ${affinity / 1000} --reap --name ${name} --mask 255.255.255.255 --rsource -j ${name}`,
      );
  named.forEach(({ to, name }, i) => {
    const left = named.length - i;
    const chance = left === 1 ? '' : ` -m statistic --mode random --probability ${(1 / left).toFixed(11)}`;
    add(chain, `-m comment --comment "${service} -> ${to}"${chance} -j ${name}`);
  });
}

function destination(
  service: string,
  protocol: string,
  backend: Backend,
  affinity: number,
  add: (chain: string, rule: string) => void,
): void {
  const to = endpoint(backend);
  const chain = chainName('SEP', service, protocol, to);
  add(chain, `-s ${backend.ip}/32 -m comment --comment "${service}" -j KUBE-MARK-MASQ`);
  const remember = affinity > 0 ? ` -m recent --set --name ${chain} --mask 255.255.255.255 --rsource` : '';
  add(chain, `-p ${protocol} -m comment --comment "${service}"${remember} -m ${protocol} -j DNAT --to-destination ${to}`);
}

function endpoint({ ip, port }: Backend): string {
  return `${ip}:${port}`;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function base32(bytes: Uint8Array): string {
  let bits = 0;
  let value = 0;
  let text = '';
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xfff;
    bits += 8;
    for (; bits >= 5; bits -= 5) text += ALPHABET.charAt((value >> (bits - 5)) & 31);
  }
  return bits > 0 ? text + ALPHABET.charAt((value << (5 - bits)) & 31) : text;
}
