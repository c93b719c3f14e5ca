import type { ValidatingAdmissionPolicyBinding } from '../generated/types.ts';
import { policyBinding } from './policy-binding.ts';

export const validatingAdmissionPolicyBinding = policyBinding<ValidatingAdmissionPolicyBinding>(
  {
    kind: 'ValidatingAdmissionPolicyBinding',
    resource: 'validatingadmissionpolicybindings',
    fidelity: { level: 'modelled' },
  },
  true,
);
