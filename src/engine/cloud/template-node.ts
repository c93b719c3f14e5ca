import type { Node } from '../api/generated/types.ts';
import { machineAmounts } from '../node/machine-amounts.ts';
import type { NodeGroupSpec } from './node-group.ts';

/** A Node as a machine of the group registers it, for those who want to know what another one would bring. */
export function templateNode({ name, template }: NodeGroupSpec): Node {
  const { capacity, allocatable } = machineAmounts(template);
  const node = `template-node-for-${name}`;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: node,
      uid: node,
      labels: {
        'beta.kubernetes.io/arch': 'amd64',
        'beta.kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/hostname': node,
        'kubernetes.io/os': 'linux',
        ...template.labels,
      },
    },
    spec: { taints: template.taints.map((taint) => ({ ...taint })) },
    status: { capacity, allocatable, conditions: [{ type: 'Ready', status: 'True' }] },
  };
}
