import { alreadyExists, conflict, failure } from '../api/errors.ts';
import type { ApiObject } from '../api/meta.ts';
import { Findings, invalid } from '../api/validation.ts';
import type { Target } from './context.ts';
import { keyOf, subjectName, subjectOf } from './target.ts';

/** `existing`: what is there already. */
export function exists(target: Target, existing: ApiObject | undefined, generated: boolean): Error {
  if (generated) {
    const { kind, name } = target;
    const details = { name, ...(kind.group === '' ? {} : { group: kind.group }), kind: kind.resource };
    return failure(
      409,
      'AlreadyExists',
      `${subjectName(target)} already exists, the server was not able to generate a unique name for the object`,
      details,
    );
  }
  const refusal = alreadyExists(subjectOf(target));
  if (existing?.metadata.deletionTimestamp === undefined) return refusal;
  return failure(409, 'AlreadyExists', `object is being deleted: ${refusal.message}`, refusal.status.details);
}

export function uidConflict(target: Target, wanted: string, actual: string): Error {
  const detail = `Precondition failed: UID in precondition: ${wanted}, UID in object meta: ${actual}`;
  return conflict(
    subjectOf(target),
    `StorageError: invalid object, Code: 4, Key: ${keyOf(target)}, ResourceVersion: 0, AdditionalErrorMsg: ${detail}`,
  );
}

/** Named by the resource here, not by the kind. */
export function versionMissing({ kind, name }: Target): Error {
  const findings = new Findings();
  findings.add('FieldValueInvalid', 'metadata.resourceVersion', 'Invalid value: 0: must be specified for an update');
  return invalid(kind.resource, kind.group, name, findings.list);
}

export function versionInvalid({ kind, name }: Target, version: string): Error {
  const findings = new Findings();
  findings.invalid('metadata.resourceVersion', version, `strconv.ParseUint: parsing ${JSON.stringify(version)}: invalid syntax`);
  return invalid(kind.kind, kind.group, name, findings.list);
}
