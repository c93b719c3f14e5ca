import type { Pod, PodTemplateSpec } from '../generated/types.ts';
import { isDNS1123Label } from '../names.ts';
import { templateWarnings } from './template-warnings.ts';

/** What the server remarks on a new pod that it accepts. Updates of pods get no remarks. */
export function podWarnings({ metadata, spec }: Pod): string[] {
  const template: PodTemplateSpec = spec === undefined ? { metadata } : { metadata, spec };
  const problems = isDNS1123Label(metadata.name ?? '');
  const remark = "metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended";
  return [...(problems.length === 0 ? [] : [`${remark}: [${problems.join(' ')}]`]), ...templateWarnings(template, '')];
}
