import { decodeText } from '../../engine/api/base64.ts';
import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { encode } from '../../engine/os/text.ts';
import type { MachineFacts } from '../machines.ts';
import { KUBERNETES, PROFILE, kubectl, quietly, say, type MinikubeControl } from './control.ts';
import { Failure } from './failure.ts';

const POD_RANGE = '10.244.0.0/16';

/** What `minikube start` does where there is no cluster: kubeadm on the machine, and its kubeconfig here. */
export function* create(process: Process, control: MinikubeControl, { name, cpu, memory, runtime }: MachineFacts): Task<void> {
  yield* say(
    process,
    '✨  Automatically selected the docker driver',
    `👍  Starting "${PROFILE}" primary control-plane node in "${PROFILE}" cluster`,
    `🔥  Creating docker container (CPUs=${cpu}, Memory=${memory}) ...`,
  );
  control.machines.power(name, true);
  yield* say(process, `🐳  Preparing Kubernetes ${KUBERNETES} on ${runtime} ...`);
  const init = yield* quietly(process, [
    'ssh',
    name,
    'kubeadm',
    'init',
    `--pod-network-cidr=${POD_RANGE}`,
    '--ignore-preflight-errors=NumCPU,Mem',
  ]);
  if (init.code !== 0) throw new Failure(80, `\n❌  Exiting due to GUEST_START: failed to start node: wait: ${init.err.trim()}\n`);
  yield* say(
    process,
    '    ▪ Generating certificates and keys ...',
    '    ▪ Booting up control plane ...',
    '    ▪ Configuring RBAC rules ...',
  );
  yield* writeContext(process, name);
  // A single node runs everything.
  yield* kubectl(process, ['taint', 'nodes', name, 'node-role.kubernetes.io/control-plane-']);
  yield* say(process, '🔗  Configuring bridge CNI (Container Networking Interface) ...');
}

/** The profile's cluster, user and context in the kubeconfig, and its current one. */
export function* writeContext(process: Process, name: string): Task<void> {
  const { out } = yield* quietly(process, ['ssh', name, 'cat', '/etc/kubernetes/admin.conf']);
  const value = (field: string): string => new RegExp(`${field}: (\\S+)`).exec(out)?.[1] ?? '';
  const directory = `${process.env.get('HOME') ?? ''}/.minikube/profiles/${PROFILE}`;
  process.files.makeDirectory(directory, { parents: true });
  const file = (called: string, field: string): string => {
    const path = `${directory}/${called}`;
    process.files.write(path, encode(decodeText(value(field))), { mode: 0o600 });
    return path;
  };
  const [ca, cert, key] = [
    file('ca.crt', 'certificate-authority-data'),
    file('client.crt', 'client-certificate-data'),
    file('client.key', 'client-key-data'),
  ];
  const set = (...args: string[]): Task<unknown> => kubectl(process, ['config', ...args]);
  yield* set('set-cluster', PROFILE, `--server=${value('server')}`, `--certificate-authority=${ca}`);
  yield* set('set-credentials', PROFILE, `--client-certificate=${cert}`, `--client-key=${key}`);
  yield* set('set-context', PROFILE, `--cluster=${PROFILE}`, `--user=${PROFILE}`, '--namespace=default');
  yield* set('use-context', PROFILE);
}
