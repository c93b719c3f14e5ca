import type { Device, Node, ResourceSlice } from '../../api/generated/types.ts';
import { matchesNodeSelector } from '../../api/node-selector.ts';

/** Devices that a driver manages together, as one node sees them: slices of the newest generation that it can use something of. */
export interface Pool {
  readonly driver: string;
  readonly name: string;
  /** Nothing is given from a pool that is being changed, nor from one that contradicts itself. */
  readonly state: 'ready' | 'incomplete' | 'invalid';
  readonly slices: readonly ResourceSlice[];
  /** With those for other nodes, and those that tell of counters alone. */
  readonly all: readonly ResourceSlice[];
}

/** A device of a slice that reaches a node. */
export interface Candidate {
  readonly pool: Pool;
  readonly device: Device;
  /** What keeps those that use it near it. */
  readonly slice: ResourceSlice;
}

export function idOf(driver: string, pool: string, device: string): string {
  return `${driver}/${pool}/${device}`;
}

/** Slices by the node that they are for and by pool, so that no node costs what there are nodes. */
export class Slices {
  readonly #local = new Map<string, ResourceSlice[]>();
  readonly #shared: ResourceSlice[] = [];
  readonly #byPool = new Map<string, ResourceSlice[]>();

  constructor(slices: Iterable<ResourceSlice>) {
    for (const slice of slices) {
      const { nodeName = '', sharedCounters = [] } = slice.spec;
      if (nodeName === '' || sharedCounters.length > 0) this.#shared.push(slice);
      else add(this.#local, nodeName, slice);
      add(this.#byPool, poolKey(slice), slice);
    }
  }

  /**
   * The pools that reach a node (structured.GatherPools): by driver, pool and slice, so that drivers say by names what is taken
   * first. Pools with devices that have to be made ready come last.
   */
  poolsFor(node: Node): Pool[] {
    const found = new Map<string, ResourceSlice[]>();
    for (const slice of [...(this.#local.get(node.metadata.name ?? '') ?? []), ...this.#shared]) {
      if (!concerns(slice, node)) continue;
      const key = poolKey(slice);
      const { generation } = slice.spec.pool;
      const newest = found.get(key)?.[0]?.spec.pool.generation ?? -1;
      if (generation > newest) found.set(key, [slice]);
      else if (generation === newest) found.get(key)?.push(slice);
    }
    const waits = ({ slices }: Pool): number =>
      slices.some(({ spec }) => spec.devices?.some(({ bindingConditions }) => bindingConditions !== undefined)) ? 1 : 0;
    return [...found]
      .flatMap(([key, own]) => this.#pool(key, own) ?? [])
      .sort((a, b) => waits(a) - waits(b) || order(a.driver, b.driver) || order(a.name, b.name));
  }

  #pool(key: string, own: readonly ResourceSlice[]): Pool | undefined {
    const { driver, pool } = (own[0] as ResourceSlice).spec;
    let all = own;
    if (own.length !== pool.resourceSliceCount) {
      const members = this.#byPool.get(key) ?? [];
      // Replaced by slices that have nothing for this node.
      if (members.some(({ spec }) => spec.pool.generation > pool.generation)) return undefined;
      all = members.filter(({ spec }) => spec.pool.generation === pool.generation);
      if (all.length !== pool.resourceSliceCount) return { driver, name: pool.name, state: 'incomplete', slices: [], all: [] };
    }
    if (contradicts(own, all)) return { driver, name: pool.name, state: 'invalid', slices: [], all: [] };
    const slices = own.filter(({ spec }) => (spec.sharedCounters ?? []).length === 0);
    return {
      driver,
      name: pool.name,
      state: 'ready',
      slices: slices.sort((a, b) => order(a.metadata.name ?? '', b.metadata.name ?? '')),
      all,
    };
  }
}

type Where = Pick<Device, 'nodeName' | 'nodeSelector' | 'allNodes'>;

export function reaches({ nodeName = '', nodeSelector, allNodes }: Where, { metadata: { name = '', labels = {} } }: Node): boolean {
  if (nodeName !== '') return nodeName === name;
  return allNodes === true || (nodeSelector !== undefined && matchesNodeSelector(nodeSelector, name, labels));
}

/** Counters are of use wherever the devices are. */
function concerns({ spec }: ResourceSlice, node: Node): boolean {
  if ((spec.sharedCounters ?? []).length > 0 || reaches(spec, node)) return true;
  return spec.perDeviceNodeSelection === true && (spec.devices ?? []).some((device) => reaches(device, node));
}

/** Two devices of the same name, counters that are told of twice, or drawn on and told of nowhere (buildPool). */
function contradicts(own: readonly ResourceSlice[], all: readonly ResourceSlice[]): boolean {
  const devices = new Set<string>();
  const counters = new Map<string, ReadonlySet<string>>();
  for (const { spec } of own) {
    for (const set of spec.sharedCounters ?? []) {
      if (counters.has(set.name)) return true;
      counters.set(set.name, new Set(Object.keys(set.counters)));
    }
    for (const { name } of spec.devices ?? []) {
      if (devices.has(name)) return true;
      devices.add(name);
    }
  }
  return all.some(({ spec }) =>
    (spec.devices ?? []).some(({ consumesCounters = [] }) =>
      consumesCounters.some(({ counterSet, counters: drawn }) => {
        const known = counters.get(counterSet);
        return known === undefined || Object.keys(drawn).some((counter) => !known.has(counter));
      }),
    ),
  );
}

function poolKey({ spec: { driver, pool } }: ResourceSlice): string {
  return `${driver}/${pool.name}`;
}

function add(map: Map<string, ResourceSlice[]>, key: string, slice: ResourceSlice): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [slice]);
  else known.push(slice);
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
