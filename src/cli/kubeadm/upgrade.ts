import type { ClusterValues } from '../../engine/api/bootstrap/cluster-configuration.ts';
import { coreDns } from '../../engine/api/bootstrap/kubeadm-addons.ts';
import { ETCD_IMAGE } from '../../engine/api/bootstrap/static-pods.ts';
import { certificateOf, type ControlPlanePki } from '../../engine/api/x509/control-plane-pki.ts';
import type { ConfigMap, Node, Pod } from '../../engine/api/generated/types.ts';
import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { decode, readLine, writeText } from '../../engine/os/text.ts';
import type { MachineControl, MachineFacts } from '../machines.ts';
import { applyCoreDns, applyKubeProxy } from './addons.ts';
import { AdminApi, expected } from './api.ts';
import { renewCertificate, table } from './certs.ts';
import { Failure, phaseFailure } from './failure.ts';
import { readArguments } from './flags.ts';
import { pullImage } from './init.ts';
import { say } from './pki-phase.ts';
import { machineHere, place } from './place.ts';
import { clusterOf } from './settings.ts';
import { uploadConfig } from './upload.ts';
import { LATEST, minorOf, newer, newestOf, policyProblems } from './versions.ts';

const MANIFESTS = '/etc/kubernetes/manifests';
const CONFIG_MAP = '/api/v1/namespaces/kube-system/configmaps/kubeadm-config';
const CONTROL_PLANE = 'node-role.kubernetes.io/control-plane';
const TIMEOUT = 300_000;
const TRACE = '\nTo see the stack trace of this error execute with --v=5 or higher';

/** With the certificates that each renews on the way. */
const PARTS: readonly (readonly [string, readonly string[]])[] = [
  ['etcd', ['etcd/server', 'etcd/peer', 'etcd/healthcheck-client']],
  ['kube-apiserver', ['apiserver', 'apiserver-kubelet-client', 'front-proxy-client', 'apiserver-etcd-client']],
  ['kube-controller-manager', ['controller-manager.conf']],
  ['kube-scheduler', ['scheduler.conf']],
];

/** How the cluster stands. */
interface State {
  readonly api: AdminApi;
  readonly machine: MachineFacts;
  /** Of the API server. */
  readonly version: string;
  readonly nodes: readonly Node[];
  readonly cluster: ClusterValues;
}

/** `kubeadm upgrade plan|apply VERSION|node|diff`. */
export function* upgrade(process: Process, machines: MachineControl, [verb, ...args]: readonly string[]): Task<number> {
  const { flags, operands } = readArguments(args, {
    values: ['kubeconfig', 'ignore-preflight-errors', 'certificate-renewal', 'etcd-upgrade'],
    switches: ['y', 'yes', 'f', 'force', 'dry-run', 'allow-experimental-upgrades', 'allow-release-candidate-upgrades', 'print-config'],
    refused: ['config', 'patches', 'skip-phases', 'feature-gates', 'o', 'output'],
  });
  const machine = machineHere(process, machines);
  const read = (prefix: string): Task<State> => readState(process, machine, prefix, flags.get('kubeconfig'));
  switch (verb) {
    case 'plan':
      yield* plan(process, yield* read('upgrade/config'), operands[0]);
      return 0;
    case 'diff':
      return yield* diff(process, machine, operands[0] ?? machine.kubeadm);
    case 'node':
      yield* upgradeNode(process, machines, machine);
      return 0;
    case 'apply': {
      const version = operands[0];
      if (version === undefined) throw new Failure(`missing one or more required arguments. Required arguments: [version]${TRACE}`);
      const force = flags.has('f') || flags.has('force');
      const sure = force || flags.has('y') || flags.has('yes');
      return yield* apply(process, machines, yield* read('upgrade'), {
        version: version.startsWith('v') ? version : `v${version}`,
        force,
        sure,
        dryRun: flags.has('dry-run'),
      });
    }
    default:
      throw new Failure('Usage: kubeadm upgrade plan [VERSION] | apply VERSION [-y] | node | diff [VERSION]');
  }
}

