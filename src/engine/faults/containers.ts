import type { Machine } from '../node/machine.ts';
import type { RuntimeContainer } from '../node/runtime/cri.ts';
import { FaultProblem, type Fault, type FaultWorld } from './fault.ts';

export const CONTAINER = '[NAMESPACE/]POD[/CONTAINER]';

/** A running container and the machine it is on. */
export interface Found {
  readonly machine: Machine;
  readonly container: RuntimeContainer;
}

/** Reads `default/web-1/app`, `default/web-*` or `web-1`: a pod's name may end in `*`, without a container all of the pod's are meant. */
export function containerMatcher(target: string): (machine: Machine, container: RuntimeContainer) => boolean {
  const parts = target.split('/');
  if (parts.length > 3 || parts.includes('')) throw new FaultProblem('target', `"${target}" names no container; write ${CONTAINER}`);
  const [namespace, pod, container] = (parts.length === 1 ? ['default', ...parts] : parts) as [string, string, string?];
  const fits = pod.endsWith('*') ? (name: string) => name.startsWith(pod.slice(0, -1)) : (name: string) => name === pod;
  return (machine, { sandboxId, config }) => {
    const sandbox = machine.runtime.podSandbox(sandboxId);
    return (
      sandbox !== undefined &&
      sandbox.config.namespace === namespace &&
      fits(sandbox.config.name) &&
      (container === undefined || config.name === container)
    );
  };
}

/** The running containers that a target names. Throws `FaultProblem` where there are none. */
export function runningContainers(world: FaultWorld, fault: Fault): Found[] {
  const matches = containerMatcher(fault.target);
  const found: Found[] = [];
  for (const machine of world.machines.values()) {
    for (const container of machine.runtime.listContainers())
      if (container.state === 'running' && matches(machine, container)) found.push({ machine, container });
  }
  if (found.length === 0)
    throw new FaultProblem('target', `no container runs that "${fault.target}" names; write ${CONTAINER}, the pod's name may end in *`);
  return found;
}

/** Does something with every container that a target names, now and whenever one starts, until it is undone. */
export function withEvery(world: FaultWorld, fault: Fault, act: (found: Found) => () => void): () => void {
  const matches = containerMatcher(fault.target);
  const undo = new Map<string, () => void>();
  const look = (machine: Machine, containers: Iterable<RuntimeContainer>): void => {
    for (const container of Array.from(containers)) {
      if (undo.has(container.id) || container.state !== 'running' || !matches(machine, container)) continue;
      undo.set(container.id, () => {});
      undo.set(container.id, act({ machine, container }));
    }
  };
  const listening = [...world.machines.values()].map((machine) => {
    look(machine, machine.runtime.listContainers());
    return machine.runtime.subscribe((uid) => look(machine, machine.runtime.podContainers(uid)));
  });
  return () => {
    for (const stop of listening) stop();
    for (const one of undo.values()) one();
  };
}
