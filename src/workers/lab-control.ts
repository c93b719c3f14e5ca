import { KINDS } from '../engine/api/kinds/index.ts';
import type { Service } from '../engine/api/generated/types.ts';
import type { Kind } from '../engine/api/kind.ts';
import type { Cluster } from '../engine/cluster.ts';
import { FaultProblem } from '../engine/faults/fault.ts';
import { FAULTS } from '../engine/faults/kinds.ts';
import { Load } from '../engine/network/load.ts';
import { parseUrl, toNumber, type Url } from '../engine/network/address.ts';
import type { LabControl } from '../cli/lab/lab.ts';
import { cloudControl } from './cloud-control.ts';
import { machineControl } from './machine-control.ts';
import { traceRoute } from './trace-route.ts';

const SERVICE = KINDS.find(({ kind, group }) => kind === 'Service' && group === '') as Kind;
const ZONE = 'topology.kubernetes.io/zone';

/** What `lab` may do to a cluster: the simulator's own controls, beside the world. What is typed is the input that a recording holds. */
export function labControl(cluster: Cluster, stopped: () => ReadonlySet<string>, rush: (until: number) => void): LabControl {
  return {
    components: () => [...cluster.components.keys()],
    nodes: () => [...cluster.machines.keys()],
    zones: () => zonesOf(cluster),
    stopped,
    faults: faultControl(cluster),
    machines: machineControl(cluster),
    inspect: (image) => cluster.registry.inspect(image),
    cloud: cloudControl(cluster),
    trace: (from, to) => traceRoute(cluster, from, to),
    load: (target, rate, duration) => startLoad(cluster, target, rate, duration),
    rush,
  };
}

function zonesOf({ machines }: Cluster): ReadonlyMap<string, readonly string[]> {
  const zones = new Map<string, string[]>();
  for (const { name, options } of machines.values()) {
    const zone = options.labels[ZONE];
    if (zone !== undefined) zones.set(zone, [...(zones.get(zone) ?? []), name]);
  }
  return zones;
}

/** The cluster's faults as the lab's command has them. */
function faultControl({ faults }: Cluster): LabControl['faults'] {
  const attempt = (act: () => void): string | undefined => {
    try {
      act();
      return undefined;
    } catch (error) {
      if (!(error instanceof FaultProblem)) throw error;
      return error.field === 'target' ? error.message : `${error.field}: ${error.message}`;
    }
  };
  return {
    kinds: FAULTS,
    active: () => faults.active,
    break: (fault) => attempt(() => faults.break(fault)),
    mend: (fault) => attempt(() => faults.mend(fault)),
  };
}

function startLoad(cluster: Cluster, target: string, rate: number, duration: number): ReturnType<LabControl['load']> {
  const { network, machines } = cluster;
  const url = target.includes('://') ? parseUrl(target) : serviceUrl(cluster, target);
  if (url === undefined) return `"${target}" is no URL`;
  if (typeof url === 'string') return url;
  const ip = toNumber(url.host) === undefined ? network.machines.get(url.host) : url.host;
  if (ip === undefined) return `${url.host}: no such host`;
  if (url.scheme !== 'http') return 'load speaks plain HTTP only';
  // Who asks for a Service comes in by the machines that have power, as through a balancer before them.
  const inside = !target.includes('://');
  const entrances = (): string[] =>
    inside ? [...machines.values()].filter(({ joined, powered }) => joined && powered).map(({ name }) => name) : [];
  const load = new Load({ network, ip, port: url.port, path: url.path, host: url.host, rate, duration, entrances });
  return {
    url: `http://${url.host}:${url.port}${url.path}`,
    get report() {
      return load.report;
    },
    stop: () => load.stop(),
  };
}

/** `web`, `svc/web`, `shop/web`, `web.shop`, each with a port behind it where it has several. */
function serviceUrl(cluster: Cluster, target: string): Url | string {
  const [name = '', port] = target.replace(/^(svc|services?)\//, '').split(':');
  const [namespace, service] = name.includes('/')
    ? (name.split('/') as [string, string])
    : name.includes('.')
      ? [name.split('.')[1] as string, name.split('.')[0] as string]
      : ['default', name];
  const found = (cluster.observe(SERVICE) as readonly Service[]).find(
    ({ metadata }) => metadata.name === service && metadata.namespace === namespace,
  );
  if (found === undefined) return `no Service "${service}" in namespace ${namespace}; kubectl get services shows them`;
  const { clusterIP, ports = [] } = found.spec ?? {};
  if (clusterIP === undefined || clusterIP === 'None' || clusterIP === '')
    return `Service "${service}" has no address of its own: nothing could spread the requests`;
  const chosen = port === undefined ? ports[0] : ports.find((each) => each.name === port || String(each.port) === port);
  if (chosen === undefined) return `Service "${service}" has no port ${port ?? ''}`;
  return { scheme: 'http', host: clusterIP, port: chosen.port, path: '/' };
}
