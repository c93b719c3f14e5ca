import { StatusError, conflict } from '../api/errors.ts';
import type { CustomResourceDefinition, Namespace } from '../api/generated/types.ts';
import type { Kind } from '../api/kind.ts';
import type { ApiObject } from '../api/meta.ts';
import type { Task } from '../os/task.ts';
import { SECOND, formatTime, parseTime } from '../sim/time.ts';
import type { RequestContext, Target } from './context.ts';
import type { DeleteOptions } from './delete-options.ts';
import { isDefinition, terminating } from './extensions/definition-deletion.ts';
import type { Registry } from './registry.ts';
import { subjectOf } from './target.ts';
import { withoutDependents } from './traits.ts';
import { copy } from './values.ts';

export const ORPHAN = 'orphan';
export const FOREGROUND = 'foregroundDeletion';

export interface Deleted {
  readonly object: ApiObject;
  /** False when it stays for a grace period or finalizers. */
  readonly gone: boolean;
}

/** Deletes one object by the rules of `registry.Store.Delete`: admission, preconditions, grace, finalizers, propagation. */
export function* deleteObject(registry: Registry, context: RequestContext, target: Target, options: DeleteOptions): Task<Deleted> {
  const stored = registry.get(target);
  const operation = { verb: 'delete' as const, ...target, subresource: '', old: stored, context };
  yield* registry.admission.admit(operation);
  checkPreconditions(target, stored, options);
  yield* registry.admission.validate(operation);
  return deleteAdmitted(registry, context, target, options);
}

/** The same past admission: for what the server deletes by itself. */
export function deleteAdmitted(registry: Registry, context: RequestContext, target: Target, options: DeleteOptions): Deleted {
  const stored = registry.get(target);
  checkPreconditions(target, stored, options);
  const { dryRun } = context;
  if (isDefinition(target.kind)) {
    const going = terminating(stored as CustomResourceDefinition, context.now);
    if (going !== undefined) return { object: registry.put(target, going, stored, dryRun), gone: false };
  }
  if (isNamespace(target.kind)) {
    const going = terminateNamespace(registry, context, target, stored as Namespace);
    if (going !== undefined) return { object: going, gone: false };
  }
  const draft = { ...stored, metadata: copy(stored.metadata) };
  const grace = markGraceful(target.kind, draft, options, context.now);
  if (grace === 'pending') return { object: stored, gone: false };
  const finalizersChanged = setGarbageCollectionFinalizers(target.kind, draft, options);
  const pendingFinalizers = (draft.metadata.finalizers?.length ?? 0) > 0;
  if (grace === 'none' && !pendingFinalizers && !finalizersChanged) return remove(registry, target, stored, dryRun);
  if (grace === 'none') {
    if (!pendingFinalizers) return remove(registry, target, stored, dryRun);
    markAsDeleting(draft, context.now);
    return { object: registry.put(target, draft, stored, dryRun), gone: false };
  }
  // A graceful deletion is written down even when nothing is left to wait for: watchers see the mark, then the end.
  const marked = registry.put(target, draft, stored, dryRun);
  if (pendingFinalizers || (draft.metadata.deletionGracePeriodSeconds ?? 0) > 0) return { object: marked, gone: false };
  return remove(registry, target, marked, dryRun);
}

/** Whether an object under deletion goes with the write that has just changed it. */
export function finishedBy(kind: Kind): (object: ApiObject) => boolean {
  return (object) => {
    const { finalizers, deletionGracePeriodSeconds } = object.metadata;
    if ((finalizers?.length ?? 0) > 0 || (deletionGracePeriodSeconds ?? 0) > 0) return false;
    return !isNamespace(kind) || ((object as Namespace).spec?.finalizers?.length ?? 0) === 0;
  };
}

function remove(registry: Registry, target: Target, object: ApiObject, dryRun: boolean): Deleted {
  return { object: dryRun ? object : registry.remove(target, object), gone: true };
}

export function checkPreconditions({ kind, name }: Target, object: ApiObject, { preconditions }: DeleteOptions): void {
  // Upstream names the kind here, not the resource.
  const refuse = (why: string): StatusError => conflict({ group: kind.group, resource: kind.kind, name }, why);
  const { uid, resourceVersion } = object.metadata;
  if (preconditions?.uid !== undefined && preconditions.uid !== uid) {
    throw refuse(
      `the UID in the precondition (${preconditions.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`,
    );
  }
  if (preconditions?.resourceVersion !== undefined && preconditions.resourceVersion !== resourceVersion) {
    throw refuse(
      `the ResourceVersion in the precondition (${preconditions.resourceVersion}) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`,
    );
  }
}

/**
 * `rest.BeforeDelete`: marks a draft of a kind that knows grace. 'none': the kind knows none, or the object has to go
 * now; 'pending': it is under way already and the caller asks for nothing shorter.
 */
