import type { ConfigMap } from '../../engine/api/generated/types.ts';
import type { Status } from '../../engine/api/meta.ts';
import type { ControlPlanePki } from '../../engine/api/x509/control-plane-pki.ts';
import type { ClusterValues } from '../../engine/api/bootstrap/cluster-configuration.ts';
import { images } from '../../engine/api/bootstrap/cluster-configuration.ts';
import { NetworkError, type Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import type { MachineControl, MachineFacts } from '../machines.ts';
import { AdminApi, ask, type Reach } from './api.ts';
import { EtcdMembers } from './etcd-members.ts';
import { Failure, phaseFailure } from './failure.ts';
import { awaitControlPlane, pullImage, writeManifests } from './init.ts';
import { makeJoiningCertificates, makeKubeconfigs, say } from './pki-phase.ts';
import { controlPlaneComplaints, judge } from './preflight.ts';
import { clusterOf, serverNames } from './settings.ts';
import { downloadCerts, missingShared } from './shared-certs.ts';
import { markControlPlane } from './upload.ts';

const CONFIG = '/api/v1/namespaces/kube-system/configmaps/kubeadm-config';
const MANIFESTS = '/etc/kubernetes/manifests';
const PATIENCE = 600;

export interface Joining {
  readonly process: Process;
  readonly machines: MachineControl;
  readonly machine: MachineFacts;
  /** With the token. */
  readonly reach: Reach;
  readonly certificateKey: string | undefined;
  readonly ignored: string | undefined;
}

/** How the cluster is that is joined, as its ConfigMap says. Throws `Failure` where none does. */
export function* readCluster({ process, reach }: Joining): Task<ClusterValues> {
  const { code, body } = yield* ask(process, reach, 'GET', CONFIG);
  if (code >= 400)
    throw phaseFailure(
      'preflight',
      `unable to fetch the kubeadm-config ConfigMap: failed to get config map: ${(body as Status).message ?? ''}`,
    );
  return clusterOf(body as ConfigMap);
}

/** The checks beside a worker's, and the images. */
export function* preflight({ process, machine, certificateKey, ignored }: Joining, cluster: ClusterValues): Task<void> {
  const missing = certificateKey === undefined ? missingShared(process) : [];
  const why =
    cluster.endpoint === undefined
      ? "unable to add a new control plane instance to a cluster that doesn't have a stable controlPlaneEndpoint address"
      : missing.length > 1
        ? `[${missing.join(', ')}]`
        : missing[0];
  if (why !== undefined)
    throw phaseFailure(
      'preflight',
      `\nOne or more conditions for hosting a new control plane instance is not satisfied.\n\n${why}\n\nPlease ensure that:\n* The cluster has a stable controlPlaneEndpoint address.\n* The certificates that must be shared among control plane instances are provided.\n\n`,
    );
  yield* say(process, '[preflight] Running pre-flight checks before initializing the new control plane instance');
  yield* judge(process, yield* controlPlaneComplaints(process, machine), ignored);
  yield* say(process, '[preflight] Pulling images required for setting up a Kubernetes cluster');
  yield* say(process, '[preflight] This might take a minute or two, depending on the speed of your internet connection');
  yield* say(process, "[preflight] You can also perform this action beforehand using 'kubeadm config images pull'");
  for (const image of images(cluster.version)) yield* pullImage(process, image);
}

/** Phases `control-plane-prepare` and `check-etcd`: certificates, kubeconfigs and manifests. */
export function* prepare(joining: Joining, cluster: ClusterValues): Task<ControlPlanePki> {
  const { process, machines, machine, reach, certificateKey } = joining;
  if (certificateKey !== undefined) yield* downloadCerts(new AdminApi(process, reach), certificateKey);
  const pki = machines.joinControlPlane(machine.name);
  if (typeof pki === 'string') throw new Failure(`kubeadm: ${pki}`);
  yield* makeJoiningCertificates({ process, pki, names: serverNames(cluster) });
  yield* say(process, '[kubeconfig] Generating kubeconfig files');
  yield* say(process, '[kubeconfig] Using kubeconfig folder "/etc/kubernetes"');
  yield* makeKubeconfigs(
    { process, pki, names: [] },
    { endpoint: cluster.endpoint ?? '', which: ['admin', 'controller-manager', 'scheduler'] },
  );
  yield* say(process, `[control-plane] Using manifest folder "${MANIFESTS}"`);
  yield* writeManifests({ process, machine, settings: cluster }, ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler']);
  yield* say(process, '[check-etcd] Checking that the etcd cluster is healthy');
  const members = yield* EtcdMembers.find(AdminApi.from(process));
  yield* members.list();
  return pki;
}

/** Phase `etcd-join`: announced as a learner, started, and promoted once it knows what the others do. */
export function* joinEtcd({ process, machine }: Joining, cluster: ClusterValues): Task<void> {
  const own = `https://${machine.address}:2380`;
  const members = yield* EtcdMembers.find(AdminApi.from(process));
  const announced = yield* members.addLearner(own);
  yield* say(process, '[etcd] Announced new etcd member joining to the existing etcd cluster');
  yield* say(process, '[etcd] Creating static Pod manifest for "etcd"');
  const others = announced.filter(({ peerURLs }) => !peerURLs.includes(own));
  yield* writeManifests(
    { process, machine, settings: cluster, members: others.map(({ name, peerURLs }) => `${name}=${peerURLs[0] ?? ''}`) },
    ['etcd'],
  );
  yield* members.promote(own);
  yield* say(process, '[etcd] Waiting for the new etcd member to join the cluster. This can take up to 40s');
  yield* members.list();
}

/** Until the machine's own API server answers its kubelet. */
export function* awaitOwnServer(process: Process, own: Reach): Task<void> {
  for (let tries = 0; ; tries++) {
    try {
      if ((yield* ask(process, own, 'GET', '/api')).code !== 503) return;
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
    }
    if (tries >= PATIENCE) throw phaseFailure('kubelet-wait-bootstrap', 'context deadline exceeded');
    yield* process.sleep(500);
  }
}

/** Phases `control-plane-join` and `wait-control-plane`, and the last words. */
export function* finish({ process, machine }: Joining): Task<void> {
  yield* markControlPlane(AdminApi.from(process), { machine });
  yield* awaitControlPlane(process, machine);
  yield* say(
    process,
    `
This node has joined the cluster and a new control plane instance was created:

* Certificate signing request was sent to apiserver and approval was received.
* The Kubelet was informed of the new secure connection details.
* Control plane label and taint were applied to the new node.
* The Kubernetes control plane instances scaled up.
* A new etcd member was added to the local/stacked etcd cluster.

To start administering your cluster from this node, you need to run the following as a regular user:

	mkdir -p $HOME/.kube
	sudo cp -i /etc/kubernetes/admin.conf $HOME/.kube/config
	sudo chown $(id -u):$(id -g) $HOME/.kube/config

Run 'kubectl get nodes' to see this node join the cluster.
`,
  );
}
