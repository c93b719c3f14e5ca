import type { Process, Program } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { writeText } from '../../engine/os/text.ts';
import type { MachineControl } from '../machines.ts';
import { AdminApi } from './api.ts';
import { certs } from './certs.ts';
import { config } from './config.ts';
import { Failure } from './failure.ts';
import { init } from './init.ts';
import { join } from './join.ts';
import { kubeconfigUser } from './kubeconfig-user.ts';
import { reset } from './reset.ts';
import { token } from './token.ts';
import { upgrade } from './upgrade.ts';
import { version } from './version.ts';

const USAGE = `kubeadm: what of it is modelled here

  kubeadm init [--pod-network-cidr CIDR] [--control-plane-endpoint HOST:PORT] [--upload-certs] [--config FILE] [--dry-run] [--skip-phases NAMES]
  kubeadm init phase NAME [PART]           one phase of it
  kubeadm token create [--print-join-command [--certificate-key KEY]] | list | delete TOKEN | generate
  kubeadm join HOST:PORT --token TOKEN --discovery-token-ca-cert-hash HASH   on a bare machine (lab node add NAME --bare)
                    [--control-plane [--certificate-key KEY]]   as one more control plane; or --config FILE
  kubeadm reset
  kubeadm upgrade plan | apply VERSION | node | diff
  kubeadm certs check-expiration | renew all|NAME | certificate-key | generate-csr
  kubeadm kubeconfig user --client-name NAME [--org GROUPS]
  kubeadm config print init-defaults|join-defaults | images list|pull | validate | migrate
  kubeadm version [-o short|json|yaml]

init makes a control plane on the machine that a scenario has for it: one whose controlPlane is bare, or one that kubeadm reset has emptied.
Where it is bare, a balancer stands before the machines: cluster-endpoint:6443 leads to one whose API server answers (--control-plane-endpoint).
`;

/** kubeadm 1.36. */
export function createKubeadm(machines: MachineControl): Program {
  return function* kubeadm(process: Process): Task<number> {
    try {
      return yield* command(process, machines);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      yield* writeText(process.stderr, `${error.message}\n`);
      return 1;
    }
  };
}

function* command(process: Process, machines: MachineControl): Task<number> {
  const [name, ...args] = process.argv.slice(1);
  switch (name) {
    case undefined:
    case 'help':
    case '--help':
    case '-h':
      yield* writeText(process.stdout, USAGE);
      return 0;
    case 'version':
      return yield* version(process, machines, args);
    case 'token':
      return yield* token(process, (kubeconfig) => AdminApi.from(process, kubeconfig), args);
    case 'join':
      return yield* join(process, machines, args);
    case 'reset':
      return yield* reset(process, machines, args);
    case 'init':
      return yield* init(process, machines, args);
    case 'config':
      return yield* config(process, machines, args);
    case 'certs':
      return yield* certs(process, machines, args);
    case 'kubeconfig':
      return yield* kubeconfigUser(process, machines, args);
    case 'upgrade':
      return yield* upgrade(process, machines, args);
    case 'completion':
      throw new Failure('kubeadm: completion is not modelled here');
    default:
      throw new Failure(
        `unknown command ${JSON.stringify(name)} for "kubeadm"\nTo see the stack trace of this error execute with --v=5 or higher`,
      );
  }
}
