import type { Pod } from '../../../api/generated/types.ts';
import type { Millis } from '../../../sim/time.ts';
import type { RuntimeContainer, RuntimeService } from '../../runtime/cri.ts';

/** What the kubelet's metrics are read from. */
export interface KubeletView {
  readonly nodeName: string;
  /** CPUs and bytes of the machine. */
  readonly capacity: { readonly cpu: number; readonly memory: number };
  /** What all but pods use: milli-CPUs and bytes. */
  readonly system: { readonly cpu: number; readonly memory: number };
  readonly runtime: RuntimeService;
  now(): Millis;
  startedAt(): Millis;
  /** Pods that this kubelet works on. */
  pods(): Iterable<Pod>;
}

export interface RunningContainer {
  readonly pod: Pod;
  readonly container: RuntimeContainer;
}

/** Containers that run, of the pods that the kubelet works on. */
export function* runningContainers({ pods, runtime }: Pick<KubeletView, 'pods' | 'runtime'>): Generator<RunningContainer, void, undefined> {
  for (const pod of pods())
    for (const container of runtime.podContainers(pod.metadata.uid ?? '')) if (container.state === 'running') yield { pod, container };
}
