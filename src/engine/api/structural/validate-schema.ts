import { regexFault } from '../../cel/regex.ts';
import type { Json } from '../meta.ts';
import type { Findings } from '../validation.ts';
import { validateRuleDefinitions } from './rule-definitions.ts';
import { isEmbedded, isIntOrString, isRecord, preservesUnknown, valuesOf, type Structural } from './schema.ts';
import { compiled, validateValue } from './validate.ts';

/** Whether a schema is structural, and all that is in it makes sense. `path` is where it stands. */
export function validateSchema(schema: Structural, path: string, findings: Findings): void {
  const before = findings.list.length;
  structure(schema, 'root', path, findings);
  const structural = findings.list.length === before;
  details(schema, path, findings);
  // Rules speak of types, which only a structural schema has.
  if (structural) validateRuleDefinitions(schema, path, findings);
}

type Level = 'root' | 'field' | 'item';
const EMPTY: Readonly<Record<Level, string>> = {
  root: 'must not be empty at the root',
  field: 'must not be empty for specified object fields',
  item: 'must not be empty for specified array items',
};

/** Every part beneath a schema, with its path. */
function* parts(schema: Structural, path: string): Generator<[Structural, string, Level]> {
  if (schema.items !== undefined) yield [schema.items, `${path}.items`, 'item'];
  for (const name of Object.keys(schema.properties ?? {}).sort())
    yield [schema.properties?.[name] as Structural, `${path}.properties[${name}]`, 'field'];
  const values = valuesOf(schema);
  if (values !== undefined) yield [values, `${path}.additionalProperties`, 'field'];
}

/** `schema.ValidateStructural`, then the defaults. */
function structure(schema: Structural, level: Level, path: string, findings: Findings): void {
  for (const [below, at, next] of parts(schema, path)) structure(below, next, at, findings);
  const { type = '' } = schema;
  if (type === '' && schema.$ref === undefined && !isIntOrString(schema) && (!preservesUnknown(schema) || level === 'root'))
    findings.required(`${path}.type`, EMPTY[level]);
  if (level === 'root' && type !== '' && type !== 'object') findings.invalid(`${path}.type`, type, 'must be object at the root');
  if (isEmbedded(schema)) {
    if (schema.properties === undefined && !preservesUnknown(schema))
      findings.required(
        `${path}.properties`,
        'must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields',
      );
    if (type !== 'object') findings.invalid(`${path}.type`, type, 'must be object if x-kubernetes-embedded-resource is true');
  }
  if (schema['x-kubernetes-preserve-unknown-fields'] === false)
    findings.invalid(`${path}.x-kubernetes-preserve-unknown-fields`, false, 'must be true or undefined');
  const metadata = schema.properties?.['metadata'];
  if ((level === 'root' || isEmbedded(schema)) && metadata !== undefined) envelope(metadata, `${path}.properties[metadata]`, findings);
  for (const [list, name] of [
    [schema.allOf, 'allOf'],
    [schema.anyOf, 'anyOf'],
    [schema.oneOf, 'oneOf'],
  ] as const)
    for (const [index, one] of (list ?? []).entries()) junctor(one, isIntOrString(schema), `${path}.${name}[${index}]`, findings);
  if (schema.not !== undefined) junctor(schema.not, false, `${path}.not`, findings);
  if (schema.default !== undefined) validateValue(schema.default, schema, findings, undefined, `${path}.default`);
}

function envelope(metadata: Structural, path: string, findings: Findings): void {
  const { properties = {}, type: _type, description: _description, ...rest } = metadata;
  const other = Object.keys(properties).some((name) => name !== 'name' && name !== 'generateName');
  if (other || Object.keys(rest).length > 0)
    findings.forbidden(path, 'must not specify anything other than name and generateName, but metadata is implicitly specified');
}

const NOT_IN_JUNCTORS = ['type', 'default', 'title', 'description', 'additionalProperties', 'nullable', 'x-kubernetes-preserve-unknown-fields', 'x-kubernetes-embedded-resource', 'x-kubernetes-int-or-string'] as const; // prettier-ignore

