import type { Kind } from '../../../api/kind.ts';

const EXEMPT = new Set([
  'validatingwebhookconfigurations',
  'mutatingwebhookconfigurations',
  'validatingadmissionpolicies',
  'validatingadmissionpolicybindings',
  'mutatingadmissionpolicies',
  'mutatingadmissionpolicybindings',
]);

/** Admission does not judge its own configuration: what refuses all could never be mended. */
export const isExempt = ({ group, resource }: Kind): boolean => group === 'admissionregistration.k8s.io' && EXEMPT.has(resource);
