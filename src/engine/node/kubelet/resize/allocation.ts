import { semanticallyEqual } from '../../../api/equality.ts';
import type { Container, Pod, PodSpec, ResourceRequirements } from '../../../api/generated/types.ts';
import { isSidecar } from '../restart-policy.ts';

/** What the node has granted its pods: what a spec asks for may differ while a resize is pending (KEP-1287). */
export class Allocation {
  /** Specs as they were granted. */
  readonly #granted = new Map<string, PodSpec>();

  /** What containers run with, by id, once their resources have been changed. */
  readonly actuated = new Map<string, ResourceRequirements>();

  /** The pod with the resources that it was granted; the pod itself where that is what it asks for. */
  of(pod: Pod): Pod {
    const granted = this.#granted.get(pod.metadata.uid ?? '');
    const { spec } = pod;
    if (granted === undefined || spec === undefined) return pod;
    if (granted === spec) return pod;
    const differs = (container: Container): boolean => {
      const resources = grantedTo(granted, container.name);
      if (resources === undefined || resources === container.resources) return false;
      return !semanticallyEqual(resources, container.resources ?? {});
    };
    const { containers, initContainers = [] } = spec;
    const whole = spec.resources === granted.resources || semanticallyEqual(spec.resources ?? {}, granted.resources ?? {});
    if (whole && !containers.some(differs) && !initContainers.some(differs)) return pod;
    const grant = (container: Container): Container => {
      const resources = grantedTo(granted, container.name);
      return resources === undefined ? container : { ...container, resources };
    };
    return {
      ...pod,
      spec: {
        ...spec,
        containers: containers.map(grant),
        ...(spec.initContainers === undefined ? {} : { initContainers: spec.initContainers.map(grant) }),
        ...(granted.resources === undefined ? {} : { resources: granted.resources }),
      },
    };
  }

  grant(pod: Pod): void {
    if (pod.spec !== undefined) this.#granted.set(pod.metadata.uid ?? '', pod.spec);
  }

  known(uid: string): boolean {
    return this.#granted.has(uid);
  }

  forget(uid: string): void {
    this.#granted.delete(uid);
  }
}

/** What was granted to a container that can be resized. */
function grantedTo({ containers, initContainers = [] }: PodSpec, name: string): ResourceRequirements | undefined {
  const container = containers.find((each) => each.name === name) ?? initContainers.find((each) => each.name === name && isSidecar(each));
  return container === undefined ? undefined : (container.resources ?? NOTHING);
}

const NOTHING: ResourceRequirements = {};
