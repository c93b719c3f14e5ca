import { decodeText, encodeText } from '../../engine/api/base64.ts';
import type { CertificateSigningRequest } from '../../engine/api/generated/types.ts';
import type { Status } from '../../engine/api/meta.ts';
import { newRequest } from '../../engine/api/x509/new-request.ts';
import { NetworkError, type ClientTls, type Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { encode, writeText } from '../../engine/os/text.ts';
import type { MachineControl } from '../machines.ts';
import { ask, type Answer, type Reach } from './api.ts';
import { Failure, phaseFailure } from './failure.ts';
import { awaitOwnServer, finish, joinEtcd, preflight, prepare, readCluster, type Joining } from './join-control-plane.ts';
import { readArguments } from './flags.ts';
import { readJoinSettings } from './join-settings.ts';
import { checkKubelet, writeKubeletFiles } from './kubelet-start.ts';
import { machineHere } from './place.ts';
import { judge, portsInUse, present } from './preflight.ts';
import { caHash, readClusterInfo } from './token.ts';

const CSRS = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
/** The files that say that a machine belongs to a cluster. */
const KUBELET_CONF = '/etc/kubernetes/kubelet.conf';
const CA = '/etc/kubernetes/pki/ca.crt';

/** `kubeadm join HOST:PORT --token … --discovery-token-ca-cert-hash …`: on the machine that is to be a worker. */
export function* join(process: Process, machines: MachineControl, args: readonly string[]): Task<number> {
  const given = readArguments(args, {
    values: [
      'config',
      'token',
      'discovery-token',
      'tls-bootstrap-token',
      'discovery-token-ca-cert-hash',
      'node-name',
      'cri-socket',
      'ignore-preflight-errors',
      'certificate-key',
      'apiserver-advertise-address',
    ],
    switches: ['discovery-token-unsafe-skip-ca-verification', 'control-plane'],
    refused: ['discovery-file', 'dry-run', 'skip-phases', 'patches', 'apiserver-bind-port'],
  });
  const machine = machineHere(process, machines);
  const { server, token, pin, control, certificateKey, ignored } = readJoinSettings(process, given, machine);
  const say = (text: string): Task<void> => writeText(process.stdout, `${text}\n`);
  yield* say('[preflight] Running pre-flight checks');
  const found = machine.joined
    ? [...present(process, KUBELET_CONF), ...(yield* portsInUse(process, machine, [10250])), ...(control ? [] : present(process, CA))]
    : [];
  yield* judge(process, found, ignored);
  const authority = yield* discover(process, server, pin);
  const reach = { server: `https://${server}`, tls: { ca: authority } as ClientTls, token };
  const probe = yield* tryReach(process, reach, 'GET', `${CSRS}/none`);
  if (probe.code === 401)
    throw phaseFailure(
      'preflight',
      `couldn't validate the identity of the API Server: could not find a JWS signature in the cluster-info ConfigMap for token ID ${JSON.stringify(token.split('.')[0])}`,
    );
  yield* say('[preflight] Reading configuration from the "kubeadm-config" ConfigMap in namespace "kube-system"...');
  yield* say("[preflight] Use 'kubeadm init phase upload-config kubeadm --config your-config-file' to re-upload it.");
  const bootstrap = { process, machines, machine, reach, authority };
  if (control) {
    yield* joinAsControlPlane({ ...bootstrap, certificateKey, ignored });
    return 0;
  }
  yield* writeKubeletFiles(process);
  yield* say('[kubelet-start] Starting the kubelet');
  yield* checkKubelet(process);
  yield* bootstrapKubelet(bootstrap);
  startKubelet(bootstrap);
  yield* say(`
This node has joined the cluster:
* Certificate signing request was sent to apiserver and a response was received.
* The Kubelet was informed of the new secure connection details.

Run 'kubectl get nodes' on the control-plane to see this node join the cluster.
`);
  return 0;
}

/** With `--control-plane`. Its kubelet speaks with the machine's own API server, so etcd is joined before it is certified. */
function* joinAsControlPlane(joining: Joining & Bootstrap): Task<void> {
  const { process, reach, machine } = joining;
  const cluster = yield* readCluster(joining);
  yield* preflight(joining, cluster);
  yield* prepare(joining, cluster);
  yield* writeKubeletFiles(process);
  yield* writeText(process.stdout, '[kubelet-start] Starting the kubelet\n');
  startKubelet(joining);
  yield* joinEtcd(joining, cluster);
  yield* checkKubelet(process);
  const own = { ...reach, server: `https://${machine.address}:6443` };
  yield* awaitOwnServer(process, own);
  yield* bootstrapKubelet({ ...joining, reach: own });
  yield* finish(joining);
}

interface Bootstrap extends Pick<Joining, 'process' | 'machines' | 'machine' | 'reach'> {
  readonly authority: string;
}

function* bootstrapKubelet({ process, reach, machine, authority }: Bootstrap): Task<void> {
  yield* writeText(process.stdout, '[kubelet-start] Waiting for the kubelet to perform the TLS Bootstrap\n');
  const { certificate, key } = yield* certified(process, reach, machine.name);
  leaveBehind(process, authority, reach.server, certificate, key);
}

function startKubelet({ machines, machine }: Bootstrap): void {
  const problem = machines.join(machine.name);
  if (problem !== undefined) throw new Failure(`kubeadm: ${problem}`);
}

/** A request on the way in, where nobody has been found trustworthy yet. */
function* tryReach(process: Process, reach: Reach, method: string, path: string, body?: object): Task<Answer> {
  try {
    return yield* ask(process, reach, method, path, body);
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    const url = `${reach.server}${path}?timeout=10s`;
    throw phaseFailure(
      'preflight',
      `couldn't validate the identity of the API Server: failed to request the cluster-info ConfigMap: Get ${JSON.stringify(url)}: ${error.message}`,
    );
  }
}

/** The cluster's authority, out of what anybody may read there, if it is the one whose hash was given. */
function* discover(process: Process, server: string, pin: string | undefined): Task<string> {
  const { code, body } = yield* tryReach(
    process,
    { server: `https://${server}`, tls: { insecure: true } },
    'GET',
    '/api/v1/namespaces/kube-public/configmaps/cluster-info',
  );
  if (code !== 200)
    throw phaseFailure(
      'preflight',
      `couldn't validate the identity of the API Server: failed to request the cluster-info ConfigMap: ${(body as Status).message ?? ''}`,
    );
  const { kubeconfig = '' } = (body as { data?: Record<string, string> }).data ?? {};
  const { authority } = readClusterInfo(kubeconfig);
  const hash = caHash(authority);
  if (pin !== undefined && pin !== hash)
    throw phaseFailure(
      'preflight',
      `couldn't validate the identity of the API Server: cluster CA found in cluster-info ConfigMap is invalid: none of the public keys ${JSON.stringify(hash)} are pinned`,
    );
  return authority;
}

/** The kubelet's TLS bootstrap: a request in the token's name, and the certificate that its approval brings. */
function* certified(process: Process, reach: Reach, name: string): Task<{ certificate: string; key: string }> {
  const seed = `kubelet/${name}/${process.now()}/${process.random(2 ** 30)}`;
  const { request, key } = newRequest({ commonName: `system:node:${name}`, organizations: ['system:nodes'], seed });
  const made = yield* tryReach(process, reach, 'POST', CSRS, {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { generateName: 'csr-' },
    spec: {
      request: encodeText(request),
      signerName: 'kubernetes.io/kube-apiserver-client-kubelet',
      usages: ['digital signature', 'client auth'],
    },
  });
  if (made.code >= 400)
    throw phaseFailure('kubelet-start', `cannot create certificate signing request: ${(made.body as Status).message ?? ''}`);
  const { metadata } = made.body as CertificateSigningRequest;
  for (let waited = 0; waited < 60; waited++) {
    yield* process.sleep(1000);
    const { body } = yield* tryReach(process, reach, 'GET', `${CSRS}/${metadata.name ?? ''}`);
    const { certificate } = (body as CertificateSigningRequest).status ?? {};
    if (certificate !== undefined && certificate !== '') return { certificate: decodeText(certificate), key };
  }
  throw phaseFailure('kubelet-start', 'timed out waiting for the condition');
}

/** What the kubelet keeps on the machine's disk. */
function leaveBehind(process: Process, authority: string, server: string, certificate: string, key: string): void {
  const write = (path: string, text: string): void => {
    process.files.makeDirectory(path.slice(0, path.lastIndexOf('/')), { parents: true });
    process.files.write(path, encode(text), { mode: 0o600 });
  };
  write(CA, authority);
  write('/var/lib/kubelet/pki/kubelet-client-current.pem', `${certificate}${key}`);
  write(
    KUBELET_CONF,
    `apiVersion: v1\nclusters:\n- cluster:\n    certificate-authority: ${CA}\n    server: ${server}\n  name: default-cluster\ncontexts:\n- context:\n    cluster: default-cluster\n    namespace: default\n    user: default-auth\n  name: default-context\ncurrent-context: default-context\nkind: Config\nusers:\n- name: default-auth\n  user:\n    client-certificate: /var/lib/kubelet/pki/kubelet-client-current.pem\n    client-key: /var/lib/kubelet/pki/kubelet-client-current.pem\n`,
  );
}
