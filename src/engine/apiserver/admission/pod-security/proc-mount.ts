import type { PodSpec } from '../../../api/generated/types.ts';
import { containersOf, namedContainers, namesOf, quoted, sortedSet, type Violation } from './check.ts';

/** Any `procMount` but the default one shows the host through /proc. */
export function procMount(spec: PodSpec): Violation | undefined {
  const bad = (type: string | undefined): type is string => type !== undefined && type !== 'Default';
  const names = namesOf(spec, ({ securityContext }) => bad(securityContext?.procMount));
  if (names.length === 0) return undefined;
  const types = sortedSet(
    containersOf(spec)
      .map(({ securityContext }) => securityContext?.procMount)
      .filter(bad),
  );
  return { reason: 'procMount', detail: `${namedContainers(names)} must not set securityContext.procMount to ${quoted(types)}` };
}
