import { asGiven } from '../emptied.ts';
import { semanticallyEqual } from '../equality.ts';
import type { PersistentVolumeClaim, PersistentVolumeClaimSpec, TypedObjectReference } from '../generated/types.ts';
import { isDNS1123Subdomain } from '../names.ts';
import { compareQuantities, canonicalQuantity, parseQuantity } from '../quantity.ts';
import { validateLabelSelector } from '../validate-selector.ts';
import type { Findings } from '../validation.ts';
import { claimSpecDifference } from './claim-difference.ts';

export const ACCESS_MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];
const IMMUTABLE = 'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';

export function validateClaim({ spec }: PersistentVolumeClaim, findings: Findings): void {
  validateClaimSpec(spec ?? {}, 'spec', findings);
}

/** A claim inside a StatefulSet: its name is checked, its status is nobody's concern. */
export function validateClaimTemplate({ spec }: PersistentVolumeClaim, path: string, findings: Findings): void {
  validateClaimSpec(spec ?? {}, `${path}.spec`, findings);
}

export function validateClaimUpdate(claim: PersistentVolumeClaim, old: PersistentVolumeClaim, findings: Findings): void {
  validateClaim(claim, findings);
  const spec = claim.spec ?? {};
  const before = old.spec ?? {};
  const storage = (one: PersistentVolumeClaimSpec): string => one.resources?.requests?.['storage'] ?? '0';
  // A claim without volume gets one; nobody takes it away again.
  const munged: PersistentVolumeClaimSpec = { ...spec };
  if (before.volumeName === undefined || before.volumeName === '') {
    if (before.volumeName === undefined) delete munged.volumeName;
    else munged.volumeName = before.volumeName;
  }
  const bound = old.status?.phase === 'Bound';
  if (bound) {
    munged.resources = {
      ...spec.resources,
      ...(before.resources?.requests === undefined ? {} : { requests: { ...spec.resources?.requests, storage: storage(before) } }),
    };
    if (before.volumeAttributesClassName === undefined) delete munged.volumeAttributesClassName;
    else munged.volumeAttributesClassName = before.volumeAttributesClassName;
  }
  if (
    before.storageClassName === undefined &&
    spec.storageClassName !== undefined &&
    (old.metadata.annotations ?? {})[BETA_CLASS] === undefined
  )
    delete munged.storageClassName;
  if (!semanticallyEqual(munged, before)) {
    findings.forbidden('spec', `${IMMUTABLE}\n${claimSpecDifference(before, munged, asGiven(spec, 'accessModes'))}`);
  }
  if (
    compareQuantities(storage(spec), storage(before)) < 0 &&
    compareQuantities(storage(spec), old.status?.capacity?.['storage'] ?? '0') <= 0
  )
    findings.forbidden('spec.resources.requests.storage', 'field can not be less than status.capacity');
  if ((spec.volumeMode ?? '') !== (before.volumeMode ?? '')) findings.invalid('volumeMode', spec.volumeMode ?? null, 'field is immutable');
}

const BETA_CLASS = 'volume.beta.kubernetes.io/storage-class';

export function validateClaimSpec(spec: PersistentVolumeClaimSpec, path: string, findings: Findings): void {
  const modes = spec.accessModes ?? [];
  if (modes.length === 0) findings.required(`${path}.accessModes`, 'at least 1 access mode is required');
  validateLabelSelector(spec.selector, `${path}.selector`, findings);
  validateAccessModes(modes, `${path}.accessModes`, findings);
  const storage = spec.resources?.requests?.['storage'];
  const quantity = storage === undefined ? undefined : parseQuantity(storage);
  if (storage === undefined) findings.required(`${path}.resources[storage]`);
  else if (quantity !== undefined && quantity.nanos <= 0n)
    findings.invalid(`${path}.resources[storage]`, canonicalQuantity(storage), 'must be greater than zero');
  if (spec.storageClassName)
    for (const problem of isDNS1123Subdomain(spec.storageClassName))
      findings.invalid(`${path}.storageClassName`, spec.storageClassName, problem);
  if (spec.volumeMode !== undefined && spec.volumeMode !== 'Block' && spec.volumeMode !== 'Filesystem')
    findings.notSupported(`${path}.volumeMode`, spec.volumeMode, ['Block', 'Filesystem']);
  if (spec.dataSource !== undefined) validateSource(spec.dataSource, `${path}.dataSource`, findings);
  if (spec.dataSourceRef !== undefined) validateSource(spec.dataSourceRef, `${path}.dataSourceRef`, findings);
  const { dataSource, dataSourceRef } = spec;
  if (dataSourceRef?.namespace) {
    if (dataSource !== undefined)
      findings.invalid(`${path}.dataSource`, path, 'may not be specified when dataSourceRef.namespace is specified');
  } else if (dataSource !== undefined && dataSourceRef !== undefined && !sameSource(dataSource, dataSourceRef)) {
    findings.invalid(path, {}, 'must match dataSourceRef');
  }
  if (spec.volumeAttributesClassName)
    for (const problem of isDNS1123Subdomain(spec.volumeAttributesClassName))
      findings.invalid(`${path}.volumeAttributesClassName`, spec.volumeAttributesClassName, problem);
}

export function validateAccessModes(modes: readonly string[], path: string, findings: Findings): void {
  let single = false;
  let other = false;
  for (const mode of modes) {
    if (mode === 'ReadWriteOncePod') single = true;
    else if (ACCESS_MODES.includes(mode)) other = true;
    else findings.notSupported(path, mode, ACCESS_MODES);
  }
  if (single && other) findings.forbidden(path, 'may not use ReadWriteOncePod with other access modes');
}

const sameSource = (a: TypedObjectReference, b: TypedObjectReference): boolean =>
  a.kind === b.kind && a.name === b.name && (a.apiGroup ?? '') === (b.apiGroup ?? '');

function validateSource({ name, kind, apiGroup }: TypedObjectReference, path: string, findings: Findings): void {
  if (!name) findings.required(`${path}.name`);
  if (!kind) findings.required(`${path}.kind`);
  const group = apiGroup ?? '';
  if (group === '' && kind !== 'PersistentVolumeClaim' && kind)
    findings.invalid(path, kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup");
  if (group !== '') for (const problem of isDNS1123Subdomain(group)) findings.invalid(`${path}.apiGroup`, group, problem);
}

export function claimWarnings(spec: PersistentVolumeClaimSpec | undefined, path: string): string[] {
  const warnings: string[] = [];
  for (const field of ['requests', 'limits'] as const) {
    const storage = spec?.resources?.[field]?.['storage'];
    const quantity = storage === undefined ? undefined : parseQuantity(storage);
    if (storage !== undefined && quantity !== undefined && quantity.nanos % 1_000_000_000n !== 0n)
      warnings.push(
        `${path}.resources.${field}[storage]: fractional byte value ${JSON.stringify(canonicalQuantity(storage))} is invalid, must be an integer`,
      );
  }
  return warnings;
}
