import type { ApiObject } from '../api/meta.ts';
import { prefixEnd } from '../etcd/keys.ts';
import type { Store, StoreEvent } from '../etcd/store.ts';

const PODS = '/registry/pods/';

/** Pods by the node they are on, so that a kubelet's list costs its own pods and not the cluster's. */
export class NodeIndex {
  readonly #byNode = new Map<string, Map<string, ApiObject>>();

  load(store: Store): void {
    this.#byNode.clear();
    for (const { key, value } of store.range(PODS, prefixEnd(PODS)).kvs) this.#put(key, value as ApiObject);
  }

  apply(event: StoreEvent): void {
    if (!event.key.startsWith(PODS)) return;
    const before = nodeOf(event.prev?.value as ApiObject | undefined);
    const object = event.kv?.value as ApiObject | undefined;
    if (before !== undefined && before !== nodeOf(object)) {
      const pods = this.#byNode.get(before);
      pods?.delete(event.key);
      if (pods?.size === 0) this.#byNode.delete(before);
    }
    if (object !== undefined) this.#put(event.key, object);
  }

  /** In the order of their keys, as a range would give them. */
  podsOf(node: string): { key: string; value: unknown }[] {
    return [...(this.#byNode.get(node) ?? [])].map(([key, value]) => ({ key, value })).sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  /** Whether some pod on a node fits, in no order. */
  someOn(node: string, fits: (pod: ApiObject) => boolean): boolean {
    for (const pod of this.#byNode.get(node)?.values() ?? []) if (fits(pod)) return true;
    return false;
  }

  #put(key: string, object: ApiObject): void {
    const node = nodeOf(object);
    if (node === undefined) return;
    const pods = this.#byNode.get(node);
    if (pods === undefined) this.#byNode.set(node, new Map([[key, object]]));
    else pods.set(key, object);
  }
}

/** The node a pod is on. */
export function nodeOf(object: ApiObject | undefined): string | undefined {
  const name = (object as { spec?: { nodeName?: string } } | undefined)?.spec?.nodeName;
  return name === '' ? undefined : name;
}
