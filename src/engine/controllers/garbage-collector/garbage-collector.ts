import { isConflict, isNotFound } from '../../api/errors.ts';
import type { ApiObject, OwnerReference } from '../../api/meta.ts';
import type { DeleteOptions, DiscoveredResource } from '../../client/client.ts';
import type { EventRecorder } from '../../client/events.ts';
import type { WorkQueue } from '../../client/workqueue.ts';
import { SECOND } from '../../sim/time.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { Reconciler, SyncError } from '../reconciler.ts';
import type { Task } from '../../os/task.ts';
import { FOREGROUND_FINALIZER, ORPHAN_FINALIZER, OwnerGraph, blockingDependents, type GraphNode } from './graph.ts';
import { ResourceMap } from './resource-map.ts';

// garbagecollector.go syncs its list of resources every 30 s.
const DISCOVERY_PERIOD = 30 * SECOND;
const ABSENT_OWNERS = 500;

/** Deletes what has lost its owners; carries out foreground and orphan deletions. Works on every deletable resource, by discovery. */
export class GarbageCollector extends Reconciler implements Controller {
  readonly #graph: OwnerGraph;
  readonly #resources: ResourceMap;
  readonly #recorder: EventRecorder;
  readonly #orphans: WorkQueue;
  readonly #watched = new Set<string>();
  #discovered: readonly DiscoveredResource[] = [];
  /** Uids that the server has said are gone: spares a question for each of a thousand dependents. */
  readonly #absent = new Set<string>();
  readonly #unsubscribe: (() => void)[] = [];

