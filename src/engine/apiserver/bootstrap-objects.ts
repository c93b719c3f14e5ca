import { bootstrapObjects } from '../api/bootstrap/objects.ts';
import type { Store } from '../etcd/store.ts';
import type { Simulation } from '../sim/simulation.ts';
import { formatTime } from '../sim/time.ts';

/**
 * Writes what every cluster is born with, in one transaction and past the pipeline: the objects are what defaulting and
 * validation would have made of them. Upstream these are post-start hooks. Does nothing to a store that has them.
 */
export function storeBootstrapObjects(sim: Simulation, store: Store): void {
  if (store.get('/registry/clusterroles/cluster-admin') !== undefined) return;
  const chance = sim.random('apiserver/bootstrap');
  const resourceVersion = String(store.revision + 1);
  const puts = bootstrapObjects(formatTime(sim.now)).map(({ resource, object }) => {
    const { name, namespace, ...rest } = object.metadata;
    const key = `/registry/${resource}/${namespace === undefined ? '' : `${namespace}/`}${name}`;
    const metadata = { name, ...(namespace === undefined ? {} : { namespace }), uid: chance.uuid(), resourceVersion, ...rest };
    return { op: 'put' as const, key, value: { ...object, metadata } };
  });
  store.txn([], puts, []);
}
