import { checkName } from '../checks.ts';
import type { CustomResourceDefinition, CustomResourceDefinitionSpec } from '../generated/types.ts';
import { isDNS1035Label, isDNS1123Subdomain } from '../names.ts';
import { plainColumns } from '../printing/created-at.ts';
import type { Findings } from '../validation.ts';
import { specStrategy, statusStrategy } from './define.ts';
import { storedOnly } from './stored.ts';
import { v1Kind } from './v1-kind.ts';

export const customResourceDefinition = v1Kind<CustomResourceDefinition>({
  group: 'apiextensions.k8s.io',
  kind: 'CustomResourceDefinition',
  resource: 'customresourcedefinitions',
  shortNames: ['crd', 'crds'],
  categories: ['api-extensions'],
  namespaced: false,
  defaults({ spec }) {
    if (spec === undefined) return;
    spec.conversion ??= { strategy: 'None' };
    if (spec.names === undefined) return;
    if (!spec.names.singular && spec.names.kind) spec.names.singular = spec.names.kind.toLowerCase();
    if (!spec.names.listKind && spec.names.kind) spec.names.listKind = `${spec.names.kind}List`;
  },
  strategy: specStrategy<CustomResourceDefinition>({
    prepareForCreate(draft) {
      const stored = (draft.spec?.versions ?? []).filter(({ storage }) => storage).map(({ name }) => name);
      draft.status = { conditions: null as unknown as [], acceptedNames: { plural: '', kind: '' }, storedVersions: stored };
    },
    create: validateDefinition,
    update: validateUpdate,
  }),
  subresources: { status: statusStrategy<CustomResourceDefinition>() },
  columns: plainColumns(),
  fidelity: storedOnly('custom resources are not served'),
});

const SCOPES = ['Cluster', 'Namespaced'];

function validateDefinition({ metadata, spec }: CustomResourceDefinition, findings: Findings): void {
  const { names, group = '' } = spec ?? ({} as CustomResourceDefinitionSpec);
  const wanted = `${names?.plural ?? ''}.${group}`;
  if (metadata.name && metadata.name !== wanted)
    findings.invalid('metadata.name', metadata.name, 'must be spec.names.plural+"."+spec.group');
  validateSpec(spec ?? ({} as CustomResourceDefinitionSpec), findings);
}

function validateUpdate(draft: CustomResourceDefinition, old: CustomResourceDefinition, findings: Findings): void {
  validateSpec(draft.spec, findings);
  const established = old.status?.conditions?.some(({ type, status }) => type === 'Established' && status === 'True') === true;
  if (established) {
    if (draft.spec.scope !== old.spec.scope) findings.invalid('spec.scope', draft.spec.scope, 'field is immutable');
    if (draft.spec.names?.kind !== old.spec.names.kind)
      findings.invalid('spec.names.kind', draft.spec.names?.kind ?? '', 'field is immutable');
  }
  if (draft.spec.group !== old.spec.group) findings.invalid('spec.group', draft.spec.group, 'field is immutable');
  if (draft.spec.names?.plural !== old.spec.names.plural)
    findings.invalid('spec.names.plural', draft.spec.names?.plural ?? '', 'field is immutable');
}

function validateSpec(spec: CustomResourceDefinitionSpec, findings: Findings): void {
  const { group = '', scope = '', names, versions = [], conversion } = spec;
  if (group === '') findings.required('spec.group');
  else {
    const problems = isDNS1123Subdomain(group);
    for (const problem of problems) findings.invalid('spec.group', group, problem);
    if (problems.length === 0 && !group.includes('.')) findings.invalid('spec.group', group, 'should be a domain with at least one dot');
  }
  if (scope === '') findings.required('spec.scope');
  else if (!SCOPES.includes(scope)) findings.notSupported('spec.scope', scope, SCOPES);
  if (spec.preserveUnknownFields === true)
    findings.invalid(
      'spec.preserveUnknownFields',
      true,
      'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
    );
  const seen = new Set<string>();
  for (const [index, { name = '', schema, deprecated, deprecationWarning }] of versions.entries()) {
    const at = `spec.versions[${index}]`;
    checkName(name, `${at}.name`, isDNS1035Label, findings);
    if (seen.has(name)) findings.duplicate(`${at}.name`, name);
    seen.add(name);
    if (deprecationWarning !== undefined && deprecated !== true)
      findings.invalid(`${at}.deprecationWarning`, deprecationWarning, 'can only be set for deprecated versions');
    if (schema?.openAPIV3Schema === undefined) findings.required(`${at}.schema.openAPIV3Schema`, 'schemas are required');
  }
  if (versions.filter(({ storage }) => storage).length !== 1)
    findings.invalid('spec.versions', versions, 'must have exactly one version marked as storage version');
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
  const strategy = conversion?.strategy ?? '';
  if (strategy === '') findings.required('spec.conversion.strategy');
  else if (strategy !== 'None' && strategy !== 'Webhook') findings.notSupported('spec.conversion.strategy', strategy, ['None', 'Webhook']);
  else if (strategy === 'None' && conversion?.webhook !== undefined) {
    if (conversion.webhook.clientConfig !== undefined)
      findings.forbidden('spec.conversion.webhookClientConfig', 'should not be set when strategy is not set to Webhook');
    if ((conversion.webhook.conversionReviewVersions ?? []).length > 0)
      findings.forbidden('spec.conversion.conversionReviewVersions', 'should not be set when strategy is not set to Webhook');
  } else if (strategy === 'Webhook') {
    if (conversion?.webhook?.clientConfig === undefined)
      findings.required('spec.conversion.webhookClientConfig', 'required when strategy is set to Webhook');
    if ((conversion?.webhook?.conversionReviewVersions ?? []).length === 0) findings.required('spec.conversion.conversionReviewVersions');
  }
}