function markGraceful(kind: Kind, draft: ApiObject, options: DeleteOptions, now: number): 'none' | 'pending' | 'marked' {
  if (kind.defaultGracePeriod === undefined) return 'none';
  const { metadata } = draft;
  if (metadata.deletionTimestamp !== undefined) {
    const current = metadata.deletionGracePeriodSeconds;
    if (current === undefined) return 'none';
    const wanted = options.gracePeriodSeconds;
    if (wanted === undefined || wanted >= current) return 'pending';
    // A deletion that is under way can only be hurried.
    metadata.deletionTimestamp = formatTime(parseTime(metadata.deletionTimestamp) + (wanted - current) * SECOND);
    metadata.deletionGracePeriodSeconds = wanted;
    return 'marked';
  }
  const pod = draft as { spec?: { nodeName?: string }; status?: { phase?: string } };
  let period = options.gracePeriodSeconds ?? kind.defaultGracePeriod(draft);
  // Nobody has to be waited for: not placed yet, or over.
  if ((pod.spec?.nodeName ?? '') === '' || pod.status?.phase === 'Failed' || pod.status?.phase === 'Succeeded') period = 0;
  if (period < 0) period = 1;
  metadata.deletionTimestamp = formatTime(now + period * SECOND);
  metadata.deletionGracePeriodSeconds = period;
  if ((metadata.generation ?? 0) > 0) metadata.generation = (metadata.generation ?? 0) + 1;
  return 'marked';
}

function markAsDeleting({ metadata }: ApiObject, now: number): void {
  if (metadata.deletionTimestamp === undefined) {
    if ((metadata.generation ?? 0) > 0) metadata.generation = (metadata.generation ?? 0) + 1;
    metadata.deletionTimestamp = formatTime(now);
  }
  metadata.deletionGracePeriodSeconds = 0;
}

/** Adds and removes the two finalizers of the garbage collector as the propagation policy wants. True when they changed. */
function setGarbageCollectionFinalizers(kind: Kind, draft: ApiObject, options: DeleteOptions): boolean {
  const before = draft.metadata.finalizers ?? [];
  const orphan = shouldOrphan(kind, before, options);
  const foreground = shouldDeleteDependents(kind, before, options);
  const others = before.filter((finalizer) => finalizer !== ORPHAN && finalizer !== FOREGROUND);
  const after = [...others, ...(orphan ? [ORPHAN] : []), ...(foreground ? [FOREGROUND] : [])];
  if (after.length === before.length && after.every((finalizer) => before.includes(finalizer))) return false;
  if (after.length === 0) delete draft.metadata.finalizers;
  else draft.metadata.finalizers = after;
  return true;
}

function shouldOrphan(kind: Kind, finalizers: readonly string[], { orphanDependents, propagationPolicy }: DeleteOptions): boolean {
  if (withoutDependents(kind)) return false;
  if (orphanDependents !== undefined) return orphanDependents;
  if (propagationPolicy !== undefined) return propagationPolicy === 'Orphan';
  for (const finalizer of finalizers) {
    if (finalizer === ORPHAN) return true;
    if (finalizer === FOREGROUND) return false;
  }
  return kind.defaultPropagation === 'Orphan';
}

function shouldDeleteDependents(
  kind: Kind,
  finalizers: readonly string[],
  { orphanDependents, propagationPolicy }: DeleteOptions,
): boolean {
  if (withoutDependents(kind) || orphanDependents !== undefined) return false;
  if (propagationPolicy !== undefined) return propagationPolicy === 'Foreground';
  for (const finalizer of finalizers) {
    if (finalizer === FOREGROUND) return true;
    if (finalizer === ORPHAN) return false;
  }
  return false;
}

const isNamespace = (kind: Kind): boolean => kind.resource === 'namespaces' && kind.group === '';

/**
 * A namespace is marked and keeps its place until the namespace controller has emptied it and taken `kubernetes` out
 * of `spec.finalizers`. Undefined: nothing holds it any more.
 */
function terminateNamespace(registry: Registry, context: RequestContext, target: Target, stored: Namespace): ApiObject | undefined {
  const { metadata } = stored;
  if (metadata.deletionTimestamp === undefined) {
    const draft: Namespace = {
      ...stored,
      metadata: { ...metadata, deletionTimestamp: formatTime(context.now) },
      status: { ...stored.status, phase: 'Terminating' },
    };
    return registry.put(target, draft, stored, context.dryRun);
  }
  if ((stored.spec?.finalizers?.length ?? 0) > 0) {
    throw conflict(
      subjectOf(target),
      'The system is ensuring all content is removed from this namespace.  Upon completion, this namespace will automatically be purged by the system.',
    );
  }
  return undefined;
}
