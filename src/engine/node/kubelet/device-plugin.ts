import type { ResourceResourceClaim } from '../../api/generated/types.ts';

/** A driver's plugin on a node: makes devices ready, and says what containers that use them have in their environment. */
export interface DevicePlugin {
  prepare(claim: ResourceResourceClaim, request: string, devices: readonly string[]): Readonly<Record<string, string>>;
}
