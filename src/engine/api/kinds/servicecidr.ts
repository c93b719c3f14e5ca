import { asGiven } from '../emptied.ts';
import { legacyCIDR } from '../checks.ts';
import type { ServiceCIDR } from '../generated/types.ts';
import { ageColumn, column, nameColumn } from '../printing/column.ts';
import { parseCIDR } from '../ip.ts';
import type { Findings } from '../validation.ts';
import { keepStatus, plainStrategy, statusStrategy } from './define.ts';
import { storedOnly } from './stored.ts';
import { v1Kind } from './v1-kind.ts';

export const serviceCIDR = v1Kind<ServiceCIDR>({
  group: 'networking.k8s.io',
  kind: 'ServiceCIDR',
  resource: 'servicecidrs',
  namespaced: false,
  strategy: plainStrategy<ServiceCIDR>({
    prepareForCreate(draft) {
      draft.status = {};
    },
    prepareForUpdate: keepStatus,
    create: validateCIDRs,
    update: validateUpdate,
  }),
  subresources: { status: statusStrategy<ServiceCIDR>() },
  columns: [nameColumn(), column('CIDRs', 'ServiceCIDRSpec.cidrs', ({ spec }) => (spec?.cidrs ?? []).join(',')), ageColumn()],
  fidelity: storedOnly('addresses of Services come from the range that the API server was started with'),
});

function validateCIDRs({ spec }: ServiceCIDR, findings: Findings): void {
  const cidrs = spec?.cidrs ?? [];
  if (cidrs.length === 0) return findings.required('spec.cidrs', 'at least one CIDR required');
  if (cidrs.length > 2) return findings.add('FieldValueTooMany', 'spec.cidrs', `Too many: ${cidrs.length}: must have at most 2 items`);
  for (const [index, cidr] of cidrs.entries()) legacyCIDR(cidr, `spec.cidrs[${index}]`, findings);
  // Sloppy ones are ranges all the same.
  if (cidrs.some((cidr) => parseCIDR(cidr.replace(/\b0+(?=\d)/g, '')) === undefined)) return;
  const [first = '', second] = cidrs;
  if (second !== undefined && first.includes(':') === second.includes(':'))
    findings.invalid('spec.cidrs', cidrs, 'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64');
}

// A second family may join; what is there stays.
function validateUpdate(object: ServiceCIDR, old: ServiceCIDR, findings: Findings): void {
  const cidrs = object.spec && asGiven(object.spec, 'cidrs');
  const before = old.spec?.cidrs ?? [];
  const now = cidrs ?? [];
  if (before.length === now.length) {
    for (const [index, cidr] of now.entries())
      if (cidr !== before[index]) findings.invalid(`spec.cidrs[${index}]`, cidr, 'field is immutable');
    return;
  }
  if (before.length === 1 && now.length === 2) {
    if (now[0] !== before[0]) findings.invalid('spec.cidrs[0]', now[0], 'field is immutable');
    validateCIDRs(object, findings);
    return;
  }
  findings.invalid('spec.cidrs', cidrs ?? null, 'field is immutable');
}
