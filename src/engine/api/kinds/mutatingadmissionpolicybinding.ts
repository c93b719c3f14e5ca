import type { MutatingAdmissionPolicyBinding } from '../generated/types.ts';
import { policyBinding } from './policy-binding.ts';

export const mutatingAdmissionPolicyBinding = policyBinding<MutatingAdmissionPolicyBinding>(
  {
    kind: 'MutatingAdmissionPolicyBinding',
    resource: 'mutatingadmissionpolicybindings',
    fidelity: { level: 'modelled' },
  },
  false,
);
