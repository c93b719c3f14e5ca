import type { Namespace } from '../generated/types.ts';
import { ageColumn, column, nameColumn } from '../printing/column.ts';
import { isQualifiedName } from '../names.ts';
import type { Findings } from '../validation.ts';
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
    if (draft.status !== undefined) draft.status.phase ||= 'Active';
    if (name) draft.metadata.labels = { ...draft.metadata.labels, 'kubernetes.io/metadata.name': name };
  },
  strategy: plainStrategy<Namespace>({
    create: validateNamespace,
    update: (draft, _old, findings) => validateNamespace(draft, findings),
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
  subresources: { status: statusStrategy<Namespace>({ update: validatePhase }), others: ['finalize'] },
  fieldSelectors: { 'status.phase': ({ status }) => status?.phase ?? '' },
  columns: [nameColumn(), column('Status', 'The status of the namespace', ({ status }) => status?.phase ?? ''), ageColumn()],
  fidelity: { level: 'modelled' },
});

function validateNamespace({ spec }: Namespace, findings: Findings): void {
  for (const finalizer of spec?.finalizers ?? []) {
    for (const problem of isQualifiedName(finalizer)) findings.invalid('spec.finalizers', finalizer, problem);
    if (!finalizer.includes('/') && !['kubernetes', 'orphan', 'foregroundDeletion'].includes(finalizer)) {
      findings.invalid('spec.finalizers', finalizer, 'name is neither a standard finalizer name nor is it fully qualified');
    }
  }
}

function validatePhase({ metadata, status }: Namespace, _old: Namespace, findings: Findings): void {
  const phase = status?.phase ?? '';
  if (metadata.deletionTimestamp === undefined) {
    if (phase !== 'Active') findings.invalid('status.Phase', phase, "may only be 'Active' if `deletionTimestamp` is empty");
  } else if (phase !== 'Terminating')
    findings.invalid('status.Phase', phase, "may only be 'Terminating' if `deletionTimestamp` is not empty");
}
