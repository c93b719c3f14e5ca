import type { Pod } from '../../api/generated/types.ts';
import type { ResolverConfig } from '../../os/resolv-conf.ts';
import type { SandboxConfig } from '../runtime/cri.ts';

const CLUSTER_DOMAIN = 'cluster.local';
// What Linux takes for a host's name.
const HOSTNAME_MAX = 64;

/** No sandbox can be made from what the pod says. */
export class SandboxConfigError extends Error {}

/** What the runtime needs to know to make a pod's sandbox. */
export function sandboxConfig(pod: Pod, attempt: number, nodeName: string, clusterDNS: string): SandboxConfig {
  const { spec } = pod;
  const { name = '', namespace = '', uid = '' } = pod.metadata;
  const hostNetwork = spec?.hostNetwork === true;
  const short = (spec?.hostname ?? name).slice(0, 63).replace(/[-.]+$/, '');
  const domain = spec?.subdomain === undefined ? undefined : `${spec.subdomain}.${namespace}.svc.${CLUSTER_DOMAIN}`;
  const fqdn = domain === undefined ? undefined : `${short}.${domain}`;
  if (spec?.setHostnameAsFQDN === true && fqdn !== undefined && fqdn.length > HOSTNAME_MAX)
    throw new SandboxConfigError(
      `failed to construct FQDN from Pod hostname and cluster domain, FQDN ${fqdn} is too long (${HOSTNAME_MAX} characters is the max, ${fqdn.length} characters requested)`,
    );
  return {
    uid,
    name,
    namespace,
    attempt,
    hostname: hostNetwork ? nodeName : (spec?.hostnameOverride ?? (spec?.setHostnameAsFQDN === true && fqdn !== undefined ? fqdn : short)),
    ...(fqdn === undefined || hostNetwork ? {} : { fqdn }),
    hostNetwork,
    resolver: resolverOf(pod, clusterDNS),
    hostAliases: Object.fromEntries((spec?.hostAliases ?? []).flatMap(({ hostnames = [], ip }) => hostnames.map((host) => [host, ip]))),
    portMappings: (spec?.containers ?? []).flatMap(({ ports = [] }) =>
      ports
        .filter(({ hostPort = 0 }) => hostPort !== 0)
        .map(({ hostPort, containerPort, protocol }) => ({
          hostPort: hostPort as number,
          containerPort,
          protocol: protocol === 'UDP' ? ('UDP' as const) : ('TCP' as const),
        })),
    ),
  };
}

/** `/etc/resolv.conf` by dnsPolicy, with what dnsConfig adds. The node's own resolver knows no name servers here. */
function resolverOf({ spec, metadata }: Pod, clusterDNS: string): ResolverConfig {
  const policy = spec?.dnsPolicy ?? 'ClusterFirst';
  const cluster = policy === 'ClusterFirstWithHostNet' || (policy === 'ClusterFirst' && spec?.hostNetwork !== true);
  const base = cluster ? clusterResolver(metadata.namespace ?? '', clusterDNS) : NO_RESOLVER;
  const more = spec?.dnsConfig;
  if (more === undefined) return base;
  const ndots = more?.options?.find(({ name }) => name === 'ndots')?.value;
  return {
    nameservers: [...new Set([...base.nameservers, ...(more?.nameservers ?? [])])],
    search: [...new Set([...base.search, ...(more?.searches ?? [])])],
    ndots: ndots === undefined ? base.ndots : Number(ndots),
  };
}

const NO_RESOLVER: ResolverConfig = { nameservers: [], search: [], ndots: 1 };
// The pods of a namespace share theirs.
const resolvers = new Map<string, ResolverConfig>();
const REMEMBERED = 1024;

function clusterResolver(namespace: string, clusterDNS: string): ResolverConfig {
  const key = `${namespace}@${clusterDNS}`;
  let resolver = resolvers.get(key);
  if (resolver === undefined) {
    const search = [`${namespace}.svc.${CLUSTER_DOMAIN}`, `svc.${CLUSTER_DOMAIN}`, CLUSTER_DOMAIN];
    if (resolvers.size >= REMEMBERED) resolvers.clear();
    resolvers.set(key, (resolver = { nameservers: [clusterDNS], search, ndots: 5 }));
  }
  return resolver;
}
