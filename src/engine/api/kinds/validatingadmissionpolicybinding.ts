import { validatePolicyBinding } from '../admissionregistration/policies.ts';
import { setMatchDefaults } from '../admissionregistration/rules.ts';
import type { ValidatingAdmissionPolicyBinding } from '../generated/types.ts';
import { ageColumn, column, nameColumn } from '../printing/column.ts';
import { specStrategy } from './define.ts';
import { v1Kind } from './v1-kind.ts';

const strategy = specStrategy<ValidatingAdmissionPolicyBinding>({
  create: (draft, findings) => validatePolicyBinding(draft.spec ?? {}, true, findings),
  update: (draft, _old, findings) => validatePolicyBinding(draft.spec ?? {}, true, findings),
});

export const validatingAdmissionPolicyBinding = v1Kind<ValidatingAdmissionPolicyBinding>({
  group: 'admissionregistration.k8s.io',
  kind: 'ValidatingAdmissionPolicyBinding',
  resource: 'validatingadmissionpolicybindings',
  categories: ['api-extensions'],
  namespaced: false,
  defaults({ spec }) {
    setMatchDefaults(spec?.matchResources);
  },
  strategy: {
    ...strategy,
    prepareForCreate(draft, context) {
      strategy.prepareForCreate?.(draft, context);
      delete (draft as { status?: unknown }).status;
    },
  },
  columns: [
    nameColumn(),
    column(
      'PolicyName',
      'PolicyName indicates the policy definition which the policy binding binded to',
      ({ spec }) => spec?.policyName ?? '',
    ),
    column('ParamRef', 'ParamRef indicates the param resource which sets the configration param', ({ spec }) => {
      const ref = spec?.paramRef;
      if (ref === undefined) return '<unset>';
      return ref.name ? (ref.namespace ? `${ref.namespace}/${ref.name}` : `*/${ref.name}`) : '<selector>';
    }),
    ageColumn(),
  ],
  fidelity: { level: 'modelled' },
});
