import type { ResourceQuota, ScopedResourceSelectorRequirement } from '../generated/types.ts';
import type { ApiObject } from '../meta.ts';
import type { Evaluator } from './evaluator.ts';

/** Whether an object falls under every scope of a quota. */
export function inScopes(quota: ResourceQuota, evaluator: Evaluator, object: ApiObject): boolean {
  return scopesOf(quota).every((requirement) => evaluator.inScope(requirement, object));
}

/** `spec.scopes` are short for selectors. */
function scopesOf({ spec }: ResourceQuota): ScopedResourceSelectorRequirement[] {
  const named = (spec?.scopes ?? []).map((scopeName) => ({ scopeName, operator: 'Exists' }) as ScopedResourceSelectorRequirement);
  return [...named, ...(spec?.scopeSelector?.matchExpressions ?? [])];
}
