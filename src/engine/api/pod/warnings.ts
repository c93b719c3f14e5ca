import type { Pod, PodTemplateSpec } from '../generated/types.ts';
import { templateWarnings } from './template-warnings.ts';

/** What the server remarks on a pod that it accepts. Only what the write brings in is remarked on. */
export function podWarnings(pod: Pod, old: Pod | undefined): string[] {
  const template = ({ metadata, spec }: Pod): PodTemplateSpec => (spec === undefined ? { metadata } : { metadata, spec });
  return templateWarnings(template(pod), old === undefined ? undefined : template(old), '');
}
