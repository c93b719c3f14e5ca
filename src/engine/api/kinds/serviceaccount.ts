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
  strategy: plainStrategy<ServiceAccount>({
    prepareForCreate: keepSecretNames,
    prepareForUpdate: keepSecretNames,
    warnings({ metadata }, old) {
      const key = 'kubernetes.io/enforce-mountable-secrets';
      const used = metadata.annotations?.[key] !== undefined && old?.metadata.annotations?.[key] === undefined;
      return used
        ? [`metadata.annotations[${key}]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets`]
        : [];
    },
  }),
  subresources: { others: ['token'] },
  columns: [nameColumn(), ageColumn()],
  fidelity: { level: 'partial' },
});

// A reference to a Secret is its name.
function keepSecretNames(draft: ServiceAccount): void {
  if (draft.secrets !== undefined) draft.secrets = draft.secrets.map(({ name }) => (name === undefined ? {} : { name }));
}
