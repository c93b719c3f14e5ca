import type { PodTemplateSpec, SuccessPolicy } from '../generated/types.ts';
import { internalPodSpec } from '../pod/spec-difference.ts';
import { sortedLabels } from '../workload/template.ts';

/** Values as findings print them: the server's internal structs, not what clients send. */

export function internalSuccessPolicy(policy: SuccessPolicy | undefined): object | null {
  if (policy === undefined) return null;
  return {
    Rules:
      policy.rules?.map(({ succeededIndexes, succeededCount }) => ({
        SucceededIndexes: succeededIndexes ?? null,
        SucceededCount: succeededCount ?? null,
      })) ?? null,
  };
}

export function internalTemplate(template: PodTemplateSpec | undefined): object {
  const { labels, ...rest } = template?.metadata ?? {};
  return {
    ...rest,
    ...(labels === undefined ? {} : { labels: sortedLabels(labels) }),
    Spec: internalPodSpec(template?.spec ?? { containers: [] }),
  };
}
