import { semanticallyEqual } from '../equality.ts';
import type { ResourceResourceClaim } from '../generated/types.ts';
import { ageColumn, column, nameColumn } from '../printing/column.ts';
import { setClaimDefaults, validateAdminAccess, validateDeviceClaim } from '../resource/devices.ts';
import { claimInGo } from '../resource/go-form.ts';
import { validateClaimStatus } from '../resource/status.ts';
import type { Findings } from '../validation.ts';
import { keepStatus, plainStrategy, statusStrategy } from './define.ts';
import { v1Kind } from './v1-kind.ts';

export const resourceClaim = v1Kind<ResourceResourceClaim>({
  group: 'resource.k8s.io',
  kind: 'ResourceClaim',
  resource: 'resourceclaims',
  schema: 'ResourceResourceClaim',
  namespaced: true,
  defaults: ({ spec }) => setClaimDefaults(spec?.devices),
  strategy: plainStrategy<ResourceResourceClaim>({
    prepareForCreate(draft) {
      draft.status = {};
    },
    prepareForUpdate: keepStatus,
    create(draft, findings, where) {
      validateAdminAccess(draft.spec?.devices ?? {}, 'spec.devices', findings, where);
      validateClaim(draft, findings);
    },
    update(draft, old, findings) {
      // What must not change is not looked at any further.
      if (!semanticallyEqual(draft.spec, old.spec)) findings.invalid('spec', claimInGo(draft.spec), 'field is immutable');
      else validateClaim(draft, findings);
    },
  }),
  subresources: { status: statusStrategy<ResourceResourceClaim>({ update: validateClaimStatus }) },
  columns: [nameColumn(), column('State', 'A summary of the current state (allocated, pending, reserved, etc.).', state), ageColumn()],
  fidelity: { level: 'modelled' },
});

function state({ metadata, status }: ResourceResourceClaim): string {
  const words: string[] = [];
  if (metadata.deletionTimestamp) words.push('deleted');
  if (status?.allocation === undefined) words.push(...(words.length === 0 ? ['pending'] : []));
  else words.push('allocated', ...((status.reservedFor ?? []).length > 0 ? ['reserved'] : []));
  return words.join(',');
}

function validateClaim({ spec }: ResourceResourceClaim, findings: Findings): void {
  validateDeviceClaim(spec?.devices ?? {}, 'spec.devices', findings);
}
