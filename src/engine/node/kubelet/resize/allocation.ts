import { semanticallyEqual } from '../../../api/equality.ts';
import type { Container, Pod, ResourceRequirements } from '../../../api/generated/types.ts';
import { isSidecar } from '../restart-policy.ts';

interface Grant {
  readonly containers: ReadonlyMap<string, ResourceRequirements>;
  /** Of the pod as a whole (KEP-5419). */
  readonly pod: ResourceRequirements | undefined;
}

/** What the node has granted its pods: what a spec asks for may differ while a resize is pending (KEP-1287). */
export class Allocation {
  readonly #granted = new Map<string, Grant>();

  /** What containers run with, by id, once their resources have been changed. */
  readonly actuated = new Map<string, ResourceRequirements>();

  /** The pod with the resources that it was granted; the pod itself where that is what it asks for. */
  of(pod: Pod): Pod {
    const granted = this.#granted.get(pod.metadata.uid ?? '');
    const { spec } = pod;
    if (granted === undefined || spec === undefined) return pod;
    const differs = (container: Container): boolean => {
      const resources = granted.containers.get(container.name);
      if (resources === undefined || resources === container.resources) return false;
      return !semanticallyEqual(resources, container.resources ?? {});
    };
    const { containers, initContainers = [] } = spec;
    const whole = spec.resources === granted.pod || semanticallyEqual(spec.resources ?? {}, granted.pod ?? {});
    if (whole && !containers.some(differs) && !initContainers.some(differs)) return pod;
    const grant = (container: Container): Container => {
      const resources = granted.containers.get(container.name);
      return resources === undefined ? container : { ...container, resources };
    };
    return {
      ...pod,
      spec: {
        ...spec,
        containers: containers.map(grant),
        ...(spec.initContainers === undefined ? {} : { initContainers: spec.initContainers.map(grant) }),
        ...(granted.pod === undefined ? {} : { resources: granted.pod }),
      },
    };
  }

  grant(pod: Pod): void {
    const { containers = [], initContainers = [], resources: whole } = pod.spec ?? {};
    const resizable = [...containers, ...initContainers.filter(isSidecar)];
    const each = new Map(resizable.map(({ name, resources = {} }) => [name, resources]));
    this.#granted.set(pod.metadata.uid ?? '', { containers: each, pod: whole });
  }

  known(uid: string): boolean {
    return this.#granted.has(uid);
  }

  forget(uid: string): void {
    this.#granted.delete(uid);
  }
}
