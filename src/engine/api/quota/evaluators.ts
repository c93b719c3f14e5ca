import { claimEvaluator } from './claim-evaluator.ts';
import { countEvaluator } from './count-evaluator.ts';
import { podEvaluator } from './pod-evaluator.ts';
import { resourceClaimEvaluator } from './resource-claim-evaluator.ts';
import { serviceEvaluator } from './service-evaluator.ts';
import type { Evaluator } from './evaluator.ts';

// quota/v1/install: not worth counting, or never stored.
const IGNORED = new Set(['events', 'events.events.k8s.io', 'bindings', 'componentstatuses']);

const counting = new Map<string, Evaluator>();

/** How a resource (`deployments`, `apps`) is counted; undefined for what no quota counts. */
export function evaluatorOf(group: string, resource: string): Evaluator | undefined {
  const name = group === '' ? resource : `${resource}.${group}`;
  if (IGNORED.has(name)) return undefined;
  if (name === 'pods') return podEvaluator;
  if (name === 'services') return serviceEvaluator;
  if (name === 'persistentvolumeclaims') return claimEvaluator;
  if (name === 'resourceclaims.resource.k8s.io') return resourceClaimEvaluator;
  let counted = counting.get(name);
  if (counted === undefined) counting.set(name, (counted = countEvaluator(name)));
  return counted;
}
