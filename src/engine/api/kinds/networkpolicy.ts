import type { NetworkPolicy } from '../generated/types.ts';
import { setNetworkPolicyDefaults, validateNetworkPolicy } from '../networking/network-policy.ts';
import { ageColumn, column, nameColumn } from '../printing/column.ts';
import { formatLabelSelector } from '../selector.ts';
import { specOnlyStrategy } from './define.ts';
import { storedOnly } from './stored.ts';
import { v1Kind } from './v1-kind.ts';

const strategy = specOnlyStrategy<NetworkPolicy>({
  create: validateNetworkPolicy,
  update: (policy, _old, findings) => validateNetworkPolicy(policy, findings),
});

export const networkPolicy = v1Kind<NetworkPolicy>({
  group: 'networking.k8s.io',
  kind: 'NetworkPolicy',
  resource: 'networkpolicies',
  shortNames: ['netpol'],
  namespaced: true,
  defaults: setNetworkPolicyDefaults,
  strategy,
  columns: [
    nameColumn(),
    column(
      'Pod-Selector',
      "podSelector selects the pods to which this NetworkPolicy object applies. The array of rules is applied to any pods selected by this field. An empty selector matches all pods in the policy's namespace. Multiple network policies can select the same set of pods. In this case, the ingress rules for each are combined additively. This field is optional. If it is not specified, it defaults to an empty selector.",
      ({ spec }) => formatLabelSelector(spec?.podSelector),
    ),
    ageColumn(),
  ],
  fidelity: storedOnly('packets pass as if there were no policies'),
});
