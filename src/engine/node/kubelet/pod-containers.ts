import type { Container, Pod } from '../../api/generated/types.ts';
import type { RuntimeContainer } from '../runtime/cri.ts';
import { isSidecar, shouldRestart } from './restart-policy.ts';

/** What a container is to its pod; the word stands in its events. */
export type Role = 'initContainers' | 'containers' | 'ephemeralContainers';

export function containersOf({ spec }: Pod): readonly Container[] {
  const { initContainers = [], containers = [], ephemeralContainers = [] } = spec ?? {};
  return [...initContainers, ...containers, ...(ephemeralContainers as Container[])];
}

/** `spec.containers{web}`: where a container stands in its pod. */
export function fieldPath(role: Role, name: string): string {
  const paths = PATHS[role];
  let path = paths.get(name);
  if (path === undefined) {
    // Every event keeps it, and most containers are called as others are.
    if (paths.size >= REMEMBERED) paths.clear();
    paths.set(name, (path = `spec.${role}{${name}}`));
  }
  return path;
}

const PATHS: Readonly<Record<Role, Map<string, string>>> = {
  initContainers: new Map(),
  containers: new Map(),
  ephemeralContainers: new Map(),
};
const REMEMBERED = 1024;

/** The same of a container that is in its pod somewhere. */
export function fieldPathOf({ spec }: Pod, { name }: Container): string {
  const has = (list: readonly { name: string }[] | undefined): boolean => list?.some((each) => each.name === name) === true;
  const role: Role = has(spec?.initContainers) ? 'initContainers' : has(spec?.containers) ? 'containers' : 'ephemeralContainers';
  return fieldPath(role, name);
}

/** Whether nothing is left to do for a pod: no container runs or will run again, but for sidecars. `again`: names of those that will all the same. */
export function isOver(pod: Pod, last: (name: string) => RuntimeContainer | undefined, again: Pick<ReadonlySet<string>, 'has'>): boolean {
  const ended = (container: Container, init: boolean): boolean => {
    const run = last(container.name);
    return run?.state === 'exited' && !again.has(container.name) && !shouldRestart(pod, container, run.exitCode ?? 0, init);
  };
  const { containers = [], initContainers = [] } = pod.spec ?? {};
  if (containers.every((container) => ended(container, false))) return true;
  if (containers.some(({ name }) => last(name) !== undefined)) return false;
  return initContainers.some((each) => !isSidecar(each) && ended(each, true) && last(each.name)?.exitCode !== 0);
}