  constructor(context: ControllerContext) {
    super(context, 'controller/garbage-collector');
    this.#recorder = context.recorder('garbage-collector-controller');
    this.#resources = new ResourceMap(this.client);
    this.#graph = new OwnerGraph({
      toDelete: ({ uid }) => this.queue.add(uid),
      toOrphan: ({ uid }) => this.#orphans.add(uid),
      misowned: ({ apiVersion, kind, namespace, name, uid }, owner) => {
        const metadata = { name, uid, ...(namespace === undefined ? {} : { namespace }) };
        this.#tellMisowned({ apiVersion, kind, metadata }, owner);
      },
    });
    this.#orphans = this.newQueue(`${this.actor}`, (uid) => this.#orphanDependents(uid));
    // Caches are asked for here as far as the server can be reached, so that the manager waits until they are filled.
    for (const resource of this.#resources.refresh()) context.informers.of(resource);
    this.every(DISCOVERY_PERIOD, () => this.#discover());
  }

  override start(): void {
    super.start();
    this.#orphans.start();
    this.#discover();
  }

  override stop(): void {
    super.stop();
    this.#orphans.stop();
    for (const unsubscribe of this.#unsubscribe.splice(0)) unsubscribe();
    this.#watched.clear();
    this.#discovered = [];
    this.#absent.clear();
  }

  /** Looks whether one object still has a reason to be (attemptToDeleteItem). */
  protected *sync(uid: string): Task<void> {
    const node = this.#graph.get(uid);
    if (node === undefined || (node.beingDeleted && !node.deletingDependents)) return;
    const resource = this.#resources.of(node.apiVersion, node.kind);
    if (resource === undefined) {
      // A kind nobody serves (any more): its objects cannot be asked for.
      if (node.virtual) return;
      throw new SyncError(`unable to get REST mapping for ${node.apiVersion}/${node.kind}.`);
    }
    const latest = yield* this.#latest(resource, node);
    if (latest === undefined) {
      if (node.virtual) this.#remember(uid, resource.namespaced ? node.namespace : undefined);
      this.#graph.remove(uid);
      return;
    }
    if (node.deletingDependents) return yield* this.#processDeletingDependents(node, latest, resource);
    const owners = latest.metadata.ownerReferences ?? [];
    if (owners.length === 0) return;

    const solid: OwnerReference[] = [];
    const dangling: OwnerReference[] = [];
    const waiting: OwnerReference[] = [];
    for (const owner of owners) {
      const state = yield* this.#stateOf(owner, latest);
      (state === 'solid' ? solid : state === 'dangling' ? dangling : waiting).push(owner);
    }
    if (solid.length > 0) return yield* this.#dropOwners(latest, resource, [...dangling, ...waiting]);
    yield* this.#deleteDependent(node, latest, resource, waiting);
  }

  *#deleteDependent(node: GraphNode, latest: ApiObject, resource: DiscoveredResource, waiting: readonly OwnerReference[]): Task<void> {
    if (waiting.length > 0 && node.dependents.size > 0) {
      // A circle of blocking references would never end: the ones that are waiting are unblocked.
      if ([...node.dependents].some(({ deletingDependents }) => deletingDependents)) yield* this.#unblock(latest, resource);
      this.decide(`Its owner waits for it, and it has dependents of its own: deletes ${show(node)} in the foreground.`, latest);
      return yield* this.#delete(latest, resource, 'Foreground');
    }
    const finalizers = latest.metadata.finalizers ?? [];
    const policy = finalizers.includes(ORPHAN_FINALIZER)
      ? 'Orphan'
      : finalizers.includes(FOREGROUND_FINALIZER)
        ? 'Foreground'
        : 'Background';
    const why = waiting.length > 0 ? 'Its owner waits for it' : 'No owner is left';
    this.decide(`${why}: deletes ${show(node)}.`, latest);
    yield* this.#delete(latest, resource, policy);
  }

  *#processDeletingDependents(node: GraphNode, latest: ApiObject, resource: DiscoveredResource): Task<void> {
    const blocking = blockingDependents(node);
    if (blocking.length === 0) {
      this.decide(`Nothing blocks the deletion of ${show(node)} any more: removes its finalizer "${FOREGROUND_FINALIZER}".`, latest);
      return yield* this.#removeFinalizer(latest, resource, FOREGROUND_FINALIZER);
    }
    for (const dependent of blocking) if (!dependent.deletingDependents) this.queue.add(dependent.uid);
  }

  *#orphanDependents(uid: string): Task<void> {
    const node = this.#graph.get(uid);
    const resource = node === undefined ? undefined : this.#resources.of(node.apiVersion, node.kind);
    if (node === undefined || resource === undefined) return;
    for (const dependent of node.dependents) {
      const kind = this.#resources.of(dependent.apiVersion, dependent.kind);
      if (kind === undefined) continue;
      const latest = yield* this.#latest(kind, dependent);
      if (latest !== undefined)
        yield* this.#dropOwners(latest, kind, [{ apiVersion: node.apiVersion, kind: node.kind, name: node.name, uid }]);
    }
    const latest = yield* this.#latest(resource, node);
    if (latest === undefined) return;
    this.decide(`Orphaned the ${node.dependents.size} dependents of ${show(node)}: removes its finalizer "${ORPHAN_FINALIZER}".`, latest);
    yield* this.#removeFinalizer(latest, resource, ORPHAN_FINALIZER);
  }

  /** isDangling: asks the server, as the cache may not have seen the owner yet. */
  *#stateOf(owner: OwnerReference, dependent: ApiObject): Task<'solid' | 'dangling' | 'waiting'> {
    const resource = this.#resources.of(owner.apiVersion, owner.kind);
    if (resource === undefined) throw new SyncError(`unable to get REST mapping for ${owner.apiVersion}/${owner.kind}.`);
    const { namespace } = dependent.metadata;
    if (resource.namespaced && namespace === undefined) {
      this.#tellMisowned(dependent, owner);
      return 'solid';
    }
    const home = resource.namespaced ? namespace : undefined;
    if (this.#absent.has(absence(owner.uid, home))) return 'dangling';
    try {
      const found = yield* this.client.get(resource, home, owner.name);
      if (found.metadata.uid !== owner.uid) {
        this.#remember(owner.uid, home);
        return 'dangling';
      }
      const waits = found.metadata.deletionTimestamp !== undefined && (found.metadata.finalizers ?? []).includes(FOREGROUND_FINALIZER);
      return waits ? 'waiting' : 'solid';
    } catch (error) {
      if (!isNotFound(error)) throw error;
      this.#remember(owner.uid, home);
      return 'dangling';
    }
  }

  *#latest(resource: DiscoveredResource, node: GraphNode): Task<ApiObject | undefined> {
    try {
      const found = yield* this.client.get(resource, resource.namespaced ? node.namespace : undefined, node.name);
      return found.metadata.uid === node.uid ? found : undefined;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  *#delete(
    object: ApiObject,
    resource: DiscoveredResource,
    propagationPolicy: NonNullable<DeleteOptions['propagationPolicy']>,
  ): Task<void> {
    const { namespace, name = '', uid = '', resourceVersion = '' } = object.metadata;
    try {
      // The resourceVersion too: if its owners were changed meanwhile, the judgement does not hold.
      yield* this.client.delete(resource, namespace, name, { propagationPolicy, preconditions: { uid, resourceVersion } });
    } catch (error) {
      if (isNotFound(error)) return;
      throw error;
    }
  }

  *#dropOwners(object: ApiObject, resource: DiscoveredResource, owners: readonly OwnerReference[]): Task<void> {
    const { namespace, name = '', uid, ownerReferences = [], resourceVersion } = object.metadata;
    const gone = ownerReferences.filter((owner) => owners.some((other) => other.uid === owner.uid));
    if (gone.length === 0) return;
    const left = ownerReferences.filter((owner) => !gone.includes(owner));
    this.decide(
      `Takes ${gone.map((owner) => `${owner.kind} ${owner.name}`).join(', ')} out of the owners of ${object.kind} ${name}.`,
      object,
    );
    try {
      yield* this.client.patch(
        resource,
        namespace,
        name,
        { metadata: { uid, resourceVersion, ownerReferences: left.length === 0 ? null : left } },
        { type: 'merge' },
      );
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  *#unblock(object: ApiObject, resource: DiscoveredResource): Task<void> {
    const { namespace, name = '', uid, ownerReferences = [], resourceVersion } = object.metadata;
    if (!ownerReferences.some(({ blockOwnerDeletion }) => blockOwnerDeletion === true)) return;
    const next = ownerReferences.map((owner) => ({ ...owner, blockOwnerDeletion: false }));
    yield* this.client.patch(resource, namespace, name, { metadata: { uid, resourceVersion, ownerReferences: next } }, { type: 'merge' });
  }

  *#removeFinalizer(object: ApiObject, resource: DiscoveredResource, finalizer: string): Task<void> {
    const { namespace, name = '', finalizers = [], resourceVersion } = object.metadata;
    if (!finalizers.includes(finalizer)) return;
    const left = finalizers.filter((there) => there !== finalizer);
    try {
      yield* this.client.patch(resource, namespace, name, { metadata: { resourceVersion, finalizers: left } }, { type: 'merge' });
    } catch (error) {
      if (isNotFound(error)) return;
      // Changed meanwhile: the next try starts from what it is now.
      if (isConflict(error))
        throw new SyncError(
          `failed to remove finalizer ${finalizer} of ${object.kind} ${name}: ${error instanceof Error ? error.message : ''}`,
        );
      throw error;
    }
  }

  #discover(): void {
    const resources = this.#resources.refresh();
    if (resources === this.#discovered) return;
    this.#discovered = resources;
    for (const resource of resources) {
      const key = `${resource.group}/${resource.resource}`;
      if (this.#watched.has(key)) continue;
      this.#watched.add(key);
      const informer = this.context.informers.of(resource);
      this.#unsubscribe.push(
        informer.on({
          added: (object) => this.#graph.put(object, undefined),
          updated: (object, old) => {
            if (!staysInPlace(object, old)) this.#graph.put(object, old);
          },
          deleted: (object) => this.#gone(object),
        }),
      );
    }
  }

  #gone(object: ApiObject): void {
    const node = this.#graph.remove(object.metadata.uid ?? '');
    if (node !== undefined && node.dependents.size > 0) this.#remember(node.uid, node.namespace);
  }

  #tellMisowned(dependent: ApiObject, { apiVersion, kind, name, uid }: OwnerReference): void {
    const { namespace = '' } = dependent.metadata;
    const text = `ownerRef [${apiVersion}/${kind}, namespace: ${namespace}, name: ${name}, uid: ${uid}] does not exist in namespace "${namespace}"`;
    this.#recorder.event(dependent, 'Warning', 'OwnerRefInvalidNamespace', text);
  }

  #remember(uid: string, namespace: string | undefined): void {
    this.#absent.add(absence(uid, namespace));
    if (this.#absent.size <= ABSENT_OWNERS) return;
    const [oldest] = this.#absent;
    if (oldest !== undefined) this.#absent.delete(oldest);
  }
}

/** A change that the graph does not show: heartbeats are nearly all there are. */
function staysInPlace({ metadata }: ApiObject, { metadata: old }: ApiObject): boolean {
  return (
    metadata.ownerReferences === old.ownerReferences && metadata.deletionTimestamp === undefined && old.deletionTimestamp === undefined
  );
}

/** A uid may be looked for in a namespace where it never was, and yet be in another: what is absent is absent there. */
function absence(uid: string, namespace: string | undefined): string {
  return `${namespace ?? ''}/${uid}`;
}

function show({ kind, namespace, name }: GraphNode): string {
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}
