import { checkName } from '../checks.ts';
import type { ResourceSlice, ResourceSliceSpec } from '../generated/types.ts';
import { isDNS1123Label, isDNS1123Subdomain } from '../names.ts';
import { validateNodeSelector } from '../pod/validate-scheduling.ts';
import { ageColumn, column, nameColumn } from '../printing/column.ts';
import { validateQualified } from '../resource/devices.ts';
import { validateDriverName } from '../storage/validate-volume.ts';
import type { Findings } from '../validation.ts';
import { bumpGeneration, plainStrategy } from './define.ts';
import { storedOnly } from './stored.ts';
import { v1Kind } from './v1-kind.ts';

export const resourceSlice = v1Kind<ResourceSlice>({
  group: 'resource.k8s.io',
  kind: 'ResourceSlice',
  resource: 'resourceslices',
  namespaced: false,
  strategy: plainStrategy<ResourceSlice>({
    prepareForCreate(draft) {
      draft.metadata.generation = 1;
    },
    prepareForUpdate: bumpGeneration,
    create({ spec }, findings) {
      validateSpec(spec, findings, () => validatePlace(spec, findings));
    },
    update: validateUpdate,
    warnings: ({ spec }) =>
      spec?.driver !== undefined && spec.driver !== spec.driver.toLowerCase()
        ? [`spec.driver: driver names should be lowercase; ${JSON.stringify(spec.driver)} contains uppercase characters`]
        : [],
  }),
  fieldSelectors: { 'spec.nodeName': ({ spec }) => spec?.nodeName ?? '', 'spec.driver': ({ spec }) => spec?.driver ?? '' },
  columns: [
    nameColumn(),
    column('Node', 'ResourceSliceSpec.nodeName', ({ spec }) => spec?.nodeName ?? '<unset>'),
    column('Driver', 'ResourceSliceSpec.driver', ({ spec }) => spec?.driver ?? ''),
    column('Pool', 'ResourcePool.name', ({ spec }) => spec?.pool?.name ?? ''),
    ageColumn(),
  ],
  fidelity: storedOnly('devices are not modelled'),
});

function validateSpec(spec: ResourceSliceSpec, findings: Findings, place: () => void): void {
  validateDriverName(spec.driver ?? '', 'spec.driver', findings);
  const { name = '', generation = 0, resourceSliceCount = 0 } = spec.pool ?? {};
  if (name === '') findings.required('spec.pool.name');
  else if (name.length > 253) findings.tooLong('spec.pool.name', 253);
  else for (const part of name.split('/')) checkName(part, 'spec.pool.name', isDNS1123Subdomain, findings);
  if (resourceSliceCount <= 0) findings.invalid('spec.pool.resourceSliceCount', resourceSliceCount, 'must be greater than zero');
  if (generation < 0) findings.invalid('spec.pool.generation', generation, 'must be greater than or equal to zero');
  place();
  if ((spec.sharedCounters ?? []).length > 0 && (spec.devices ?? []).length > 0)
    findings.invalid('spec', '', 'only one of `sharedCounters` or `devices` is allowed');
  const names = new Set<string>();
  for (const [index, device] of (spec.devices ?? []).entries()) {
    const at = `spec.devices[${index}]`;
    checkName(device.name ?? '', `${at}.name`, isDNS1123Label, findings);
    for (const key of Object.keys(device.attributes ?? {})) validateQualified(key, `${at}.attributes`, findings);
    for (const key of Object.keys(device.capacity ?? {})) validateQualified(key, `${at}.capacity`, findings);
    if (names.has(device.name)) findings.duplicate(at, device.name);
    names.add(device.name);
  }
}

function validatePlace(spec: ResourceSliceSpec, findings: Findings): void {
  const set: string[] = [];
  if (spec.nodeName !== undefined) {
    if (spec.nodeName === '') findings.invalid('spec.nodeName', '', 'must be either unset or set to a non-empty string');
    else {
      set.push('`nodeName`');
      checkName(spec.nodeName, 'spec.nodeName', isDNS1123Subdomain, findings);
    }
  }
  if (spec.nodeSelector !== undefined) {
    set.push('`nodeSelector`');
    validateNodeSelector(spec.nodeSelector.nodeSelectorTerms ?? [], 'spec.nodeSelector', findings);
  }
  for (const field of ['allNodes', 'perDeviceNodeSelection'] as const) {
    if (spec[field] === undefined) continue;
    if (spec[field]) set.push(`\`${field}\``);
    else findings.invalid(`spec.${field}`, false, 'must be either unset or set to true');
  }
  const all = 'exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required';
  if (set.length === 0) findings.required('spec', all);
  else if (set.length > 1) findings.invalid('spec', `{${set.join(', ')}}`, `${all}, but multiple fields are set`);
}

function validateUpdate({ spec }: ResourceSlice, { spec: old }: ResourceSlice, findings: Findings): void {
  validateSpec(spec, findings, () => {});
  const frozen = 'field is immutable';
  if ((spec.pool?.name ?? '') !== old.pool.name) findings.invalid('spec.pool.name', spec.pool?.name ?? '', frozen);
  if ((spec.driver ?? '') !== old.driver) findings.invalid('spec.driver', spec.driver ?? '', frozen);
  if (spec.nodeName !== old.nodeName) findings.invalid('spec.nodeName', spec.nodeName ?? null, frozen);
  // After what must not change, here.
  validatePlace(spec, findings);
}
