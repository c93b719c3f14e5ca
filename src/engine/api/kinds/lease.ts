import type { Lease } from '../generated/types.ts';
import { ALL_VERBS } from '../kind.ts';
import { ageColumn, column, nameColumn } from '../printing/column.ts';
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
  strategy: plainStrategy<Lease>({}),
  subresources: {},
  columns: [nameColumn(), column('Holder', 'LeaseSpec.holderIdentity', ({ spec }) => spec?.holderIdentity ?? ''), ageColumn()],
  fidelity: { level: 'modelled' },
});
