import { semanticallyEqual } from '../equality.ts';
import type { StorageClass, TopologySelectorTerm } from '../generated/types.ts';
import { isQualifiedName } from '../names.ts';
import type { Findings } from '../validation.ts';

export function validateStorageClass(object: StorageClass, findings: Findings): void {
  const { provisioner, reclaimPolicy, volumeBindingMode } = object;
  if (!provisioner) findings.required('provisioner');
  else
    for (const problem of isQualifiedName(provisioner.toLowerCase())) findings.invalid('provisioner', provisioner.toLowerCase(), problem);
  validateParameters(object.parameters, 'parameters', findings);
  if (reclaimPolicy !== undefined && reclaimPolicy !== 'Delete' && reclaimPolicy !== 'Retain')
    findings.notSupported('reclaimPolicy', reclaimPolicy, ['Delete', 'Retain']);
  const modes = ['Immediate', 'WaitForFirstConsumer'];
  if (volumeBindingMode === undefined) findings.required('volumeBindingMode');
  else if (!modes.includes(volumeBindingMode)) findings.notSupported('volumeBindingMode', volumeBindingMode, modes);
  validateTopologies(object.allowedTopologies ?? [], findings);
}

export function validateStorageClassUpdate(object: StorageClass, old: StorageClass, findings: Findings): void {
  validateStorageClass(object, findings);
  const frozen = 'field is immutable';
  if (!semanticallyEqual(object.parameters, old.parameters)) findings.invalid('parameters', sorted(object.parameters ?? {}), frozen);
  if (object.provisioner !== old.provisioner) findings.invalid('provisioner', object.provisioner ?? '', frozen);
  if (object.reclaimPolicy !== old.reclaimPolicy) findings.invalid('reclaimPolicy', object.reclaimPolicy ?? '', frozen);
  if (object.volumeBindingMode !== old.volumeBindingMode) findings.invalid('volumeBindingMode', object.volumeBindingMode ?? null, frozen);
}

export function validateParameters(parameters: Readonly<Record<string, string>> | undefined, path: string, findings: Findings): void {
  const entries = Object.entries(parameters ?? {});
  if (entries.length > 512) findings.tooLong('Provisioner Parameters exceeded max allowed', 512);
  let size = 0;
  for (const [key, value] of entries) {
    if (key === '') findings.invalid(path, key, 'field can not be empty.');
    size += key.length + value.length;
  }
  if (size > 256 * 1024) findings.tooLong(path, 256 * 1024);
}

const sorted = (map: Readonly<Record<string, string>>): object =>
  Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));

function validateTopologies(terms: readonly TopologySelectorTerm[], findings: Findings): void {
  // v1.36: the list to compare with begins with as many empty terms as there are terms, so none may be empty.
  const seen: unknown[] = terms.map(() => []);
  for (const [index, { matchLabelExpressions = [] }] of terms.entries()) {
    const at = `allowedTopologies[${index}].matchLabelExpressions`;
    const keys = new Map<string, string[]>();
    for (const [i, { key = '', values }] of matchLabelExpressions.entries()) {
      const here = `${at}[${i}]`;
      const list = values ?? [];
      if (list.length === 0) findings.required(`${here}.values`);
      const own = new Set<string>();
      for (const [n, value] of list.entries()) {
        if (own.has(value)) findings.duplicate(`${here}.values[${n}]`, value);
        own.add(value);
      }
      for (const problem of isQualifiedName(key)) findings.invalid(`${here}.key`, key, problem);
      if (keys.has(key)) findings.duplicate(`${here}.key`, key);
      keys.set(key, [...own].sort());
    }
    const term = [...keys.entries()].sort(([a], [b]) => (a < b ? -1 : 1));
    for (const other of seen) if (semanticallyEqual(other, term)) findings.duplicate(at, '');
    seen.push(term);
  }
}
