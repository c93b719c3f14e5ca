import { semanticallyEqual } from '../../../api/equality.ts';
import type { Container, Pod, ResourceRequirements } from '../../../api/generated/types.ts';
import { isSidecar } from '../restart-policy.ts';

/** What the node has granted its pods: what a spec asks for may differ while a resize is pending (KEP-1287). */
export class Allocation {
  readonly #granted = new Map<string, ReadonlyMap<string, ResourceRequirements>>();

  /** What containers run with, by id, once their resources have been changed. */
  readonly actuated = new Map<string, ResourceRequirements>();

  /** The pod with the resources that it was granted; the pod itself where that is what it asks for. */
  of(pod: Pod): Pod {
    const granted = this.#granted.get(pod.metadata.uid ?? '');
    const { spec } = pod;
    if (granted === undefined || spec === undefined) return pod;
    const differs = (container: Container): boolean => {
      const resources = granted.get(container.name);
      if (resources === undefined || resources === container.resources) return false;
      return !semanticallyEqual(resources, container.resources ?? {});
    };
    const { containers, initContainers = [] } = spec;
    if (!containers.some(differs) && !initContainers.some(differs)) return pod;
    const grant = (container: Container): Container => {
      const resources = granted.get(container.name);
      return resources === undefined ? container : { ...container, resources };
    };
    return {
      ...pod,
      spec: {
        ...spec,
        containers: containers.map(grant),
        ...(spec.initContainers === undefined ? {} : { initContainers: spec.initContainers.map(grant) }),
      },
    };
  }

  grant(pod: Pod): void {
    const { containers = [], initContainers = [] } = pod.spec ?? {};
    const resizable = [...containers, ...initContainers.filter(isSidecar)];
    this.#granted.set(pod.metadata.uid ?? '', new Map(resizable.map(({ name, resources = {} }) => [name, resources])));
  }

  known(uid: string): boolean {
    return this.#granted.has(uid);
  }

  forget(uid: string): void {
    this.#granted.delete(uid);
  }
}
