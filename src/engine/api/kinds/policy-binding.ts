import { validatePolicyBinding } from '../admissionregistration/policies.ts';
import { setMatchDefaults } from '../admissionregistration/rules.ts';
import type { MutatingAdmissionPolicyBinding, ValidatingAdmissionPolicyBinding } from '../generated/types.ts';
import type { Kind } from '../kind.ts';
import { ageColumn, column, nameColumn } from '../printing/column.ts';
import { specOnlyStrategy } from './define.ts';
import { v1Kind } from './v1-kind.ts';

/** What binds a policy to parameters and to requests; only a validating policy's binding says what is done (`actions`). */
export function policyBinding<T extends MutatingAdmissionPolicyBinding | ValidatingAdmissionPolicyBinding>(
  parts: Pick<Kind<T>, 'kind' | 'resource' | 'fidelity'>,
  actions: boolean,
): Kind {
  return v1Kind<T>({
    ...parts,
    group: 'admissionregistration.k8s.io',
    categories: ['api-extensions'],
    namespaced: false,
    defaults({ spec }) {
      setMatchDefaults(spec?.matchResources);
    },
    strategy: specOnlyStrategy<T>({
      create: (draft, findings) => validatePolicyBinding(draft.spec ?? {}, actions, findings),
      update: (draft, _old, findings) => validatePolicyBinding(draft.spec ?? {}, actions, findings),
    }),
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
  });
}
