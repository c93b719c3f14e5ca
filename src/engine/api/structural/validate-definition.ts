import { checkName } from '../checks.ts';
import type {
  CustomResourceColumnDefinition,
  CustomResourceDefinition,
  CustomResourceDefinitionSpec,
  CustomResourceDefinitionVersion,
  CustomResourceSubresources,
  SelectableField,
} from '../generated/types.ts';
import { isDNS1035Label, isDNS1123Subdomain } from '../names.ts';
import type { Findings } from '../validation.ts';
import { sameJson, type Structural } from './schema.ts';
import { schemaAt, validateSchema } from './validate-schema.ts';

const SCOPES = ['Cluster', 'Namespaced'];
const APPROVED = 'api-approved.kubernetes.io';

export function validateDefinition({ metadata, spec, status }: CustomResourceDefinition, findings: Findings): void {
  const given = spec ?? ({} as CustomResourceDefinitionSpec);
  const wanted = `${given.names?.plural ?? ''}.${given.group ?? ''}`;
  if (metadata.name && metadata.name !== wanted)
    findings.invalid('metadata.name', metadata.name, 'must be spec.names.plural+"."+spec.group');
  validateSpec(given, findings);
  validateStored(given, status?.storedVersions ?? [], findings);
  validateApproval(given.group ?? '', metadata.annotations?.[APPROVED], findings);
}

export function validateDefinitionUpdate(draft: CustomResourceDefinition, old: CustomResourceDefinition, findings: Findings): void {
  validateSpec(draft.spec, findings);
  const established = old.status?.conditions?.some(({ type, status }) => type === 'Established' && status === 'True') === true;
  const fixed = (field: string, now: string | undefined, before: string): void => {
    if ((now ?? '') !== before) findings.invalid(field, now ?? '', 'field is immutable');
  };
  if (established) {
    fixed('spec.scope', draft.spec.scope, old.spec.scope);
    fixed('spec.names.kind', draft.spec.names?.kind, old.spec.names.kind);
  }
  fixed('spec.group', draft.spec.group, old.spec.group);
  fixed('spec.names.plural', draft.spec.names?.plural, old.spec.names.plural);
  validateStored(draft.spec, draft.status?.storedVersions ?? [], findings);
}

/** Groups of the project itself want an approval. */
function validateApproval(group: string, approval: string | undefined, findings: Findings): void {
  if (!/(^|\.)(k8s\.io|kubernetes\.io)$/.test(group)) return;
  const at = `metadata.annotations[${APPROVED}]`;
  const see = 'see https://github.com/kubernetes/enhancements/pull/1111';
  if (approval === undefined) findings.required(at, `protected groups must have approval annotation "${APPROVED}", ${see}`);
  else if (!approval.startsWith('unapproved') && !/^https?:\/\/[^/]+/.test(approval))
    findings.invalid(
      at,
      approval,
      `protected groups must have approval annotation "${APPROVED}" with either a URL or a reason starting with "unapproved", ${see}`,
    );
}

function validateStored({ versions = [] }: CustomResourceDefinitionSpec, stored: readonly string[], findings: Findings): void {
  const at = 'status.storedVersions';
  if (stored.length === 0) findings.invalid(at, null, 'must have at least one stored version');
  for (const [index, name] of stored.entries())
    if (!versions.some((version) => version.name === name))
      findings.invalid(
        `${at}[${index}]`,
        name,
        `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`,
      );
  // Each name of the status answers for one version of the spec.
  const first = (name: string): number => versions.findIndex((version) => version.name === name);
  const missing = versions.filter(({ storage, name }, index) => storage && (!stored.includes(name) || first(name) < index)).at(-1);
  if (missing !== undefined && stored.some((name) => versions.some((version) => version.name === name)))
    findings.invalid(at, stored, `must have the storage version ${missing.name}`);
}

