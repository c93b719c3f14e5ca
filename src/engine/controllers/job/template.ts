import type { Container, Job, Pod, PodTemplateSpec } from '../../api/generated/types.ts';
import { judgeFailure } from './failure-policy.ts';
import { INDEX_FAILURES, INDEX_IGNORED_FAILURES, INDEX_KEY, TRACKING_FINALIZER, failuresBefore } from './job-pods.ts';

const INDEX_VARIABLE = 'JOB_COMPLETION_INDEX';
// storage/names: a generated name is 63 characters long at most, five of them by chance.
const MAX_PREFIX = 58;

/** The template of a job's pods, with the finalizer by which they are counted. */
export function podTemplate(job: Job): PodTemplateSpec {
  const { metadata, spec } = job.spec?.template ?? {};
  const finalizers = metadata?.finalizers ?? [];
  return {
    metadata: {
      ...metadata,
      finalizers: finalizers.includes(TRACKING_FINALIZER) ? finalizers : [...finalizers, TRACKING_FINALIZER],
    },
    ...(spec === undefined ? {} : { spec }),
  };
}

/** The template of the pod of one index. `replaced` is the failed pod of the index, whose failures go on being counted. */
export function indexedPodTemplate(job: Job, index: number, replaced: Pod | undefined): PodTemplateSpec {
  const { metadata, spec } = podTemplate(job);
  return {
    metadata: {
      ...metadata,
      labels: { ...metadata?.labels, [INDEX_KEY]: String(index) },
      annotations: { ...metadata?.annotations, [INDEX_KEY]: String(index), ...failureAnnotations(job, replaced) },
    },
    spec: {
      ...spec,
      hostname: `${job.metadata.name ?? ''}-${index}`,
      containers: (spec?.containers ?? []).map(withIndexVariable),
      ...(spec?.initContainers === undefined ? {} : { initContainers: spec.initContainers.map(withIndexVariable) }),
    },
  };
}

/** `name-index-`, the name cut where the random part would not fit. */
export function indexedPrefix(name: string, index: number): string {
  const suffix = `-${index}-`;
  return `${name.slice(0, MAX_PREFIX - suffix.length)}${suffix}`;
}

/** KEP-3850: with a limit per index, each pod tells how often its index has failed before. */
function failureAnnotations({ spec }: Job, replaced: Pod | undefined): Record<string, string> {
  if (spec?.backoffLimitPerIndex === undefined) return {};
  if (replaced === undefined) return { [INDEX_FAILURES]: '0' };
  const { counted, ignored } = failuresBefore(replaced);
  const counts = judgeFailure(spec.podFailurePolicy, replaced).counted;
  const nowIgnored = ignored + (counts ? 0 : 1);
  return {
    [INDEX_FAILURES]: String(counted + (counts ? 1 : 0)),
    ...(nowIgnored === 0 ? {} : { [INDEX_IGNORED_FAILURES]: String(nowIgnored) }),
  };
}

function withIndexVariable(container: Container): Container {
  const { env = [] } = container;
  if (env.some(({ name }) => name === INDEX_VARIABLE)) return container;
  const fieldRef = { fieldPath: `metadata.labels['${INDEX_KEY}']` };
  return { ...container, env: [...env, { name: INDEX_VARIABLE, valueFrom: { fieldRef } }] };
}
