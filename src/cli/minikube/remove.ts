import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { PROFILE, kubectl, nodesOf, quietly, say, type MinikubeControl } from './control.ts';
import { notModelled } from './failure.ts';

/** `minikube delete [--all]`: the profile's machines are given back; the first one, which stays in the rack, is emptied. */
export function* remove(process: Process, control: MinikubeControl, all: boolean): Task<number> {
  const nodes = nodesOf(control);
  if (nodes.length > 0) yield* say(process, `🔥  Deleting "${PROFILE}" in docker ...`);
  for (const { name, controlPlane } of nodes.toReversed()) {
    yield* say(process, `🔥  Deleting container "${name}" ...`);
    if (!controlPlane) {
      const problem = control.machines.remove(name);
      if (problem !== undefined) throw notModelled(problem);
      continue;
    }
    control.machines.power(name, true);
    const { code, err } = yield* quietly(process, ['ssh', name, 'kubeadm', 'reset', '-f']);
    if (code !== 0) throw notModelled(err.trim());
    control.machines.power(name, false);
  }
  const home = `${process.env.get('HOME') ?? ''}/.minikube`;
  if (nodes.length > 0) {
    for (const what of ['delete-context', 'delete-cluster', 'delete-user']) yield* kubectl(process, ['config', what, PROFILE]);
    yield* kubectl(process, ['config', 'unset', 'current-context']);
    yield* say(process, `🔥  Removing ${home}/machines/${PROFILE} ...`);
  }
  if (process.files.exists(`${home}/profiles/${PROFILE}`)) process.files.remove(`${home}/profiles/${PROFILE}`, { recursive: true });
  yield* say(
    process,
    nodes.length === 0 && !all
      ? `🙄  "${PROFILE}" profile does not exist, trying anyways.\n💀  Removed all traces of the "${PROFILE}" cluster.`
      : `💀  Removed all traces of the "${PROFILE}" cluster.`,
  );
  if (all) yield* say(process, '🔥  Successfully deleted all profiles');
  return 0;
}