function validateSpec(spec: CustomResourceDefinitionSpec, findings: Findings): void {
  const { group = '', scope = '', versions = [] } = spec;
  if (group === '') findings.required('spec.group');
  else {
    const problems = isDNS1123Subdomain(group);
    for (const problem of problems) findings.invalid('spec.group', group, problem);
    if (problems.length === 0 && !group.includes('.')) findings.invalid('spec.group', group, 'should be a domain with at least one dot');
  }
  if (scope === '') findings.required('spec.scope');
  else if (!SCOPES.includes(scope)) findings.notSupported('spec.scope', scope, SCOPES);
  validateVersions(versions, findings);
  const [only] = versions;
  // What all versions agree in stands above them.
  if (spec.preserveUnknownFields === true && JSON.stringify(versions.map(({ schema }) => schema ?? null)).includes('"default":'))
    findings.invalid('spec.preserveUnknownFields', true, 'must be false in order to use defaults in the schema');
  if (spec.preserveUnknownFields === true)
    findings.invalid(
      'spec.preserveUnknownFields',
      true,
      'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
    );
  validateNames(spec, findings);
  validateConversion(spec, findings);
  if (only === undefined) return;
  const shared = <F extends keyof CustomResourceDefinitionVersion>(field: F): boolean =>
    versions.every((version) => sameJson(version[field] ?? null, only[field] ?? null));
  each('schema', ({ schema }, at) => {
    if (schema?.openAPIV3Schema !== undefined)
      validateSchema(schema.openAPIV3Schema as unknown as Structural, `${at}.openAPIV3Schema`, findings);
  });
  each('additionalPrinterColumns', ({ additionalPrinterColumns }, at) => validateColumns(additionalPrinterColumns ?? [], at, findings));
  each('subresources', ({ subresources }, at) => validateScale(subresources, at, findings));
  each('selectableFields', ({ selectableFields, schema }, at) =>
    validateSelectable(selectableFields ?? [], schema?.openAPIV3Schema as unknown as Structural | undefined, at, findings),
  );

  function each(
    field: 'schema' | 'additionalPrinterColumns' | 'subresources' | 'selectableFields',
    visit: (version: CustomResourceDefinitionVersion, at: string) => void,
  ): void {
    if (shared(field)) visit(only as CustomResourceDefinitionVersion, `spec.${field === 'schema' ? 'validation' : field}`);
    else for (const [index, version] of versions.entries()) visit(version, `spec.versions[${index}].${field}`);
  }
}

function validateVersions(versions: readonly CustomResourceDefinitionVersion[], findings: Findings): void {
  for (const [index, { name = '', deprecated, deprecationWarning }] of versions.entries()) {
    const at = `spec.versions[${index}]`;
    checkName(name, `${at}.name`, isDNS1035Label, findings);
    if (deprecationWarning === undefined) continue;
    if (deprecated !== true) findings.invalid(`${at}.deprecationWarning`, deprecationWarning, 'can only be set for deprecated versions');
    else if (deprecationWarning === '') findings.invalid(`${at}.deprecationWarning`, '', 'must not be an empty string');
    else if (deprecationWarning.length > 256) findings.tooLong(`${at}.deprecationWarning`, 256);
  }
  for (const [index, { schema }] of versions.entries())
    if (schema?.openAPIV3Schema === undefined) findings.required(`spec.versions[${index}].schema.openAPIV3Schema`);
  const shown = versions.map(({ name, served = false, storage = false, deprecated = false, deprecationWarning = null }) => ({
    Name: name,
    Served: served,
    Storage: storage,
    Deprecated: deprecated,
    DeprecationWarning: deprecationWarning,
    Schema: null,
    Subresources: null,
    AdditionalPrinterColumns: null,
    SelectableFields: null,
  }));
  if (new Set(versions.map(({ name }) => name)).size !== versions.length)
    findings.invalid('spec.versions', shown, 'must contain unique version names');
  if (versions.filter(({ storage }) => storage).length !== 1)
    findings.invalid('spec.versions', shown, 'must have exactly one version marked as storage version');
  // The first version is also what the old field `spec.version` says.
  const [first] = versions;
  if (first !== undefined) checkName(first.name ?? '', 'spec.version', isDNS1035Label, findings);
}

function validateNames({ names }: CustomResourceDefinitionSpec, findings: Findings): void {
  const { plural = '', singular = '', kind = '', listKind = '', shortNames = [], categories = [] } = names ?? {};
  const label = (value: string, field: string): void => {
    if (value === '') findings.required(`spec.names.${field}`);
    else checkName(value, `spec.names.${field}`, isDNS1035Label, findings);
  };
  label(plural, 'plural');
  label(singular, 'singular');
  for (const [field, value] of [
    ['kind', kind],
    ['listKind', listKind],
  ] as const) {
    if (value === '') findings.required(`spec.names.${field}`);
    else
      for (const problem of isDNS1035Label(value.toLowerCase()))
        findings.invalid(`spec.names.${field}`, value, `may have mixed case, but should otherwise match: ${problem}`);
  }
  for (const [index, name] of shortNames.entries()) checkName(name, `spec.names.shortNames[${index}]`, isDNS1035Label, findings);
  for (const [index, name] of categories.entries()) checkName(name, `spec.names.categories[${index}]`, isDNS1035Label, findings);
  if (kind !== '' && kind === listKind) findings.invalid('spec.names.listKind', listKind, 'kind and listKind may not be the same');
}

