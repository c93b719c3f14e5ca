import type { ResourceSlice } from '../generated/types.ts';
import { ageColumn, column, nameColumn } from '../printing/column.ts';
import { validateSlice } from '../resource/slice.ts';
import { bumpGeneration, plainStrategy } from './define.ts';
import { v1Kind } from './v1-kind.ts';

export const resourceSlice = v1Kind<ResourceSlice>({
  group: 'resource.k8s.io',
  kind: 'ResourceSlice',
  resource: 'resourceslices',
  namespaced: false,
  strategy: plainStrategy<ResourceSlice>({
    prepareForCreate(draft, { now }) {
      draft.metadata.generation = 1;
      dropDisabled(draft);
      stamp(draft, now);
    },
    prepareForUpdate(draft, old, { now }) {
      dropDisabled(draft);
      stamp(draft, now);
      bumpGeneration(draft, old);
    },
    create: ({ spec }, findings) => validateSlice(spec, undefined, findings),
    update: ({ spec }, old, findings) => validateSlice(spec, old.spec, findings),
    warnings: ({ spec }) =>
      spec?.driver !== undefined && spec.driver !== spec.driver.toLowerCase()
        ? [`spec.driver: driver names should be lowercase; ${JSON.stringify(spec.driver)} contains uppercase characters`]
        : [],
  }),
  fieldSelectors: { 'spec.nodeName': ({ spec }) => spec?.nodeName ?? '', 'spec.driver': ({ spec }) => spec?.driver ?? '' },
  columns: [
    nameColumn(),
    column('Node', 'ResourceSliceSpec.nodeName', ({ spec }) => spec?.nodeName ?? '<unset>'),
    column('Driver', 'ResourceSliceSpec.driver', ({ spec }) => spec?.driver ?? ''),
    column('Pool', 'ResourcePool.name', ({ spec }) => spec?.pool?.name ?? ''),
    ageColumn(),
  ],
  fidelity: { level: 'modelled' },
});

/** v1.36: DRANodeAllocatableResources and DRAListTypeAttributes are off by default. */
function dropDisabled({ spec }: ResourceSlice): void {
  for (const device of spec?.devices ?? []) {
    delete device.nodeAllocatableResourceMappings;
    for (const attribute of Object.values(device.attributes ?? {}))
      for (const list of ['bools', 'ints', 'strings', 'versions'] as const) delete attribute[list];
  }
}

/** A taint that does not say since when it is there is there from now on. */
function stamp({ spec }: ResourceSlice, now: number): void {
  const time = `${new Date(now).toISOString().slice(0, 19)}Z`;
  for (const { taints = [] } of spec?.devices ?? []) for (const taint of taints) taint.timeAdded ??= time;
}
