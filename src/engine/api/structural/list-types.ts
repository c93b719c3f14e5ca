import type { Json, JsonObject } from '../meta.ts';
import { validateObjectMeta } from '../object-meta.ts';
import { Findings } from '../validation.ts';
import { embedded } from './prune.ts';
import { child, isRecord, valuesOf, type Structural } from './schema.ts';

/** Sets hold no two equal items, maps no two with equal keys (`listtype.ValidateListSetsAndMaps`). */
export function validateListTypes(value: Json, schema: Structural, findings: Findings, path = ''): void {
  if (Array.isArray(value)) {
    const type = schema['x-kubernetes-list-type'];
    const keys = schema['x-kubernetes-list-map-keys'] ?? [];
    if (type === 'set' || type === 'map') {
      const seen = new Set<string>();
      for (const [index, item] of value.entries()) {
        const identity = type === 'set' ? item : keysOf(item, keys, schema.items);
        const text = canonical(identity);
        if (seen.has(text)) findings.duplicate(`${path}[${index}]`, identity);
        seen.add(text);
      }
    }
    if (schema.items !== undefined)
      for (const [index, item] of value.entries()) validateListTypes(item, schema.items, findings, `${path}[${index}]`);
    return;
  }
  if (!isRecord(value)) return;
  const values = valuesOf(schema);
  for (const key of Object.keys(value).sort()) {
    const property = schema.properties?.[key] ?? values;
    if (property !== undefined) validateListTypes(value[key] as Json, property, findings, child(path, key));
  }
}

/** Embedded objects name what they are, and their metadata is well-formed (`objectmeta.Validate`). */
export function validateEmbedded(value: Json, schema: Structural, findings: Findings): void {
  embedded(value, schema, (object: JsonObject, path) => {
    for (const field of ['apiVersion', 'kind']) {
      const given = object[field];
      if (given === undefined || given === '') findings.required(`${path}.${field}`);
      else if (typeof given !== 'string') findings.typeInvalid(`${path}.${field}`, given, 'must be a string');
    }
    const { metadata } = object;
    if (!isRecord(metadata)) return;
    const named = { apiVersion: '', kind: '', metadata: { name: 'fakename', ...metadata } };
    const namespaced = typeof metadata['namespace'] === 'string' && metadata['namespace'] !== '';
    const below = new Findings();
    validateObjectMeta(named, { nameRule: 'path-segment', namespaced }, below);
    for (const { type, field, body } of below.list) findings.add(type, `${path}.${field}`, body);
  });
}

function keysOf(item: Json, keys: readonly string[], schema: Structural | undefined): JsonObject {
  const out: JsonObject = {};
  if (!isRecord(item)) return out;
  for (const key of [...keys].sort()) {
    const value = item[key] ?? schema?.properties?.[key]?.default;
    if (value !== undefined) out[key] = value;
  }
  return out;
}

function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isRecord(value)) return JSON.stringify(value);
  return `{${Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key] as Json)}`)
    .join(',')}}`;
}
