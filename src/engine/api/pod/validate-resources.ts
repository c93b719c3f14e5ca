import type { ResourceRequirements } from '../generated/types.ts';
import { isQualifiedName } from '../names.ts';
import { canonicalQuantity, compareQuantities, parseQuantity } from '../quantity.ts';
import type { Findings } from '../validation.ts';

const CONTAINER_RESOURCES = new Set(['cpu', 'memory', 'ephemeral-storage']);
const STANDARD_RESOURCES = new Set([
  'cpu', 'memory', 'ephemeral-storage', 'requests.cpu', 'requests.memory', 'requests.ephemeral-storage', 'limits.cpu', 'limits.memory', 'limits.ephemeral-storage',
  'pods', 'resourcequotas', 'services', 'replicationcontrollers', 'secrets', 'configmaps', 'persistentvolumeclaims', 'storage', 'requests.storage',
  'services.nodeports', 'services.loadbalancers',
]); // prettier-ignore
const INTEGER_RESOURCES = new Set([
  'pods', 'resourcequotas', 'services', 'replicationcontrollers', 'secrets', 'configmaps', 'persistentvolumeclaims', 'services.nodeports', 'services.loadbalancers',
]); // prettier-ignore

const isHugePages = (name: string): boolean => name.startsWith('hugepages-');
const isNative = (name: string): boolean => !name.includes('/') || name.startsWith('kubernetes.io/') || name.includes('.kubernetes.io/');
/** Devices and the like: named with a domain that is not Kubernetes' own. */
export const isExtendedResource = (name: string): boolean =>
  !isNative(name) && !name.startsWith('requests.') && isQualifiedName(`requests.${name}`).length === 0;
/** Whether limits may exceed requests. */
const allowsOvercommit = (name: string): boolean => isNative(name) && !isHugePages(name);

export function validateContainerResources(
  resources: ResourceRequirements | undefined,
  claims: readonly string[],
  path: string,
  findings: Findings,
): void {
  if (resources === undefined) return;
  const { limits = {}, requests = {} } = resources;
  for (const [name, amount] of Object.entries(limits)) {
    validateContainerResourceName(name, `${path}.limits[${name}]`, findings);
    validateAmount(name, amount, `${path}.limits[${name}]`, findings);
  }
  for (const [name, amount] of Object.entries(requests)) {
    validateContainerResourceName(name, `${path}.requests[${name}]`, findings);
    validateAmount(name, amount, `${path}.requests[${name}]`, findings);
    validateAgainstLimit(name, amount, limits[name], path, findings);
  }
  const names = [...Object.keys(limits), ...Object.keys(requests)];
  if (names.some(isHugePages) && !names.includes('cpu') && !names.includes('memory'))
    findings.forbidden(path, 'HugePages require cpu or memory');
  validateClaims(resources.claims ?? [], claims, `${path}.claims`, findings);
}

export function validateAgainstLimit(name: string, amount: string, limit: string | undefined, path: string, findings: Findings): void {
  if (limit === undefined) {
    if (!allowsOvercommit(name)) findings.required(`${path}.limits`, 'Limit must be set for non overcommitable resources');
    return;
  }
  const order = compareQuantities(amount, limit);
  const shown = canonicalQuantity(amount);
  if (order !== 0 && !allowsOvercommit(name))
    findings.invalid(`${path}.requests`, shown, `must be equal to ${name} limit of ${canonicalQuantity(limit)}`);
  else if (order > 0)
    findings.invalid(`${path}.requests`, shown, `must be less than or equal to ${name} limit of ${canonicalQuantity(limit)}`);
}

/** What a resource may be called anywhere. */
export function validateResourceName(name: string, path: string, findings: Findings): boolean {
  const problems = isQualifiedName(name);
  for (const problem of problems) findings.invalid(path, name, problem);
  if (problems.length > 0) return false;
  if (!name.includes('/') && !STANDARD_RESOURCES.has(name) && !isHugePages(name)) {
    findings.invalid(path, name, 'must be a standard resource type or fully qualified');
  }
  return true;
}

export function validateContainerResourceName(name: string, path: string, findings: Findings): void {
  validateResourceName(name, path, findings);
  if (!name.includes('/')) {
    if (!CONTAINER_RESOURCES.has(name) && !isHugePages(name)) findings.invalid(path, name, 'must be a standard resource for containers');
  } else if (!isNative(name) && !isExtendedResource(name)) findings.invalid(path, name, "doesn't follow extended resource name standard");
}

export function validateAmount(name: string, amount: string, path: string, findings: Findings): void {
  const quantity = parseQuantity(amount);
  if (quantity === undefined) return;
  if (quantity.nanos < 0n) findings.invalid(path, canonicalQuantity(amount), 'must be greater than or equal to 0');
  if ((INTEGER_RESOURCES.has(name) || isExtendedResource(name)) && quantity.nanos % 1_000_000_000n !== 0n) {
    findings.invalid(path, canonicalQuantity(amount), 'must be an integer');
  }
}

export function validateClaims(
  claims: readonly { name: string; request?: string }[],
  names: readonly string[],
  path: string,
  findings: Findings,
): void {
  const seen = new Set<string>();
  for (const [index, { name, request }] of claims.entries()) {
    if (!name) {
      findings.required(`${path}[${index}]`);
      continue;
    }
    const key = request ? `${name}/${request}` : name;
    if (seen.has(key) || seen.has(name)) findings.duplicate(`${path}[${index}]`, key);
    seen.add(key);
    if (names.includes(name)) continue;
    const known = names.length === 0 ? ' which is empty' : `: [${[...names].sort().join(', ')}]`;
    findings.add(
      'FieldValueNotFound',
      `${path}[${index}]`,
      `Not found: ${JSON.stringify(name)}: must be one of the names in pod.spec.resourceClaims${known}`,
    );
  }
}
