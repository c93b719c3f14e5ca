import type { ResourceQuota } from '../../api/generated/types.ts';
import { addAmounts, beyond, excess, maskAmounts, showAmounts, type Amounts } from '../../api/quota/amounts.ts';
import { evaluatorOf } from '../../api/quota/evaluators.ts';
import { inScopes } from '../../api/quota/matches.ts';
import { compareQuantities } from '../../api/quantity.ts';
import { refuse, type AdmissionPlugin, type Operation } from './admission.ts';

interface Quotas {
  of(namespace: string): readonly ResourceQuota[];
  /** Writes down what is used now, past all rules. */
  use(quota: ResourceQuota, used: Record<string, string>): void;
}

/**
 * Refuses what a namespace's quotas have no room for, and books what they have: `status.used` grows with the very request.
 * The last of all plugins, so that nothing is booked for what another one refuses. The controller counts afresh.
 */
export function resourceQuota(quotas: Quotas): AdmissionPlugin {
  return {
    name: 'ResourceQuota',
    validate(operation: Operation): void {
      const { verb, kind, namespace, subresource, object, old, context } = operation;
      if (verb === 'delete' || verb === 'connect' || namespace === '' || !kind.namespaced || object === undefined) return;
      // Subresources change no counts; only a resize changes what a pod asks for.
      if (subresource !== '' && !(kind.group === '' && kind.resource === 'pods' && subresource === 'resize')) return;
      const all = quotas.of(namespace);
      if (all.length === 0) return;
      const evaluator = evaluatorOf(kind.group, kind.resource);
      if (evaluator?.handles(verb, subresource) !== true) return;
      const concerned = all.filter((quota) => {
        const measured = evaluator.matching(Object.keys(quota.status?.hard ?? {}));
        if (measured.length === 0 || !inScopes(quota, evaluator, object)) return false;
        const name = quota.metadata.name ?? '';
        const complaint = evaluator.complaint?.(measured, object);
        if (complaint !== undefined) throw refuse(operation, `failed quota: ${name}: ${complaint}`);
        const unknown = measured.filter((resource) => quota.status?.used?.[resource] === undefined);
        if (unknown.length > 0) throw refuse(operation, `status unknown for quota: ${name}, resources: ${measured.sort().join(',')}`);
        return true;
      });
      if (concerned.length === 0) return;
      const usage = evaluator.usage(object, context.now);
      const negative = Object.keys(usage).filter((name) => compareQuantities(usage[name] as string, '0') < 0);
      if (negative.length > 0) throw refuse(operation, `quota usage is negative for resource(s): ${negative.sort().join(',')}`);
      const more = withoutZeros(verb === 'update' && old !== undefined ? excess(usage, evaluator.usage(old, context.now)) : usage);
      const booked = concerned.map((quota) => book(operation, quota, more));
      if (context.dryRun) return;
      booked.forEach((used, index) => {
        if (used !== undefined) quotas.use(concerned[index] as ResourceQuota, used);
      });
    },
  };
}

/** What would be used with `more`; undefined where the quota does not count that. */
function book(operation: Operation, { metadata, status }: ResourceQuota, more: Amounts): Record<string, string> | undefined {
  const hard = status?.hard ?? {};
  const used = status?.used ?? {};
  const requested = maskAmounts(more, Object.keys(hard));
  if (Object.keys(requested).length === 0) return undefined;
  const after = addAmounts(used, requested);
  const exceeded = beyond(maskAmounts(after, Object.keys(requested)), hard);
  if (exceeded.length > 0) {
    const [asked, have, limit] = [requested, used, hard].map((amounts) => showAmounts(maskAmounts(amounts, exceeded)));
    throw refuse(operation, `exceeded quota: ${metadata.name ?? ''}, requested: ${asked}, used: ${have}, limited: ${limit}`);
  }
  return after;
}

const withoutZeros = (amounts: Amounts): Amounts =>
  Object.fromEntries(Object.entries(amounts).filter(([, amount]) => compareQuantities(amount, '0') !== 0));
