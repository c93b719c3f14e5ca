import type { ApiObject, OwnerReference } from '../../api/meta.ts';
import { SparseSet } from '../../sim/sparse.ts';

/** What the collector knows of one object: who owns it, what it owns, and whether it is on its way out. */
export interface GraphNode {
  readonly uid: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string;
  owners: readonly OwnerReference[];
  readonly dependents: SparseSet<GraphNode>;
  beingDeleted: boolean;
  /** It waits, by its finalizer, until those dependents are gone that block it. */
  deletingDependents: boolean;
  /** Only spoken of by a dependent, never seen itself. */
  virtual: boolean;
}

/** Who needs a look after a change. */
export interface Attempts {
  toDelete(node: GraphNode): void;
  toOrphan(node: GraphNode): void;
  /** An owner that was seen in another namespace, where no dependent can have it. */
  misowned(node: GraphNode, reference: OwnerReference): void;
}

export const ORPHAN_FINALIZER = 'orphan';
export const FOREGROUND_FINALIZER = 'foregroundDeletion';

/** The graph of owners and dependents by uid, built from what the caches see (upstream's GraphBuilder). */
export class OwnerGraph {
  readonly #nodes = new Map<string, GraphNode>();

  constructor(readonly attempts: Attempts) {}

  get(uid: string): GraphNode | undefined {
    return this.#nodes.get(uid);
  }

  get size(): number {
    return this.#nodes.size;
  }

  put(object: ApiObject, old: ApiObject | undefined): void {
    const { metadata } = object;
    const owners = metadata.ownerReferences ?? [];
    let node = this.#nodes.get(metadata.uid ?? '');
    if (node === undefined || (node.virtual && !sameCoordinates(node, object))) {
      const dependents = node?.dependents ?? new SparseSet<GraphNode>();
      node = { ...coordinates(object), owners, dependents, beingDeleted: false, deletingDependents: false, virtual: false };
      this.#nodes.set(node.uid, node);
      this.#addToOwners(node, owners);
    } else {
      node.virtual = false;
      if (node.owners !== owners) this.#changeOwners(node, owners);
    }
    node.beingDeleted = metadata.deletionTimestamp !== undefined;
    this.#transition(node, object, old);
  }

  /** Takes a node out. Its dependents lose an owner, and an owner that waits for them may be free. */
  remove(uid: string): GraphNode | undefined {
    const node = this.#nodes.get(uid);
    if (node === undefined) return undefined;
    this.#nodes.delete(uid);
    for (const { uid: owner } of node.owners) this.#nodes.get(owner)?.dependents.delete(node);
    for (const dependent of node.dependents) this.attempts.toDelete(dependent);
    for (const { uid: owner } of node.owners) {
      const waiting = this.#nodes.get(owner);
      if (waiting?.deletingDependents === true) this.attempts.toDelete(waiting);
    }
    return node;
  }

  #addToOwners(node: GraphNode, owners: readonly OwnerReference[]): void {
    for (const reference of owners) {
      let owner = this.#nodes.get(reference.uid);
      if (owner === undefined) {
        // Perhaps not seen yet, perhaps long gone: a look at the server will tell.
        const { apiVersion, kind, name, uid } = reference;
        owner = {
          uid,
          apiVersion,
          kind,
          namespace: node.namespace,
          name,
          owners: [],
          dependents: new SparseSet(),
          beingDeleted: false,
          deletingDependents: false,
          virtual: true,
        };
        this.#nodes.set(uid, owner);
        this.attempts.toDelete(owner);
      } else if (owner.namespace !== undefined && owner.namespace !== node.namespace) {
        // GraphBuilder.addDependentToOwners: only a look at the server tells who is mistaken.
        if (!owner.virtual) this.attempts.misowned(node, reference);
        this.attempts.toDelete(node);
      }
      owner.dependents.add(node);
    }
  }

  #changeOwners(node: GraphNode, owners: readonly OwnerReference[]): void {
    const before = node.owners;
    node.owners = owners;
    const added = owners.filter(({ uid }) => !before.some((old) => old.uid === uid));
    const removed = before.filter(({ uid }) => !owners.some((now) => now.uid === uid));
    // An owner that waited for this one need wait no longer if it was unblocked or left.
    const unblocked = before.filter(
      (old) => old.blockOwnerDeletion === true && owners.find(({ uid }) => uid === old.uid)?.blockOwnerDeletion !== true,
    );
    this.#addToOwners(node, added);
    for (const { uid } of removed) this.#nodes.get(uid)?.dependents.delete(node);
    for (const { uid } of unblocked) {
      const owner = this.#nodes.get(uid);
      if (owner?.deletingDependents === true) this.attempts.toDelete(owner);
    }
    if (added.length + removed.length > 0) this.attempts.toDelete(node);
  }

  #transition(node: GraphNode, object: ApiObject, old: ApiObject | undefined): void {
    if (startsWaiting(object, old, ORPHAN_FINALIZER)) this.attempts.toOrphan(node);
    else if (startsWaiting(object, old, FOREGROUND_FINALIZER)) {
      node.deletingDependents = true;
      for (const dependent of node.dependents) this.attempts.toDelete(dependent);
      this.attempts.toDelete(node);
    }
  }
}

/** Dependents that hold their owner back: those that say so and are still there. */
export function blockingDependents(node: GraphNode): GraphNode[] {
  return [...node.dependents].filter(({ owners }) =>
    owners.some(({ uid, blockOwnerDeletion }) => uid === node.uid && blockOwnerDeletion === true),
  );
}

function startsWaiting(object: ApiObject, old: ApiObject | undefined, finalizer: string): boolean {
  const waits = ({ metadata }: ApiObject): boolean =>
    metadata.deletionTimestamp !== undefined && (metadata.finalizers ?? []).includes(finalizer);
  return waits(object) && (old === undefined || !waits(old));
}

function coordinates({ apiVersion, kind, metadata }: ApiObject): Pick<GraphNode, 'uid' | 'apiVersion' | 'kind' | 'namespace' | 'name'> {
  return { uid: metadata.uid ?? '', apiVersion, kind, namespace: metadata.namespace, name: metadata.name ?? '' };
}

function sameCoordinates(node: GraphNode, object: ApiObject): boolean {
  const { apiVersion, kind, namespace, name } = coordinates(object);
  return node.apiVersion === apiVersion && node.kind === kind && node.namespace === namespace && node.name === name;
}
