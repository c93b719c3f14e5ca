import type { NamespaceCondition } from '../../api/generated/types.ts';
import { formatTime, type Millis } from '../../sim/time.ts';
import type { ContentResult } from './content.ts';

/** status_condition_utils.go: what `kubectl get namespace -o yaml` shows of a deletion. */
export function deletionConditions(before: readonly NamespaceCondition[], result: ContentResult, now: Millis): NamespaceCondition[] {
  const remaining = [...result.remaining].map(([resource, count]) => `${resource} has ${count} resource instances`).sort();
  const waiting = [...result.finalizers].map(([finalizer, count]) => `${finalizer} in ${count} resource instances`).sort();
  const { failures } = result;
  const wanted: NamespaceCondition[] = [
    condition('NamespaceDeletionDiscoveryFailure', false, 'ResourcesDiscovered', 'All resources successfully discovered'),
    condition('NamespaceDeletionGroupVersionParsingFailure', false, 'ParsedGroupVersions', 'All legacy kube types successfully parsed'),
    failures.length === 0
      ? condition(
          'NamespaceDeletionContentFailure',
          false,
          'ContentDeleted',
          'All content successfully deleted, may be waiting on finalization',
        )
      : condition(
          'NamespaceDeletionContentFailure',
          true,
          'ContentDeletionFailed',
          `Failed to delete all resource types, ${failures.length} remaining: ${failures.map(({ message }) => message).join(', ')}`,
        ),
    remaining.length === 0
      ? condition('NamespaceContentRemaining', false, 'ContentRemoved', 'All content successfully removed')
      : condition('NamespaceContentRemaining', true, 'SomeResourcesRemain', `Some resources are remaining: ${remaining.join(', ')}`),
    waiting.length === 0
      ? condition('NamespaceFinalizersRemaining', false, 'ContentHasNoFinalizers', 'All content-preserving finalizers finished')
      : condition(
          'NamespaceFinalizersRemaining',
          true,
          'SomeFinalizersRemain',
          `Some content in the namespace has finalizers remaining: ${waiting.join(', ')}`,
        ),
  ];
  return [
    ...before.filter(({ type }) => !wanted.some((other) => other.type === type)),
    ...wanted.map((next) => {
      const old = before.find(({ type }) => type === next.type);
      const same = old?.status === next.status && old.reason === next.reason && old.message === next.message;
      return same ? old : { ...next, lastTransitionTime: formatTime(now) };
    }),
  ];
}

function condition(type: string, holds: boolean, reason: string, message: string): NamespaceCondition {
  return { type, status: holds ? 'True' : 'False', reason, message };
}
