import { validateMutatingPolicy } from '../admissionregistration/policies.ts';
import { setMatchDefaults } from '../admissionregistration/rules.ts';
import type { MutatingAdmissionPolicy } from '../generated/types.ts';
import { ageColumn, column, nameColumn } from '../printing/column.ts';
import { specOnlyStrategy } from './define.ts';
import { v1Kind } from './v1-kind.ts';

const strategy = specOnlyStrategy<MutatingAdmissionPolicy>({
  create: (draft, findings) => validateMutatingPolicy(draft, findings),
  update: (draft, _old, findings) => validateMutatingPolicy(draft, findings),
});

export const mutatingAdmissionPolicy = v1Kind<MutatingAdmissionPolicy>({
  group: 'admissionregistration.k8s.io',
  kind: 'MutatingAdmissionPolicy',
  resource: 'mutatingadmissionpolicies',
  categories: ['api-extensions'],
  namespaced: false,
  defaults({ spec }) {
    if (spec === undefined) return;
    spec.failurePolicy ??= 'Fail';
    setMatchDefaults(spec.matchConstraints);
  },
  strategy,
  columns: [
    nameColumn(),
    column(
      'Mutations',
      'Mutation indicates the number of mutations rules defined in this configuration',
      ({ spec }) => (spec?.mutations ?? []).length,
      { type: 'integer' },
    ),
    column('ParamKind', 'ParamKind specifies the kind of resources used to parameterize this policy', ({ spec }) =>
      spec?.paramKind === undefined ? '<unset>' : `${spec.paramKind.apiVersion ?? ''}/${spec.paramKind.kind ?? ''}`,
    ),
    ageColumn(),
  ],
  fidelity: { level: 'modelled' },
});
