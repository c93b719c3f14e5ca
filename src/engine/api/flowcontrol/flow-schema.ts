import { checkName } from '../checks.ts';
import type { FlowSchema, FlowcontrolSubject, NonResourcePolicyRule, ResourcePolicyRule } from '../generated/types.ts';
import { isDNS1123Label, isDNS1123Subdomain } from '../names.ts';
import type { Findings } from '../validation.ts';

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch'];

const URL_VERBS = ['delete', 'get', 'head', 'options', 'patch', 'post', 'put'];

export function validateFlowSchema(
  { metadata, spec = { priorityLevelConfiguration: { name: '' } } }: FlowSchema,
  findings: Findings,
): void {
  const precedence = spec.matchingPrecedence ?? 0;
  if (precedence <= 0) findings.invalid('spec.matchingPrecedence', precedence, 'must be a positive value');
  if (precedence > 10000) findings.invalid('spec.matchingPrecedence', precedence, 'must not be greater than 10000');
  if (precedence === 1 && metadata.name !== 'exempt')
    findings.invalid('spec.matchingPrecedence', precedence, "only the schema named 'exempt' may have matchingPrecedence 1");
  const method = spec.distinguisherMethod;
  if (method !== undefined && method.type !== 'ByNamespace' && method.type !== 'ByUser')
    findings.notSupported('spec.distinguisherMethod.type', { Type: method.type ?? '' }, ['ByNamespace', 'ByUser']);
  const level = spec.priorityLevelConfiguration?.name;
  if (level) checkName(level, 'spec.priorityLevelConfiguration.name', isDNS1123Subdomain, findings);
  else findings.required('spec.priorityLevelConfiguration.name', 'must reference a priority level');
  for (const [index, { subjects, resourceRules, nonResourceRules }] of (spec.rules ?? []).entries()) {
    const at = `spec.rules[${index}]`;
    if ((subjects ?? []).length === 0) findings.required(`${at}.subjects`, 'subjects must contain at least one value');
    for (const [i, subject] of (subjects ?? []).entries()) validateSubject(subject, `${at}.subjects[${i}]`, findings);
    if ((resourceRules ?? []).length + (nonResourceRules ?? []).length === 0)
      findings.required(at, 'at least one of resourceRules and nonResourceRules has to be non-empty');
    for (const [i, rule] of (resourceRules ?? []).entries()) validateResourceRule(rule, `${at}.resourceRules[${i}]`, findings);
    for (const [i, rule] of (nonResourceRules ?? []).entries()) validateUrlRule(rule, `${at}.nonResourceRules[${i}]`, findings);
  }
}

function validateSubject(subject: FlowcontrolSubject, path: string, findings: Findings): void {
  const { kind = '', user, group, serviceAccount } = subject;
  const fields = { ServiceAccount: ['serviceAccount', serviceAccount], User: ['user', user], Group: ['group', group] } as const;
  if (!(kind in fields)) return findings.notSupported(`${path}.kind`, kind, ['Group', 'ServiceAccount', 'User']);
  const [own, value] = fields[kind as keyof typeof fields];
  if (value === undefined) findings.required(`${path}.${own}`, `${own} is required when subject kind is '${kind}'`);
  else if (kind === 'ServiceAccount') {
    const { name = '', namespace = '' } = serviceAccount ?? { name: '', namespace: '' };
    if (name === '') findings.required(`${path}.serviceAccount.name`);
    else if (name !== '*') checkName(name, `${path}.serviceAccount.name`, isDNS1123Subdomain, findings);
    if (namespace === '') findings.required(`${path}.serviceAccount.namespace`, 'must specify namespace for service account');
    else checkName(namespace, `${path}.serviceAccount.namespace`, isDNS1123Label, findings);
  } else if (!value.name) findings.required(`${path}.${own}.name`);
  for (const [other, [field, given]] of Object.entries(fields)) {
    if (other !== kind && given !== undefined)
      findings.forbidden(`${path}.${field}`, `${field} is forbidden when subject kind is not '${other}'`);
  }
}

function stars(list: readonly string[], what: string, path: string, findings: Findings): void {
  if (list.length > 1 && list.includes('*')) findings.invalid(path, list, `if '*' is present, must not specify other ${what}`);
}

function validateResourceRule(
  { verbs, apiGroups, resources, namespaces, clusterScope }: ResourcePolicyRule,
  path: string,
  findings: Findings,
): void {
  validateVerbs(verbs, VERBS, path, findings);
  if ((apiGroups ?? []).length === 0) findings.required(`${path}.apiGroups`, 'resource rules must supply at least one api group');
  stars(apiGroups ?? [], 'api groups', `${path}.apiGroups`, findings);
  if ((resources ?? []).length === 0) findings.required(`${path}.resources`, 'resource rules must supply at least one resource');
  stars(resources ?? [], 'resources', `${path}.resources`, findings);
  if ((namespaces ?? []).length === 0 && clusterScope !== true)
    findings.required(`${path}.namespaces`, 'resource rules that are not cluster scoped must supply at least one namespace');
  else if ((namespaces ?? []).includes('*')) stars(namespaces ?? [], 'namespaces', `${path}.namespaces`, findings);
  else {
    for (const [index, namespace] of (namespaces ?? []).entries())
      for (const problem of isDNS1123Label(namespace))
        findings.invalid(`${path}.namespaces[${index}]`, namespace, `each member of this list must be '*' or a DNS-1123 label; ${problem}`);
  }
}

function validateVerbs(verbs: readonly string[] | undefined, known: readonly string[], path: string, findings: Findings): void {
  const list = verbs ?? [];
  if (list.length === 0) findings.required(`${path}.verbs`, 'verbs must contain at least one value');
  else if (list.includes('*')) stars(list, 'verbs', `${path}.verbs`, findings);
  else if (!list.every((verb) => known.includes(verb))) findings.notSupported(`${path}.verbs`, list, known);
}

function validateUrlRule({ verbs, nonResourceURLs }: NonResourcePolicyRule, path: string, findings: Findings): void {
  validateVerbs(verbs, URL_VERBS, path, findings);
  const urls = nonResourceURLs ?? [];
  if (urls.length === 0) findings.required(`${path}.nonResourceURLs`, 'nonResourceURLs must contain at least one value');
  else if (urls.includes('*')) stars(urls, 'non-resource URLs', `${path}.nonResourceURLs`, findings);
  else {
    for (const [index, url] of urls.entries()) {
      const at = `${path}.nonResourceURLs[${index}]`;
      if (url === '') findings.invalid(at, url, 'must not be empty');
      else if (!url.startsWith('/')) findings.invalid(at, url, 'must start with slash');
      else if (url.includes(' ')) findings.invalid(at, url, 'must not contain white-space');
      else if (url.includes('//')) findings.invalid(at, url, 'must not contain double slash');
      else if (url.slice(0, -1).includes('*')) findings.invalid(at, url, 'wildcard can only do suffix matching');
    }
  }
}
