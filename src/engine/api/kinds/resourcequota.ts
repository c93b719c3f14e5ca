import type { ResourceQuota } from '../generated/types.ts';
import { ageColumn, column, nameColumn } from '../printing/column.ts';
import { validateQuota, validateQuotaStatus, validateQuotaUpdate } from '../quota/validate-quota.ts';
import { keepStatus, plainStrategy, statusStrategy } from './define.ts';
import { v1Kind } from './v1-kind.ts';

export const resourceQuota = v1Kind<ResourceQuota>({
  group: '',
  kind: 'ResourceQuota',
  resource: 'resourcequotas',
  shortNames: ['quota'],
  namespaced: true,
  strategy: plainStrategy<ResourceQuota>({
    prepareForCreate(draft) {
      draft.status = {};
    },
    prepareForUpdate: keepStatus,
    create: validateQuota,
    update: validateQuotaUpdate,
  }),
  subresources: { status: statusStrategy<ResourceQuota>({ update: (quota, _old, findings) => validateQuotaStatus(quota, findings) }) },
  columns: [
    nameColumn(),
    column('Request', 'Request represents a minimum amount of cpu/memory that a container may consume.', (quota) => usage(quota, false)),
    column(
      'Limit',
      'Limits control the maximum amount of cpu/memory that a container may use independent of contention on the node.',
      (quota) => usage(quota, true),
    ),
    ageColumn(),
  ],
  fidelity: { level: 'modelled' },
});

function usage({ status }: ResourceQuota, limits: boolean): string {
  const { hard = {}, used = {} } = status ?? {};
  return Object.keys(hard)
    .filter((name) => name.startsWith('limits') === limits)
    .sort()
    .map((name) => `${name}: ${used[name] ?? '0'}/${hard[name]}`)
    .join(', ');
}
