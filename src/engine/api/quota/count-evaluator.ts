import type { Evaluator } from './evaluator.ts';

// What could be counted before there was `count/`.
const ALIASES = new Set(['configmaps', 'resourcequotas', 'replicationcontrollers', 'secrets']);

/** Counts objects of a resource, named as in `deployments.apps`. */
export function countEvaluator(resource: string): Evaluator {
  const names = [`count/${resource}`, ...(ALIASES.has(resource) ? [resource] : [])];
  const usage = Object.fromEntries(names.map((name) => [name, '1']));
  return {
    handles: (verb, subresource) => verb === 'create' && subresource === '',
    matching: (wanted) => wanted.filter((name) => names.includes(name)),
    inScope: () => false,
    usage: () => usage,
  };
}
