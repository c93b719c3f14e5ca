import type { MutatingAdmissionPolicyBinding } from '../generated/types.ts';
import { policyBinding } from './policy-binding.ts';
import { storedOnly } from './stored.ts';

export const mutatingAdmissionPolicyBinding = policyBinding<MutatingAdmissionPolicyBinding>(
  {
    kind: 'MutatingAdmissionPolicyBinding',
    resource: 'mutatingadmissionpolicybindings',
    fidelity: storedOnly('there is no CEL: policies are not enforced'),
  },
  false,
);
