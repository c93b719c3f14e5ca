import { checkName } from '../checks.ts';
import type { Pod } from '../generated/types.ts';
import { isDNS1123Label, isDNS1123Subdomain } from '../names.ts';
import type { Findings } from '../validation.ts';

/** On `/status`: which claims were made for the pod. */
export function validateClaimStatuses(pod: Pod, findings: Findings): void {
  const { spec, status } = pod;
  const seen = new Set<string>();
  for (const [index, { name, resourceClaimName }] of (status?.resourceClaimStatuses ?? []).entries()) {
    const path = `status.resourceClaimStatuses[${index}]`;
    if (spec?.resourceClaims?.some((claim) => claim.name === name) !== true)
      findings.invalid(`${path}.name`, name, 'must match the name of an entry in `spec.resourceClaims`');
    if (seen.has(name)) findings.duplicate(`${path}.name`, name);
    seen.add(name);
    if (resourceClaimName !== undefined) checkName(resourceClaimName, `${path}.resourceClaimName`, isDNS1123Subdomain, findings);
  }
  validateExtended(pod, findings);
}

/** KEP-5004: which request of the scheduler's claim serves which container. */
function validateExtended({ spec, status }: Pod, findings: Findings): void {
  const extended = status?.extendedResourceClaimStatus;
  if (extended === undefined) return;
  const path = 'status.extendedResourceClaimStatus';
  const { requestMappings = [], resourceClaimName = '' } = extended;
  if (requestMappings.length === 0) findings.required(`${path}.requestMappings`, 'at least one request mapping is required');
  const containers = new Map([...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].map((each) => [each.name, each]));
  const seen = new Set<string>();
  for (const [index, { containerName, resourceName, requestName }] of requestMappings.entries()) {
    const at = `${path}.requestMappings[${index}]`;
    const container = containers.get(containerName);
    const among =
      'must match the extended resource name of an entry in spec.initContainers.resources.requests or spec.containers.resources.requests';
    if (container === undefined)
      findings.invalid(
        `${at}.containerName`,
        containerName,
        'must match the name of an entry in spec.initContainers.name or spec.containers.name',
      );
    else if (container.resources?.requests?.[resourceName] === undefined) findings.invalid(`${at}.resourceName`, resourceName, among);
    checkName(requestName, `${path}.requestName`, isDNS1123Label, findings);
    const key = JSON.stringify([containerName, resourceName, requestName]);
    if (seen.has(key)) {
      findings.duplicate(`${at}.containerName`, containerName);
      findings.duplicate(`${at}.resourceName`, resourceName);
      findings.duplicate(`${at}.requestName`, requestName);
    }
    seen.add(key);
  }
  if (resourceClaimName === '') findings.required(`${path}.resourceClaimName`);
  else checkName(resourceClaimName, `${path}.resourceClaimName`, isDNS1123Subdomain, findings);
}
