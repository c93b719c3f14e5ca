import type { Subject } from '../api/errors.ts';
import type { Target } from './context.ts';
import { storagePrefix } from './route.ts';

/** Where it lies in etcd. */
export function keyOf({ kind, namespace, name }: Target): string {
  return kind.namespaced ? `${storagePrefix(kind)}${namespace}/${name}` : `${storagePrefix(kind)}${name}`;
}

/** As refusals name it. */
export function subjectOf({ kind, name }: Target): Subject {
  return { group: kind.group, resource: kind.resource, name };
}

export function subjectName({ kind, name }: Target): string {
  return `${kind.group === '' ? kind.resource : `${kind.resource}.${kind.group}`} "${name}"`;
}