/** Alternatives constrain what is specified outside of them; they specify nothing. */
function junctor(schema: Structural, intOrString: boolean, path: string, findings: Findings): void {
  for (const field of NOT_IN_JUNCTORS) {
    const value = schema[field];
    if (value === undefined || value === '' || value === false) continue;
    // The two alternatives of int-or-string name their types.
    if (field === 'type' && intOrString && (value === 'integer' || value === 'string')) continue;
    findings.forbidden(
      `${path}.${field}`,
      field === 'default' || field === 'additionalProperties'
        ? 'must be undefined to be structural'
        : field === 'type' || field === 'title' || field === 'description'
          ? 'must be empty to be structural'
          : 'must be false to be structural',
    );
  }
  for (const [below, at] of parts(schema, path)) junctor(below, false, at, findings);
}

const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string'];
const REASONS = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'];

/** `validateCustomResourceDefinitionOpenAPISchema`. */
function details(schema: Structural, path: string, findings: Findings): void {
  const { type, pattern } = schema;
  if (schema.uniqueItems === true)
    findings.forbidden(`${path}.uniqueItems`, 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic');
  if (schema.additionalProperties === false)
    findings.forbidden(`${path}.additionalProperties`, 'additionalProperties cannot be set to false');
  else if (typeof schema.additionalProperties === 'object' && Object.keys(schema.properties ?? {}).length > 0)
    findings.forbidden(`${path}.additionalProperties`, 'additionalProperties and properties are mutual exclusive');
  if (schema.$ref !== undefined) findings.forbidden(`${path}.$ref`, '$ref is not supported');
  if (type !== undefined && type !== '' && !TYPES.includes(type)) findings.notSupported(`${path}.type`, type, TYPES);
  if (type === 'array' && schema.items === undefined) findings.required(`${path}.items`, 'must be specified');
  if (pattern !== undefined && compiled(pattern) === undefined)
    findings.invalid(
      `${path}.pattern`,
      pattern,
      `must be a valid regular expression, but isn't: error parsing regexp: ${regexFault(pattern)}`,
    );
  lists(schema, path, findings);
  const mapType = schema['x-kubernetes-map-type'];
  if (mapType !== undefined) {
    if (type !== 'object') findings.invalid(`${path}.type`, type ?? '', 'must be object if x-kubernetes-map-type is specified');
    if (mapType !== 'atomic' && mapType !== 'granular')
      findings.notSupported(`${path}.x-kubernetes-map-type`, mapType, ['atomic', 'granular']);
  }
  for (const [below, at] of parts(schema, path)) details(below, at, findings);
  rules(schema, path, findings);
}

function lists(schema: Structural, path: string, findings: Findings): void {
  const list = schema['x-kubernetes-list-type'];
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  const { type = '', items } = schema;
  if (list !== undefined && type !== 'array') {
    if (type === '') findings.required(`${path}.type`, 'must be array if x-kubernetes-list-type is specified');
    else findings.invalid(`${path}.type`, type, 'must be array if x-kubernetes-list-type is specified');
  } else if (list !== undefined && !['atomic', 'set', 'map'].includes(list))
    findings.notSupported(`${path}.x-kubernetes-list-type`, list, ['atomic', 'set', 'map']);
  if (keys.length > 0 && list !== 'map') {
    const why = 'must be map if x-kubernetes-list-map-keys is non-empty';
    if (list === undefined) findings.required(`${path}.x-kubernetes-list-type`, why);
    else findings.invalid(`${path}.x-kubernetes-list-type`, list, why);
  }
  if (list === 'map') mapList(keys, items, path, findings);
  if (list === 'set' && items !== undefined) {
    if (items.nullable === true) findings.forbidden(`${path}.items.nullable`, 'cannot be nullable when x-kubernetes-list-type is set');
    if (items.type === 'object' && items['x-kubernetes-map-type'] !== 'atomic')
      findings.invalid(
        `${path}.items.x-kubernetes-map-type`,
        items['x-kubernetes-map-type'] ?? null,
        'must be atomic as item of a list with x-kubernetes-list-type=set',
      );
    if (items.type === 'array' && (items['x-kubernetes-list-type'] ?? 'atomic') !== 'atomic')
      findings.invalid(
        `${path}.items.x-kubernetes-list-type`,
        items['x-kubernetes-list-type'] ?? null,
        'must be atomic as item of a list with x-kubernetes-list-type=set',
      );
  }
}

function mapList(keys: readonly string[], items: Structural | undefined, path: string, findings: Findings): void {
  const at = `${path}.x-kubernetes-list-map-keys`;
  if (keys.length === 0) findings.required(at, 'must not be empty if x-kubernetes-list-type is map');
  if (items === undefined) return;
  if (items.type !== 'object')
    findings.invalid(`${path}.items.type`, items.type ?? '', "must be object if parent array's x-kubernetes-list-type is map");
  if (keys.some((key) => items.properties?.[key] === undefined)) findings.invalid(at, keys, 'entries must all be names of item properties');
  else {
    for (const key of keys) {
      const property = items.properties?.[key];
      if (property === undefined) continue;
      const { type, default: usual } = property;
      if (type === 'array' || type === 'object')
        findings.invalid(
          `${path}.items.properties[${key}].type`,
          type,
          "must be a scalar type if parent array's x-kubernetes-list-type is map",
        );
      if (usual === undefined && items.required?.includes(key) !== true)
        findings.required(
          `${path}.items.properties[${key}].default`,
          'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property',
        );
    }
  }
  if (new Set(keys).size !== keys.length) findings.invalid(at, keys, 'must not contain duplicate entries');
}

function rules(schema: Structural, path: string, findings: Findings): void {
  const given = schema['x-kubernetes-validations'] ?? [];
  const at = (index: number, field: string): string => `${path}.x-kubernetes-validations[${index}].${field}`;
  for (const [index, rule] of given.entries()) {
    const { message = '', messageExpression = '', reason, fieldPath = '' } = rule;
    const lines = (text: string): boolean => /[\n\r]/.test(text);
    if (rule.rule.trim() === '') findings.required(at(index, 'rule'), 'rule is not specified');
    else if (message !== '' && message.trim() === '') findings.invalid(at(index, 'message'), message, 'must be non-empty if specified');
    else if (lines(message.trim())) findings.invalid(at(index, 'message'), message, 'must not contain line breaks');
    else if (lines(rule.rule.trim()) && message.trim() === '')
      findings.required(at(index, 'message'), 'message must be specified if rule contains line breaks');
    if (messageExpression !== '' && messageExpression.trim() === '')
      findings.required(at(index, 'messageExpression'), 'messageExpression must be non-empty if specified');
    if (reason !== undefined && !REASONS.includes(reason)) findings.notSupported(at(index, 'reason'), reason, REASONS);
    if (fieldPath !== '' && fieldPath.trim() === '') findings.invalid(at(index, 'fieldPath'), fieldPath, 'must be non-empty if specified');
    if (lines(fieldPath)) findings.invalid(at(index, 'fieldPath'), fieldPath, 'must not contain line breaks');
    if (fieldPath !== '' && !refersTo(schema, fieldPath)) findings.invalid(at(index, 'fieldPath'), fieldPath, 'must be a valid path');
  }
}

function refersTo(schema: Structural, fieldPath: string): boolean {
  let at: Structural | undefined = schema;
  for (const step of fieldPath
    .replace(/^\./, '')
    .split(/\.|\['|'\]/)
    .filter((one) => one !== ''))
    at = at?.properties?.[step] ?? (at === undefined ? undefined : valuesOf(at));
  return at !== undefined;
}

/** The schema that a path of fields leads to. */
export function schemaAt(schema: Structural, fields: readonly string[]): Structural | undefined {
  let at: Structural | undefined = schema;
  for (const field of fields) at = isRecord(at?.properties as unknown as Json) ? at?.properties?.[field] : undefined;
  return at;
}
