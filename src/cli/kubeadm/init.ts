import { dump } from 'js-yaml';
import { controlPlanePods } from '../../engine/api/bootstrap/static-pods.ts';
import type { ControlPlanePki } from '../../engine/api/x509/control-plane-pki.ts';
import { NetworkError, type Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import type { MachineControl, MachineFacts } from '../machines.ts';
import { applyCoreDns, applyKubeProxy } from './addons.ts';
import { AdminApi, readKubeconfig } from './api.ts';
import { bootstrapToken } from './bootstrap-token.ts';
import { images } from '../../engine/api/bootstrap/cluster-configuration.ts';
import { Failure, phaseFailure } from './failure.ts';
import { readArguments, type Arguments } from './flags.ts';
import { checkKubelet, writeKubeletFiles } from './kubelet-start.ts';
import { CERTS_PHASES, KUBECONFIGS, makeCertificates, makeKubeconfigs, say } from './pki-phase.ts';
import { machineHere, place } from './place.ts';
import { controlPlaneComplaints, judge } from './preflight.ts';
import { readSettings, serverNames, type Settings } from './settings.ts';
import { caHash, newToken } from './token.ts';
import { uploadCerts } from './shared-certs.ts';
import { markControlPlane, newCertificateKey, uploadConfig } from './upload.ts';
import { decode, readAll } from '../../engine/os/text.ts';

const MANIFESTS = '/etc/kubernetes/manifests';
const MINUTES = 60_000;

const VALUES = [
  'apiserver-advertise-address', 'apiserver-bind-port', 'apiserver-cert-extra-sans', 'certificate-key', 'config', 'control-plane-endpoint',
  'cri-socket', 'ignore-preflight-errors', 'kubernetes-version', 'node-name', 'pod-network-cidr', 'skip-phases', 'token', 'token-ttl',
]; // prettier-ignore
const REFUSED = ['cert-dir', 'feature-gates', 'image-repository', 'patches', 'service-cidr', 'service-dns-domain'];

/** One run of `kubeadm init`. */
interface Run {
  readonly process: Process;
  readonly machines: MachineControl;
  readonly machine: MachineFacts;
  readonly pki: ControlPlanePki;
  readonly settings: Settings;
  readonly flags: ReadonlyMap<string, string>;
  /** `HOST:PORT` at which clients reach the API. */
  readonly endpoint: string;
  readonly token: string;
  /** What hides the certificates that are uploaded. */
  readonly certificateKey: string;
  /** Under which files go: empty, or the directory of a dry run. */
  readonly root: string;
}

type Phase = (run: Run) => Task<void>;

/** kubeadm's phases, in order; parts after a slash. */
const PHASES: readonly (readonly [string, Phase])[] = [
  ['preflight', preflight],
  ...CERTS_PHASES.map((part): [string, Phase] => [`certs/${part}`, (run) => makeCertificates({ ...run, names: serverNames(run.settings) }, part)]),
  ...KUBECONFIGS.map((name): [string, Phase] => [`kubeconfig/${name}`, (run) => makeKubeconfigs({ ...run, names: [] }, { endpoint: run.endpoint, which: [name] })]),
  ['etcd/local', (run) => writeManifests(run, ['etcd'])],
  ['control-plane/apiserver', (run) => writeManifests(run, ['kube-apiserver'])],
  ['control-plane/controller-manager', (run) => writeManifests(run, ['kube-controller-manager'])],
  ['control-plane/scheduler', (run) => writeManifests(run, ['kube-scheduler'])],
  ['kubelet-start', startKubelet],
  ['wait-control-plane', waitControlPlane],
  ['upload-config/kubeadm', (run) => uploadConfig(admin(run), run, 'kubeadm')],
  ['upload-config/kubelet', (run) => uploadConfig(admin(run), run, 'kubelet')],
  ['upload-certs', upload],
  ['mark-control-plane', (run) => markControlPlane(admin(run), run)],
  ['bootstrap-token', (run) => bootstrapToken(admin(run), run, run)],
  ['kubelet-finalize', finalizeKubelet],
  ['addon/coredns', (run) => applyCoreDns(admin(run))],
  ['addon/kube-proxy', (run) => applyKubeProxy(admin(run), run.endpoint, run.settings.version)],
  ['show-join-command', showJoinCommand],
]; // prettier-ignore

/** What is said before the first part of a phase. */
const HEADS: Readonly<Record<string, string>> = {
  certs: '[certs] Using certificateDir folder "/etc/kubernetes/pki"',
  kubeconfig: '[kubeconfig] Using kubeconfig folder "/etc/kubernetes"',
  'control-plane': `[control-plane] Using manifest folder "${MANIFESTS}"`,
};

/** `kubeadm init`, and `kubeadm init phase NAME [PART]`. */
export function* init(process: Process, machines: MachineControl, args: readonly string[]): Task<number> {
  const given = readArguments(args, {
    values: VALUES,
    switches: ['dry-run', 'upload-certs', 'skip-certificate-key-print'],
    refused: REFUSED,
  });
  const { flags, operands } = given;
  const machine = machineHere(process, machines);
  const only = operands[0] === 'phase' ? phaseOf(operands.slice(1)) : undefined;
  if (only === undefined && operands.length > 0) throw new Failure(`unknown command ${JSON.stringify(operands[0])} for "kubeadm init"`);
  const run = start(process, machines, machine, given);
  const skipped = (flags.get('skip-phases') ?? '').split(',').filter((name) => name !== '');
  for (const name of skipped)
    if (!PHASES.some(([phase]) => within(phase, name)))
      throw new Failure(`invalid phase name: ${name}\nTo see the stack trace of this error execute with --v=5 or higher`);
  if (only === undefined) yield* say(process, `[init] Using Kubernetes version: ${run.settings.version}`);
  const begun = new Set<string>();
  for (const [phase, act] of PHASES) {
    if (only === undefined ? skipped.some((name) => within(phase, name)) : !within(phase, only)) continue;
    if (run.root !== '' && PHASES.findIndex(([name]) => name === phase) > PHASES.findIndex(([name]) => name === 'control-plane/scheduler'))
      break;
    const [head = ''] = phase.split('/');
    if (HEADS[head] !== undefined && !begun.has(head) && (only === undefined || only === head)) yield* say(process, HEADS[head]);
    begun.add(head);
    yield* act(run);
  }
  if (run.root !== '') yield* endDryRun(run);
  return 0;
}

function within(phase: string, name: string): boolean {
  return phase === name || phase.startsWith(`${name}/`);
}

function phaseOf([name, part]: readonly string[]): string {
  const whole = name === undefined ? '' : part === undefined || part === 'all' ? name : `${name}/${part}`;
  if (PHASES.some(([phase]) => within(phase, whole))) return whole;
  const names = [...new Set(PHASES.map(([phase]) => phase.split('/')[0]))];
  throw new Failure(`kubeadm: init phase ${[name, part].filter(Boolean).join(' ')} is not modelled here; there are ${names.join(', ')}`);
}

function start(process: Process, machines: MachineControl, machine: MachineFacts, given: Arguments): Run {
  const settings = readSettings(process, given, machine);
  const pki = machines.controlPlane(machine.name);
  if (typeof pki === 'string') throw new Failure(`kubeadm: ${pki}; kubeadm join makes this machine a part of that one's cluster`);
  const { flags } = given;
  if (![undefined, '6443'].includes(flags.get('apiserver-bind-port')))
    throw new Failure('kubeadm: another port than 6443 is not modelled here');
  return {
    process,
    machines,
    machine,
    pki,
    settings,
    flags,
    endpoint: settings.endpoint ?? `${machine.address}:6443`,
    token: settings.token ?? newToken(process),
    certificateKey: settings.certificateKey ?? (flags.has('upload-certs') ? newCertificateKey(process) : ''),
    root: flags.has('dry-run') ? `/etc/kubernetes/tmp/kubeadm-init-dryrun${process.random(2 ** 31)}` : '',
  };
}

/** The administrator who was there before any rights were given out: super-admin.conf. */
function admin({ process }: Run): AdminApi {
  const path = ['/etc/kubernetes/super-admin.conf', '/etc/kubernetes/admin.conf'].find((each) => process.files.exists(each));
  if (path === undefined) return AdminApi.from(process);
  return new AdminApi(process, readKubeconfig(decode(process.files.read(path))));
}

function* preflight({ process, machine, flags, root, settings }: Run): Task<void> {
  yield* say(process, '[preflight] Running pre-flight checks');
  yield* judge(process, yield* controlPlaneComplaints(process, machine), flags.get('ignore-preflight-errors'));
  if (root !== '') return yield* say(process, "[preflight] Would pull the required images (like 'kubeadm config images pull')");
  yield* say(process, '[preflight] Pulling images required for setting up a Kubernetes cluster');
  yield* say(process, '[preflight] This might take a minute or two, depending on the speed of your internet connection');
  yield* say(process, "[preflight] You can also perform this action beforehand using 'kubeadm config images pull'");
  for (const image of images(settings.version)) yield* pullImage(process, image);
}

/** Through the machine's runtime. Throws `Failure` where that does not get it. */
export function* pullImage(process: Process, image: string): Task<void> {
  const sink = { *write(): Task<void> {}, close() {} };
  const code = yield* process.spawn(['crictl', 'pull', image], { stdout: sink, stderr: sink }).wait();
  if (code !== 0)
    throw phaseFailure(
      'preflight',
      `[preflight] Some fatal errors occurred:\n\t[ERROR ImagePull]: failed to pull image ${image}\n[preflight] If you know what you are doing, you can make a check non-fatal with \`--ignore-preflight-errors=...\``,
    );
}

interface Manifests extends Pick<Run, 'process' | 'machine'> {
  readonly settings: Pick<Settings, 'version' | 'podSubnet'>;
  readonly root?: string;
  /** Members of etcd that are there already. */
  readonly members?: readonly string[];
}

export function* writeManifests({ process, machine, settings, root = '', members = [] }: Manifests, names: readonly string[]): Task<void> {
  const pods = controlPlanePods({
    node: machine.name,
    address: machine.address,
    complete: true,
    version: settings.version,
    members,
    ...(settings.podSubnet === undefined ? {} : { clusterCidr: settings.podSubnet }),
  });
  for (const pod of pods) {
    const { name = '' } = pod.metadata;
    if (!names.includes(name)) continue;
    if (name !== 'etcd') yield* say(process, `[control-plane] Creating static Pod manifest for "${name}"`);
    else if (members.length === 0) yield* say(process, `[etcd] Creating static Pod manifest for local etcd in "${MANIFESTS}"`);
    place(process, `${root}${MANIFESTS}/${name}.yaml`, dump(pod, { noRefs: true }));
  }
}

function* startKubelet({ process, machine, machines }: Run): Task<void> {
  yield* writeKubeletFiles(process);
  yield* say(process, '[kubelet-start] Starting the kubelet');
  const problem = machine.joined ? undefined : machines.join(machine.name);
  if (problem !== undefined) throw new Failure(`kubeadm: ${problem}`);
}

function* waitControlPlane({ process, machine }: Run): Task<void> {
  yield* say(
    process,
    `[wait-control-plane] Waiting for the kubelet to boot up the control plane as static Pods from directory "${MANIFESTS}"`,
  );
  yield* checkKubelet(process);
  yield* awaitControlPlane(process, machine);
}

/** Asks each part how it is until all are well, four minutes at most. */
export function* awaitControlPlane(process: Process, { address }: MachineFacts): Task<void> {
  yield* say(process, '[control-plane-check] Waiting for healthy control plane components. This can take up to 4m0s');
  const parts = [
    { name: 'kube-apiserver', url: `https://${address}:6443/livez` },
    { name: 'kube-controller-manager', url: 'https://127.0.0.1:10257/healthz' },
    { name: 'kube-scheduler', url: 'https://127.0.0.1:10259/livez' },
  ];
  for (const { name, url } of parts) yield* say(process, `[control-plane-check] Checking ${name} at ${url}`);
  const began = process.now();
  const ill = new Map(parts.map(({ name, url }) => [name, { url, why: '' }]));
  while (ill.size > 0) {
    if (process.now() - began > 4 * MINUTES) throw notHealthy(ill, process.now() - began, yield* say(process, ''));
    yield* process.sleep(500);
    for (const [name, part] of ill) {
      const why = yield* healthProblem(process, part.url);
      if (why !== undefined) part.why = why;
      else {
        ill.delete(name);
        yield* say(process, `[control-plane-check] ${name} is healthy after ${(process.now() - began) / 1000}s`);
      }
    }
  }
}

function notHealthy(ill: ReadonlyMap<string, { url: string; why: string }>, took: number, _said: void): Failure {
  const found = [...ill].map(([name, { url, why }]) => `${name} check failed at ${url}: ${why}`);
  return phaseFailure(
    'wait-control-plane',
    `failed while waiting for the control plane to start: [${found.join(', ')}] (after ${Math.round(took / 1000)}s; crictl ps -a and crictl logs show what its containers say)`,
  );
}

function* healthProblem(process: Process, url: string): Task<string | undefined> {
  try {
    const response = yield* process.net.http({ method: 'GET', url, timeout: 5000, tls: { insecure: true } });
    const body = yield* readAll(response.body);
    return response.status === 200 ? undefined : `${url} returned HTTP ${response.status}: ${body.trim()}`;
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    return `Get ${JSON.stringify(url)}: ${error.message}`;
  }
}

function* upload(run: Run): Task<void> {
  const { process, flags, certificateKey } = run;
  if (!flags.has('upload-certs')) return yield* say(process, '[upload-certs] Skipping phase. Please see --upload-certs');
  yield* uploadCerts(admin(run), certificateKey);
  if (!flags.has('skip-certificate-key-print')) yield* say(process, `[upload-certs] Using certificate key:\n${certificateKey}`);
}

function* finalizeKubelet({ process }: Run): Task<void> {
  yield* say(
    process,
    '[kubelet-finalize] Updating "/etc/kubernetes/kubelet.conf" to point to a rotatable kubelet client certificate and key',
  );
}

function* endDryRun({ process, root }: Run): Task<void> {
  yield* say(process, `[dryrun] Wrote certificates, kubeconfig files and control plane manifests to the "${root}" directory`);
  yield* say(process, '[dryrun] The certificates or kubeconfig files would not be printed due to their sensitive nature');
  yield* say(process, `[dryrun] Please examine the "${root}" directory for details about what would be written`);
  yield* say(process, '[dryrun] Finished dry-running successfully. Above are the resources that would be created');
}

function* showJoinCommand(run: Run): Task<void> {
  const { process, endpoint, token, pki, settings, flags, certificateKey } = run;
  const hash = caHash(pki.authority('ca').certificate);
  const command = `kubeadm join ${endpoint} --token ${token} \\\n\t--discovery-token-ca-cert-hash ${hash}`;
  yield* say(
    process,
    `
Your Kubernetes control-plane has initialized successfully!

To start using your cluster, you need to run the following as a regular user:

  mkdir -p $HOME/.kube
  sudo cp -i /etc/kubernetes/admin.conf $HOME/.kube/config
  sudo chown $(id -u):$(id -g) $HOME/.kube/config

Alternatively, if you are the root user, you can run:

  export KUBECONFIG=/etc/kubernetes/admin.conf

You should now deploy a pod network to the cluster.
Run "kubectl apply -f [podnetwork].yaml" with one of the options listed at:
  https://kubernetes.io/docs/concepts/cluster-administration/addons/
`,
  );
  if (settings.endpoint !== undefined) {
    const shown = flags.has('upload-certs') && !flags.has('skip-certificate-key-print');
    const joining = `${command} \\\n\t--control-plane ${shown ? `--certificate-key ${certificateKey}` : ''}`;
    yield* say(
      process,
      flags.has('upload-certs')
        ? `You can now join any number of control-plane nodes running the following command on each as root:\n\n  ${joining}\n\nPlease note that the certificate-key gives access to cluster sensitive data, keep it secret!\nAs a safeguard, uploaded-certs will be deleted in two hours; If necessary, you can use\n"kubeadm init phase upload-certs --upload-certs" to reload certs afterward.\n`
        : `You can now join any number of control-plane nodes by copying certificate authorities\nand service account keys on each node and then running the following as root:\n\n  ${joining}\n`,
    );
  }
  yield* say(process, `Then you can join any number of worker nodes by running the following on each as root:\n\n${command} `);
}
