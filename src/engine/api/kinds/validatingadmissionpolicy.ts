import { validateConditions } from '../conditions.ts';
import { validateValidatingPolicy } from '../admissionregistration/policies.ts';
import { setMatchDefaults } from '../admissionregistration/rules.ts';
import type { ValidatingAdmissionPolicy } from '../generated/types.ts';
import { ageColumn, column, nameColumn } from '../printing/column.ts';
import { specStrategy, statusStrategy } from './define.ts';
import { v1Kind } from './v1-kind.ts';

const strategy = specStrategy<ValidatingAdmissionPolicy>({
  create: (draft, findings) => validateValidatingPolicy(draft, findings),
  update: (draft, _old, findings) => validateValidatingPolicy(draft, findings),
});

export const validatingAdmissionPolicy = v1Kind<ValidatingAdmissionPolicy>({
  group: 'admissionregistration.k8s.io',
  kind: 'ValidatingAdmissionPolicy',
  resource: 'validatingadmissionpolicies',
  categories: ['api-extensions'],
  namespaced: false,
  defaults({ spec }) {
    if (spec === undefined) return;
    spec.failurePolicy ??= 'Fail';
    setMatchDefaults(spec.matchConstraints);
  },
  strategy,
  subresources: {
    status: statusStrategy<ValidatingAdmissionPolicy>({
      keepLabels: true,
      update: ({ status }, _old, findings) => validateConditions(status?.conditions ?? [], 'status.conditions', findings),
    }),
  },
  columns: [
    nameColumn(),
    column(
      'Validations',
      'Validations indicates the number of validation rules defined in this configuration',
      ({ spec }) => (spec?.validations ?? []).length,
      { type: 'integer' },
    ),
    column('ParamKind', 'ParamKind specifies the kind of resources used to parameterize this policy', ({ spec }) =>
      spec?.paramKind === undefined ? '<unset>' : `${spec.paramKind.apiVersion ?? ''}/${spec.paramKind.kind ?? ''}`,
    ),
    ageColumn(),
  ],
  fidelity: { level: 'modelled' },
});
