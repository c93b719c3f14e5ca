import { checkName } from '../checks.ts';
import { semanticallyEqual } from '../equality.ts';
import type { CSIStorageCapacity } from '../generated/types.ts';
import { isDNS1123Subdomain } from '../names.ts';
import { plainColumns } from '../printing/created-at.ts';
import { canonicalQuantity, parseQuantity } from '../quantity.ts';
import { validateLabelSelector } from '../validate-selector.ts';
import type { Findings } from '../validation.ts';
import { inOrder } from '../workload/template.ts';
import { plainStrategy } from './define.ts';
import { storedOnly } from './stored.ts';
import { v1Kind } from './v1-kind.ts';

export const csiStorageCapacity = v1Kind<CSIStorageCapacity>({
  group: 'storage.k8s.io',
  kind: 'CSIStorageCapacity',
  resource: 'csistoragecapacities',
  namespaced: true,
  strategy: plainStrategy<CSIStorageCapacity>({
    create: validateCapacity,
    update(draft, old, findings) {
      validateCapacity(draft, findings);
      if (!semanticallyEqual(draft.nodeTopology, old.nodeTopology))
        findings.invalid('nodeTopology', inOrder(draft.nodeTopology), 'field is immutable');
      if (draft.storageClassName !== old.storageClassName)
        findings.invalid('storageClassName', draft.storageClassName ?? '', 'field is immutable');
    },
  }),
  columns: plainColumns(),
  fidelity: storedOnly('there are no storage drivers'),
});

function validateCapacity(
  { storageClassName = '', nodeTopology, capacity, maximumVolumeSize }: CSIStorageCapacity,
  findings: Findings,
): void {
  validateLabelSelector(nodeTopology, 'nodeTopology', findings);
  checkName(storageClassName, 'storageClassName', isDNS1123Subdomain, findings);
  for (const [field, amount] of [
    ['capacity', capacity],
    ['maximumVolumeSize', maximumVolumeSize],
  ] as const) {
    if (amount !== undefined && (parseQuantity(amount)?.nanos ?? 0n) < 0n)
      findings.invalid(field, canonicalQuantity(amount), 'must be greater than or equal to 0');
  }
}
