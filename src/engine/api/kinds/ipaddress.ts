import { checkName } from '../checks.ts';
import { semanticallyEqual } from '../equality.ts';
import type { IPAddress } from '../generated/types.ts';
import { formatIP, parseIP } from '../ip.ts';
import { isDNS1123Subdomain, isPathSegmentName } from '../names.ts';
import { ageColumn, column, nameColumn } from '../printing/column.ts';
import type { Findings } from '../validation.ts';
import { plainStrategy } from './define.ts';
import { storedOnly } from './stored.ts';
import { v1Kind } from './v1-kind.ts';

export const ipAddress = v1Kind<IPAddress>({
  group: 'networking.k8s.io',
  kind: 'IPAddress',
  resource: 'ipaddresses',
  shortNames: ['ip'],
  namespaced: false,
  nameRule: 'path-segment',
  strategy: plainStrategy<IPAddress>({
    create: validateIPAddress,
    update(draft, old, findings) {
      validateIPAddress(draft, findings);
      if (semanticallyEqual(draft.spec?.parentRef, old.spec?.parentRef)) return;
      const { group = '', resource = '', namespace = '', name = '' } = draft.spec?.parentRef ?? {};
      findings.invalid('spec.parentRef', { Group: group, Resource: resource, Namespace: namespace, Name: name }, 'field is immutable');
    },
  }),
  columns: [
    nameColumn(),
    column(
      'ParentRef',
      'ParentRef references the resource that an IPAddress is attached to. An IPAddress must reference a parent object.',
      parent,
    ),
    { ...ageColumn<IPAddress>(), undefined: true },
  ],
  fidelity: storedOnly('addresses of Services are kept by the API server alone'),
});

function parent({ spec }: IPAddress): string {
  const { group, resource, namespace, name } = spec?.parentRef ?? {};
  return [group, resource, namespace, name].filter((part) => part !== undefined && part !== '').join('/');
}

function validateIPAddress({ metadata, spec }: IPAddress, findings: Findings): void {
  const name = metadata.name ?? '';
  const address = parseIP(name);
  // What is no name at all has been refused for that.
  if (name !== '' && !/[%/]/.test(name)) {
    if (address === undefined) findings.invalid('metadata.name', name, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)');
    else if (formatIP(address) !== name)
      findings.invalid('metadata.name', name, `must be in canonical form (${JSON.stringify(formatIP(address))})`);
  }
  const ref = spec?.parentRef;
  if (ref === undefined) return findings.required('spec.parentRef');
  if (ref.group) checkName(ref.group, 'spec.parentRef.group', isDNS1123Subdomain, findings);
  for (const field of ['resource', 'name'] as const) {
    const value = ref[field];
    if (!value) findings.required(`spec.parentRef.${field}`);
    else checkName(value, `spec.parentRef.${field}`, isPathSegmentName, findings);
  }
  if (ref.namespace) checkName(ref.namespace, 'spec.parentRef.namespace', isPathSegmentName, findings);
}
