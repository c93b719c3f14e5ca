import { semanticallyEqual } from '../equality.ts';
import type { DeviceClass } from '../generated/types.ts';
import { isExtendedResource } from '../pod/validate-resources.ts';
import { plainColumns } from '../printing/created-at.ts';
import { validateConfiguration } from '../resource/devices.ts';
import { validateSelectors } from '../resource/selector.ts';
import type { Findings } from '../validation.ts';
import { specOnlyStrategy } from './define.ts';
import { v1Kind } from './v1-kind.ts';

export const deviceClass = v1Kind<DeviceClass>({
  group: 'resource.k8s.io',
  kind: 'DeviceClass',
  resource: 'deviceclasses',
  namespaced: false,
  strategy: specOnlyStrategy<DeviceClass>({
    create: (draft, findings) => validateClass(draft, undefined, findings),
    update: validateClass,
  }),
  columns: plainColumns(),
  fidelity: { level: 'modelled' },
});

function validateClass({ spec }: DeviceClass, old: DeviceClass | undefined, findings: Findings): void {
  const { selectors = [], config = [], extendedResourceName: name } = spec ?? {};
  // What is as it was has been judged before.
  const kept = (field: 'selectors' | 'config'): boolean => old !== undefined && semanticallyEqual(spec?.[field], old.spec[field]);
  validateSelectors(selectors, 'spec.selectors', findings, kept('selectors'));
  if (config.length > 32) findings.tooMany('spec.config', config.length, 32);
  else for (const [index, one] of config.entries()) validateConfiguration(one, `spec.config[${index}]`, findings, kept('config'));
  if (name !== undefined && !isExtendedResource(name))
    findings.invalid('spec.extendedResourceName', name, 'must be a valid extended resource name');
}
