import type { LabelSelector, PersistentVolumeClaimSpec, TypedObjectReference } from '../generated/types.ts';
import { lineDifference } from '../line-difference.ts';

/** What follows the refusal of a claim's update: the two specs as the server holds them inside, line by line. */
export function claimSpecDifference(
  before: PersistentVolumeClaimSpec,
  after: PersistentVolumeClaimSpec,
  modes: readonly string[] | undefined,
): string {
  return lineDifference(linesOf(internal(before, before.accessModes)), linesOf(internal(after, modes)));
}

export const linesOf = (value: object): string[] => JSON.stringify(value, null, 1).split('\n');

function internal(spec: PersistentVolumeClaimSpec, modes: readonly string[] | undefined): object {
  const source = (one: TypedObjectReference | undefined): object | null =>
    one === undefined ? null : { APIGroup: one.apiGroup ?? null, Kind: one.kind ?? '', Name: one.name ?? '' };
  return {
    AccessModes: modes ?? null,
    Selector: selector(spec.selector),
    Resources: { Limits: sorted(spec.resources?.limits), Requests: sorted(spec.resources?.requests) },
    VolumeName: spec.volumeName ?? '',
    StorageClassName: spec.storageClassName ?? null,
    VolumeMode: spec.volumeMode ?? null,
    DataSource: source(spec.dataSource),
    DataSourceRef:
      spec.dataSourceRef === undefined ? null : { ...source(spec.dataSourceRef), Namespace: spec.dataSourceRef.namespace ?? null },
    VolumeAttributesClassName: spec.volumeAttributesClassName ?? null,
  };
}

function selector(one: LabelSelector | undefined): object | null {
  if (one === undefined) return null;
  return {
    ...(one.matchLabels === undefined ? {} : { matchLabels: sorted(one.matchLabels) }),
    ...(one.matchExpressions === undefined
      ? {}
      : {
          matchExpressions: one.matchExpressions.map(({ key, operator, values }) => ({
            key,
            operator,
            ...(values === undefined ? {} : { values }),
          })),
        }),
  };
}

const sorted = (map: Readonly<Record<string, string>> | undefined): object | null =>
  map === undefined ? null : Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