function* readState(process: Process, machine: MachineFacts, prefix: string, kubeconfig: string | undefined): Task<State> {
  const api = AdminApi.from(process, kubeconfig);
  const map = yield* api.get<ConfigMap>(CONFIG_MAP);
  if (map === undefined)
    throw new Failure(
      `[${prefix}] FATAL: failed to get config map: configmaps "kubeadm-config" not found (a scenario with kubernetesVersion has it, and so has a cluster of kubeadm init)${TRACE}`,
    );
  yield* say(process, `[${prefix}] Reading configuration from the "kubeadm-config" ConfigMap in namespace "kube-system"...`);
  yield* say(process, `[${prefix}] Use 'kubeadm init phase upload-config kubeadm --config your-config-file' to re-upload it.`);
  const { gitVersion } = expected(yield* api.request('GET', '/version')) as { gitVersion: string };
  const { items } = expected(yield* api.request('GET', '/api/v1/nodes')) as { items: Node[] };
  return { api, machine, version: gitVersion, nodes: items, cluster: clusterOf(map) };
}

/** Whether the cluster is fit to be changed. */
function* checkHealth(process: Process, { nodes }: State): Task<void> {
  yield* say(process, '[upgrade] Running cluster health checks');
  const ill = nodes.filter(({ metadata, status }) => metadata.labels?.[CONTROL_PLANE] !== undefined && !isReady(status));
  const missing = PARTS.map(([name]) => name).filter((name) => name !== 'etcd' && !process.files.exists(`${MANIFESTS}/${name}.yaml`));
  const errors = [
    ...(ill.length === 0
      ? []
      : [
          `\t[ERROR ControlPlaneNodesReady]: there are NotReady control-planes in the cluster: [${ill.map(({ metadata }) => metadata.name).join(' ')}]\n`,
        ]),
    ...(missing.length === 0
      ? []
      : [
          `\t[ERROR StaticPodManifest]: The control plane seems to be Static Pod-hosted, but some of the manifests don't seem to exist on disk: [${missing.join(' ')}]\n`,
        ]),
  ];
  if (errors.length > 0)
    throw new Failure(
      `[upgrade/health] FATAL: [preflight] Some fatal errors occurred:\n${errors.join('')}[preflight] If you know what you are doing, you can make a check non-fatal with \`--ignore-preflight-errors=...\`${TRACE}`,
    );
}

function isReady(status: Node['status']): boolean {
  return status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true;
}

