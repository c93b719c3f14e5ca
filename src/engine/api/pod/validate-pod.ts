import { inRange, legacyIP, oneOf } from '../checks.ts';
import type { Pod, PodDNSConfig, PodSecurityContext, PodSpec, PodTemplateSpec } from '../generated/types.ts';
import { isDNS1123Label, isDNS1123Subdomain, isDNS1123SubdomainWithUnderscore, isQualifiedName } from '../names.ts';
import { validateAnnotations, validateLabels } from '../object-meta.ts';
import { addQuantities, canonicalQuantity, compareQuantities } from '../quantity.ts';
import type { Findings } from '../validation.ts';
import { validateContainers, validateEphemeralContainers, validateInitContainers, type ContainerContext } from './validate-containers.ts';
import { validateAgainstLimit, validateAmount, validateClaims, validateContainerResourceName } from './validate-resources.ts';
import { validateAffinity, validateTolerations, validateTopologySpread } from './validate-scheduling.ts';
import { validateHostUsers, validatePodSecurity } from './validate-security.ts';
import { validateVolumes } from './validate-volumes.ts';

/** A pod as it stands: on creation and on every update. */
export function validatePod(pod: Pod, findings: Findings, creating: boolean): void {
  const spec: PodSpec = pod.spec ?? { containers: [] };
  validatePodSpec(spec, pod.metadata.name, 'spec', findings, creating);
  if (!creating) return;
  if ((spec.ephemeralContainers ?? []).length > 0) findings.forbidden('spec.ephemeralContainers', 'cannot be set on create');
  if ((spec.schedulingGates ?? []).length > 0 && spec.nodeName) {
    findings.forbidden('spec.nodeName', 'cannot be set until all schedulingGates have been cleared');
  }
}

export function validatePodTemplate(template: PodTemplateSpec, path: string, findings: Findings): void {
  validateLabels(template.metadata?.labels, `${path}.labels`, findings);
  validateAnnotations(template.metadata?.annotations, `${path}.annotations`, findings);
  const spec: PodSpec = template.spec ?? { containers: [] };
  validatePodSpec(spec, undefined, `${path}.spec`, findings, false);
  if ((spec.ephemeralContainers ?? []).length > 0) {
    findings.forbidden(`${path}.spec.ephemeralContainers`, 'ephemeral containers not allowed in pod template');
  }
}

