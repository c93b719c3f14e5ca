import type { Process, Program } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { writeText } from '../../engine/os/text.ts';
import { ConnectionError, type ApiTransport } from '../kubectl/transport.ts';
import type { MachineControl } from '../machines.ts';
import { Failure, phaseFailure } from './failure.ts';
import { join, reset } from './join.ts';
import { token } from './token.ts';

const VERSION = 'v1.36.3';
const ADMIN_CONF = '/etc/kubernetes/admin.conf';

const USAGE = `kubeadm: what of it is modelled here

  kubeadm token create [--print-join-command] | list | delete TOKEN | generate
  kubeadm join HOST:PORT --token TOKEN --discovery-token-ca-cert-hash HASH   on a bare machine (lab node add NAME --bare)
  kubeadm reset                                                              on a worker
  kubeadm config images list
  kubeadm version [-o short]

Refused by name: certs, init (the control plane is there already), kubeconfig, upgrade, init and join of further control planes.
`;

/** kubeadm 1.36. `connect` is the administrator's way to the API server, for the machines that have his kubeconfig. */
export function createKubeadm(machines: MachineControl, connect: (process: Process) => ApiTransport): Program {
  return function* kubeadm(process: Process): Task<number> {
    try {
      return yield* command(process, machines, connect);
    } catch (error) {
      if (!(error instanceof Failure || error instanceof ConnectionError)) throw error;
      yield* writeText(process.stderr, `${error.message}\n`);
      return 1;
    }
  };
}

function* command(process: Process, machines: MachineControl, connect: (process: Process) => ApiTransport): Task<number> {
  const [name, ...args] = process.argv.slice(1);
  const machine = machines.all().find((each) => each.name === process.hostname);
  const api = (): ApiTransport => {
    // The administrator's kubeconfig is on the control plane, and on the workstation.
    if (machine !== undefined && !machine.controlPlane)
      throw new Failure(
        `failed to load admin kubeconfig: open ${ADMIN_CONF}: no such file or directory\nTo see the stack trace of this error execute with --v=5 or higher`,
      );
    return connect(process);
  };
  switch (name) {
    case undefined:
    case 'help':
    case '--help':
    case '-h':
      yield* writeText(process.stdout, USAGE);
      return 0;
    case 'version':
      yield* writeText(
        process.stdout,
        args.join(' ').includes('short')
          ? `${VERSION}\n`
          : `kubeadm version: &version.Info{Major:"1", Minor:"36", GitVersion:"${VERSION}", GitTreeState:"clean", Platform:"linux/amd64"}\n`,
      );
      return 0;
    case 'token':
      return yield* token(process, api, args);
    case 'join':
      return yield* join(process, machines, args);
    case 'reset':
      return yield* reset(process, machines, args);
    case 'init':
      return yield* init(process, machine);
    case 'config':
      if (args.join(' ') !== 'images list') throw new Failure(`kubeadm: config ${args.join(' ')} is not modelled here`);
      yield* writeText(process.stdout, IMAGES.map((image) => `${image}\n`).join(''));
      return 0;
    case 'certs':
    case 'kubeconfig':
    case 'upgrade':
    case 'completion':
      throw new Failure(`kubeadm: ${name} is not modelled here`);
    default:
      throw new Failure(
        `unknown command ${JSON.stringify(name)} for "kubeadm"\nTo see the stack trace of this error execute with --v=5 or higher`,
      );
  }
}

const IMAGES = [
  ...['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy'].map((name) => `registry.k8s.io/${name}:${VERSION}`),
  'registry.k8s.io/coredns/coredns:v1.14.2',
  'registry.k8s.io/pause:3.10.1',
  'registry.k8s.io/etcd:3.6.8-0',
];

/** The control plane is there from the start: on its machine kubeadm finds that, and no other can get one. */
function* init(process: Process, machine: { controlPlane: boolean; joined: boolean } | undefined): Task<number> {
  if (machine?.controlPlane !== true)
    throw new Failure(
      'kubeadm: init is not modelled here: a scenario brings its control plane along, and a second cluster has no place beside it; kubeadm join makes a bare machine a worker',
    );
  yield* writeText(process.stdout, `[init] Using Kubernetes version: ${VERSION}\n[preflight] Running pre-flight checks\n`);
  const errors = [
    ...[6443, 10259, 10257].map((port) => `[ERROR Port-${port}]: Port ${port} is in use`),
    ...['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'etcd'].map(
      (part) => `[ERROR FileAvailable--etc-kubernetes-manifests-${part}.yaml]: /etc/kubernetes/manifests/${part}.yaml already exists`,
    ),
    ...[10250, 2379, 2380].map((port) => `[ERROR Port-${port}]: Port ${port} is in use`),
    '[ERROR DirAvailable--var-lib-etcd]: /var/lib/etcd is not empty',
  ];
  throw phaseFailure(
    'preflight',
    `[preflight] Some fatal errors occurred:\n${errors.map((each) => `\t${each}\n`).join('')}[preflight] If you know what you are doing, you can make a check non-fatal with \`--ignore-preflight-errors=...\``,
  );
}
