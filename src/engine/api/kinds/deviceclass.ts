import { semanticallyEqual } from '../equality.ts';
import type { DeviceClass } from '../generated/types.ts';
import { isExtendedResource } from '../pod/validate-resources.ts';
import { plainColumns } from '../printing/created-at.ts';
import { validateConfiguration, validateSelectors } from '../resource/devices.ts';
import type { Findings } from '../validation.ts';
import { plainStrategy } from './define.ts';
import { storedOnly } from './stored.ts';
import { v1Kind } from './v1-kind.ts';

export const deviceClass = v1Kind<DeviceClass>({
  group: 'resource.k8s.io',
  kind: 'DeviceClass',
  resource: 'deviceclasses',
  namespaced: false,
  strategy: plainStrategy<DeviceClass>({
    prepareForCreate(draft) {
      draft.metadata.generation = 1;
    },
    prepareForUpdate(draft, old) {
      const generation = old.metadata.generation ?? 0;
      draft.metadata.generation = semanticallyEqual(draft.spec, old.spec) ? generation : generation + 1;
    },
    create: validateClass,
    update: (draft, _old, findings) => validateClass(draft, findings),
  }),
  columns: plainColumns(),
  fidelity: storedOnly('devices are not modelled'),
});

function validateClass({ spec }: DeviceClass, findings: Findings): void {
  validateSelectors(spec?.selectors ?? [], 'spec.selectors', findings);
  for (const [index, config] of (spec?.config ?? []).entries()) validateConfiguration(config, `spec.config[${index}]`, findings);
  const name = spec?.extendedResourceName;
  if (name !== undefined && !isExtendedResource(name))
    findings.invalid('spec.extendedResourceName', name, 'must be a valid extended resource name');
}
