import { asGiven } from '../emptied.ts';
import { checkName, legacyIP } from '../checks.ts';
import type { HTTPIngressPath, Ingress, IngressBackend } from '../generated/types.ts';
import { parseIP } from '../ip.ts';
import { isDNS1123Label, isDNS1123Subdomain, isPathSegmentName, isPortName, isPortNumber, isWildcardDNS1123Subdomain } from '../names.ts';
import type { Findings } from '../validation.ts';

const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';

export function validateIngress(ingress: Ingress, findings: Findings): void {
  const annotated = ingress.metadata.annotations?.[CLASS_ANNOTATION];
  const named = ingress.spec?.ingressClassName;
  if (annotated !== undefined && named !== undefined && annotated !== named)
    findings.invalid(`annotations.${CLASS_ANNOTATION}`, annotated, 'must match `ingressClassName` when both are specified');
  validateSpec(ingress, findings);
}

export function validateIngressUpdate(ingress: Ingress, _old: Ingress, findings: Findings): void {
  validateSpec(ingress, findings);
}

export function validateIngressStatus({ status }: Ingress, _old: Ingress, findings: Findings): void {
  for (const [index, { ip, hostname }] of (status?.loadBalancer?.ingress ?? []).entries()) {
    const at = `status.loadBalancer.ingress[${index}]`;
    if (ip) legacyIP(ip, `${at}.ip`, findings);
    if (!hostname) continue;
    checkName(hostname, `${at}.hostname`, isDNS1123Subdomain, findings);
    if (parseIP(hostname) !== undefined) findings.invalid(`${at}.hostname`, hostname, 'must be a DNS name, not an IP address');
  }
}

export function ingressWarnings({ metadata }: Ingress, old: Ingress | undefined): string[] {
  return old === undefined && metadata.annotations?.[CLASS_ANNOTATION] !== undefined
    ? [`annotation "${CLASS_ANNOTATION}" is deprecated, please use 'spec.ingressClassName' instead`]
    : [];
}

function validateSpec({ spec = {} }: Ingress, findings: Findings): void {
  const rules = spec.rules ?? [];
  if (rules.length === 0 && spec.defaultBackend === undefined)
    findings.invalid('spec', asGiven(spec, 'rules') ?? null, 'either `defaultBackend` or `rules` must be specified');
  if (spec.defaultBackend !== undefined) validateBackend(spec.defaultBackend, 'spec.defaultBackend', findings);
  for (const [index, { host, http }] of rules.entries()) {
    const at = `spec.rules[${index}]`;
    if (host) {
      if (parseIP(host) !== undefined) findings.invalid(`${at}.host`, host, 'must be a DNS name, not an IP address');
      else validateHost(host, `${at}.host`, findings);
    }
    if (http === undefined) continue;
    if ((http.paths ?? []).length === 0) findings.required(`${at}.http.paths`);
    for (const [i, path] of (http.paths ?? []).entries()) validatePath(path, `${at}.http.paths[${i}]`, findings);
  }
  for (const [index, { hosts = [], secretName }] of (spec.tls ?? []).entries()) {
    const at = `spec.tls[${index}]`;
    for (const [i, host] of hosts.entries()) validateHost(host, `${at}.hosts[${i}]`, findings);
    if (secretName) checkName(secretName, `${at}.secretName`, isDNS1123Subdomain, findings);
  }
  if (spec.ingressClassName !== undefined) checkName(spec.ingressClassName, 'spec.ingressClassName', isDNS1123Subdomain, findings);
}

function validateHost(host: string, path: string, findings: Findings): void {
  checkName(host, path, host.includes('*') ? isWildcardDNS1123Subdomain : isDNS1123Subdomain, findings);
}

const FORBIDDEN = ['//', '/./', '/../', '%2f', '%2F'];
const FORBIDDEN_ENDS = ['/..', '/.'];

function validatePath({ path = '', pathType, backend }: HTTPIngressPath, at: string, findings: Findings): void {
  const types = ['Exact', 'ImplementationSpecific', 'Prefix'];
  if (!pathType) findings.required(`${at}.pathType`, 'pathType must be specified');
  else if (pathType === 'Exact' || pathType === 'Prefix') {
    if (!path.startsWith('/')) findings.invalid(`${at}.path`, path, 'must be an absolute path');
    if (path !== '') {
      for (const text of FORBIDDEN) if (path.includes(text)) findings.invalid(`${at}.path`, path, `must not contain '${text}'`);
      for (const text of FORBIDDEN_ENDS) if (path.endsWith(text)) findings.invalid(`${at}.path`, path, `cannot end with '${text}'`);
    }
  } else if (pathType === 'ImplementationSpecific') {
    if (path !== '' && !path.startsWith('/')) findings.invalid(`${at}.path`, path, 'must be an absolute path');
  } else findings.notSupported(`${at}.pathType`, pathType, types);
  validateBackend(backend ?? {}, `${at}.backend`, findings);
}

function validateBackend({ service, resource }: IngressBackend, path: string, findings: Findings): void {
  if (service !== undefined && resource !== undefined) return findings.invalid(path, '', 'cannot set both resource and service backends');
  if (resource !== undefined) {
    const at = `${path}.resource`;
    if (resource.apiGroup !== undefined && resource.apiGroup !== null)
      checkName(resource.apiGroup, `${at}.apiGroup`, isDNS1123Subdomain, findings);
    if (!resource.kind) findings.required(`${at}.kind`);
    else checkName(resource.kind, `${at}.kind`, isPathSegmentName, findings);
    if (!resource.name) findings.required(`${at}.name`);
    else checkName(resource.name, `${at}.name`, isPathSegmentName, findings);
    return;
  }
  if (service === undefined) return findings.invalid(path, '', 'resource or service backend is required');
  const at = `${path}.service`;
  if (!service.name) findings.required(`${at}.name`);
  else checkName(service.name, `${at}.name`, isDNS1123Label, findings);
  const { name = '', number = 0 } = service.port ?? {};
  if (name !== '' && number !== 0) findings.invalid(path, '', 'cannot set both port name & port number');
  else if (name !== '') checkName(name, `${at}.port.name`, isPortName, findings);
  else if (number !== 0) for (const problem of isPortNumber(number)) findings.invalid(`${at}.port.number`, number, problem);
  else findings.required(path, 'port name or number is required');
}
