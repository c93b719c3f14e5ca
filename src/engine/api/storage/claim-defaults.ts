import type { PersistentVolumeClaimSpec } from '../generated/types.ts';

export function setClaimSpecDefaults(spec: PersistentVolumeClaimSpec): void {
  spec.volumeMode ??= 'Filesystem';
}

const SNAPSHOTS = 'snapshot.storage.k8s.io';

/** `dataSource` knows claims and snapshots, all else is dropped; sources in other namespaces are behind a gate that is off. */
export function dropUnknownSources(spec: PersistentVolumeClaimSpec): void {
  const { dataSource: source, dataSourceRef: ref } = spec;
  const group = source?.apiGroup ?? '';
  const known =
    source !== undefined &&
    ((source.kind === 'PersistentVolumeClaim' && group === '') || (source.kind === 'VolumeSnapshot' && group === SNAPSHOTS));
  if (source !== undefined && !known) delete spec.dataSource;
  if ((ref?.namespace ?? '') !== '') delete spec.dataSourceRef;
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
