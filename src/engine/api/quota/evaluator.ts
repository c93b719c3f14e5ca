import type { ScopedResourceSelectorRequirement } from '../generated/types.ts';
import type { ApiObject } from '../meta.ts';
import type { Amounts } from './amounts.ts';

/** How objects of one resource count against quotas (upstream's quota.Evaluator). */
export interface Evaluator {
  /** Whether a write can change what is used. */
  handles(verb: 'create' | 'update', subresource: string): boolean;
  /** Those of a quota's resources that this one measures. */
  matching(names: readonly string[]): string[];
  /** Whether an object falls under a scope. */
  inScope(requirement: ScopedResourceSelectorRequirement, object: ApiObject): boolean;
  /** Why an object cannot be counted: what its containers must say first. */
  complaint?(required: readonly string[], object: ApiObject): string | undefined;
  usage(object: ApiObject, now: number): Amounts;
}
