import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { KINDS } from '../src/engine/api/kinds/index.ts';
import type { Kind } from '../src/engine/api/kind.ts';
import type { FieldSchema } from '../src/engine/api/schema.ts';
import { SCHEMA } from '../src/engine/api/known-types.ts';
import { INERT_FIELDS } from '../src/engine/apiserver/inert-fields.ts';
import { inertPaths } from '../src/engine/apiserver/inert.ts';

// No field of a kind that the engine claims to model is silently without effect: some part that acts names it, or it is declared
// inert, and then whoever sets it is warned.

/** Said for people and other programs to read; nothing is expected to act on it. */
const FOR_READERS = /^(Event|EventsEvent|EventSeries|EventsEventSeries|EventSource|ManagedFieldsEntry|ExternalDocumentation)\./;
const SPELLED_OUT = new Set([
  // Dropped where they come in, as the API server drops what is off by default (DRANodeAllocatableResources).
  'Device.nodeAllocatableResourceMappings',
  'NodeAllocatableResourceMapping.allocationMultiplier',
  'NodeAllocatableResourceMapping.capacityKey',
  // Written by clients for other clients, and handed back.
  'JSONSchemaProps.$schema',
  'JSONSchemaProps.externalDocs',
  // Validation refuses them: schemas have to be structural.
  'CustomResourceDefinitionSpec.preserveUnknownFields',
  'JSONSchemaProps.additionalItems',
  'JSONSchemaProps.dependencies',
  'JSONSchemaProps.patternProperties',
]);

const ENGINE = join(import.meta.dirname, '../src/engine');
/** Rooms and files that only keep, check or show: naming a field there is no effect. */
const KEEPS_ONLY =
  /generated|printing|\/kinds\/|canonical\.ts$|internal-form|go-text|validat|merge-|merge\.ts$|openapi|go-types|storage-version|inert|\.test\.ts$|fuzz|facts/;

function words(): ReadonlySet<string> {
  const all = new Set<string>();
  for (const entry of readdirSync(ENGINE, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || !path.endsWith('.ts') || KEEPS_ONLY.test(path)) continue;
    const text = readFileSync(path, 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
    for (const word of text.match(/[$\w][\w$-]*/g) ?? []) all.add(word);
  }
  return all;
}

it('has an effect, or a warning, for every field of the kinds that are modelled', () => {
  const named = words();
  const silent: string[] = [];
  for (const kind of KINDS) {
    if (kind.fidelity.level === 'stored') continue;
    const inert = inertPaths(kind);
    for (const { path, key } of fieldsOf(kind)) {
      if (FOR_READERS.test(key) || SPELLED_OUT.has(key) || named.has(path.slice(path.lastIndexOf('.') + 1))) continue;
      if (![...inert.keys()].some((declared) => path === declared || path.startsWith(`${declared}.`)))
        silent.push(`${kind.kind} ${path} (${key})`);
    }
  }
  expect(silent).toEqual([]);
});

it('declares as inert only what there is', () => {
  for (const key of Object.keys(INERT_FIELDS)) {
    const [type = '', field = ''] = key.split('.');
    expect(SCHEMA[type]?.fields[field], key).toBeDefined();
  }
  for (const kind of KINDS)
    for (const path of Object.keys(kind.fidelity.inert ?? {}))
      if (path !== 'kind')
        expect(
          fieldsOf(kind).map((each) => each.path),
          kind.kind,
        ).toContain(path);
});

/** Every field below a kind, its status and metadata aside, with the type it belongs to. */
function fieldsOf(kind: Kind): { path: string; key: string }[] {
  const found: { path: string; key: string }[] = [];
  const visit = (type: string, at: string, outer: readonly string[]): void => {
    for (const [field, schema] of Object.entries(SCHEMA[type]?.fields ?? {})) {
      if (at === '' && ['apiVersion', 'kind', 'metadata', 'status'].includes(field)) continue;
      const path = at === '' ? field : `${at}.${field}`;
      found.push({ path, key: `${type}.${field}` });
      const inner = typeOf(schema);
      if (inner !== undefined && !outer.includes(inner)) visit(inner, path, [...outer, inner]);
    }
  };
  visit(kind.schema, '', [kind.schema]);
  return found;
}

function typeOf(schema: FieldSchema): string | undefined {
  if (schema.type === 'array' || schema.type === 'map') return typeOf(schema.items);
  return schema.type === 'ref' && schema.ref !== 'ObjectMeta' ? schema.ref : undefined;
}
