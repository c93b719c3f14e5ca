import type { ObjectMeta, PodSpec } from '../../../api/generated/types.ts';
import { containersOf, plural, sortedSet, type Violation } from './check.ts';

const POD = 'seccomp.security.alpha.kubernetes.io/pod';
const CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/';

export const isAllowedSeccomp = (type: string): boolean => type === 'RuntimeDefault' || type === 'Localhost';

/** Up to v1.18 seccomp profiles were set by annotations. */
export function seccompAnnotations(spec: PodSpec, { annotations = {} }: ObjectMeta): Violation | undefined {
  const bad = [POD, ...containersOf(spec).map(({ name }) => `${CONTAINER}${name}`)].flatMap((key) => {
    const value = annotations[key];
    if (value === undefined || ['runtime/default', 'docker/default'].includes(value) || value.startsWith('localhost/')) return [];
    return [`${key}=${JSON.stringify(value)}`];
  });
  const notes = sortedSet(bad);
  return notes.length === 0
    ? undefined
    : { reason: 'seccompProfile', detail: `forbidden ${plural('annotation', notes.length)} ${notes.join(', ')}` };
}
