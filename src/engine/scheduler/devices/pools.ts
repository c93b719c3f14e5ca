import type { Device, Node, ResourceSlice } from '../../api/generated/types.ts';
import { matchesNodeSelector } from '../../api/node-selector.ts';

/** A device that a node can use. */
export interface Candidate {
  readonly driver: string;
  readonly pool: string;
  readonly device: Device;
  /** What keeps those that use it near it. */
  readonly slice: ResourceSlice;
  /** Of its pool not all slices are there: it is being changed. */
  readonly incomplete: boolean;
}

export function idOf(driver: string, pool: string, device: string): string {
  return `${driver}/${pool}/${device}`;
}

/** Devices of the newest generation of each pool, as far as the node can reach them (structured.GatherPools). */
export function candidatesFor(slices: Iterable<ResourceSlice>, { metadata: { name = '', labels = {} } }: Node): Candidate[] {
  const pools = new Map<string, ResourceSlice[]>();
  for (const slice of slices) {
    const { driver, pool } = slice.spec;
    const key = `${driver}/${pool.name}`;
    const known = pools.get(key);
    const newest = known?.[0]?.spec.pool.generation ?? -1;
    if (known === undefined || pool.generation > newest) pools.set(key, [slice]);
    else if (pool.generation === newest) known.push(slice);
  }
  const reaches = (where: { nodeName?: string; nodeSelector?: ResourceSlice['spec']['nodeSelector']; allNodes?: boolean }): boolean =>
    where.allNodes === true ||
    where.nodeName === name ||
    (where.nodeSelector !== undefined && matchesNodeSelector(where.nodeSelector, name, labels));
  return [...pools.values()].flatMap((members) =>
    members.flatMap((slice) => {
      const { driver, pool, perDeviceNodeSelection, devices = [] } = slice.spec;
      const incomplete = members.length < pool.resourceSliceCount;
      const near = perDeviceNodeSelection === true ? devices.filter(reaches) : reaches(slice.spec) ? devices : [];
      return near.map((device) => ({ driver, pool: pool.name, device, slice, incomplete }));
    }),
  );
}
