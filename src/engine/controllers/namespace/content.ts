import { StatusError } from '../../api/errors.ts';
import type { Pod } from '../../api/generated/types.ts';
import type { ApiObject } from '../../api/meta.ts';
import type { Client, DiscoveredResource } from '../../client/client.ts';
import { isPodTerminal } from '../pod-state.ts';
import type { Task } from '../../os/task.ts';

export interface ContentResult {
  /** By `resource.group`, as the conditions name it (`pods.`, `deployments.apps`). */
  readonly remaining: ReadonlyMap<string, number>;
  /** By finalizer: how many objects wait for it. */
  readonly finalizers: ReadonlyMap<string, number>;
  readonly failures: readonly StatusError[];
  /** Seconds after which to expect the rest to be gone; 0 when nothing is left. */
  readonly wait: number;
}

// namespaced_resources_deleter.go: the guess for what waits for finalizers.
const FINALIZER_ESTIMATE = 15;

/** Deletes everything in a namespace, pods first (KEP-5080), and counts what is still there. */
export function* deleteContent(client: Client, namespace: string): Task<ContentResult> {
  const remaining = new Map<string, number>();
  const finalizers = new Map<string, number>();
  const failures: StatusError[] = [];
  let wait = 0;

  const empty = function* (resource: DiscoveredResource): Task<void> {
    try {
      yield* remove(client, resource, namespace);
      const { items } = yield* client.list(resource, { namespace });
      if (items.length === 0) return;
      remaining.set(`${resource.resource}.${resource.group}`, items.length);
      for (const finalizer of items.flatMap(({ metadata }) => metadata.finalizers ?? [])) {
        finalizers.set(finalizer, (finalizers.get(finalizer) ?? 0) + 1);
      }
      wait = Math.max(wait, (isPods(resource) ? graceOf(items as Pod[]) : 0) || FINALIZER_ESTIMATE);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      failures.push(error);
    }
  };

  const resources = client.discover().filter(({ namespaced, verbs }) => namespaced && verbs.includes('delete') && verbs.includes('list'));
  const [pods, rest] = [resources.filter(isPods), resources.filter((resource) => !isPods(resource))];
  for (const resource of pods) yield* empty(resource);
  if (remaining.size === 0 && failures.length === 0) for (const resource of rest) yield* empty(resource);
  return { remaining, finalizers, failures, wait };
}

function isPods({ group, resource }: DiscoveredResource): boolean {
  return group === '' && resource === 'pods';
}

function* remove(client: Client, resource: DiscoveredResource, namespace: string): Task<void> {
  if (resource.verbs.includes('deletecollection')) return yield* client.deleteCollection(resource, namespace);
  for (const { metadata } of (yield* client.list<ApiObject>(resource, { namespace })).items) {
    if (metadata.deletionTimestamp === undefined) yield* client.delete(resource, namespace, metadata.name ?? '');
  }
}

/** The longest grace period of pods that still run. */
function graceOf(pods: readonly Pod[]): number {
  return Math.max(0, ...pods.filter((pod) => !isPodTerminal(pod)).map((pod) => pod.spec?.terminationGracePeriodSeconds ?? 0));
}
