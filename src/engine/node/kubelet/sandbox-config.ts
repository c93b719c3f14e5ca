import type { Pod } from '../../api/generated/types.ts';
import type { ResolverConfig } from '../../network/dns-message.ts';
import type { SandboxConfig } from '../runtime/cri.ts';
import type { KubeletContext } from './context.ts';

export function sandboxConfig(pod: Pod, attempt: number, context: KubeletContext): SandboxConfig {
  const spec = pod.spec;
  const { name = '', namespace = '', uid = '' } = pod.metadata;
  const hostNetwork = spec?.hostNetwork === true;
  const aliases: Record<string, string> = {};
  for (const { ip, hostnames } of spec?.hostAliases ?? []) for (const host of hostnames ?? []) aliases[host] = ip;
  const hostname = hostNetwork ? context.node : (spec?.hostname ?? name).slice(0, 63);
  if (spec?.subdomain !== undefined && spec.hostname !== undefined) aliases[`${spec.hostname}.${spec.subdomain}.${namespace}.svc.${context.clusterDomain}`] = '127.0.0.1';
  return {
    uid,
    name,
    namespace,
    attempt,
    hostname,
    hostNetwork,
    resolver: resolver(pod, context),
    hostAliases: aliases,
    portMappings: (spec?.containers ?? []).flatMap(({ ports }) =>
      (ports ?? []).flatMap(({ hostPort, containerPort, protocol }) =>
        hostPort === undefined || hostPort === 0 ? [] : [{ hostPort, containerPort, protocol: protocol === 'UDP' ? ('UDP' as const) : ('TCP' as const) }],
      ),
    ),
  };
}

/** resolv.conf by the pod's dnsPolicy; a pod on the host's network gets the cluster's DNS only when it asks for it. */
function resolver(pod: Pod, context: KubeletContext): ResolverConfig {
  const spec = pod.spec;
  const policy = spec?.dnsPolicy ?? 'ClusterFirst';
  const namespace = pod.metadata.namespace ?? 'default';
  const domain = context.clusterDomain;
  const none: ResolverConfig = { nameservers: [], search: [], ndots: 1 };
  const base: ResolverConfig =
    policy === 'None'
      ? none
      : policy === 'Default' || (policy === 'ClusterFirst' && spec?.hostNetwork === true)
        ? context.hostResolver
        : { nameservers: [context.clusterDNS], search: [`${namespace}.svc.${domain}`, `svc.${domain}`, domain], ndots: 5 };
  const own = spec?.dnsConfig;
  if (own === undefined) return base;
  const ndots = own.options?.find(({ name }) => name === 'ndots')?.value;
  return {
    nameservers: [...base.nameservers, ...(own.nameservers ?? [])].slice(0, 3),
    search: [...base.search, ...(own.searches ?? [])],
    ndots: ndots === undefined ? base.ndots : Number(ndots),
  };
}
