import type { APIService } from '../../api/generated/types.ts';
import type { Store } from '../../etcd/store.ts';
import type { Simulation } from '../../sim/simulation.ts';
import { formatTime } from '../../sim/time.ts';
import { LOCAL } from './availability.ts';
import type { ServedKinds } from '../extensions/served-kinds.ts';
import type { Registry } from '../registry.ts';

const LABEL = 'kube-aggregator.kubernetes.io/automanaged';

interface Parts {
  readonly sim: Simulation;
  readonly store: Store;
  readonly registry: Registry;
  readonly served: ServedKinds;
}

/** The autoregistration controller: what definitions serve has an APIService `Local` for each group and version, as long as it is served. */
export function automanaged({ sim, store, registry, served }: Parts): void {
  const kind = served.builtIn.find(({ resource }) => resource === 'apiservices');
  if (kind === undefined) return;
  const wanted = new Map(served.custom.map(({ group, version }) => [`${version}.${group}`, { group, version }]));
  const prefix = '/registry/apiservices/';
  for (const { value } of store.range(prefix, `${prefix}\uffff`).kvs) {
    const { metadata, spec } = value as APIService;
    const name = metadata.name ?? '';
    const gone = metadata.labels?.[LABEL] === 'true' && !wanted.has(name);
    if (gone) registry.remove({ kind, namespace: '', name }, value as APIService);
    else if (spec !== undefined) wanted.delete(name);
  }
  for (const [name, { group, version }] of wanted) {
    const now = formatTime(sim.now);
    const object: APIService = {
      kind: 'APIService',
      apiVersion: 'apiregistration.k8s.io/v1',
      metadata: { name, labels: { [LABEL]: 'true' } },
      // Every version of a definition's group has the same weight: clients put them in order by their names.
      spec: { group, version, groupPriorityMinimum: 1000, versionPriority: 100 },
      status: { conditions: [{ type: 'Available', lastTransitionTime: now, ...LOCAL }] },
    };
    registry.add(kind, object);
  }
}