function validatePodSpec(spec: PodSpec, podName: string | undefined, path: string, findings: Findings, strictImages: boolean): void {
  const volumes = validateVolumes(spec.volumes ?? [], podName, `${path}.volumes`, findings);
  const claims = validateResourceClaims(spec, `${path}.resourceClaims`, findings);
  const context: ContainerContext = { spec, volumes, claims, strictImages };
  validateContainers(context, `${path}.containers`, findings);
  validateInitContainers(context, `${path}.initContainers`, findings);
  validateEphemeralContainers(context, `${path}.ephemeralContainers`, findings);
  validatePodResources(spec, claims, `${path}.resources`, findings);
  oneOf(spec.restartPolicy, ['Always', 'OnFailure', 'Never'], `${path}.restartPolicy`, findings);
  oneOf(spec.dnsPolicy, ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'], `${path}.dnsPolicy`, findings);
  validateLabels(spec.nodeSelector, `${path}.nodeSelector`, findings);
  validatePodSecurity(spec, podName === undefined, path, findings);
  validateAffinity(spec.affinity, `${path}.affinity`, findings);
  validateDnsConfig(spec.dnsConfig, spec.dnsPolicy, `${path}.dnsConfig`, findings);
  for (const [index, { conditionType = '' }] of (spec.readinessGates ?? []).entries()) {
    for (const problem of isQualifiedName(conditionType))
      findings.invalid(`${path}.readinessGates[${index}].conditionType`, conditionType, problem);
  }
  validateSchedulingGates(spec, `${path}.schedulingGates`, findings);
  validateTopologySpread(spec.topologySpreadConstraints ?? [], `${path}.topologySpreadConstraints`, findings);
  validateHostProcess(spec, path, findings);
  validateHostUsers(spec, path, findings);
  const subdomain = (value: string | undefined, field: string): void => {
    if (value) for (const problem of isDNS1123Subdomain(value)) findings.invalid(`${path}.${field}`, value, problem);
  };
  const label = (value: string | undefined, field: string): void => {
    if (value) for (const problem of isDNS1123Label(value)) findings.invalid(`${path}.${field}`, value, problem);
  };
  subdomain(spec.serviceAccountName, 'serviceAccountName');
  subdomain(spec.nodeName, 'nodeName');
  inRange(spec.activeDeadlineSeconds, 1, 2147483647, `${path}.activeDeadlineSeconds`, findings);
  label(spec.hostname, 'hostname');
  label(spec.subdomain, 'subdomain');
  validateTolerations(spec.tolerations ?? [], `${path}.tolerations`, findings);
  for (const [index, { ip, hostnames = [] }] of (spec.hostAliases ?? []).entries()) {
    const at = `${path}.hostAliases[${index}]`;
    legacyIP(ip ?? '', `${at}.ip`, findings);
    for (const [i, name] of hostnames.entries())
      for (const problem of isDNS1123Subdomain(name)) findings.invalid(`${at}.hostnames[${i}]`, name, problem);
  }
  subdomain(spec.priorityClassName, 'priorityClassName');
  if (spec.runtimeClassName !== undefined) {
    for (const problem of isDNS1123Subdomain(spec.runtimeClassName))
      findings.invalid(`${path}.runtimeClassName`, spec.runtimeClassName, problem);
  }
  if (spec.preemptionPolicy !== undefined)
    oneOf(spec.preemptionPolicy, ['Never', 'PreemptLowerPriority'], `${path}.preemptionPolicy`, findings);
  for (const [name, amount] of Object.entries(spec.overhead ?? {})) {
    validateContainerResourceName(name, `${path}.overhead.limits[${name}]`, findings);
    validateAmount(name, amount, `${path}.overhead.limits[${name}]`, findings);
  }
  validateOs(spec, path, findings);
}

function validateResourceClaims(spec: PodSpec, path: string, findings: Findings): string[] {
  const names: string[] = [];
  for (const [index, claim] of (spec.resourceClaims ?? []).entries()) {
    const at = `${path}[${index}]`;
    const { name, resourceClaimName, resourceClaimTemplateName } = claim;
    if (!name) findings.required(`${at}.name`);
    else if (names.includes(name)) findings.duplicate(`${at}.name`, name);
    else {
      for (const problem of isDNS1123Label(name)) findings.invalid(`${at}.name`, name, problem);
      names.push(name);
    }
    const shown = {
      Name: name ?? '',
      ResourceClaimName: resourceClaimName ?? null,
      ResourceClaimTemplateName: resourceClaimTemplateName ?? null,
    };
    if (resourceClaimName !== undefined && resourceClaimTemplateName !== undefined) {
      findings.invalid(at, shown, 'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified');
    }
    if (resourceClaimName === undefined && resourceClaimTemplateName === undefined) {
      findings.invalid(at, shown, 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`');
    }
    for (const field of ['resourceClaimName', 'resourceClaimTemplateName'] as const) {
      const value = claim[field];
      if (value !== undefined) for (const problem of isDNS1123Subdomain(value)) findings.invalid(`${at}.${field}`, value, problem);
    }
  }
  return names;
}

// KEP-2837: resources of the whole pod.
function validatePodResources(spec: PodSpec, claims: readonly string[], path: string, findings: Findings): void {
  const { resources } = spec;
  if (resources === undefined) return;
  if ((resources.claims ?? []).length > 0) findings.forbidden(`${path}.claims`, 'claims may not be set for Resources at pod-level');
  validateClaims(resources.claims ?? [], claims, `${path}.claims`, findings);
  const { limits = {}, requests = {} } = resources;
  for (const [name, amount] of Object.entries(limits)) {
    validatePodResourceName(name, `${path}.limits[${name}]`, findings);
    validateAmount(name, amount, `${path}.limits[${name}]`, findings);
  }
  for (const [name, amount] of Object.entries(requests)) {
    validatePodResourceName(name, `${path}.requests[${name}]`, findings);
    validateAmount(name, amount, `${path}.requests[${name}]`, findings);
    validateAgainstLimit(name, amount, limits[name], path, findings);
  }
  for (const [name, amount] of Object.entries(requests)) {
    const sum = (spec.containers ?? []).reduce(
      (total, container) => addQuantities(total, container.resources?.requests?.[name] ?? '0'),
      '0',
    );
    if (compareQuantities(amount, sum) < 0) {
      findings.invalid(
        `${path}.requests[${name}]`,
        canonicalQuantity(amount),
        `must be greater than or equal to aggregate container requests of ${sum}`,
      );
    }
  }
  for (const [name, amount] of Object.entries(limits)) {
    for (const [index, container] of (spec.containers ?? []).entries()) {
      const own = container.resources?.limits?.[name];
      if (own !== undefined && compareQuantities(own, amount) > 0) {
        const at = path.replace(/resources$/, `containers[${index}].resources.limits`);
        findings.invalid(
          `${at}[${name}]`,
          canonicalQuantity(own),
          `must be less than or equal to pod limits of ${canonicalQuantity(amount)}`,
        );
      }
    }
  }
}

function validatePodResourceName(name: string, path: string, findings: Findings): void {
  if (name === 'cpu' || name === 'memory' || name.startsWith('hugepages-')) return;
  findings.notSupported(path, name, ['cpu', 'hugepages-', 'memory']);
}

function validateDnsConfig(config: PodDNSConfig | undefined, policy: string | undefined, path: string, findings: Findings): void {
  if (policy === 'None') {
    if (config === undefined) return findings.required(path, 'must provide `dnsConfig` when `dnsPolicy` is None');
    if ((config.nameservers ?? []).length === 0) {
      return findings.required(`${path}.nameservers`, 'must provide at least one DNS nameserver when `dnsPolicy` is None');
    }
  }
  if (config === undefined) return;
  const { nameservers = [], searches = [], options = [] } = config;
  if (nameservers.length > 3) findings.invalid(`${path}.nameservers`, nameservers, 'must not have more than 3 nameservers');
  for (const [index, address] of nameservers.entries()) legacyIP(address, `${path}.nameservers[${index}]`, findings);
  if (searches.length > 32) findings.invalid(`${path}.searches`, searches, 'must not have more than 32 search paths');
  if (searches.join(' ').length > 2048) {
    findings.invalid(`${path}.searches`, searches, 'must not have more than 2048 characters (including spaces) in the search list');
  }
  for (const [index, search] of searches.entries()) {
    if (search === '.') continue;
    const name = search.replace(/\.$/, '');
    for (const problem of isDNS1123SubdomainWithUnderscore(name)) findings.invalid(`${path}.searches[${index}]`, name, problem);
  }
  for (const [index, { name }] of options.entries()) if (!name) findings.required(`${path}.options[${index}]`, 'must not be empty');
}

function validateSchedulingGates({ schedulingGates = [] }: PodSpec, path: string, findings: Findings): void {
  const seen = new Set<string>();
  for (const [index, { name = '' }] of schedulingGates.entries()) {
    for (const problem of isQualifiedName(name)) findings.invalid(`${path}[${index}]`, name, problem);
    if (seen.has(name)) findings.duplicate(`${path}[${index}]`, name);
    seen.add(name);
  }
}

function validateHostProcess(spec: PodSpec, path: string, findings: Findings): void {
  const podWide = spec.securityContext?.windowsOptions?.hostProcess;
  const flags = [...(spec.containers ?? []), ...(spec.initContainers ?? []), ...(spec.ephemeralContainers ?? [])].map(
    (c) => c.securityContext?.windowsOptions?.hostProcess ?? podWide ?? false,
  );
  if (!flags.includes(true)) return;
  if (flags.includes(false))
    findings.invalid(path, '', 'If pod contains any hostProcess containers then all containers must be HostProcess containers');
  if (!spec.hostNetwork)
    findings.invalid(`${path}.hostNetwork`, false, 'hostNetwork must be true if pod contains any hostProcess containers');
}

// What only Linux has is refused for Windows, and the other way round.
function validateOs(spec: PodSpec, path: string, findings: Findings): void {
  if (spec.os === undefined) return;
  const { name } = spec.os;
  if (!name) return findings.required(`${path}.os.name`);
  if (name !== 'linux' && name !== 'windows') return findings.notSupported(`${path}.os`, name, ['linux', 'windows']);
  const context = spec.securityContext;
  if (name === 'linux') {
    if (context?.windowsOptions !== undefined)
      findings.forbidden(`${path}.securityContext.windowsOptions`, 'windows options cannot be set for a linux pod');
    for (const [index, container] of (spec.containers ?? []).entries()) {
      if (container.securityContext?.windowsOptions !== undefined) {
        findings.forbidden(`${path}.containers[${index}].securityContext.windowsOptions`, 'windows options cannot be set for a linux pod');
      }
    }
    return;
  }
  const refuse = (field: string, value: unknown): void => {
    if (value !== undefined && value !== false) findings.forbidden(`${path}.${field}`, 'cannot be set for a windows pod');
  };
  const inContext = (fields: readonly (keyof PodSecurityContext)[]): void => {
    for (const field of fields) refuse(`securityContext.${field}`, context?.[field]);
  };
  inContext(['appArmorProfile', 'seLinuxOptions']);
  if (spec.hostUsers !== undefined) findings.forbidden(`${path}.hostUsers`, 'cannot be set for a windows pod');
  refuse('hostPID', spec.hostPID);
  refuse('hostIPC', spec.hostIPC);
  inContext(['seccompProfile', 'fsGroup', 'fsGroupChangePolicy', 'sysctls']);
  refuse('securityContext.shareProcessNamespace', spec.shareProcessNamespace);
  inContext(['runAsUser', 'runAsGroup', 'supplementalGroups', 'supplementalGroupsPolicy']);
  for (const field of ['initContainers', 'containers'] as const) {
    for (const [index, container] of (spec[field] ?? []).entries()) {
      for (const name of CONTAINER_LINUX_ONLY) refuse(`${field}[${index}].securityContext.${name}`, container.securityContext?.[name]);
    }
  }
}
const CONTAINER_LINUX_ONLY = [
  'appArmorProfile', 'seLinuxOptions', 'seccompProfile', 'capabilities', 'readOnlyRootFilesystem', 'privileged', 'allowPrivilegeEscalation', 'procMount', 'runAsUser',
  'runAsGroup',
] as const; // prettier-ignore
