import { failure, forbidden } from '../../api/errors.ts';
import type { Pod, PodDisruptionBudget } from '../../api/generated/types.ts';
import { matchesSelector } from '../../api/selector.ts';
import { formatTime } from '../../sim/time.ts';
import type { RequestContext, Target } from '../context.ts';
import { prefixEnd } from '../../etcd/keys.ts';
import type { ServerParts } from '../server-parts.ts';

/** A budget remembers at most so many pods whose deletion it has allowed and nobody has seen yet. */
const MAX_DISRUPTED_PODS = 2000;
const REFUSED = "Cannot evict pod as it would violate the pod's disruption budget.";

/** Asks the pod's disruption budget for an eviction, and takes one from it (`EvictionREST.Create`). Throws what the server answers when there is none. */
export function takeFromBudget(context: RequestContext, target: Target, pod: Pod, parts: ServerParts, dryRun: boolean): void {
  const budget = budgetOf(target, pod, parts);
  if (budget === undefined) return;
  const { status, spec, metadata } = budget;
  const name = metadata.name ?? '';
  const refuse = (why: string, retryAfterSeconds?: number): Error =>
    failure(429, 'TooManyRequests', REFUSED, {
      causes: [{ reason: 'DisruptionBudget', message: why }],
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    });
  const { currentHealthy = 0, desiredHealthy = 0, disruptionsAllowed = 0 } = status ?? {};
  const disruptedPods = status?.disruptedPods ?? {};
  if (!isReady(pod)) {
    // KEP-3017: a pod that is not ready may go, always or as long as enough others are.
    if (spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow') return;
    if (currentHealthy >= desiredHealthy && desiredHealthy > 0) return;
  }
  if ((status?.observedGeneration ?? 0) < (metadata.generation ?? 0))
    throw refuse(`The disruption budget ${name} is still being processed by the server.`, 10);
  const subject = { group: 'policy', resource: 'poddisruptionbudget', name };
  if (disruptionsAllowed < 0) throw forbidden(subject, 'pdb disruptions allowed is negative');
  if (Object.keys(disruptedPods).length > MAX_DISRUPTED_PODS)
    throw forbidden(subject, 'DisruptedPods map too big - too many evictions not confirmed by PDB controller');
  if (disruptionsAllowed === 0) throw refuse(whyNone(name, status));
  if (dryRun) return;
  const now = formatTime(context.now);
  const condition = {
    type: 'DisruptionAllowed',
    status: 'False',
    ...(metadata.generation === undefined ? {} : { observedGeneration: metadata.generation }),
    lastTransitionTime: now,
    reason: 'InsufficientPods',
    message: '',
  };
  const others = (status?.conditions ?? []).filter(({ type }) => type !== condition.type);
  const draft: PodDisruptionBudget = {
    ...budget,
    status: {
      ...(status as NonNullable<PodDisruptionBudget['status']>),
      disruptedPods: { ...disruptedPods, [target.name]: now },
      disruptionsAllowed: disruptionsAllowed - 1,
      ...(disruptionsAllowed === 1 ? { conditions: [...others, condition] } : {}),
    },
  };
  const kind = parts.kinds.find((one) => one.group === 'policy' && one.resource === 'poddisruptionbudgets');
  if (kind !== undefined) parts.registry.put({ kind, namespace: target.namespace, name }, draft, budget, false);
}

/** Numbers of a failed sync mean nothing, so that comes first. */
function whyNone(name: string, status: PodDisruptionBudget['status']): string {
  const { currentHealthy = 0, desiredHealthy = 0, conditions = [] } = status ?? {};
  const none = `The disruption budget ${name} does not allow evicting pods currently`;
  const because = conditions.find(({ type, status: is, message }) => type === 'DisruptionAllowed' && is === 'False' && message !== '');
  if (because?.reason === 'SyncFailed') return `${none} because it failed sync: ${because.message}`;
  if (currentHealthy <= desiredHealthy)
    return `The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`;
  return because === undefined ? none : `${none} (${because.reason}): ${because.message}`;
}

function budgetOf({ namespace }: Target, pod: Pod, { registry }: ServerParts): PodDisruptionBudget | undefined {
  const { phase } = pod.status ?? {};
  // Who is over, has not begun or goes anyway disturbs nobody.
  if (phase === 'Succeeded' || phase === 'Failed' || phase === 'Pending' || pod.metadata.deletionTimestamp !== undefined) return undefined;
  const prefix = `/registry/poddisruptionbudgets/${namespace}/`;
  const budgets = registry.store
    .range(prefix, prefixEnd(prefix))
    .kvs.map(({ value }) => value as PodDisruptionBudget)
    .filter(({ spec }) => spec?.selector !== undefined && matchesSelector(spec.selector, pod.metadata.labels));
  if (budgets.length > 1)
    throw failure(500, '', 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.');
  return budgets[0];
}

function isReady({ status }: Pod): boolean {
  return status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true;
}
