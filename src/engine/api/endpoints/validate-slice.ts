import { checkName, legacyIP, oneOf, ordinaryIP } from '../checks.ts';
import { semanticallyEqual } from '../equality.ts';
import type { Endpoint, EndpointSlice } from '../generated/types.ts';
import { isIPv4, isIPv6, parseIP } from '../ip.ts';
import { isDNS1123Label, isDNS1123Subdomain, isLabelValue, isQualifiedName } from '../names.ts';
import type { Findings } from '../validation.ts';
import { PROTOCOLS } from './validate.ts';

const FAMILIES = ['FQDN', 'IPv4', 'IPv6'];
const MAX_ENDPOINTS = 1000;
const MAX_ADDRESSES = 100;
const MAX_PORTS = 20000;
const MAX_ZONES = 8;

export function validateEndpointSlice(slice: EndpointSlice, findings: Findings, old?: EndpointSlice): void {
  // Endpoints that were stored before are not looked at again.
  const endpoints = old !== undefined && semanticallyEqual(slice.endpoints, old.endpoints) ? [] : (slice.endpoints ?? []);
  oneOf(slice.addressType, FAMILIES, 'addressType', findings);
  validatePorts(slice, findings);
  if (endpoints.length > MAX_ENDPOINTS) findings.tooMany('endpoints', endpoints.length, MAX_ENDPOINTS);
  else for (const [index, endpoint] of endpoints.entries()) validateEndpoint(endpoint, slice.addressType, `endpoints[${index}]`, findings);
}

export function validateEndpointSliceUpdate(slice: EndpointSlice, old: EndpointSlice, findings: Findings): void {
  validateEndpointSlice(slice, findings, old);
  if (slice.addressType !== old.addressType) findings.invalid('addressType', slice.addressType ?? '', 'field is immutable');
}

function validateEndpoint(endpoint: Endpoint, family: string, path: string, findings: Findings): void {
  const addresses = endpoint.addresses ?? [];
  const at = `${path}.addresses`;
  if (addresses.length === 0) findings.required(at, 'must contain at least 1 address');
  else if (addresses.length > MAX_ADDRESSES) findings.tooMany(at, addresses.length, MAX_ADDRESSES);
  for (const [index, address] of addresses.entries()) validateAddress(address, family, at, index, findings);
  if (endpoint.nodeName !== undefined) checkName(endpoint.nodeName, `${path}.nodeName`, isDNS1123Subdomain, findings);
  const topology = Object.entries(endpoint.deprecatedTopology ?? {});
  for (const [key, value] of topology) {
    checkName(key, `${path}.deprecatedTopology`, isQualifiedName, findings);
    checkName(value, `${path}.deprecatedTopology`, isLabelValue, findings);
    if (key === 'kubernetes.io/hostname')
      findings.forbidden(`${path}.deprecatedTopology[${key}]`, 'topology key cannot be specified, use nodeName instead');
    if (key === 'topology.kubernetes.io/zone')
      findings.forbidden(`${path}.deprecatedTopology[${key}]`, 'topology key cannot be specified, use zone instead');
  }
  if (endpoint.hostname !== undefined) checkName(endpoint.hostname, `${path}.hostname`, isDNS1123Label, findings);
  for (const [list, maximum] of [
    ['forZones', MAX_ZONES],
    ['forNodes', MAX_ZONES],
  ] as const) {
    const hints = endpoint.hints?.[list] ?? [];
    if (hints.length > maximum) {
      findings.tooMany(`${path}.hints.${list}`, hints.length, maximum);
      continue;
    }
    const seen = new Set<string>();
    for (const [index, { name = '' }] of hints.entries()) {
      const where = `${path}.hints.${list}[${index}].name`;
      if (seen.has(name)) findings.duplicate(where, name);
      seen.add(name);
      checkName(name, where, list === 'forZones' ? isLabelValue : isDNS1123Subdomain, findings);
    }
  }
}

function validateAddress(address: string, family: string, list: string, index: number, findings: Findings): void {
  const path = `${list}[${index}]`;
  if (family === 'FQDN') {
    if (address === '') return findings.required(path);
    const name = address.replace(/\.$/, '');
    const before = findings.list.length;
    checkName(name, path, isDNS1123Subdomain, findings);
    if (findings.list.length === before && !name.includes('.')) {
      findings.invalid(path, address, 'should be a domain with at least two segments separated by dots');
    }
    return;
  }
  if (family !== 'IPv4' && family !== 'IPv6') return;
  const before = findings.list.length;
  legacyIP(address, path, findings);
  // v1.36 names the list where the family is wrong, the address where it is no address.
  if (family === 'IPv4' && parseIP(address) !== undefined && !isIPv4(address)) findings.invalid(list, address, 'must be an IPv4 address');
  if (family === 'IPv6' && parseIP(address) !== undefined && !isIPv6(address)) findings.invalid(list, address, 'must be an IPv6 address');
  if (findings.list.length === before) ordinaryIP(address, path, findings);
}

function validatePorts(slice: EndpointSlice, findings: Findings): void {
  const ports = slice.ports ?? [];
  if (ports.length > MAX_PORTS) return findings.tooMany('ports', ports.length, MAX_PORTS);
  const names = new Set<string>();
  for (const [index, { name = '', protocol, appProtocol }] of ports.entries()) {
    const at = `ports[${index}]`;
    if (name !== '') checkName(name, `${at}.name`, isDNS1123Label, findings);
    if (names.has(name)) findings.duplicate(`${at}.name`, name);
    names.add(name);
    oneOf(protocol, PROTOCOLS, `${at}.protocol`, findings);
    if (appProtocol !== undefined) checkName(appProtocol, `${at}.appProtocol`, isQualifiedName, findings);
  }
}
