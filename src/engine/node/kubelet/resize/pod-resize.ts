import { semanticallyEqual } from '../../../api/equality.ts';
import type { Container, Pod, ResourceRequirements } from '../../../api/generated/types.ts';
import type { RuntimeContainer } from '../../runtime/cri.ts';
import type { WorkerContext } from '../worker-context.ts';
import { actuate } from './actuation.ts';

/** Brings the containers of one pod to what they were granted. */
export class PodResize {
  constructor(
    readonly context: Pick<WorkerContext, 'runtime' | 'allocation' | 'resizes'>,
    /** The newest container of a name. */
    readonly runs: { newest(name: string): RuntimeContainer | undefined },
  ) {}

  /** The pod's spec has changed: perhaps it asks for other resources. */
  specChanged(pod: Pod): void {
    const { allocation, resizes } = this.context;
    const uid = pod.metadata.uid ?? '';
    if (allocation.of(pod) !== pod || resizes.conditions(uid).length > 0) resizes.push(uid);
  }

  /** Changes a running container; `restart` when it has to start again for that, `later` when it cannot be done now. */
  follow(pod: Pod, container: Container, current: RuntimeContainer): 'restart' | 'later' | undefined {
    const { runtime, allocation, resizes } = this.context;
    const outcome = actuate(runtime, current.id, container, this.resourcesOf(current));
    if (outcome === 'done') allocation.actuated.set(current.id, container.resources ?? {});
    if (typeof outcome !== 'object') return outcome === 'restart' ? 'restart' : undefined;
    resizes.progressed(pod, false, outcome.error);
    return 'later';
  }

  /** Tells when all containers have what they were granted. */
  settle(pod: Pod, containers: readonly Container[]): void {
    const done = containers.every((container) => {
      const current = this.runs.newest(container.name);
      return current?.state !== 'running' || semanticallyEqual(this.resourcesOf(current) ?? {}, container.resources ?? {});
    });
    if (done) this.context.resizes.progressed(pod, true, undefined);
  }

  /** What a container runs with. */
  resourcesOf({ id, config }: RuntimeContainer): ResourceRequirements | undefined {
    return this.context.allocation.actuated.get(id) ?? config.requirements;
  }

  /** The pod is gone, and its containers with it. */
  forget(uid: string): void {
    const { runtime, allocation, resizes } = this.context;
    for (const { id } of runtime.podContainers(uid)) allocation.actuated.delete(id);
    allocation.forget(uid);
    resizes.forget(uid);
  }
}
