import type { Machine } from '../node/machine.ts';
import type { Process, Program } from '../os/process.ts';
import { suspend, type Task } from '../os/task.ts';
import { SECOND } from '../sim/time.ts';
import { CONTAINER, containerMatcher, withEvery, type Found } from './containers.ts';
import { FaultProblem, type FaultKind, type Undo } from './fault.ts';
import { bytes, percentParameter, sizeParameter } from './parameters.ts';

const MiB = 1024 * 1024;
// Under the kubelet's own threshold of 100Mi for memory.available, so that it has to evict.
const LEFT = 50 * MiB;
/** Where a container has no limit. */
const MUCH = 1024 * MiB;

/** A leak: a process beside the pods that eats the machine's memory, or one inside a container that reaches its limit. */
export const memoryFilled: FaultKind = {
  name: 'memory-filled',
  about: 'memory of a node, or of a container and all that follow it, is eaten up',
  target: `NODE|${CONTAINER}`,
  parameters: {
    size: sizeParameter('how much (unless said: a node has 50Mi left, a container passes its limit)'),
    to: percentParameter("how full a node's memory is then, in place of a size"),
  },
  plan(world, fault) {
    const size = fault['size'] === undefined ? undefined : bytes(fault['size']);
    const machine = world.machines.get(fault.target);
    const share = fault['to'] === undefined ? undefined : Number(fault['to'].replace('%', '')) / 100;
    if (machine !== undefined) return () => onMachine(machine, size, share);
    if (share !== undefined) throw new FaultProblem('to', "is for a node's memory; a container's has a limit, or give a size");
    containerMatcher(fault.target);
    return () => withEvery(world, fault, (found) => inContainer(found, size));
  },
};

function onMachine({ resources, runtime }: Machine, size: number | undefined, share: number | undefined): Undo {
  const { system, capacity } = resources;
  const full = share === undefined ? capacity.memory - LEFT : Math.floor(capacity.memory * share);
  const more = size ?? Math.max(0, full - system.memory - runtime.memoryInUse);
  system.memory += more;
  return () => {
    system.memory -= more;
  };
}

function inContainer({ machine, container }: Found, size: number | undefined): Undo {
  const limit = container.config.memoryLimit;
  const program: Program = function* leak(process: Process): Task<number> {
    yield* process.sleep(SECOND);
    process.use({ memory: size ?? (limit > 0 ? limit + MiB : MUCH) });
    return yield* suspend<number>(() => () => {});
  };
  const started = machine.runtime.exec(container.id, ['leak'], { program });
  return () => started.kill('KILL');
}
