import type {
  CustomResourceDefinition,
  CustomResourceDefinitionVersion,
  CustomResourceSubresourceScale,
} from '../../api/generated/types.ts';
import { semanticallyEqual } from '../../api/equality.ts';
import type { CustomKind, Kind, ScaleMapping, Strategy, Verb } from '../../api/kind.ts';
import type { ApiObject, Json, JsonObject } from '../../api/meta.ts';
import { JsonPath } from '../../api/structural/json-path.ts';
import { validateEmbedded, validateListTypes } from '../../api/structural/list-types.ts';
import { applyDefaults, embedded, prune } from '../../api/structural/prune.ts';
import { validateRules } from '../../api/structural/rules.ts';
import { isRecord, type Structural } from '../../api/structural/schema.ts';
import { validateValue } from '../../api/structural/validate.ts';
import { Findings } from '../../api/validation.ts';
import { readFields, TypeFault } from '../decode/fields.ts';
import { customSchema } from '../managed/custom-shape.ts';
import { columnsOf } from './columns.ts';

// In the order in which discovery lists them.
const VERBS: readonly Verb[] = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];

type Parts = ApiObject & Record<string, unknown>;

/** One version of a definition as a kind like any other. */
export function customKind(definition: CustomResourceDefinition, version: CustomResourceDefinitionVersion): Kind {
  const { spec, status } = definition;
  const names = status?.acceptedNames ?? spec.names;
  const schema = (version.schema?.openAPIV3Schema ?? {
    type: 'object',
    'x-kubernetes-preserve-unknown-fields': true,
  }) as unknown as Structural;
  const storage = spec.versions.find(({ storage: stored }) => stored)?.name ?? version.name;
  const subresources = version.subresources;
  const hasStatus = subresources?.status !== undefined;
  const custom: CustomKind = {
    schema,
    storedVersion: `${spec.group}/${storage}`,
    read: (draft) => read(draft, schema),
    ...(spec.conversion?.strategy === 'Webhook' && spec.conversion.webhook !== undefined ? { conversion: spec.conversion.webhook } : {}),
    terminating: definition.metadata.deletionTimestamp !== undefined,
    ...(version.deprecated === true
      ? { deprecation: version.deprecationWarning ?? `${spec.group}/${version.name} ${names.kind} is deprecated` }
      : {}),
  };
  return {
    group: spec.group,
    version: version.name,
    kind: names.kind,
    resource: names.plural,
    singular: names.singular ?? '',
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    namespaced: spec.scope === 'Namespaced',
    verbs: VERBS,
    schema: customSchema(`${spec.group.split('.').reverse().join('.')}.${version.name}.${names.kind}`, schema),
    listKind: names.listKind ?? `${names.kind}List`,
    nameRule: 'dns-subdomain',
    defaults: (draft) => applyDefaults(draft as unknown as Json, schema),
    strategy: strategyOf(schema, hasStatus),
    subresources: {
      ...(hasStatus ? { status: statusStrategy(schema) } : {}),
      ...(subresources?.scale === undefined ? {} : { scale: scaleOf(subresources.scale) }),
    },
    fieldSelectors: Object.fromEntries((version.selectableFields ?? []).map(({ jsonPath }) => selectable(jsonPath))),
    columns: columnsOf(version.additionalPrinterColumns),
    fidelity: { level: 'modelled' },
    custom,
  };
}

/** Drops what the schema does not name and reads metadata into their type; tells unknown fields, sorted. */
function read(draft: JsonObject, schema: Structural): string[] {
  const unknown: string[] = [];
  const metadata = (object: JsonObject, path: string): void => {
    const given = object['metadata'];
    if (!isRecord(given)) return;
    try {
      const { object: clean, strict } = readFields(given, 'ObjectMeta');
      object['metadata'] = clean === given ? { ...given } : clean;
      for (const fault of strict) {
        const field = /^unknown field "(.*)"$/.exec(fault)?.[1];
        if (field !== undefined) unknown.push(`${path}metadata.${field}`);
      }
    } catch (error) {
      if (!(error instanceof TypeFault) || path === '') throw error;
      throw new TypeFault(`${path}metadata: Invalid value: ${JSON.stringify(sorted(given))}: ${error.message}`);
    }
  };
  metadata(draft, '');
  embedded(draft, schema, (object, path) => metadata(object, `${path}.`));
  unknown.push(...prune(draft, schema, true));
  return unknown.sort().map((path) => `unknown field ${JSON.stringify(path)}`);
}

