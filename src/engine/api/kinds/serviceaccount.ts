import type { ServiceAccount } from '../generated/types.ts';
import { ALL_VERBS } from '../kind.ts';
import { ageColumn, nameColumn } from '../printing/column.ts';
import { defineKind, plainStrategy } from './define.ts';

export const serviceAccount = defineKind<ServiceAccount>({
  group: '',
  version: 'v1',
  kind: 'ServiceAccount',
  resource: 'serviceaccounts',
  singular: 'serviceaccount',
  shortNames: ['sa'],
  categories: [],
  namespaced: true,
  verbs: ALL_VERBS,
  schema: 'ServiceAccount',
  nameRule: 'dns-subdomain',
  strategy: plainStrategy<ServiceAccount>({}),
  subresources: { others: ['token'] },
  columns: [nameColumn(), ageColumn()],
  fidelity: { level: 'partial', inert: { imagePullSecrets: 'images are pulled without credentials', secrets: 'token Secrets are not made' } },
});
