import type { Device, Node, ResourceSlice } from '../../api/generated/types.ts';
import { matchesNodeSelector } from '../../api/node-selector.ts';

/** Devices that a driver manages together: all its slices of the newest generation. */
export interface Pool {
  readonly driver: string;
  readonly name: string;
  readonly slices: readonly ResourceSlice[];
  /** Not all slices are there: it is being changed. */
  readonly incomplete: boolean;
}

/** A device that a node can use. */
export interface Candidate {
  readonly pool: Pool;
  readonly device: Device;
  /** What keeps those that use it near it. */
  readonly slice: ResourceSlice;
}

export function idOf(driver: string, pool: string, device: string): string {
  return `${driver}/${pool}/${device}`;
}

/**
 * Devices as far as the node can reach them (structured.GatherPools): by driver, pool and slice, so that drivers say by names what
 * is taken first. Pools with devices that have to be made ready come last.
 */
export function candidatesFor(slices: Iterable<ResourceSlice>, { metadata: { name = '', labels = {} } }: Node): Candidate[] {
  const reaches = (where: { nodeName?: string; nodeSelector?: ResourceSlice['spec']['nodeSelector']; allNodes?: boolean }): boolean =>
    where.allNodes === true ||
    where.nodeName === name ||
    (where.nodeSelector !== undefined && matchesNodeSelector(where.nodeSelector, name, labels));
  return poolsOf(slices).flatMap((pool) =>
    pool.slices.flatMap((slice) => {
      const { perDeviceNodeSelection, devices = [] } = slice.spec;
      const near = perDeviceNodeSelection === true ? devices.filter(reaches) : reaches(slice.spec) ? devices : [];
      return near.map((device) => ({ pool, device, slice }));
    }),
  );
}

function poolsOf(slices: Iterable<ResourceSlice>): Pool[] {
  const members = new Map<string, ResourceSlice[]>();
  for (const slice of slices) {
    const { driver, pool } = slice.spec;
    const key = `${driver}/${pool.name}`;
    const known = members.get(key);
    const newest = known?.[0]?.spec.pool.generation ?? -1;
    if (known === undefined || pool.generation > newest) members.set(key, [slice]);
    else if (pool.generation === newest) known.push(slice);
  }
  const waits = ({ slices: own }: Pool): number =>
    own.some(({ spec }) => spec.devices?.some(({ bindingConditions = [] }) => bindingConditions.length > 0)) ? 1 : 0;
  return [...members.values()]
    .map((own): Pool => {
      const { driver, pool } = (own[0] as ResourceSlice).spec;
      const sorted = own.toSorted((a, b) => order(a.metadata.name ?? '', b.metadata.name ?? ''));
      return { driver, name: pool.name, slices: sorted, incomplete: own.length < pool.resourceSliceCount };
    })
    .sort((a, b) => waits(a) - waits(b) || order(a.driver, b.driver) || order(a.name, b.name));
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
