import type { DeviceClass, ResourceResourceClaim, ResourceSlice } from '../../api/generated/types.ts';

/** What the rules for devices read and decide. Claims by `namespace/name`, as they are or as they were decided to be. */
export interface DeviceListers {
  claim(key: string): ResourceResourceClaim | undefined;
  claims(): Iterable<ResourceResourceClaim>;
  slices(): Iterable<ResourceSlice>;
  deviceClass(name: string): DeviceClass | undefined;
  /** A claim has been given devices before the API server knows; and it is taken back. */
  assume(claim: ResourceResourceClaim): void;
  restore(claim: ResourceResourceClaim): void;
}

/** For those who schedule in a world without devices. */
export const NO_DEVICES: DeviceListers = {
  claim: () => undefined,
  claims: () => [],
  slices: () => [],
  deviceClass: () => undefined,
  assume: () => {},
  restore: () => {},
};
