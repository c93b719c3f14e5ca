import type { Service, ServiceSpec } from '../generated/types.ts';
import { isExternallyAccessible, needsHealthCheck } from './validate.ts';

/** Fills in what a Service leaves out. Addresses, families and node ports are allocated by the API server. */
export function setServiceDefaults(service: Service): void {
  const spec = (service.spec ??= {});
  for (const ingress of service.status?.loadBalancer?.ingress ?? []) if (ingress.ip) ingress.ipMode ??= 'VIP';
  spec.sessionAffinity ||= 'None';
  if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig;
  if (spec.sessionAffinity === 'ClientIP' && spec.sessionAffinityConfig?.clientIP?.timeoutSeconds === undefined) {
    spec.sessionAffinityConfig = { clientIP: { timeoutSeconds: 10800 } };
  }
  spec.type ||= 'ClusterIP';
  for (const port of spec.ports ?? []) {
    port.protocol ||= 'TCP';
    if (port.targetPort === undefined || port.targetPort === 0 || port.targetPort === '') port.targetPort = port.port;
  }
  if (isExternallyAccessible(spec) && !spec.externalTrafficPolicy) spec.externalTrafficPolicy = 'Cluster';
  if (spec.internalTrafficPolicy === undefined && spec.type !== 'ExternalName') spec.internalTrafficPolicy = 'Cluster';
  if (spec.type === 'LoadBalancer') spec.allocateLoadBalancerNodePorts ??= true;
}

/** Address families, once it is clear what the Service is. The cluster speaks IPv4 alone. */
export function setIpFamilies(spec: ServiceSpec): void {
  if (spec.type === 'ExternalName') return;
  if ((spec.clusterIP === 'None' || spec.clusterIPs?.[0] === 'None') && Object.keys(spec.selector ?? {}).length === 0) {
    // Whoever fills in the endpoints of a headless Service without selector may do so for both families.
    if (spec.ipFamilyPolicy === undefined && (spec.ipFamilies ?? []).length !== 1) spec.ipFamilyPolicy = 'RequireDualStack';
    if ((spec.ipFamilies ?? []).length === 0) spec.ipFamilies = spec.ipFamilyPolicy === 'SingleStack' ? ['IPv4'] : ['IPv4', 'IPv6'];
  }
  const given = Math.max((spec.ipFamilies ?? []).length, (spec.clusterIPs ?? []).length);
  spec.ipFamilyPolicy ??= given > 1 ? 'RequireDualStack' : 'SingleStack';
  if ((spec.ipFamilies ?? []).length === 0) spec.ipFamilies = ['IPv4'];
}

/** `clusterIP` alone means a list of one. */
export function setClusterIPs(spec: ServiceSpec): void {
  if (spec.clusterIP && (spec.clusterIPs ?? []).length === 0) spec.clusterIPs = [spec.clusterIP];
}

/** What was allocated and is not mentioned in an update stays; what the new type does not have goes. */
export function keepAllocated(spec: ServiceSpec, old: ServiceSpec): void {
  const changed = (field: 'clusterIP'): boolean => (spec[field] ?? '') !== (old[field] ?? '');
  if (spec.type !== 'ExternalName' && old.type !== 'ExternalName') {
    if (!spec.clusterIP && (spec.clusterIPs ?? []).length === 0) {
      if (old.clusterIP !== undefined) spec.clusterIP = old.clusterIP;
      if (old.clusterIPs !== undefined) spec.clusterIPs = old.clusterIPs;
    } else if (changed('clusterIP') && (spec.clusterIPs ?? []).length === 0 && spec.clusterIP) spec.clusterIPs = [spec.clusterIP];
    else if (spec.clusterIP && (spec.clusterIPs ?? []).length === 0) spec.clusterIPs = old.clusterIPs ?? [spec.clusterIP];
    if (spec.ipFamilies === undefined && old.ipFamilies !== undefined) spec.ipFamilies = old.ipFamilies;
    if (spec.ipFamilyPolicy === undefined && old.ipFamilyPolicy !== undefined) spec.ipFamilyPolicy = old.ipFamilyPolicy;
  }
  if (needsHealthCheck(spec) && needsHealthCheck(old) && !spec.healthCheckNodePort && old.healthCheckNodePort)
    spec.healthCheckNodePort = old.healthCheckNodePort;
  if (spec.type === 'ExternalName' && old.type !== 'ExternalName') {
    // Fields of the type it was, carried over unchanged, are dropped rather than refused.
    if (!changed('clusterIP')) delete spec.clusterIP;
    for (const field of ['clusterIPs', 'ipFamilies'] as const) if (String(spec[field]) === String(old[field])) delete spec[field];
    if (spec.ipFamilyPolicy === old.ipFamilyPolicy) delete spec.ipFamilyPolicy;
  } else setIpFamilies(spec);
}