function* plan(process: Process, state: State, wanted: string | undefined): Task<void> {
  const { machine, version, nodes } = state;
  yield* say(process, '[preflight] Running pre-flight checks.');
  yield* checkHealth(process, state);
  yield* say(process, '[upgrade] Fetching available versions to upgrade to');
  yield* say(process, `[upgrade/versions] Cluster version: ${version.slice(1)}`);
  yield* say(process, `[upgrade/versions] kubeadm version: ${machine.kubeadm}`);
  const own = minorOf(machine.kubeadm);
  if (wanted === undefined && own < minorOf(LATEST))
    yield* writeText(process.stderr, `remote version is much newer: ${LATEST}; falling back to: stable-1.${own}\n`);
  const target = wanted ?? (own < minorOf(LATEST) ? newestOf(own) : LATEST);
  yield* say(process, `[upgrade/versions] Target version: ${target}`);
  const series = `v1.${minorOf(version)}`;
  const patch = newestOf(minorOf(version));
  yield* say(process, `[upgrade/versions] Latest version in the ${series} series: ${patch}`);
  const offered = [
    ...(newer(patch, version) ? [[`version in the ${series} series`, patch] as const] : []),
    ...(newer(target, version) && target !== patch ? [['stable version', target] as const] : []),
  ];
  if (offered.length === 0) yield* say(process, "\nAwesome, you're up-to-date! Enjoy!");
  const leaders = nodes.filter(({ metadata }) => metadata.labels?.[CONTROL_PLANE] !== undefined).map(({ metadata }) => metadata.name ?? '');
  for (const [about, to] of offered) {
    const old = nodes.filter(({ status }) => newer(to, status?.nodeInfo?.kubeletVersion ?? to));
    if (old.length > 0) {
      yield* say(
        process,
        "\nComponents that must be upgraded manually after you have upgraded the control plane with 'kubeadm upgrade apply':",
      );
      const kubelets = old.map(({ metadata, status }) => ['kubelet', metadata.name ?? '', status?.nodeInfo?.kubeletVersion ?? '', to]);
      yield* writeText(process.stdout, table([['COMPONENT', 'NODE', 'CURRENT', 'TARGET'], ...kubelets]));
    }
    yield* say(process, `\nUpgrade to the latest ${about}:\n`);
    const part = (name: string): string[][] => leaders.map((leader) => [name, leader, version, to]);
    const dns = coreDns().spec?.template?.spec?.containers[0]?.image?.split(':')[1] ?? '';
    const etcd = ETCD_IMAGE.split(':')[1] ?? '';
    yield* writeText(
      process.stdout,
      table([
        ['COMPONENT', 'NODE', 'CURRENT', 'TARGET'],
        ...part('kube-apiserver'),
        ...part('kube-controller-manager'),
        ...part('kube-scheduler'),
        ['kube-proxy', '', version.slice(1), to],
        ['CoreDNS', '', dns, dns],
        ...leaders.map((leader) => ['etcd', leader, etcd, etcd]),
      ]),
    );
    yield* say(process, `\nYou can now apply the upgrade by executing the following command:\n\n\tkubeadm upgrade apply ${to}\n`);
    if (newer(to, machine.kubeadm))
      yield* say(process, `Note: Before you can perform this upgrade, you have to update kubeadm to ${to}.\n`);
    yield* say(process, '_____________________________________________________________________\n');
  }
  yield* say(
    process,
    `
The table below shows the current state of component configs as understood by this version of kubeadm.
Configs that have a "yes" mark in the "MANUAL UPGRADE REQUIRED" column require manual config upgrade or
resetting to kubeadm defaults before a successful upgrade can be performed. The version to manually
upgrade to is denoted in the "PREFERRED VERSION" column.
`,
  );
  yield* writeText(
    process.stdout,
    table([
      ['API GROUP', 'CURRENT VERSION', 'PREFERRED VERSION', 'MANUAL UPGRADE REQUIRED'],
      ['kubeproxy.config.k8s.io', 'v1alpha1', 'v1alpha1', 'no'],
      ['kubelet.config.k8s.io', 'v1beta1', 'v1beta1', 'no'],
    ]),
  );
  yield* say(process, '_____________________________________________________________________\n');
}

interface Wish {
  readonly version: string;
  readonly force: boolean;
  readonly sure: boolean;
  readonly dryRun: boolean;
}

function* apply(process: Process, machines: MachineControl, state: State, { version, force, sure, dryRun }: Wish): Task<number> {
  const { machine, api } = state;
  const pki = machines.controlPlane(machine.name);
  if (typeof pki === 'string') throw new Failure(`kubeadm: ${pki}; kubeadm upgrade node is for this one`);
  yield* say(process, '[upgrade/preflight] Running pre-flight checks');
  yield* checkHealth(process, state);
  yield* say(process, `[upgrade/preflight] You have chosen to upgrade the cluster version to "${version}"`);
  yield* say(process, `[upgrade/versions] Cluster version: ${state.version}`);
  yield* say(process, `[upgrade/versions] kubeadm version: ${machine.kubeadm}`);
  const kubelets = state.nodes.map(({ status }) => status?.nodeInfo?.kubeletVersion ?? version);
  const { fatal, soft } = policyProblems({ from: state.version, to: version, kubeadm: machine.kubeadm, kubelets });
  const listed = (problems: readonly string[]): string => problems.map((each) => `\t- ${each}\n`).join('');
  if (fatal.length > 0)
    throw new Failure(
      `error: error execution phase preflight: [upgrade/version] FATAL: the --version argument is invalid due to these fatal errors:\n\n${listed(fatal)}\nPlease fix the misalignments highlighted above and try upgrading again${TRACE}`,
    );
  if (soft.length > 0 && !force)
    throw new Failure(
      `error: error execution phase preflight: [upgrade/version] FATAL: the --version argument is invalid due to these errors:\n\n${listed(soft)}\nCan be bypassed if you pass the --force flag${TRACE}`,
    );
  if (soft.length > 0)
    yield* say(
      process,
      `[upgrade/version] Found ${soft.length} potential version compatibility errors but skipping since the --force flag is set: \n\n${listed(soft)}`,
    );
  if (!sure && !dryRun) {
    yield* writeText(process.stdout, '[upgrade] Are you sure you want to proceed? [y/N]: ');
    if (!/^y(es)?$/i.test((yield* readLine(process.stdin))?.trim() ?? ''))
      throw new Failure(`error: error execution phase preflight: won't proceed; the user didn't answer (Y|y) in order to continue${TRACE}`);
  }
  if (dryRun) {
    for (const [name] of PARTS) yield* say(process, `[dryrun] Would upgrade the static Pod manifest of ${name} to version ${version}`);
    yield* say(process, '[dryrun] Finished dryrunning successfully!');
    return 0;
  }
  yield* upgradeInstance(api, pki, version, `control plane to version "${version}" (timeout: 5m0s)`);
  const settings = { ...state.cluster, version };
  for (const which of ['kubeadm', 'kubelet'] as const) yield* uploadConfig(api, { settings }, which);
  yield* say(process, '[upgrade/kubelet-config] The kubelet configuration for this node was successfully upgraded!');
  yield* applyCoreDns(api);
  yield* applyKubeProxy(api, settings.endpoint ?? `${machine.address}:6443`, version);
  yield* say(
    process,
    `
[upgrade] SUCCESS! A control plane node of your cluster was upgraded to "${version}".

[upgrade] Now please proceed with upgrading the rest of the nodes by following the right order.`,
  );
  return 0;
}

