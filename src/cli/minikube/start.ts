import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { enable, isEnabled } from './addons.ts';
import { KUBERNETES, PROFILE, VERSION, kubectl, nodesOf, say, type MinikubeControl } from './control.ts';
import type { MachineFacts } from '../machines.ts';
import { create } from './create.ts';
import { Failure, notModelled } from './failure.ts';
import { addNode } from './node.ts';

/** `minikube start`: the profile's machines get power, and as many more come as are asked for. */
export function* start(process: Process, control: MinikubeControl, flags: ReadonlyMap<string, string>): Task<number> {
  const [joined] = nodesOf(control);
  const first = joined ?? control.machines.all().find(({ name, controlPlane }) => controlPlane && name === PROFILE);
  if (first === undefined)
    throw notModelled(
      'a cluster of kubeadm runs here, and a second one has no place beside it; a scenario whose controlPlane is named minikube is one of minikube',
    );
  refuseChanges(flags, first);
  const wanted = Number(flags.get('nodes') ?? 1);
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > 10)
    throw new Failure(14, `❌  Exiting due to MK_USAGE: invalid number of nodes ${flags.get('nodes') ?? ''}`);
  yield* say(process, `😄  minikube ${VERSION} on Debian 13.0`);
  if (joined === undefined) yield* create(process, control, first);
  else yield* restart(process, control, joined);
  yield* say(process, '🔎  Verifying Kubernetes components...');
  yield* waitForApi(process);
  for (let number = nodesOf(control).length + 1; number <= wanted; number++)
    yield* addNode(process, control, `m${String(number).padStart(2, '0')}`);
  const addons = (flags.get('addons') ?? '').split(',').filter((name) => name !== '');
  for (const name of addons) yield* enable(process, control, name);
  const had: string[] = [];
  for (const name of ['storage-provisioner', 'default-storageclass']) {
    if (joined === undefined) yield* enable(process, control, name, true);
    if (joined === undefined || (yield* isEnabled(process, control, name))) had.push(name);
  }
  yield* say(process, `🌟  Enabled addons: ${[...had, ...addons].join(', ')}`);
  yield* kubectl(process, ['config', 'use-context', PROFILE]);
  yield* say(process, `🏄  Done! kubectl is now configured to use "${PROFILE}" cluster and "default" namespace by default`);
  return 0;
}

/** The profile's machines that have no power get it. */
function* restart(process: Process, control: MinikubeControl, first: MachineFacts): Task<void> {
  yield* say(
    process,
    '✨  Using the docker driver based on existing profile',
    `👍  Starting "${PROFILE}" primary control-plane node in "${PROFILE}" cluster`,
  );
  for (const { name, powered } of nodesOf(control)) {
    if (powered) continue;
    yield* say(process, `🔄  Restarting existing docker container for "${name}" ...`);
    control.machines.power(name, true);
  }
  if (first.powered) yield* say(process, `🏃  Updating the running docker "${PROFILE}" container ...`);
  yield* say(process, `📦  Preparing Kubernetes ${KUBERNETES} on ${first.runtime} ...`);
}

/** What cannot be another in a cluster that is there. */
function refuseChanges(
  flags: ReadonlyMap<string, string>,
  { cpu, memory, runtime }: { cpu: string; memory: string; runtime: string },
): void {
  const driver = flags.get('driver') ?? flags.get('vm-driver') ?? 'docker';
  if (driver !== 'docker')
    throw new Failure(
      55,
      `😄  minikube ${VERSION} on Debian 13.0\n\n💥  The existing "${PROFILE}" cluster was created using the "docker" driver, which is incompatible with requested "${driver}" driver.\n\n❌  Exiting due to GUEST_DRIVER_MISMATCH: The existing "${PROFILE}" cluster was created using the "docker" driver, which is incompatible with requested "${driver}" driver.`,
    );
  const version = flags.get('kubernetes-version');
  if (version !== undefined && !['stable', 'latest', KUBERNETES, KUBERNETES.slice(1)].includes(version))
    throw notModelled(`there is Kubernetes ${KUBERNETES} here and no other version`);
  const wanted = flags.get('container-runtime');
  if (wanted !== undefined && wanted !== 'auto' && wanted !== runtime)
    throw notModelled(
      `the machine runs ${runtime}; a scenario's controlPlane says runtime: ${wanted === 'docker' ? 'containerd or cri-o' : wanted}`,
    );
  const cpus = flags.get('cpus');
  if (cpus !== undefined && cpus !== cpu)
    throw new Failure(14, '❗  You cannot change the CPUs for an existing minikube cluster. Please first delete the cluster.');
  const given = flags.get('memory');
  if (given !== undefined && given.toLowerCase().replace(/i?b?$/, '') !== memory.toLowerCase().replace(/i?$/, ''))
    throw new Failure(14, '❗  You cannot change the memory size for an existing minikube cluster. Please first delete the cluster.');
  const cni = flags.get('cni');
  if (cni !== undefined && cni !== 'auto') throw notModelled(`--cni=${cni}: the network of pods is the simulator's own`);
}

/** Until the API server answers and its node says that it is ready, two minutes at most. */
function* waitForApi(process: Process): Task<void> {
  for (let waited = 0; waited < 120; waited += 2) {
    const { code, out } = yield* kubectl(process, [
      'get',
      'nodes',
      PROFILE,
      '-o',
      'jsonpath={.status.conditions[?(@.type=="Ready")].status}',
    ]);
    if (code === 0 && out === 'True') return;
    yield* process.sleep(2000);
  }
}
