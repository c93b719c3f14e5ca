import { checkName, inRange, legacyCIDR, legacyIP, oneOf, ordinaryIP } from '../checks.ts';
import type { Service, ServicePort, ServiceSpec } from '../generated/types.ts';
import { isIPv4, isIPv6 } from '../ip.ts';
import { isDNS1123Label, isDNS1123Subdomain, isQualifiedName } from '../names.ts';
import { validateLabels } from '../object-meta.ts';
import { validatePortNumberOrName } from '../pod/validate-probes.ts';
import type { Findings } from '../validation.ts';

const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const BALANCER_ONLY = "may only be used when `type` is 'LoadBalancer'";

export const isHeadless = (spec: ServiceSpec): boolean => spec.clusterIP === 'None' || spec.clusterIPs?.[0] === 'None';

/** Whether traffic from outside the cluster can reach it. */
export function isExternallyAccessible({ type, externalIPs = [] }: ServiceSpec): boolean {
  return type === 'LoadBalancer' || type === 'NodePort' || (type === 'ClusterIP' && externalIPs.length > 0);
}

export const needsHealthCheck = ({ type, externalTrafficPolicy }: ServiceSpec): boolean =>
  type === 'LoadBalancer' && externalTrafficPolicy === 'Local';

export function validateService(service: Service, findings: Findings): void {
  const spec = service.spec ?? {};
  const ports = spec.ports ?? [];
  if (ports.length === 0 && !isHeadless(spec) && spec.type !== 'ExternalName') findings.required('spec.ports');
  validateType(spec, findings);
  const names = new Set<string>();
  for (const [index, port] of ports.entries()) validatePort(port, ports.length > 1, names, `spec.ports[${index}]`, findings);
  validateLabels(spec.selector, 'spec.selector', findings);
  oneOf(spec.sessionAffinity, ['ClientIP', 'None'], 'spec.sessionAffinity', findings);
  validateAffinity(spec, findings);
  validateClusterIPs(spec, findings);
  for (const [index, ip] of (spec.externalIPs ?? []).entries()) {
    const before = findings.list.length;
    legacyIP(ip, `spec.externalIPs[${index}]`, findings);
    if (findings.list.length === before) ordinaryIP(ip, `spec.externalIPs[${index}]`, findings);
  }
  oneOf(spec.type, ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'], 'spec.type', findings);
  if (spec.type === 'ClusterIP') {
    for (const [index, { nodePort }] of ports.entries()) {
      if (nodePort) findings.forbidden(`spec.ports[${index}].nodePort`, "may not be used when `type` is 'ClusterIP'");
    }
  }
  validateDuplicates(ports, findings);
  validateBalancer(spec, findings);
  validatePolicies(spec, findings);
}

export function validateServiceUpdate(service: Service, old: Service, findings: Findings): void {
  const spec = service.spec ?? {};
  const before = old.spec ?? {};
  const has = ({ type }: ServiceSpec): boolean => type !== 'ExternalName';
  if (has(spec) && has(before)) {
    const now = spec.clusterIPs ?? [];
    const then = before.clusterIPs ?? [];
    if (then[0] !== undefined && now[0] !== undefined && now[0] !== then[0] && now[0] === spec.clusterIP)
      findings.invalid('spec.clusterIPs[0]', now, 'may not change once set');
    const families = before.ipFamilies ?? [];
    const family = spec.ipFamilies?.[0];
    if (families[0] !== undefined && (family === 'IPv4' || family === 'IPv6') && family !== families[0]) {
      findings.invalid('spec.ipFamilies[0]', family, 'may not change once set');
    }
  }
  // The class is chosen when a Service becomes a balancer.
  if (before.type === 'LoadBalancer' && spec.type === 'LoadBalancer' && before.loadBalancerClass !== spec.loadBalancerClass) {
    findings.invalid('spec.loadBalancerClass', spec.loadBalancerClass, 'may not change once set');
  }
  if (needsHealthCheck(spec) && needsHealthCheck(before) && spec.healthCheckNodePort !== before.healthCheckNodePort) {
    findings.forbidden('spec.healthCheckNodePort', 'field is immutable');
  }
  validateService(service, findings);
}

export function validateServiceStatus({ spec, status }: Service, findings: Findings): void {
  const ingress = status?.loadBalancer?.ingress ?? [];
  if (ingress.length > 0 && spec?.type !== 'LoadBalancer') {
    return findings.forbidden('status.loadBalancer.ingress', "may only be used when `spec.type` is 'LoadBalancer'");
  }
  for (const [index, { ip, hostname, ipMode }] of ingress.entries()) {
    const at = `status.loadBalancer.ingress[${index}]`;
    if (ip) legacyIP(ip, `${at}.ip`, findings);
    if (ip && ipMode === undefined) findings.required(`${at}.ipMode`, 'must be specified when `ip` is set');
    if (!ip && ipMode !== undefined) findings.forbidden(`${at}.ipMode`, 'may not be specified when `ip` is not set');
    if (ipMode !== undefined && ipMode !== 'VIP' && ipMode !== 'Proxy') findings.notSupported(`${at}.ipMode`, ipMode, ['Proxy', 'VIP']);
    if (hostname) {
      checkName(hostname, `${at}.hostname`, isDNS1123Subdomain, findings);
      if (isIPv4(hostname)) findings.invalid(`${at}.hostname`, hostname, 'must be a DNS name, not an IP address');
    }
  }
}

export function serviceWarnings({ spec = {} }: Service): string[] {
  const warnings: string[] = [];
  if ((spec.externalIPs ?? []).length > 0)
    warnings.push('spec.externalIPs is deprecated and may no longer be implemented in some clusters');
  if (spec.type !== 'ExternalName' && spec.externalName) warnings.push('spec.externalName is ignored when spec.type is not "ExternalName"');
  if (spec.trafficDistribution === 'PreferClose')
    warnings.push('spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"');
  return warnings;
}

function validateType(spec: ServiceSpec, findings: Findings): void {
  if (spec.type === 'LoadBalancer') {
    for (const [index, { port }] of (spec.ports ?? []).entries()) {
      if (port === 10250)
        findings.invalid(`spec.ports[${index}]`, port, 'may not expose port 10250 externally since it is used by kubelet');
    }
  }
  if ((spec.type === 'LoadBalancer' || spec.type === 'NodePort') && isHeadless(spec)) {
    findings.invalid('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${spec.type} services`);
  }
  if (spec.type !== 'ExternalName') return;
  for (const field of ['clusterIPs', 'ipFamilies'] as const) {
    if ((spec[field] ?? []).length > 0) findings.forbidden(`spec.${field}`, 'may not be set for ExternalName services');
  }
  if (spec.ipFamilyPolicy !== undefined) findings.forbidden('spec.ipFamilyPolicy', 'may not be set for ExternalName services');
  const name = (spec.externalName ?? '').replace(/\.$/, '');
  if (name === '') findings.required('spec.externalName');
  else checkName(name, 'spec.externalName', isDNS1123Subdomain, findings);
}

function validatePort(port: ServicePort, named: boolean, names: Set<string>, path: string, findings: Findings): void {
  const { name = '' } = port;
  if (name === '') {
    if (named) findings.required(`${path}.name`);
  } else {
    checkName(name, `${path}.name`, isDNS1123Label, findings);
    if (names.has(name)) findings.duplicate(`${path}.name`, name);
    names.add(name);
  }
  inRange(port.port ?? 0, 1, 65535, `${path}.port`, findings);
  oneOf(port.protocol, PROTOCOLS, `${path}.protocol`, findings);
  validatePortNumberOrName(port.targetPort, `${path}.targetPort`, findings);
  if (port.appProtocol !== undefined) checkName(port.appProtocol, `${path}.appProtocol`, isQualifiedName, findings);
}

function validateAffinity({ sessionAffinity, sessionAffinityConfig }: ServiceSpec, findings: Findings): void {
  const path = 'spec.sessionAffinityConfig';
  if (sessionAffinity === 'None' && sessionAffinityConfig !== undefined)
    return findings.forbidden(path, 'must not be set when session affinity is None');
  if (sessionAffinity !== 'ClientIP') return;
  const seconds = sessionAffinityConfig?.clientIP?.timeoutSeconds;
  if (seconds === undefined) return findings.required(`${path}.clientIP.timeoutSeconds`, 'when session affinity type is ClientIP');
  if (seconds <= 0 || seconds > 86400)
    findings.invalid(`${path}.clientIP.timeoutSeconds`, seconds, 'must be greater than 0 and less than 86400');
}

function validateClusterIPs(spec: ServiceSpec, findings: Findings): void {
  if (spec.type === 'ExternalName') return;
  const { clusterIP = '', clusterIPs = [], ipFamilies = [] } = spec;
  const seen = new Set<string>();
  if (clusterIP === '' && clusterIPs.length > 0)
    findings.invalid('spec.clusterIPs', clusterIPs, 'must be empty when `clusterIP` is not specified');
  else if (clusterIPs.length > 0 && clusterIP !== clusterIPs[0])
    findings.invalid('spec.clusterIPs', clusterIPs, 'first value must match `clusterIP`');
  for (const [index, family] of ipFamilies.entries()) {
    if (family !== 'IPv4' && family !== 'IPv6') findings.notSupported(`spec.ipFamilies[${index}]`, family, ['IPv4', 'IPv6']);
    if (seen.has(family)) findings.duplicate(`spec.ipFamilies[${index}]`, family);
    seen.add(family);
  }
  if (spec.ipFamilyPolicy !== undefined) {
    const policies = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];
    if (!policies.includes(spec.ipFamilyPolicy)) findings.notSupported('spec.ipFamilyPolicy', spec.ipFamilyPolicy, policies);
  }
  const before = findings.list.length;
  for (const [index, ip] of clusterIPs.entries()) {
    if (ip === 'None') {
      if (clusterIPs.length > 1) findings.invalid('spec.clusterIPs', clusterIPs, "'None' must be the first and only value");
    } else legacyIP(ip, `spec.clusterIPs[${index}]`, findings);
  }
  if (clusterIPs.length > 2) findings.invalid('spec.clusterIPs', clusterIPs, 'may only hold up to 2 values');
  if (findings.list.length > before) return;
  if (clusterIPs.length > 1 && isIPv4(clusterIPs[0] ?? '') === isIPv4(clusterIPs[1] ?? '')) {
    findings.invalid('spec.clusterIPs', clusterIPs, 'may specify no more than one IP for each IP family');
  }
  for (const [index, ip] of clusterIPs.entries()) {
    const family = ipFamilies[index];
    if (ip === 'None' || family === undefined) continue;
    if (family === 'IPv4' && isIPv6(ip))
      findings.invalid(`spec.clusterIPs[${index}]`, ip, `expected an IPv4 value as indicated by \`ipFamilies[${index}]\``);
    if (family === 'IPv6' && isIPv4(ip))
      findings.invalid(`spec.clusterIPs[${index}]`, ip, `expected an IPv6 value as indicated by \`ipFamilies[${index}]\``);
  }
}

function validateDuplicates(ports: readonly ServicePort[], findings: Findings): void {
  const nodePorts = new Set<string>();
  for (const [index, { nodePort, protocol = '' }] of ports.entries()) {
    if (!nodePort) continue;
    const key = `${protocol}/${nodePort}`;
    if (nodePorts.has(key)) findings.duplicate(`spec.ports[${index}].nodePort`, nodePort);
    nodePorts.add(key);
  }
  const pairs = new Set<string>();
  for (const [index, { port, protocol = '' }] of ports.entries()) {
    const key = `${protocol}/${port}`;
    if (pairs.has(key)) {
      findings.duplicate(`spec.ports[${index}]`, {
        Name: '',
        Protocol: protocol,
        AppProtocol: null,
        Port: port ?? 0,
        TargetPort: 0,
        NodePort: 0,
      });
    }
    pairs.add(key);
  }
}

function validateBalancer(spec: ServiceSpec, findings: Findings): void {
  const balancer = spec.type === 'LoadBalancer';
  // Upstream spells this path with a capital.
  const ranges = spec.loadBalancerSourceRanges ?? [];
  if (ranges.length > 0 && !balancer) findings.forbidden('spec.LoadBalancerSourceRanges', BALANCER_ONLY);
  for (const [index, range] of ranges.entries()) legacyCIDR(range.trim(), `spec.LoadBalancerSourceRanges[${index}]`, findings);
  if (spec.allocateLoadBalancerNodePorts !== undefined && !balancer)
    findings.forbidden('spec.allocateLoadBalancerNodePorts', BALANCER_ONLY);
  if (spec.loadBalancerClass !== undefined) {
    checkName(spec.loadBalancerClass, 'spec.loadBalancerClass', isQualifiedName, findings);
    if (!balancer) findings.forbidden('spec.loadBalancerClass', BALANCER_ONLY);
  }
}

function validatePolicies(spec: ServiceSpec, findings: Findings): void {
  const { externalTrafficPolicy: external = '', internalTrafficPolicy: internal, healthCheckNodePort = 0, trafficDistribution } = spec;
  if (isExternallyAccessible(spec)) oneOf(external, ['Cluster', 'Local'], 'spec.externalTrafficPolicy', findings);
  else if (external !== '') findings.invalid('spec.externalTrafficPolicy', external, 'may only be set for externally-accessible services');
  if (healthCheckNodePort !== 0) {
    if (!needsHealthCheck(spec)) {
      findings.invalid(
        'spec.healthCheckNodePort',
        healthCheckNodePort,
        "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'",
      );
    } else inRange(healthCheckNodePort, 1, 65535, 'spec.healthCheckNodePort', findings);
  }
  if (internal === undefined) {
    if (spec.type !== 'ExternalName') findings.required('spec.internalTrafficPolicy');
  } else if (internal !== 'Cluster' && internal !== 'Local')
    findings.notSupported('spec.internalTrafficPolicy', internal, ['Cluster', 'Local']);
  const distributions = ['PreferClose', 'PreferSameZone', 'PreferSameNode'];
  if (trafficDistribution !== undefined && !distributions.includes(trafficDistribution)) {
    findings.notSupported('spec.trafficDistribution', trafficDistribution, distributions);
  }
}
