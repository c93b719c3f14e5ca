import type { DeviceSelector, DeviceToleration, ResourceResourceClaim } from '../../api/generated/types.ts';

/** One way to satisfy a request. */
export interface Alternative {
  readonly request: string;
  /** `request`, or `request/subrequest`. */
  readonly name: string;
  /** As it is called where it stands; upstream's errors name it so. */
  readonly own: string;
  readonly deviceClassName: string;
  readonly all: boolean;
  readonly count: number;
  readonly adminAccess: boolean;
  readonly selectors: readonly DeviceSelector[];
  /** What it wants of each capacity of a device that several share. */
  readonly capacity: Readonly<Record<string, string>> | undefined;
  readonly tolerations: readonly DeviceToleration[];
}

type Request = NonNullable<NonNullable<ResourceResourceClaim['spec']['devices']>['requests']>[number];

/** Any of them will do; the first that can be had is taken. */
export function alternativesOf({ name, exactly, firstAvailable = [] }: Request): Alternative[] {
  const ways =
    exactly === undefined ? firstAvailable.map((sub) => ({ ...sub, full: `${name}/${sub.name}` })) : [{ ...exactly, name, full: name }];
  return ways.map((way) => ({
    request: name,
    name: way.full,
    own: way.name,
    deviceClassName: way.deviceClassName,
    all: way.allocationMode === 'All',
    count: way.count ?? 1,
    adminAccess: 'adminAccess' in way && way.adminAccess === true,
    selectors: way.selectors ?? [],
    capacity: way.capacity?.requests,
    tolerations: way.tolerations ?? [],
  }));
}