function validateConversion({ conversion }: CustomResourceDefinitionSpec, findings: Findings): void {
  const strategy = conversion?.strategy ?? '';
  const reviews = conversion?.webhook?.conversionReviewVersions ?? [];
  if (strategy === '') findings.required('spec.conversion.strategy');
  else if (strategy !== 'None' && strategy !== 'Webhook') findings.notSupported('spec.conversion.strategy', strategy, ['None', 'Webhook']);
  else if (strategy === 'None') {
    if (conversion?.webhook?.clientConfig !== undefined)
      findings.forbidden('spec.conversion.webhookClientConfig', 'should not be set when strategy is not set to Webhook');
    if (reviews.length > 0)
      findings.forbidden('spec.conversion.conversionReviewVersions', 'should not be set when strategy is not set to Webhook');
  } else {
    if (conversion?.webhook?.clientConfig === undefined)
      findings.required('spec.conversion.webhookClientConfig', 'required when strategy is set to Webhook');
    if (reviews.length === 0) findings.required('spec.conversion.conversionReviewVersions');
  }
}

const COLUMN_TYPES = ['boolean', 'date', 'integer', 'number', 'string'];

function validateColumns(columns: readonly CustomResourceColumnDefinition[], path: string, findings: Findings): void {
  const oneOf = `must be one of ${COLUMN_TYPES.join(',')}`;
  for (const [index, { name = '', type = '', jsonPath = '' }] of columns.entries()) {
    const at = `${path}[${index}]`;
    if (name === '') findings.required(`${at}.name`);
    if (type === '') findings.required(`${at}.type`, oneOf);
    else if (!COLUMN_TYPES.includes(type)) findings.invalid(`${at}.type`, type, oneOf);
    if (jsonPath === '') findings.required(`${at}.JSONPath`);
    else if (!jsonPath.startsWith('.')) findings.invalid(`${at}.JSONPath`, jsonPath, 'must be a simple json path starting with .');
  }
}

function validateScale(subresources: CustomResourceSubresources | undefined, path: string, findings: Findings): void {
  const scale = subresources?.scale;
  if (scale === undefined) return;
  const check = (field: 'specReplicasPath' | 'statusReplicasPath', under: string): void => {
    const value = scale[field] ?? '';
    if (value === '') findings.required(`${path}.scale.${field}`);
    else if (!isPath(value) || !value.startsWith(`${under}.`))
      findings.invalid(`${path}.scale.${field}`, value, `should be a json path under ${under}`);
  };
  check('specReplicasPath', '.spec');
  check('statusReplicasPath', '.status');
  const { labelSelectorPath } = scale;
  if (
    labelSelectorPath !== undefined &&
    labelSelectorPath !== '' &&
    !(isPath(labelSelectorPath) && /^\.(spec|status)\./.test(labelSelectorPath))
  )
    findings.invalid(`${path}.scale.labelSelectorPath`, labelSelectorPath, 'should be a json path under either .spec or .status');
}

const isPath = (text: string): boolean => /^(\.[A-Za-z_$][\w$-]*)+$/.test(text);

function validateSelectable(fields: readonly SelectableField[], schema: Structural | undefined, path: string, findings: Findings): void {
  if (fields.length === 0) return;
  if (schema === undefined) {
    findings.invalid(path, '', 'may only be set when validations.schema is included');
    return;
  }
  if (fields.length > 8) findings.tooMany(path, fields.length, 8);
  const seen = new Set<string>();
  for (const [index, { jsonPath = '' }] of fields.entries()) {
    const at = `${path}[${index}].jsonPath`;
    if (jsonPath === '') {
      findings.required(at);
      continue;
    }
    const fault = pathFault(jsonPath, schema);
    if (fault !== undefined) findings.invalid(at, jsonPath, fault);
    else if (seen.has(jsonPath)) findings.duplicate(at, jsonPath);
    seen.add(jsonPath);
  }
}

function pathFault(jsonPath: string, schema: Structural): string | undefined {
  const invalid = (why: string): string => `is an invalid path: ${why}`;
  const head = /^[^.[]+/.exec(jsonPath)?.[0];
  if (head !== undefined) return invalid(`expected [ or . but got: ${head}`);
  if (/\[[0-9*]/.test(jsonPath)) return invalid('array notation is not allowed');
  if (/[.[]$/.test(jsonPath)) return invalid('unexpected end of JSON path');
  const fields = jsonPath.slice(1).split('.');
  const target = schemaAt(schema, fields);
  if (target === undefined) return invalid('does not refer to a valid field');
  return ['string', 'boolean', 'integer'].includes(target.type ?? '')
    ? undefined
    : 'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.';
}
