import { LEVELS, STAGES, type Policy, type PolicyRule, type Stage } from './policy.ts';

/** What kube-apiserver says of a policy file that it cannot use: every fault, with its place. Empty when it can. */
export function validatePolicy(value: unknown): string[] {
  if (!isMap(value)) return ['policy: Invalid value: must be an object of kind Policy in audit.k8s.io/v1'];
  const faults: string[] = [];
  if (value['apiVersion'] !== 'audit.k8s.io/v1') faults.push(unsupported('apiVersion', value['apiVersion'], ['audit.k8s.io/v1']));
  if (value['kind'] !== 'Policy') faults.push(unsupported('kind', value['kind'], ['Policy']));
  unknown(value, ['apiVersion', 'kind', 'metadata', 'rules', 'omitStages', 'omitManagedFields'], '', faults);
  stages(value['omitStages'], 'omitStages', faults);
  const { rules } = value;
  if (rules !== undefined && !Array.isArray(rules)) faults.push('rules: Invalid value: must be a list');
  for (const [index, rule] of (Array.isArray(rules) ? (rules as unknown[]) : []).entries()) validateRule(rule, `rules[${index}]`, faults);
  if (!Array.isArray(rules) || rules.length === 0) faults.push('loaded illegal policy with 0 rules');
  return faults;
}

/** A policy that `validatePolicy` found nothing against. */
export const asPolicy = (value: unknown): Policy => value as Policy;

function validateRule(value: unknown, at: string, faults: string[]): void {
  if (!isMap(value)) {
    faults.push(`${at}: Invalid value: must be an object`);
    return;
  }
  const fields = ['level', 'users', 'userGroups', 'verbs', 'resources', 'namespaces', 'nonResourceURLs', 'omitStages', 'omitManagedFields'];
  unknown(value, fields, `${at}.`, faults);
  const rule = value as Partial<PolicyRule>;
  if (rule.level === undefined) faults.push(`${at}.level: Required value`);
  else if (!LEVELS.includes(rule.level)) faults.push(unsupported(`${at}.level`, rule.level, LEVELS));
  stages(rule.omitStages, `${at}.omitStages`, faults);
  const urls = rule.nonResourceURLs ?? [];
  if (urls.length > 0 && (rule.resources !== undefined || rule.namespaces !== undefined))
    faults.push(`${at}.nonResourceURLs: Invalid value: ${go(urls)}: rules cannot apply to both regular resources and non-resource URLs`);
  for (const [index, url] of urls.entries()) {
    const place = `${at}.nonResourceURLs[${index}]`;
    if (url === '*') continue;
    if (!url.startsWith('/'))
      faults.push(`${place}: Invalid value: ${JSON.stringify(url)}: non-resource URL rules must begin with a '/' character`);
    if (url.slice(0, -1).includes('*'))
      faults.push(
        `${place}: Invalid value: ${JSON.stringify(url)}: non-resource URL wildcards '*' must be the final character of the rule`,
      );
  }
  for (const [index, { group = '', resources = [], resourceNames = [] }] of (rule.resources ?? []).entries()) {
    const place = `${at}.resources[${index}]`;
    if (group.includes('/'))
      faults.push(`${place}.group: Invalid value: ${JSON.stringify(group)}: group must be a DNS subdomain, without a version`);
    if (resourceNames.length > 0 && resources.length === 0)
      faults.push(`${place}.resourceNames: Invalid value: ${go(resourceNames)}: using resourceNames requires at least one resource`);
  }
}

function stages(value: unknown, at: string, faults: string[]): void {
  for (const [index, stage] of (Array.isArray(value) ? (value as Stage[]) : []).entries())
    if (!STAGES.includes(stage))
      faults.push(`${at}[${index}]: Invalid value: ${JSON.stringify(stage)}: allowed stages are ${STAGES.join(',')}`);
}

function unknown(value: Record<string, unknown>, known: readonly string[], at: string, faults: string[]): void {
  for (const key of Object.keys(value))
    if (!known.includes(key)) faults.push(`strict decoding error: unknown field ${JSON.stringify(at + key)}`);
}

const unsupported = (at: string, value: unknown, supported: readonly string[]): string =>
  `${at}: Unsupported value: ${JSON.stringify(value ?? '')}: supported values: ${supported.map((one) => JSON.stringify(one)).join(', ')}`;

const go = (list: readonly string[]): string => `[${list.map((one) => JSON.stringify(one)).join(',')}]`;

const isMap = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
