import type { Container, ObjectMeta, PodSpec } from '../../../api/generated/types.ts';

/** A rule of the Pod Security Standards as it holds from a version on. Says nothing where a pod keeps it. */
export interface Check {
  /** Upstream's name of the rule; rules are heard in the order of their names. */
  readonly id: string;
  /** From which minor on the revision holds, ascending. */
  readonly versions: readonly { readonly since: number; readonly check: CheckPod }[];
  /** A rule of the level below that this one replaces. */
  readonly overrides?: string;
}

export type CheckPod = (spec: PodSpec, meta: ObjectMeta) => Violation | undefined;

export interface Violation {
  readonly reason: string;
  readonly detail: string;
}

export const quoted = (items: readonly string[]): string => items.map((item) => `"${item}"`).join(', ');
export const plural = (word: string, count: number, many = `${word}s`): string => (count === 1 ? word : many);
export const sortedSet = (items: Iterable<string>): string[] => [...new Set(items)].sort();

/** `container "a"`, `containers "a", "b"`. */
export const namedContainers = (names: readonly string[]): string => `${plural('container', names.length)} ${quoted(names)}`;

/** Init containers, containers, ephemeral ones: upstream's order. */
export function containersOf({ initContainers, containers, ephemeralContainers }: PodSpec): readonly Container[] {
  return [...(initContainers ?? []), ...containers, ...((ephemeralContainers ?? []) as readonly Container[])];
}

export function namesOf(spec: PodSpec, bad: (container: Container) => boolean): string[] {
  return containersOf(spec)
    .filter(bad)
    .map(({ name }) => name);
}

/** A rule that finds containers and says what is wrong with them. */
export function ofContainers(reason: string, bad: (container: Container) => boolean, what: string): CheckPod {
  return (spec) => {
    const names = namesOf(spec, bad);
    return names.length === 0 ? undefined : { reason, detail: `${namedContainers(names)} ${what}` };
  };
}

/** Who set a bad value: the pod, some containers, or both. */
export function setters(pod: boolean, containers: readonly string[]): string[] {
  return [...(pod ? ['pod'] : []), ...(containers.length === 0 ? [] : [namedContainers(containers)])];
}

/** Rules that Windows pods are spared. */
export const notOnWindows =
  (check: CheckPod): CheckPod =>
  (spec, meta) =>
    spec.os?.name === 'windows' ? undefined : check(spec, meta);

/** Rules that are relaxed for pods with a user namespace of their own. */
export const notInUserNamespace =
  (check: CheckPod): CheckPod =>
  (spec, meta) =>
    spec.hostUsers === false ? undefined : check(spec, meta);