/** The images, then one part after the other. */
function* upgradeInstance(api: AdminApi, pki: ControlPlanePki, version: string, what: string): Task<void> {
  const { process } = api;
  yield* say(process, '[upgrade/preflight] Pulling images required for setting up a Kubernetes cluster');
  yield* say(process, '[upgrade/preflight] This might take a minute or two, depending on the speed of your internet connection');
  yield* say(process, "[upgrade/preflight] You can also perform this action beforehand using 'kubeadm config images pull'");
  for (const name of ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy'])
    yield* pullImage(process, `registry.k8s.io/${name}:${version}`);
  yield* say(process, `[upgrade/control-plane] Upgrading your static Pod-hosted ${what}...`);
  const temporary = `/etc/kubernetes/tmp/kubeadm-upgraded-manifests${process.random(2 ** 31)}`;
  const stamp = new Date(process.now()).toISOString().slice(0, 19).replace('T', '-').replaceAll(':', '-');
  yield* say(process, `[upgrade/staticpods] Writing new Static Pod manifests to "${temporary}"`);
  for (const [name, certificates] of PARTS)
    yield* upgradePart(process, api, pki, { name, certificates, version, backup: `/etc/kubernetes/tmp/kubeadm-backup-manifests-${stamp}` });
  yield* say(process, '[upgrade/control-plane] The control plane instance for this node was successfully upgraded!');
}

interface PartUpgrade {
  readonly name: string;
  readonly certificates: readonly string[];
  readonly version: string;
  readonly backup: string;
}

/** A new manifest in the place of the old one, and the wait for the kubelet to run it. */
function* upgradePart(
  process: Process,
  api: AdminApi,
  pki: ControlPlanePki,
  { name, certificates, version, backup }: PartUpgrade,
): Task<void> {
  const path = `${MANIFESTS}/${name}.yaml`;
  if (!process.files.exists(path)) return;
  yield* say(process, `[upgrade/staticpods] Preparing for "${name}" upgrade`);
  const old = decode(process.files.read(path));
  const next = name === 'etcd' ? old.replace(/image: \S+/, `image: ${ETCD_IMAGE}`) : withVersion(old, version);
  if (next === old) {
    yield* say(process, `[upgrade/staticpods] Current and new manifests of ${name} are equal, skipping upgrade`);
    return;
  }
  for (const file of certificates) {
    yield* say(process, `[upgrade/staticpods] Renewing ${certificateOf(file).name} certificate`);
    renewCertificate(process, pki, certificateOf(file));
  }
  const pod = `/api/v1/namespaces/kube-system/pods/${name}-${pki.options.machine}`;
  const before = yield* hashOf(api, pod);
  place(process, `${backup}/${name}.yaml`, old);
  place(process, path, next);
  yield* say(process, `[upgrade/staticpods] Moving new manifest to "${path}" and backing up old manifest to "${backup}/${name}.yaml"`);
  yield* say(process, '[upgrade/staticpods] Waiting for the kubelet to restart the component');
  yield* say(process, '[upgrade/staticpods] This can take up to 5m0s');
  for (let waited = 0; ; waited += 1000) {
    const now = yield* hashOf(api, pod);
    if (now !== undefined && now !== before) break;
    if (waited >= TIMEOUT) {
      place(process, path, old);
      throw phaseFailure(
        'control-plane',
        `couldn't upgrade control plane. kubeadm has tried to recover everything into the earlier state. Errors faced: timed out waiting for the condition`,
      );
    }
    yield* process.sleep(1000);
  }
  yield* say(process, `[apiclient] Found 1 Pods for label selector component=${name}`);
  yield* say(process, `[upgrade/staticpods] Component "${name}" upgraded successfully!`);
}

function withVersion(manifest: string, version: string): string {
  return manifest.replace(/(image: \S+):v[\d.]+/, `$1:${version}`);
}

/** Which manifest the pod that runs shows; undefined while it does not run, or nobody answers. */
function* hashOf(api: AdminApi, path: string): Task<string | undefined> {
  try {
    const pod = yield* api.get<Pod>(path);
    return pod?.status?.containerStatuses?.every(({ ready }) => ready) === true
      ? pod.metadata.annotations?.['kubernetes.io/config.hash']
      : undefined;
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}

function* upgradeNode(process: Process, machines: MachineControl, machine: MachineFacts): Task<void> {
  if (!machine.joined)
    throw new Failure(
      `couldn't create a Kubernetes client from file "/etc/kubernetes/kubelet.conf": failed to load admin kubeconfig: open /etc/kubernetes/kubelet.conf: no such file or directory${TRACE}`,
    );
  const pki = machines.controlPlane(machine.name);
  if (typeof pki !== 'string') return yield* upgradeFurther(process, machine, pki);
  for (const text of [
    '[upgrade] Reading configuration from the "kubeadm-config" ConfigMap in namespace "kube-system"...',
    "[upgrade] Use 'kubeadm init phase upload-config kubeadm --config your-config-file' to re-upload it.",
    '[upgrade/preflight] Running pre-flight checks',
    '[upgrade/preflight] Skipping prepull. Not a control plane node.',
    '[upgrade/control-plane] Skipping phase. Not a control plane node.',
    '[upgrade/kubeconfig] Skipping phase. Not a control plane node.',
    '[upgrade/kubelet-config] The kubelet configuration for this node was successfully upgraded!',
    '[upgrade/addon] Skipping the addon/coredns phase. Not a control plane node.',
    '[upgrade/addon] Skipping the addon/kube-proxy phase. Not a control plane node.',
  ])
    yield* say(process, text);
}

/** A control plane beside that which `upgrade apply` has upgraded: to the version that the cluster says since. */
function* upgradeFurther(process: Process, machine: MachineFacts, pki: ControlPlanePki): Task<void> {
  const { api, cluster } = yield* readState(process, machine, 'upgrade', undefined);
  const { version } = cluster;
  yield* say(process, '[upgrade/preflight] Running pre-flight checks');
  yield* upgradeInstance(api, pki, version, `control plane instance to version "${version}"`);
  yield* say(process, '[upgrade/kubeconfig] The kubeconfig files for this node were successfully upgraded!');
  yield* say(process, '[upgrade/kubelet-config] The kubelet configuration for this node was successfully upgraded!');
  yield* applyCoreDns(api);
  yield* applyKubeProxy(api, cluster.endpoint ?? `${machine.address}:6443`, version);
}

/** What would be different in the manifests. */
function* diff(process: Process, machine: MachineFacts, version: string): Task<number> {
  const to = version.startsWith('v') ? version : `v${version}`;
  for (const [name] of PARTS.slice(1)) {
    const path = `${MANIFESTS}/${name}.yaml`;
    if (!process.files.exists(path))
      throw new Failure(`specified file path "${path}" for ${name} doesn't exist or is a directory (on ${machine.name})${TRACE}`);
    const next = `/tmp/kubeadm-diff-${name}`;
    place(process, next, withVersion(decode(process.files.read(path)), to));
    yield* process.spawn(['diff', '-u', path, next]).wait();
    process.files.remove(next);
  }
  return 0;
}
