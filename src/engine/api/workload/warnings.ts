import type { PodTemplateSpec } from '../generated/types.ts';
import type { ApiObject } from '../meta.ts';
import { isDNS1123Label } from '../names.ts';
import { templateWarnings } from '../pod/template-warnings.ts';

type Workload = ApiObject & { spec?: { template?: PodTemplateSpec } };

/** Remarks on a workload: on its name when it is made, on its template whenever its spec changed. */
export function workloadWarnings({ metadata, spec }: Workload, old: Workload | undefined): string[] {
  const warnings: string[] = [];
  const problems = old === undefined ? isDNS1123Label(metadata.name ?? '') : [];
  if (problems.length > 0) {
    const remark =
      'metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended';
    warnings.push(`${remark}: [${problems.join(' ')}]`);
  }
  if (spec?.template !== undefined && old?.metadata.generation !== metadata.generation)
    warnings.push(...templateWarnings(spec.template, 'spec.template.'));
  return warnings;
}
