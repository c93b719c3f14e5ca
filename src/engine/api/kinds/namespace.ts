import type { Namespace } from '../generated/types.ts';
import { ageColumn, column, nameColumn } from '../printing/column.ts';
import { defineKind, keepStatus, plainStrategy, statusStrategy } from './define.ts';

export const namespace = defineKind<Namespace>({
  group: '',
  version: 'v1',
  kind: 'Namespace',
  resource: 'namespaces',
  singular: 'namespace',
  shortNames: ['ns'],
  categories: [],
  namespaced: false,
  verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  schema: 'Namespace',
  nameRule: 'dns-label',
  defaults(draft) {
    // Every namespace can be selected by its own name.
    const { name } = draft.metadata;
    if (name) draft.metadata.labels = { ...draft.metadata.labels, 'kubernetes.io/metadata.name': name };
  },
  strategy: plainStrategy<Namespace>({
    prepareForCreate(draft) {
      draft.status = { phase: 'Active' };
      const finalizers = draft.spec?.finalizers ?? [];
      if (!finalizers.includes('kubernetes')) draft.spec = { ...draft.spec, finalizers: [...finalizers, 'kubernetes'] };
    },
    prepareForUpdate(draft, old) {
      keepStatus(draft, old);
      if (old.spec?.finalizers === undefined) delete draft.spec?.finalizers;
      else draft.spec = { ...draft.spec, finalizers: old.spec.finalizers };
    },
  }),
  subresources: { status: statusStrategy<Namespace>(), others: ['finalize'] },
  fieldSelectors: { 'status.phase': ({ status }) => status?.phase ?? '' },
  columns: [nameColumn(), column('Status', 'The status of the namespace', ({ status }) => status?.phase ?? ''), ageColumn()],
  fidelity: { level: 'modelled' },
});
