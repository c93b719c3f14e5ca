import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { PROFILE, kubectl, nodesOf, say, type MinikubeControl } from './control.ts';
import { Failure, notModelled } from './failure.ts';

/** `minikube node list|add|delete|stop|start`. */
export function* node(
  process: Process,
  control: MinikubeControl,
  [verb, given]: readonly string[],
  flags: ReadonlyMap<string, string> = new Map(),
): Task<number> {
  const nodes = nodesOf(control);
  if (verb === 'list') {
    yield* say(process, ...nodes.map(({ name, address }) => `${name}\t${address}`));
    return 0;
  }
  if (verb === 'add') {
    if (flags.has('control-plane'))
      throw notModelled(
        'node add --control-plane: a cluster of minikube has no stable address for several; kubeadm join --control-plane makes one of a bare machine',
      );
    const next = `m${String(nodes.length + 1).padStart(2, '0')}`;
    yield* say(process, `😄  Adding node ${next} to cluster ${PROFILE} as [worker]`);
    yield* addNode(process, control, next);
    yield* say(process, `🏄  Successfully added ${next} to ${PROFILE}!`);
    return 0;
  }
  if (verb !== 'delete' && verb !== 'stop' && verb !== 'start')
    throw notModelled(`node ${verb ?? ''}: there are list, add, delete, stop and start`);
  const found = nodes.find(({ name }) => name === given || name === `${PROFILE}-${given ?? ''}`);
  if (found === undefined)
    throw new Failure(80, `\n❌  Exiting due to GUEST_NODE_RETRIEVE: retrieving node: Could not find node ${given ?? ''}\n`);
  const short = found.name === PROFILE ? found.name : found.name.slice(PROFILE.length + 1);
  if (verb === 'delete') {
    if (found.controlPlane) throw new Failure(80, `❌  Exiting due to GUEST_NODE_DELETE: deleting node: the control plane stays\n`);
    yield* say(process, `🔥  Deleting node ${short} from cluster ${PROFILE}`);
    yield* kubectl(process, ['drain', found.name, '--force', '--grace-period=1', '--ignore-daemonsets', '--delete-emptydir-data']);
    const problem = control.machines.remove(found.name);
    if (problem !== undefined) throw notModelled(problem);
    yield* kubectl(process, ['delete', 'node', found.name]);
    yield* say(process, `💀  Node ${short} was successfully deleted.`);
    return 0;
  }
  const problem = control.machines.power(found.name, verb === 'start');
  if (problem !== undefined) throw notModelled(problem);
  yield* say(
    process,
    verb === 'stop'
      ? `✋  Stopping node "${found.name}"  ...\n🛑  Successfully stopped node ${found.name}`
      : `👍  Starting "${found.name}" worker node in "${PROFILE}" cluster\n🏄  Successfully started node ${found.name}!`,
  );
  return 0;
}

/** A machine more, and its node. */
export function* addNode(process: Process, control: MinikubeControl, short: string): Task<void> {
  const name = `${PROFILE}-${short}`;
  yield* say(process, `👍  Starting "${name}" worker node in "${PROFILE}" cluster`);
  const [like] = nodesOf(control);
  const problem = control.machines.add({
    name,
    bare: false,
    ...(like === undefined ? {} : { cpu: like.cpu, memory: like.memory, runtime: like.runtime }),
  });
  if (problem !== undefined) throw notModelled(problem);
  yield* say(process, '🔎  Verifying Kubernetes components...');
  yield* kubectl(process, ['wait', '--for=condition=Ready', `node/${name}`, '--timeout=60s']);
}
