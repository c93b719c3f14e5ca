import type { Info } from '../info.ts';
import { copy, list, put } from '../values.ts';
import type { JsonObject } from '../values.ts';
import { Refusal } from './change.ts';

const WITH_TEMPLATE = new Set(['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'ReplicationController', 'Job']);

/** Where the pod's fields stand in an object that has some: UpdatePodSpecForObject. */
export function podSpecPath({ mapping: { kind, version } }: Info): string[] {
  if (kind === 'Pod') return ['spec'];
  if (kind === 'CronJob') return ['spec', 'jobTemplate', 'spec', 'template', 'spec'];
  if (WITH_TEMPLATE.has(kind)) return ['spec', 'template', 'spec'];
  throw new Refusal(`the object is not a pod or does not have a pod template: *${version}.${kind}`);
}

/** The names of containers that a pattern takes in: `*` stands for any text. */
export function matchesContainer(pattern: string, name: string): boolean {
  return new RegExp(
    `^${pattern
      .split('*')
      .map((part) => part.replace(/[.+^${}()|[\]\\?]/g, '\\$&'))
      .join('.*')}$`,
  ).test(name);
}

/** A copy of the object with each container, init containers first, as `edit` makes it. */
export function withContainers(value: JsonObject, info: Info, edit: (container: JsonObject) => JsonObject): JsonObject {
  const path = podSpecPath(info);
  const draft = copy(value);
  for (const field of ['initContainers', 'containers']) {
    const found = list(draft, ...path, field) as readonly JsonObject[];
    if (found.length > 0) put(draft, found.map(edit), ...path, field);
  }
  return draft;
}

export function containersOf(value: JsonObject, info: Info): readonly JsonObject[] {
  const path = podSpecPath(info);
  return ['initContainers', 'containers'].flatMap((field) => list(value, ...path, field) as readonly JsonObject[]);
}
