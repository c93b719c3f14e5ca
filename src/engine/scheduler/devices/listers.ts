import type { DeviceClass, ResourceResourceClaim, ResourceSlice } from '../../api/generated/types.ts';

/** What the rules for devices read and decide. Claims by `namespace/name`, as they are or as they were decided to be. */
export interface DeviceListers {
  claim(key: string): ResourceResourceClaim | undefined;
  claims(): Iterable<ResourceResourceClaim>;
  slices(): Iterable<ResourceSlice>;
  deviceClass(name: string): DeviceClass | undefined;
  /** Of the devices that an extended resource stands for. */
  classFor(resource: string): DeviceClass | undefined;
  /** A claim is given devices that the API server does not know of yet: so it is with `claims`, not with `claim`; and it is so no longer. */
  pend(claim: ResourceResourceClaim): void;
  isPending(claim: ResourceResourceClaim): boolean;
  settle(claim: ResourceResourceClaim): void;
  /** The API server's answer to a write, before the cache shows it. */
  assume(claim: ResourceResourceClaim): void;
}

/** For those who schedule in a world without devices. */
export const NO_DEVICES: DeviceListers = {
  claim: () => undefined,
  claims: () => [],
  slices: () => [],
  deviceClass: () => undefined,
  classFor: () => undefined,
  pend: () => {},
  isPending: () => false,
  settle: () => {},
  assume: () => {},
};
