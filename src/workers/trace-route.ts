import { KINDS } from '../engine/api/kinds/index.ts';
import type { Pod, Service } from '../engine/api/generated/types.ts';
import type { Kind } from '../engine/api/kind.ts';
import type { Cluster } from '../engine/cluster.ts';
import type { Host } from '../engine/network/network.ts';

const kindOf = (name: string): Kind => KINDS.find(({ kind, group }) => kind === name && group === '') as Kind;
const POD = kindOf('Pod');
const SERVICE = kindOf('Service');
const OUTSIDE: Host = { actor: 'outside', addresses: ['203.0.113.99'], node: undefined, host: false, tcp: new Map(), udp: new Map() };

/** The way that a connection takes now, station by station; one sentence where an end is not there. */
export function traceRoute(cluster: Cluster, from: string, to: string): readonly string[] | string {
  const { network } = cluster;
  const start = hostOf(cluster, from);
  if (start === undefined) return `"${from}" is no pod, no node and not outside`;
  const end = addressOf(cluster, to);
  if (end === undefined) return `"${to}" is no pod, no Service, no node and no address`;
  const route = network.route(start, end.ip, end.port, 'TCP');
  const lines = [
    `${start.actor} (${start.addresses[0] ?? ''})${start.node === undefined || start.host ? '' : ` on ${start.node}`} → ${end.ip}:${end.port}`,
  ];
  for (const { actor, to: next, text } of route.hops) lines.push(`  rule of ${actor}${text === '' ? '' : `, ${text}`}: → ${next}`);
  if (route.kind === 'deliver') {
    const { to: host, ip, port, source, latency } = route;
    if (start.node !== undefined && host.node !== undefined && host.node !== start.node && !host.host)
      lines.push(`  route of ${start.node}: ${ip} via ${network.machines.get(host.node) ?? ''} (${host.node})`);
    const open = host.tcp.get(port);
    const state = open === undefined || open.open?.() === false ? 'connection refused' : 'connected';
    lines.push(
      `  ${host.actor}${host.node === undefined || host.host ? '' : ` on ${host.node}`} sees ${source} at port ${port}, after ${latency} ms: ${state}`,
    );
  } else if (route.kind === 'reject') lines.push('  rejected: the Service has no ready endpoint');
  else if (route.kind === 'unreachable') lines.push(`  no route to host: ${route.by} finds nobody with ${route.ip}`);
  else lines.push('  lost: no answer at all');
  return lines;
}

function hostOf(cluster: Cluster, name: string): Host | undefined {
  if (name === 'outside') return OUTSIDE;
  const machine = cluster.machines.get(name);
  if (machine !== undefined) return machine.host;
  const ip = podOf(cluster, name)?.status?.podIP;
  return ip === undefined ? undefined : cluster.network.at(ip);
}

function addressOf(cluster: Cluster, given: string): { ip: string; port: number } | undefined {
  const [, name = '', at] = /^(?:(?:svc|pod)\/)?([^:]+)(?::(\d+))?$/.exec(given) ?? [];
  const port = at === undefined ? undefined : Number(at);
  if (/^\d+\.\d+\.\d+\.\d+$/.test(name)) return { ip: name, port: port ?? 80 };
  const pod = given.startsWith('svc/') ? undefined : podOf(cluster, name);
  if (pod?.status?.podIP !== undefined)
    return { ip: pod.status.podIP, port: port ?? pod.spec?.containers[0]?.ports?.[0]?.containerPort ?? 80 };
  const [namespace, own] = split(name);
  const service = (cluster.observe(SERVICE) as readonly Service[]).find(
    ({ metadata }) => metadata.namespace === namespace && metadata.name === own,
  );
  const ip = service?.spec?.clusterIP;
  if (ip !== undefined && ip !== '' && ip !== 'None') return { ip, port: port ?? service?.spec?.ports?.[0]?.port ?? 80 };
  const address = cluster.network.machines.get(name);
  return address === undefined ? undefined : { ip: address, port: port ?? 10250 };
}

function podOf(cluster: Cluster, name: string): Pod | undefined {
  const [namespace, own] = split(name.replace(/^pod\//, ''));
  return (cluster.observe(POD) as readonly Pod[]).find(({ metadata }) => metadata.namespace === namespace && metadata.name === own);
}

function split(name: string): [namespace: string, name: string] {
  const [first = '', second] = name.split('/');
  return second === undefined ? ['default', first] : [first, second];
}
