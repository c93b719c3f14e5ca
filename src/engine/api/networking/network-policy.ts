import { legacyCIDR } from '../checks.ts';
import type { IPBlock, NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from '../generated/types.ts';
import { parseCIDR } from '../ip.ts';
import { isPortName, isPortNumber } from '../names.ts';
import { validateLabelSelector } from '../validate-selector.ts';
import type { Findings } from '../validation.ts';

export function setNetworkPolicyDefaults({ spec }: NetworkPolicy): void {
  if (spec === undefined) return;
  if ((spec.policyTypes ?? []).length === 0) spec.policyTypes = (spec.egress ?? []).length > 0 ? ['Ingress', 'Egress'] : ['Ingress'];
  for (const rule of [...(spec.ingress ?? []), ...(spec.egress ?? [])]) for (const port of rule.ports ?? []) port.protocol ??= 'TCP';
}

export function validateNetworkPolicy({ spec = {} }: NetworkPolicy, findings: Findings): void {
  validateLabelSelector(spec.podSelector, 'spec.podSelector', findings);
  for (const [index, { ports = [], from = [] }] of (spec.ingress ?? []).entries()) {
    validatePorts(ports, `spec.ingress[${index}].ports`, findings);
    validatePeers(from, `spec.ingress[${index}].from`, findings);
  }
  for (const [index, { ports = [], to = [] }] of (spec.egress ?? []).entries()) {
    validatePorts(ports, `spec.egress[${index}].ports`, findings);
    validatePeers(to, `spec.egress[${index}].to`, findings);
  }
  const types = spec.policyTypes ?? [];
  if (types.length > 2) return findings.invalid('spec.policyTypes', types, 'may not specify more than two policyTypes');
  for (const [index, type] of types.entries()) {
    if (type !== 'Ingress' && type !== 'Egress') findings.notSupported(`spec.policyTypes[${index}]`, type, ['Egress', 'Ingress']);
  }
}

function validatePorts(ports: readonly NetworkPolicyPort[], path: string, findings: Findings): void {
  for (const [index, { protocol, port, endPort }] of ports.entries()) {
    const at = `${path}[${index}]`;
    if (protocol !== undefined && !['SCTP', 'TCP', 'UDP'].includes(protocol))
      findings.notSupported(`${at}.protocol`, protocol, ['SCTP', 'TCP', 'UDP']);
    if (port !== undefined) {
      if (typeof port === 'number') {
        for (const problem of isPortNumber(port)) findings.invalid(`${at}.port`, port, problem);
        if (endPort !== undefined) {
          if (endPort < port) findings.invalid(`${at}.endPort`, endPort, 'must be greater than or equal to `port`');
          for (const problem of isPortNumber(endPort)) findings.invalid(`${at}.endPort`, endPort, problem);
        }
      } else {
        if (endPort !== undefined) findings.invalid(`${at}.endPort`, endPort, 'may not be specified when `port` is non-numeric');
        for (const problem of isPortName(port)) findings.invalid(`${at}.port`, port, problem);
      }
    } else if (endPort !== undefined) findings.invalid(`${at}.endPort`, endPort, 'may not be specified when `port` is not specified');
  }
}

function validatePeers(peers: readonly NetworkPolicyPeer[], path: string, findings: Findings): void {
  for (const [index, { podSelector, namespaceSelector, ipBlock }] of peers.entries()) {
    const at = `${path}[${index}]`;
    let kinds = 0;
    if (podSelector !== undefined) {
      kinds++;
      validateLabelSelector(podSelector, `${at}.podSelector`, findings);
    }
    if (namespaceSelector !== undefined) {
      kinds++;
      validateLabelSelector(namespaceSelector, `${at}.namespaceSelector`, findings);
    }
    if (ipBlock !== undefined) {
      kinds++;
      validateBlock(ipBlock, `${at}.ipBlock`, findings);
    }
    if (kinds === 0) findings.required(at, 'must specify a peer');
    else if (kinds > 1 && ipBlock !== undefined) findings.forbidden(at, 'may not specify both ipBlock and another peer');
  }
}

function validateBlock({ cidr, except = [] }: IPBlock, path: string, findings: Findings): void {
  if (!cidr) return findings.required(`${path}.cidr`);
  legacyCIDR(cidr, `${path}.cidr`, findings);
  const outer = parseCIDR(cidr);
  for (const [index, inner] of except.entries()) {
    const at = `${path}.except[${index}]`;
    legacyCIDR(inner, at, findings);
    const parsed = parseCIDR(inner);
    if (outer === undefined || parsed === undefined) continue;
    if (!contains(outer, parsed.address) || outer.prefix >= parsed.prefix) findings.invalid(at, inner, 'must be a strict subset of `cidr`');
  }
}

function contains({ address, prefix }: { address: number[]; prefix: number }, other: readonly number[]): boolean {
  if (address.length !== other.length) return false;
  return address.every((byte, index) => {
    const kept = Math.min(Math.max(prefix - index * 8, 0), 8);
    const mask = (0xff << (8 - kept)) & 0xff;
    return (byte & mask) === ((other[index] ?? 0) & mask);
  });
}
