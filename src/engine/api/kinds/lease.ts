import type { Lease } from '../generated/types.ts';
import { ALL_VERBS } from '../kind.ts';
import { ageColumn, column, nameColumn } from '../printing/column.ts';
import { nonNegative } from '../checks.ts';
import type { Findings } from '../validation.ts';
import { defineKind, plainStrategy } from './define.ts';

export const lease = defineKind<Lease>({
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  resource: 'leases',
  singular: 'lease',
  shortNames: [],
  categories: [],
  namespaced: true,
  verbs: ALL_VERBS,
  schema: 'Lease',
  nameRule: 'dns-subdomain',
  strategy: plainStrategy<Lease>({
    // Coordinated leader election is off by default.
    prepareForCreate: dropCoordination,
    prepareForUpdate: dropCoordination,
    create: validateLease,
    update: (lease, _old, findings) => validateLease(lease, findings),
  }),
  subresources: {},
  columns: [nameColumn(), column('Holder', 'LeaseSpec.holderIdentity', ({ spec }) => spec?.holderIdentity ?? ''), ageColumn()],
  fidelity: { level: 'modelled' },
});

function validateLease({ spec }: Lease, findings: Findings): void {
  const { leaseDurationSeconds: duration, leaseTransitions } = spec ?? {};
  if (duration !== undefined && duration <= 0) findings.invalid('spec.leaseDurationSeconds', duration, 'must be greater than 0');
  nonNegative(leaseTransitions, 'spec.leaseTransitions', findings);
}

function dropCoordination({ spec }: Lease): void {
  delete spec?.strategy;
  delete spec?.preferredHolder;
}
