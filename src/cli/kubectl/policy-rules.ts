import { byCodePoint, list, text } from './values.ts';
import type { Json } from './values.ts';

interface SimpleRule {
  readonly group: string | undefined;
  readonly resource: string | undefined;
  readonly name: string | undefined;
  readonly url: string | undefined;
  readonly verbs: string[];
}

/**
 * Rules of RBAC as kubectl shows them: broken down to one resource, group and name each, those that differ by verb alone put
 * together again, and sorted by the text that Go prints of them. Cells: resources, URLs, names, verbs.
 */
export function policyRows(rules: readonly Json[]): string[][] {
  return compact(rules.flatMap(breakDown))
    .sort((a, b) => byCodePoint(sortText(a), sortText(b)))
    .map((rule) => [resourceText(rule), words(rule.url), words(rule.name), `[${rule.verbs.join(' ')}]`]);
}

function breakDown(rule: Json): SimpleRule[] {
  const each = (field: string): string[] => list(rule, field).map((value) => text(value));
  const names: (string | undefined)[] = each('resourceNames');
  if (names.length === 0) names.push(undefined);
  const found: SimpleRule[] = [];
  for (const group of each('apiGroups'))
    for (const resource of each('resources'))
      for (const verb of each('verbs')) for (const name of names) found.push({ group, resource, name, url: undefined, verbs: [verb] });
  for (const url of each('nonResourceURLs'))
    for (const verb of each('verbs')) found.push({ group: undefined, resource: undefined, name: undefined, url, verbs: [verb] });
  return found;
}

/** Rules about URLs stay as they are, doubled ones too. */
function compact(rules: readonly SimpleRule[]): SimpleRule[] {
  const kept: SimpleRule[] = [];
  const byResource = new Map<string, SimpleRule>();
  for (const rule of rules) {
    const key = JSON.stringify([rule.group, rule.resource, rule.name]);
    const known = rule.url === undefined ? byResource.get(key) : undefined;
    if (known !== undefined) known.verbs.push(...rule.verbs.filter((verb) => !known.verbs.includes(verb)));
    else {
      kept.push(rule);
      if (rule.url === undefined) byResource.set(key, rule);
    }
  }
  return kept;
}

function words(word: string | undefined): string {
  return `[${word ?? ''}]`;
}

function sortText({ group, resource, name, url, verbs }: SimpleRule): string {
  return `Verbs:[${verbs.join(' ')}],APIGroups:${words(group)},Resources:${words(resource)},ResourceNames:${words(name)},NonResourceURLs:${words(url)},`;
}

/** `deployments.apps/scale`: the group stands before the subresource. */
function resourceText({ group, resource }: SimpleRule): string {
  if (resource === undefined) return '';
  const [name = '', ...sub] = resource.split('/');
  return `${name}${group ? `.${group}` : ''}${sub.length > 0 ? `/${sub.join('/')}` : ''}`;
}
