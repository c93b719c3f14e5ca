import type { PersistentVolumeClaimSpec } from '../generated/types.ts';

export function setClaimSpecDefaults(spec: PersistentVolumeClaimSpec): void {
  spec.volumeMode ??= 'Filesystem';
}

/** The old reference to a source and the new one say the same; a snapshot or claim named in one stands in both. */
export function joinSources(spec: PersistentVolumeClaimSpec): void {
  const { dataSource, dataSourceRef } = spec;
  if (dataSource !== undefined && dataSourceRef === undefined) spec.dataSourceRef = { ...dataSource };
  else if (dataSource === undefined && dataSourceRef !== undefined && dataSourceRef.namespace === undefined) {
    spec.dataSource = { ...dataSourceRef };
  }
  for (const source of [spec.dataSource, spec.dataSourceRef]) {
    // Has no omitempty: written as null where it is not set.
    if (source !== undefined && source.apiGroup === undefined) (source as { apiGroup?: string | null }).apiGroup = null;
  }
}