function strategyOf(schema: Structural, hasStatus: boolean): Strategy<ApiObject> {
  return {
    prepareForCreate(draft) {
      if (hasStatus) delete (draft as Parts)['status'];
      draft.metadata.generation = 1;
    },
    prepareForUpdate(draft, old) {
      if (!draft.metadata.resourceVersion) draft.metadata.resourceVersion = old.metadata.resourceVersion as string;
      const [now, before] = [draft as Parts, old as Parts];
      if (hasStatus) {
        if (before['status'] === undefined) delete now['status'];
        else now['status'] = before['status'];
      }
      const content = ({ metadata: _metadata, apiVersion: _apiVersion, ...rest }: Parts): unknown => rest;
      const generation = old.metadata.generation ?? 1;
      draft.metadata.generation = semanticallyEqual(content(now), content(before)) ? generation : generation + 1;
    },
    validate(object, findings) {
      if (object.metadata.resourceVersion === undefined) validateObject(object, undefined, schema, findings);
    },
    validateUpdate(object, old, findings) {
      validateObject(object, old, schema, findings);
    },
    warnings(object, old) {
      return old === undefined ? [] : validateRules(object as unknown as Json, schema, new Findings(), old as unknown as Json);
    },
  };
}

/** All but status stays as it was. */
function statusStrategy(schema: Structural): Strategy<ApiObject> {
  return {
    prepareForUpdate(draft, old) {
      const now = draft as Parts;
      const { status } = now;
      const { resourceVersion } = draft.metadata;
      for (const key of Object.keys(now)) delete now[key];
      Object.assign(now, old, { metadata: { ...old.metadata } });
      if (resourceVersion !== undefined && resourceVersion !== '') now.metadata.resourceVersion = resourceVersion;
      if (status === undefined) delete now['status'];
      else now['status'] = status;
    },
    validateUpdate(object, old, findings) {
      validateObject(object, old, schema, findings);
    },
  };
}

const BLOCKING = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]);
const NOT_CHECKED =
  'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation';

function validateObject(object: ApiObject, old: ApiObject | undefined, schema: Structural, findings: Findings): void {
  const value = object as unknown as Json;
  const before = old as unknown as Json | undefined;
  validateValue(value, withoutEnvelope(schema), findings, before);
  validateEmbedded(value, schema, findings);
  validateListTypes(value, schema, findings);
  if (!hasRules(schema)) return;
  if (findings.list.some(({ type }) => BLOCKING.has(type)))
    findings.add('FieldValueInvalid', '<nil>', `Invalid value: null: ${NOT_CHECKED}`);
  else validateRules(value, schema, findings, before);
}

/** The server looks after the envelope itself, whatever a schema says of it. */
function withoutEnvelope(schema: Structural): Structural {
  const metadata = schema.properties?.['metadata'];
  return metadata === undefined ? schema : { ...schema, properties: { ...schema.properties, metadata: { ...metadata, type: 'object' } } };
}

const ruled = new WeakMap<Structural, boolean>();

function hasRules(schema: Structural): boolean {
  let has = ruled.get(schema);
  if (has === undefined) ruled.set(schema, (has = JSON.stringify(schema).includes('"x-kubernetes-validations"')));
  return has;
}

function scaleOf(paths: CustomResourceSubresourceScale): ScaleMapping<ApiObject> {
  const [spec, status] = [new JsonPath(paths.specReplicasPath), new JsonPath(paths.statusReplicasPath)];
  const selector = paths.labelSelectorPath === undefined ? undefined : new JsonPath(paths.labelSelectorPath);
  const count = (path: JsonPath, object: ApiObject): number => {
    const found = path.first(object as unknown as Json);
    return typeof found === 'number' ? found : 0;
  };
  return {
    replicas: (object) => count(spec, object),
    statusReplicas: (object) => count(status, object),
    withReplicas: (draft, replicas) => {
      let at = draft as unknown as JsonObject;
      const fields = spec.fields;
      for (const field of fields.slice(0, -1)) at = (at[field] ??= {}) as JsonObject;
      at[fields.at(-1) as string] = replicas;
    },
    selector: (object) => {
      const found = selector?.first(object as unknown as Json);
      return typeof found === 'string' ? found : '';
    },
  };
}

function selectable(jsonPath: string): [string, (object: ApiObject) => string] {
  const path = new JsonPath(jsonPath);
  const text = (object: ApiObject): string => {
    const found = path.first(object as unknown as Json);
    return found === undefined || found === null ? '' : String(found);
  };
  return [jsonPath.replace(/^\./, ''), text];
}

/** Go prints the keys of maps in order. */
function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key] as Json)]),
  );
}
