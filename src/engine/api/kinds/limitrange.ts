import type { LimitRange } from '../generated/types.ts';
import { plainColumns } from '../printing/created-at.ts';
import { setLimitDefaults, validateLimitRange } from '../quota/validate-limits.ts';
import { plainStrategy } from './define.ts';
import { v1Kind } from './v1-kind.ts';

export const limitRange = v1Kind<LimitRange>({
  group: '',
  kind: 'LimitRange',
  resource: 'limitranges',
  shortNames: ['limits'],
  singular: 'limitrange',
  namespaced: true,
  defaults: setLimitDefaults,
  strategy: plainStrategy<LimitRange>({
    create: validateLimitRange,
    update: (limits, _old, findings) => validateLimitRange(limits, findings),
  }),
  columns: plainColumns(),
  fidelity: { level: 'modelled' },
});
