import { checkName } from '../checks.ts';
import { semanticallyEqual } from '../equality.ts';
import type { VolumeAttributesClass } from '../generated/types.ts';
import { isQualifiedName } from '../names.ts';
import { ageColumn, column, nameColumn } from '../printing/column.ts';
import { validateParameters } from '../storage/validate-class.ts';
import type { Findings } from '../validation.ts';
import { plainStrategy } from './define.ts';
import { storedOnly } from './stored.ts';
import { v1Kind } from './v1-kind.ts';

export const volumeAttributesClass = v1Kind<VolumeAttributesClass>({
  group: 'storage.k8s.io',
  kind: 'VolumeAttributesClass',
  resource: 'volumeattributesclasses',
  shortNames: ['vac'],
  namespaced: false,
  strategy: plainStrategy<VolumeAttributesClass>({
    create: validateClass,
    update(draft, old, findings) {
      if (draft.driverName !== old.driverName) findings.invalid('driverName', draft.driverName ?? '', 'field is immutable');
      if (!semanticallyEqual(draft.parameters, old.parameters))
        findings.invalid('parameters', draft.parameters ?? null, 'field is immutable');
    },
  }),
  columns: [nameColumn(), column('DriverName', 'VolumeAttributesClass.driverName', ({ driverName }) => driverName ?? ''), ageColumn()],
  fidelity: storedOnly('there are no storage drivers'),
});

function validateClass({ driverName, parameters }: VolumeAttributesClass, findings: Findings): void {
  if (!driverName) findings.required('driverName');
  else checkName(driverName.toLowerCase(), 'driverName', isQualifiedName, findings);
  if (Object.keys(parameters ?? {}).length === 0) findings.required('parameters', 'must contain at least one key/value pair');
  validateParameters(parameters, 'parameters', findings);
}
