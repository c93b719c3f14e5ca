import { semanticallyEqual } from '../equality.ts';
import type { ResourceClaimTemplate } from '../generated/types.ts';
import { ageColumn, nameColumn } from '../printing/column.ts';
import { setClaimDefaults, validateAdminAccess, validateDeviceClaim } from '../resource/devices.ts';
import { claimInGo } from '../resource/go-form.ts';
import type { Findings } from '../validation.ts';
import { plainStrategy } from './define.ts';
import { v1Kind } from './v1-kind.ts';

export const resourceClaimTemplate = v1Kind<ResourceClaimTemplate>({
  group: 'resource.k8s.io',
  kind: 'ResourceClaimTemplate',
  resource: 'resourceclaimtemplates',
  namespaced: true,
  defaults({ spec }) {
    if (spec === undefined) return;
    spec.metadata ??= {};
    setClaimDefaults(spec.spec?.devices);
  },
  strategy: plainStrategy<ResourceClaimTemplate>({
    create(draft, findings, where) {
      validateAdminAccess(draft.spec?.spec?.devices ?? {}, 'spec.spec.devices', findings, where);
      validateTemplate(draft, findings);
    },
    update(draft, old, findings) {
      // What must not change is not looked at any further.
      if (!semanticallyEqual(draft.spec, old.spec)) findings.invalid('spec', { Spec: claimInGo(draft.spec?.spec) }, 'field is immutable');
      else validateTemplate(draft, findings);
    },
  }),
  columns: [nameColumn(), ageColumn()],
  fidelity: { level: 'modelled' },
});

function validateTemplate({ spec }: ResourceClaimTemplate, findings: Findings): void {
  validateDeviceClaim(spec?.spec?.devices ?? {}, 'spec.spec.devices', findings);
}
