import type { Job } from '../generated/types.ts';

const CONTROLLER_UID = 'batch.kubernetes.io/controller-uid';
const JOB_NAME = 'batch.kubernetes.io/job-name';

/** Selector and labels by which a job finds its pods: the uid makes them its own. */
export function generateSelector(draft: Job): void {
  const { metadata, spec } = draft;
  if (spec?.template === undefined) return;
  if (spec.manualSelector !== true) setSelector(draft);
  // Read back from the store, a job without labels of its own gets those of its pods.
  const labels = spec.template.metadata?.labels;
  if (labels !== undefined && Object.keys(metadata.labels ?? {}).length === 0) metadata.labels = { ...labels };
}

function setSelector({ metadata, spec }: Job): void {
  if (spec === undefined) return;
  const { template } = spec;
  const uid = metadata.uid ?? '';
  const name = metadata.name ?? '';
  const labels: Record<string, string> = { ...template.metadata?.labels };
  for (const [key, value] of [
    ['job-name', name],
    [JOB_NAME, name],
    ['controller-uid', uid],
    [CONTROLLER_UID, uid],
  ] as const) {
    labels[key] ??= value;
  }
  template.metadata = { ...template.metadata, labels };
  spec.selector = { ...spec.selector, matchLabels: { ...spec.selector?.matchLabels } };
  (spec.selector.matchLabels as Record<string, string>)[CONTROLLER_UID] ??= uid;
}

/** The labels that a generated selector stands on. */
export function generatedLabels({ metadata }: Job): readonly (readonly [string, string])[] {
  const { uid = '', name = '' } = metadata;
  return [
    ['controller-uid', uid],
    ['job-name', name],
    [CONTROLLER_UID, uid],
    [JOB_NAME, name],
  ];
}

export const CONTROLLER_UID_LABEL = CONTROLLER_UID;
