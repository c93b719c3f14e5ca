import type { Kind } from './kind.ts';
import type { ApiObject, ObjectMeta, OwnerReference } from './meta.ts';
import {
  byteLength,
  isDNS1035Label,
  isDNS1123Label,
  isDNS1123Subdomain,
  isLabelValue,
  isPathSegmentName,
  isQualifiedName,
} from './names.ts';
import type { Findings } from './validation.ts';

/** Rules of `metadata`, the same for every kind but for what a name must be. */

const NAME_RULES: Readonly<Record<Kind['nameRule'], (name: string) => string[]>> = {
  'dns-subdomain': (name) => isDNS1123Subdomain(name),
  'dns-label': isDNS1123Label,
  'dns-1035-label': isDNS1035Label,
  'path-segment': isPathSegmentName,
};

/** All annotations of an object together, in bytes. */
const ANNOTATIONS_LIMIT = 256 * 1024;
const STANDARD_FINALIZERS = new Set(['kubernetes', 'orphan', 'foregroundDeletion']);

export type NameRules = Pick<Kind, 'nameRule' | 'namespaced'>;

/** For a new object, after its name was generated. */
export function validateObjectMeta(object: ApiObject, kind: NameRules, findings: Findings): void {
  const { metadata } = object;
  const rule = NAME_RULES[kind.nameRule];
  if (metadata.generateName)
    for (const problem of rule(maskTrailingDash(metadata.generateName)))
      findings.invalid('metadata.generateName', metadata.generateName, problem);
  if (!metadata.name) findings.required('metadata.name', 'name or generateName is required');
  else for (const problem of rule(metadata.name)) findings.invalid('metadata.name', metadata.name, problem);
  if (kind.namespaced) {
    if (!metadata.namespace) findings.required('metadata.namespace');
    else for (const problem of isDNS1123Label(metadata.namespace)) findings.invalid('metadata.namespace', metadata.namespace, problem);
  } else if (metadata.namespace) {
    findings.forbidden('metadata.namespace', 'not allowed on this type');
  }
  if (metadata.generation !== undefined && metadata.generation < 0) {
    findings.invalid('metadata.generation', metadata.generation, 'must be greater than or equal to 0');
  }
  validateLabels(metadata.labels, 'metadata.labels', findings);
  validateAnnotations(metadata.annotations, 'metadata.annotations', findings);
  validateOwners(metadata, findings);
  validateFinalizers(metadata, findings);
}

/** For an update: what identifies the object stays, and what is new is well-formed. */
export function validateObjectMetaUpdate(object: ApiObject, old: ApiObject, findings: Findings): void {
  const { metadata } = object;
  const before = old.metadata;
  if (before.deletionTimestamp !== undefined) {
    const added = (metadata.finalizers ?? []).filter((finalizer) => !(before.finalizers ?? []).includes(finalizer));
    if (added.length > 0) {
      const shown = added.map((finalizer) => JSON.stringify(finalizer)).join(', ');
      findings.forbidden(
        'metadata.finalizers',
        `no new finalizers can be added if the object is being deleted, found new finalizers []string{${shown}}`,
      );
    }
  }
  if ((metadata.generation ?? 0) < (before.generation ?? 0))
    findings.invalid('metadata.generation', metadata.generation ?? 0, 'must not be decremented');
  for (const field of ['name', 'namespace', 'uid', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds'] as const) {
    if ((metadata[field] ?? '') !== (before[field] ?? '')) findings.invalid(`metadata.${field}`, metadata[field], 'field is immutable');
  }
  // What is the stored value itself was looked at when it was stored.
  if (metadata.labels !== before.labels) validateLabels(metadata.labels, 'metadata.labels', findings);
  if (metadata.annotations !== before.annotations) validateAnnotations(metadata.annotations, 'metadata.annotations', findings);
  if (metadata.ownerReferences !== before.ownerReferences) validateOwners(metadata, findings);
  if (metadata.finalizers !== before.finalizers) validateFinalizers(metadata, findings);
}

export function validateLabels(labels: Readonly<Record<string, string>> | undefined, path: string, findings: Findings): void {
  for (const [key, value] of Object.entries(labels ?? {})) {
    for (const problem of isQualifiedName(key)) findings.invalid(path, key, problem);
    for (const problem of isLabelValue(value)) findings.invalid(path, value, problem);
  }
}

export function validateAnnotations(annotations: Readonly<Record<string, string>> | undefined, path: string, findings: Findings): void {
  let size = 0;
  for (const [key, value] of Object.entries(annotations ?? {})) {
    // Keys may be in capitals.
    for (const problem of isQualifiedName(key.toLowerCase())) findings.invalid(path, key, problem);
    size += byteLength(key) + byteLength(value);
  }
  if (size > ANNOTATIONS_LIMIT) findings.tooLong(path, ANNOTATIONS_LIMIT);
}

function validateOwners({ ownerReferences = [] }: ObjectMeta, findings: Findings): void {
  const path = 'metadata.ownerReferences';
  let controller: OwnerReference | undefined;
  for (const owner of ownerReferences) {
    const version = versionOf(owner.apiVersion ?? '');
    if (version === '') findings.invalid(`${path}.apiVersion`, owner.apiVersion ?? '', 'version must not be empty');
    for (const field of ['kind', 'name', 'uid'] as const)
      if (!owner[field]) findings.invalid(`${path}.${field}`, owner[field] ?? '', 'must not be empty');
    if (owner.apiVersion === 'v1' && owner.kind === 'Event') {
      findings.invalid(path, inOrder(owner), '/v1, Kind=Event is disallowed from being an owner');
    }
    if (owner.controller !== true) continue;
    if (controller === undefined) controller = owner;
    else {
      const names = `${controller.kind}/${controller.name} and ${owner.kind}/${owner.name}`;
      findings.invalid(
        path,
        ownerReferences.map(inOrder),
        `Only one reference can have Controller set to true. Found "true" in references for ${names}`,
      );
    }
  }
}

/** The version in `apiVersion`, as `schema.FromAPIVersionAndKind` finds it; empty where the text makes no sense. */
function versionOf(apiVersion: string): string {
  const parts = apiVersion.split('/');
  return parts.length > 2 ? '' : (parts.at(-1) ?? '');
}

// The value is printed with its fields in the order of the Go struct.
function inOrder(owner: OwnerReference): OwnerReference {
  const { apiVersion = '', kind = '', name = '', uid = '', controller, blockOwnerDeletion } = owner;
  return {
    apiVersion,
    kind,
    name,
    uid,
    ...(controller === undefined ? {} : { controller }),
    ...(blockOwnerDeletion === undefined ? {} : { blockOwnerDeletion }),
  };
}

function validateFinalizers({ finalizers = [] }: ObjectMeta, findings: Findings): void {
  for (const finalizer of finalizers)
    for (const problem of isQualifiedName(finalizer)) findings.invalid('metadata.finalizers', finalizer, problem);
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    findings.invalid('metadata.finalizers', finalizers, 'finalizer orphan and foregroundDeletion cannot be both set');
  }
  finalizers.forEach((finalizer, index) => {
    if (!finalizer.includes('/') && !STANDARD_FINALIZERS.has(finalizer)) {
      findings.invalid(`metadata.finalizers[${index}]`, finalizer, 'name is neither a standard finalizer name nor is it fully qualified');
    }
  });
}

/** A generated name ends in other characters than its prefix. */
function maskTrailingDash(name: string): string {
  return name.length > 1 && name.endsWith('-') ? `${name.slice(0, -2)}a` : name;
}
