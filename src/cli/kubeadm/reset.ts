import type { Process } from '../../engine/os/process.ts';
import { klog } from '../../engine/os/go-log.ts';
import type { Task } from '../../engine/os/task.ts';
import { decode, writeText } from '../../engine/os/text.ts';
import type { MachineControl, MachineFacts } from '../machines.ts';
import { ADMIN_CONF, AdminApi } from './api.ts';
import { EtcdMembers } from './etcd-members.ts';
import { Failure } from './failure.ts';
import { readArguments } from './flags.ts';
import { clear, machineHere } from './place.ts';

const ETCD = '/var/lib/etcd';
const EMPTIED = ['/etc/kubernetes/manifests', '/var/lib/kubelet', '/etc/kubernetes/pki'];
const DELETED = ['admin', 'super-admin', 'kubelet', 'bootstrap-kubelet', 'controller-manager', 'scheduler'].map(
  (name) => `/etc/kubernetes/${name}.conf`,
);

/** `kubeadm reset`: the machine is bare again. */
export function* reset(process: Process, machines: MachineControl, args: readonly string[]): Task<number> {
  const { flags } = readArguments(args, {
    values: ['cri-socket', 'kubeconfig', 'ignore-preflight-errors'],
    switches: ['f', 'force', 'cleanup-tmp-dir'],
    refused: ['config', 'dry-run', 'skip-phases', 'cert-dir'],
  });
  const machine = machineHere(process, machines);
  const say = (text: string): Task<void> => writeText(process.stdout, text);
  const api = process.files.exists(ADMIN_CONF) ? AdminApi.from(process) : undefined;
  if (api !== undefined) yield* readConfig(api);
  if (!flags.has('f') && !flags.has('force')) {
    yield* say(
      "[reset] WARNING: Changes made to this host by 'kubeadm init' or 'kubeadm join' will be reverted.\n[reset] Are you sure you want to proceed? [y/N]: ",
    );
    const answer = yield* process.stdin.read();
    if (answer === undefined || !/^y/i.test(decode(answer).trim()))
      throw new Failure('error: aborted reset operation\nTo see the stack trace of this error execute with --v=5 or higher');
  }
  yield* say('[preflight] Running pre-flight checks\n');
  if (api !== undefined && machine.controlPlane) yield* removeEtcdMember(api, machine);
  const problem = machine.joined ? machines.leave(machine.name) : undefined;
  if (problem !== undefined) throw new Failure(`kubeadm: ${problem}`);
  yield* say(`[reset] Deleted contents of the etcd data directory: ${ETCD}\n`);
  for (const directory of [ETCD, ...EMPTIED]) clear(process, directory);
  for (const file of DELETED) if (process.files.exists(file)) process.files.remove(file);
  yield* say(`[reset] Stopping the kubelet service
[reset] Unmounting mounted directories in "/var/lib/kubelet"
[reset] Deleting contents of directories: [${EMPTIED.join(' ')}]
[reset] Deleting files: [${DELETED.join(' ')}]

The reset process does not perform cleanup of CNI plugin configuration,
network filtering rules and kubeconfig files.

For information on how to perform this cleanup manually, please see:
    https://k8s.io/docs/reference/setup-tools/kubeadm/kubeadm-reset/

`);
  return 0;
}

function* readConfig({ process }: AdminApi): Task<void> {
  yield* writeText(
    process.stdout,
    `[reset] Reading configuration from the "kubeadm-config" ConfigMap in namespace "kube-system"...
[reset] Use 'kubeadm init phase upload-config kubeadm --config your-config-file' to re-upload it.
`,
  );
}

/** The others are told that this machine's member goes, unless it is the only one. */
function* removeEtcdMember(api: AdminApi, { address }: MachineFacts): Task<void> {
  try {
    const members = yield* EtcdMembers.find(api);
    const all = yield* members.list();
    const own = all.find(({ peerURLs }) => peerURLs.includes(`https://${address}:2380`));
    if (own !== undefined && all.length > 1) yield* members.remove(own);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const why = error.message.split('\n')[0] ?? '';
    klog(
      api.process,
      'W',
      'removeetcdmember.go:88',
      `[reset] Failed to remove etcd member: ${why}, please manually remove this etcd member using etcdctl`,
    );
  }
}
