import { badRequest } from '../../api/errors.ts';
import type { Pod } from '../../api/generated/types.ts';
import { formatTime } from '../../sim/time.ts';
import { readOptions, validateWriteOptions } from '../body.ts';
import type { Task } from '../../os/task.ts';
import type { RequestContext, Target } from '../context.ts';
import { checkPreconditions, deleteObject } from '../delete.ts';
import { validateDeleteOptions, type DeleteOptions } from '../delete-options.ts';
import { takeFromBudget } from './disruption.ts';
import type { ServerParts } from '../server-parts.ts';
import type { Registry } from '../registry.ts';
import { jsonResponse } from '../response.ts';
import type { ApiResponse } from '../types.ts';

/** Deletes a pod politely: its disruption budget can refuse. */
export function* evict(context: RequestContext, target: Target, parts: ServerParts): Task<ApiResponse> {
  const { registry } = parts;
  validateWriteOptions(context, 'CreateOptions');
  const { metadata, deleteOptions = {} } = readOptions<{ metadata?: { name?: string }; deleteOptions?: DeleteOptions }>(
    context,
    'Eviction',
  );
  if ((metadata?.name ?? target.name) !== target.name) throw badRequest('name in URL does not match name in Eviction object');
  validateDeleteOptions(deleteOptions);
  yield* registry.admission.admit({ verb: 'create', ...target, subresource: 'eviction', context });
  const dryRun = context.dryRun || deleteOptions.dryRun?.includes('All') === true;
  checkPreconditions(target, registry.get(target), deleteOptions);
  takeFromBudget(context, target, registry.get(target) as Pod, parts, dryRun);
  if (!dryRun) markDisrupted(context, target, registry);
  const { preconditions, ...rest } = deleteOptions;
  const { uid } = preconditions ?? {};
  yield* deleteObject(registry, { ...context, dryRun }, target, uid === undefined ? rest : { ...rest, preconditions: { uid } });
  return jsonResponse(201, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 });
}

/** KEP-3329: a pod that is disrupted says why, before it goes. */
function markDisrupted(context: RequestContext, target: Target, registry: Registry): void {
  const stored = registry.get(target) as Pod;
  const conditions = stored.status?.conditions ?? [];
  const old = conditions.find(({ type }) => type === 'DisruptionTarget');
  const [reason, message] = ['EvictionByEvictionAPI', 'Eviction API: evicting'];
  if (old?.status === 'True' && old.reason === reason && old.message === message) return;
  const lastTransitionTime = old?.status === 'True' ? old.lastTransitionTime : formatTime(context.now);
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    lastProbeTime: null,
    lastTransitionTime,
    reason,
    message,
  } as unknown as (typeof conditions)[number];
  const draft: Pod = { ...stored, metadata: { ...stored.metadata } };
  draft.status = { ...stored.status, conditions: [...conditions.filter(({ type }) => type !== 'DisruptionTarget'), condition] };
  registry.put(target, draft, stored, false);
}
