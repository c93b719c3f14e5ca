import type { Service, ServiceSpec } from '../api/generated/types.ts';
import { Findings } from '../api/validation.ts';
import { same } from './values.ts';

// What the registry of Services does to drafts around allocation: pkg/registry/core/service/storage. Single-stack IPv4.

const FAMILY = 'IPv4';
const OTHER_FAMILY = 'IPv6';

export const needsClusterIP = ({ type }: ServiceSpec): boolean => type !== 'ExternalName';
export const needsNodePort = ({ type }: ServiceSpec): boolean => type === 'NodePort' || type === 'LoadBalancer';
/** The balancer asks a port of its own which nodes have endpoints. */
export const needsHealthCheckPort = ({ type, externalTrafficPolicy }: ServiceSpec): boolean =>
  type === 'LoadBalancer' && externalTrafficPolicy === 'Local';
/** Ports that the caller left open get a number too. */
export const allocatesNodePorts = (spec: ServiceSpec): boolean =>
  needsNodePort(spec) && !(spec.type === 'LoadBalancer' && spec.allocateLoadBalancerNodePorts === false);

/** An update that leaves out what was allocated means to keep it (`patchAllocatedValues`, `normalizeClusterIPs`). */
export function keepAllocated(spec: ServiceSpec, old: ServiceSpec): void {
  if (needsClusterIP(spec) && needsClusterIP(old)) {
    if ((spec.clusterIP ?? '') === '' && old.clusterIP !== undefined) spec.clusterIP = old.clusterIP;
    if ((spec.clusterIPs?.length ?? 0) === 0 && spec.clusterIP === old.clusterIP && old.clusterIPs !== undefined)
      spec.clusterIPs = [...old.clusterIPs];
  }
  if (needsNodePort(spec) && needsNodePort(old)) keepNodePorts(spec, old);
  if (
    needsHealthCheckPort(spec) &&
    needsHealthCheckPort(old) &&
    (spec.healthCheckNodePort ?? 0) === 0 &&
    old.healthCheckNodePort !== undefined
  )
    spec.healthCheckNodePort = old.healthCheckNodePort;
  if (spec.clusterIP !== old.clusterIP && same(spec.clusterIPs ?? [], old.clusterIPs ?? [])) {
    if ((spec.clusterIP ?? '') === '') delete spec.clusterIPs;
    else spec.clusterIPs = [spec.clusterIP as string];
  }
}

/** Who changes the type does not mean to keep what only the old type had, unless it was changed as well (`dropTypeDependentFields`). */
export function dropTypeDependent(spec: ServiceSpec, old: ServiceSpec): void {
  if (needsClusterIP(old) && !needsClusterIP(spec)) {
    if (spec.clusterIP === old.clusterIP && same(spec.clusterIPs ?? [], old.clusterIPs ?? [])) {
      delete spec.clusterIP;
      delete spec.clusterIPs;
    }
    dropIfSame(spec, old, 'ipFamilies');
    dropIfSame(spec, old, 'ipFamilyPolicy');
    dropIfSame(spec, old, 'internalTrafficPolicy');
  }
  if (needsNodePort(old) && !needsNodePort(spec) && same(nodePortsOf(spec), nodePortsOf(old)))
    for (const port of spec.ports ?? []) delete port.nodePort;
  if (needsHealthCheckPort(old) && !needsHealthCheckPort(spec)) dropIfSame(spec, old, 'healthCheckNodePort');
  if (old.type === 'LoadBalancer' && spec.type !== 'LoadBalancer') {
    dropIfSame(spec, old, 'allocateLoadBalancerNodePorts');
    dropIfSame(spec, old, 'loadBalancerClass');
  }
  const external = (one: ServiceSpec): boolean => needsNodePort(one) || (one.externalIPs?.length ?? 0) > 0;
  if (external(old) && !external(spec)) dropIfSame(spec, old, 'externalTrafficPolicy');
}

/** Brings the two forms of the address together and decides families and policy (`initIPFamilyFields`). */
export function initFamilies(service: Service, findings: Findings): void {
  const spec = (service.spec ??= {});
  if (!needsClusterIP(spec)) return;
  if ((spec.clusterIP ?? '') !== '' && (spec.clusterIPs?.length ?? 0) === 0) spec.clusterIPs = [spec.clusterIP as string];
  const ips = spec.clusterIPs ?? [];
  ips.forEach((ip, index) => {
    if (ip.includes(':') && (spec.ipFamilies?.length ?? 0) <= index)
      findings.invalid(`spec.clusterIPs[${index}]`, ips, `${OTHER_FAMILY} is not configured on this cluster`);
  });
  if (!findings.empty) return;
  const families = spec.ipFamilies?.length ?? 0;
  if (spec.clusterIP === 'None' && Object.keys(spec.selector ?? {}).length === 0) {
    // Headless and without selector: nothing is allocated, so a single-stack cluster can show two families.
    spec.ipFamilyPolicy ??= 'RequireDualStack';
    if (families === 0) spec.ipFamilies = [FAMILY];
    if (spec.ipFamilies?.length === 1 && spec.ipFamilyPolicy !== 'SingleStack')
      spec.ipFamilies = [...spec.ipFamilies, spec.ipFamilies[0] === FAMILY ? OTHER_FAMILY : FAMILY];
    return;
  }
  (spec.ipFamilies ?? []).forEach((family, index) => {
    if (family === OTHER_FAMILY) findings.invalid(`spec.ipFamilies[${index}]`, family, 'not configured on this cluster');
  });
  if (spec.ipFamilyPolicy === 'RequireDualStack' || (spec.ipFamilyPolicy === undefined && (families === 2 || ips.length === 2))) {
    findings.invalid('spec.ipFamilyPolicy', 'RequireDualStack', 'this cluster is not configured for dual-stack services');
  }
  if (!findings.empty) return;
  spec.ipFamilyPolicy ??= 'SingleStack';
  if (families === 0) spec.ipFamilies = [FAMILY];
}

export function nodePortsOf(spec: ServiceSpec | undefined): number[] {
  return (spec?.ports ?? []).map(({ nodePort }) => nodePort ?? 0).filter((port) => port !== 0);
}

/** Ports are told apart by their names; a number that another port now asks for is not handed back. */
function keepNodePorts(spec: ServiceSpec, old: ServiceSpec): void {
  const before = nodePortsOf(old);
  const used = new Set(nodePortsOf(spec).filter((port) => before.includes(port)));
  for (const port of spec.ports ?? []) {
    if ((port.nodePort ?? 0) !== 0) continue;
    const known = old.ports?.find(({ name }) => (name ?? '') === (port.name ?? ''))?.nodePort ?? 0;
    if (known === 0 || used.has(known)) continue;
    port.nodePort = known;
    used.add(known);
  }
}

function dropIfSame(
  spec: ServiceSpec,
  old: ServiceSpec,
  field:
    | 'ipFamilies'
    | 'ipFamilyPolicy'
    | 'internalTrafficPolicy'
    | 'healthCheckNodePort'
    | 'allocateLoadBalancerNodePorts'
    | 'loadBalancerClass'
    | 'externalTrafficPolicy',
): void {
  if (same(spec[field], old[field])) delete spec[field];
}
