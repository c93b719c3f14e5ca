import type { PersistentVolumeClaimSpec } from '../generated/types.ts';
import { internalForm } from '../internal-form.ts';
import { formDifference } from '../line-difference.ts';
import type { JsonObject } from '../meta.ts';

/** What follows the refusal of a claim's update: the two specs as the server holds them inside, line by line. */
export function claimSpecDifference(
  before: PersistentVolumeClaimSpec,
  after: PersistentVolumeClaimSpec,
  modes: readonly string[] | undefined,
): string {
  return formDifference(internal(before, before.accessModes), internal(after, modes));
}

function internal(spec: PersistentVolumeClaimSpec, accessModes: readonly string[] | undefined): JsonObject {
  return internalForm({ ...spec, accessModes } as unknown as JsonObject, 'PersistentVolumeClaimSpec');
}
