import { flannelYaml } from './addons/flannel.ts';
import { clusterAutoscalerYaml } from './addons/cluster-autoscaler/manifests.ts';
import { readFlags } from './addons/cluster-autoscaler/flags.ts';
import { metricsAdapterYaml } from './addons/metrics-adapter.ts';
import { metricsServerYaml } from './addons/metrics-server.ts';
import { load, loadAll } from 'js-yaml';
import type { ApiObject } from './api/meta.ts';
import type { Policy } from './apiserver/audit/policy.ts';
import { asPolicy, validatePolicy } from './apiserver/audit/validation.ts';
import { FaultProblem, type Fault } from './faults/fault.ts';
import { faultKind, readFault } from './faults/kinds.ts';
import { readSettings, type KubeletSettings } from './node/kubelet/configuration.ts';
import type { ImageDeclaration } from './node/runtime/declaration.ts';
import { RUNTIMES, type RuntimeName } from './node/runtime/flavour.ts';
import type { PrivateRegistry } from './node/runtime/private-registries.ts';
import { ConfigurationError, readConfiguration } from './scheduler/configuration/read.ts';
import type { KubeSchedulerConfiguration } from './scheduler/configuration/types.ts';
import { Reader, ScenarioError } from './scenario-reader.ts';
import type { NodeDevices } from './addons/device-driver.ts';
import { readDevices } from './scenario-devices.ts';
import { readNodeGroup } from './scenario-node-groups.ts';
import type { NodeGroupSpec } from './cloud/node-group.ts';
import { lineOf } from './yaml-place.ts';

export type { Fault } from './faults/fault.ts';
export { ScenarioError } from './scenario-reader.ts';

/** A machine of the cluster. Quantities are Kubernetes' (`4`, `8Gi`). */
export interface MachineSpec {
  name: string;
  cpu: string;
  memory: string;
  ephemeralStorage: string;
  /** Memory that the kubelet keeps free (`evictionHard` of `memory.available`): what pods can't have. 100Mi. */
  evictionHard?: string;
  maxPods: number;
  labels: Record<string, string>;
  taints: { key: string; value?: string; effect: string }[];
  /** Images already on the machine. */
  images: string[];
  /** containerd unless said. */
  runtime?: RuntimeName;
  /** Nothing of Kubernetes runs on it before kubeadm makes it a part of a cluster. */
  bare?: true;
  /** Fields of the kubelet's configuration that differ from its defaults. */
  kubelet?: KubeletSettings;
}

/** The start state of a lesson, exercise or exam question. */
export interface Scenario {
  name: string;
  about: string;
  seed: number;
  /** RFC 3339; unset: the engine's own beginning. */
  start?: string;
  /** As which API server, kubelets and packages present themselves; what they do is what this world's own version does. */
  kubernetesVersion?: string;
  /** About so many of the newest entries of the log are kept, and the objects' history as far back; unset: everything. For very large clusters. */
  history?: number;
  controlPlane: MachineSpec | undefined;
  /** Members of etcd on machines of their own; 0: one, on the control plane's machine. */
  externalEtcd: number;
  /** API servers behind one address, controller managers and schedulers of which one leads. */
  controlPlaneReplicas: number;
  nodes: MachineSpec[];
  /** Groups of equal machines that a cloud rents out: some run from the start, others are ordered by the Cluster Autoscaler. */
  nodeGroups: NodeGroupSpec[];
  /** Arguments of the Cluster Autoscaler, which is installed when they are given. */
  clusterAutoscaler?: readonly string[];
  /** Devices on nodes, each looked after by a driver (dynamic resource allocation). */
  devices: NodeDevices[];
  /** CoreDNS, kube-proxy and the static pods of a kubeadm cluster. */
  systemPods: boolean;
  /** Warn of kinds and fields that are kept but have no effect here. Off for comparisons with a real server. */
  inertWarnings?: boolean;
  /** kube-apiserver's `--audit-policy-file`; without one nothing is audited. */
  auditPolicy?: Policy;
  /** kube-scheduler's `--config`: a KubeSchedulerConfiguration. */
  schedulerConfiguration?: KubeSchedulerConfiguration;
  manifests: ApiObject[];
  /** In the learner's home. */
  files: Record<string, string>;
  images: ImageDeclaration[];
  /** Registries, or parts of one, that want credentials. */
  registries: PrivateRegistry[];
  faults: Fault[];
}

/** Directories of the nodes by default, as kind has them, and disks of a cloud that pods can take along within a zone. */
const STORAGE_CLASSES = [
  {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'standard', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    provisioner: 'rancher.io/local-path',
    volumeBindingMode: 'WaitForFirstConsumer',
  },
  {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'disk' },
    provisioner: 'ebs.csi.aws.com',
    volumeBindingMode: 'WaitForFirstConsumer',
    allowVolumeExpansion: true,
  },
];

/** The playground: one control-plane node and three workers in two zones; worker-2 has an SSD; two classes of storage. */
export function defaultScenario(workers = 3): Scenario {
  const playground = parseScenario(
    {
      name: 'playground',
      about: 'One control-plane node and workers in two zones.',
      nodes: Array.from({ length: workers }, (_, i) => ({
        name: `worker-${i + 1}`,
        labels: {
          'topology.kubernetes.io/region': 'region-1',
          'topology.kubernetes.io/zone': `zone-${(i % 2) + 1}`,
          ...(i === 1 ? { disktype: 'ssd' } : {}),
        },
      })),
      manifests: STORAGE_CLASSES,
    },
    'playground',
  );
  // Written when a workstation wants it: for the cluster alone it would be a tenth of the start.
  const files = {
    get 'metrics-server.yaml'() {
      return metricsServerYaml();
    },
    get 'metrics-adapter.yaml'() {
      return metricsAdapterYaml();
    },
  };
  return { ...playground, files };
}

/** Reads a scenario from YAML text or a plain value. Throws `ScenarioError`. */
export function parseScenario(source: string | object, file: string): Scenario {
  let value: unknown = source;
  if (typeof source === 'string') {
    try {
      value = load(source);
    } catch (error) {
      throw new ScenarioError(file, '', `not YAML: ${(error as Error).message.split('\n')[0] ?? ''}`);
    }
  }
  try {
    return read(new Reader(file, '', value));
  } catch (error) {
    if (!(error instanceof ScenarioError) || typeof source !== 'string') throw error;
    throw new ScenarioError(file, error.path, error.problem, lineOf(source, error.path));
  }
}

function read(top: Reader): Scenario {
  top.allow([
    'name',
    'about',
    'seed',
    'start',
    'kubernetesVersion',
    'history',
    'controlPlane',
    'controlPlaneReplicas',
    'externalEtcd',
    'nodes',
    'nodeGroups',
    'clusterAutoscaler',
    'devices',
    'systemPods',
    'inertWarnings',
    'auditPolicy',
    'schedulerConfiguration',
    'manifests',
    'files',
    'images',
    'registries',
    'faults',
  ]);
  const controlPlane = top.value['controlPlane'] === false ? undefined : controlPlaneOf(top.child('controlPlane', {}));
  const start = top.text('start');
  const nodes = top.list('nodes').flatMap((node, i) => alike(node, `worker-${i + 1}`));
  if (controlPlane?.bare === true) refuseBefore(top, nodes);
  const machines = [...(controlPlane === undefined ? [] : [controlPlane]), ...nodes].map(({ name }) => name);
  const nodeGroups = top
    .list('nodeGroups')
    .map((entry) => readNodeGroup(entry, MACHINE_FIELDS, (template) => machineOf(template, '', false)));
  for (const [i, { name }] of nodeGroups.entries())
    if (nodeGroups.findIndex((other) => other.name === name) < i)
      top.fail(`nodeGroups[${i}].name`, `there is a node group ${name} already; each needs a name of its own`);
  return {
    name: top.text('name') ?? top.fail('name', 'is missing; give the scenario a short name'),
    about: top.text('about') ?? '',
    seed: top.number('seed') ?? 1,
    ...(start === undefined ? {} : { start }),
    ...kubernetesVersion(top),
    ...history(top),
    controlPlane,
    controlPlaneReplicas: upToSeven(top, 'controlPlaneReplicas', 1),
    externalEtcd: upToSeven(top, 'externalEtcd', 0),
    nodes,
    nodeGroups,
    ...clusterAutoscaler(top, nodeGroups),
    devices: top.list('devices').map((entry) => readDevices(entry, machines)),
    systemPods: top.boolean('systemPods') ?? true,
    inertWarnings: top.boolean('inertWarnings') ?? true,
    ...auditPolicy(top),
    ...schedulerConfiguration(top),
    manifests: manifests(top),
    files: homeFiles(top, {
      'cluster-autoscaler.yaml': nodeGroups.length > 0 && clusterAutoscalerYaml,
      'kube-flannel.yaml': controlPlane?.bare === true && flannelYaml,
    }),
    images: top.list('images').map(image),
    registries: top.list('registries').map(registry),
    faults: top.list('faults').map((entry) => fault(entry, machines)),
  };
}

/** Before `kubeadm init` there is no cluster that could hold anything. */
function refuseBefore(top: Reader, nodes: readonly MachineSpec[]): void {
  for (const field of ['manifests', 'nodeGroups', 'clusterAutoscaler', 'devices', 'controlPlaneReplicas'])
    if (top.value[field] !== undefined) top.fail(field, 'has no place where the control plane is bare: kubeadm init makes the cluster');
  const joined = nodes.findIndex(({ bare }) => bare !== true);
  if (joined >= 0) top.fail(`nodes[${joined}].bare`, 'must be true where the control plane is bare: there is nothing to join yet');
}

/** What installs something that the cluster calls for is at hand. */
function homeFiles(top: Reader, ours: Readonly<Record<string, false | (() => string)>>): Record<string, string> {
  const files = { ...top.texts('files') };
  for (const [name, get] of Object.entries(ours))
    if (get !== false && !(name in files)) Object.defineProperty(files, name, { enumerable: true, get });
  return files;
}

/** Versions that there are packages and images of. */
function kubernetesVersion(top: Reader): { kubernetesVersion?: string } {
  const version = top.text('kubernetesVersion');
  if (version === undefined) return {};
  if (!/^v1\.(35\.[0-7]|36\.[0-3])$/.test(version))
    top.fail('kubernetesVersion', 'must be one from v1.35.0 to v1.35.7 or from v1.36.0 to v1.36.3');
  return { kubernetesVersion: version };
}

/** How many there are of API server, controller manager and scheduler, or of etcd. */
function upToSeven(top: Reader, field: string, least: number): number {
  const count = top.number(field) ?? least;
  return Number.isInteger(count) && count >= least && count <= 7 ? count : top.fail(field, `must be a whole number from ${least} to 7`);
}

function clusterAutoscaler(top: Reader, groups: readonly NodeGroupSpec[]): { clusterAutoscaler?: string[] } {
  if (top.value['clusterAutoscaler'] === undefined) return {};
  if (groups.length === 0) top.fail('clusterAutoscaler', 'has nothing to scale; describe nodeGroups as well');
  const args = top.list('clusterAutoscaler').map((argument) => argument.string());
  const read = readFlags(args);
  return typeof read === 'string' ? top.fail('clusterAutoscaler', read) : { clusterAutoscaler: args };
}

function auditPolicy(top: Reader): { auditPolicy?: Policy } {
  const policy = top.value['auditPolicy'];
  if (policy === undefined) return {};
  const faults = validatePolicy(policy);
  if (faults.length > 0) top.fail('auditPolicy', faults.join('; '));
  return { auditPolicy: asPolicy(policy) };
}

function schedulerConfiguration(top: Reader): { schedulerConfiguration?: KubeSchedulerConfiguration } {
  const given = top.value['schedulerConfiguration'];
  if (given === undefined) return {};
  try {
    return { schedulerConfiguration: readConfiguration(given) };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return top.fail('schedulerConfiguration', error.problems.join('; '));
  }
}

// What Kubernetes is published to bear.
const MOST_NODES = 5000;
// The controllers' watches must find what they have not seen yet.
const LEAST_HISTORY = 10_000;

const MACHINE_FIELDS = [
  'bare',
  'cpu',
  'memory',
  'ephemeralStorage',
  'evictionHard',
  'maxPods',
  'labels',
  'taints',
  'images',
  'runtime',
  'kubelet',
];

/** A machine, or `count` of the same kind: `worker-1`, `worker-2` and so on. */
function alike(node: Reader, name: string): MachineSpec[] {
  node.allow(['name', 'count', ...MACHINE_FIELDS]);
  const one = node.value['count'] === undefined;
  const spec = machineOf(node, one ? name : 'worker', false);
  if (one) return [spec];
  const count = node.number('count') ?? 0;
  if (!Number.isInteger(count) || count < 1 || count > MOST_NODES) node.fail('count', `must be a whole number from 1 to ${MOST_NODES}`);
  return Array.from({ length: count }, (_, i) => ({ ...spec, name: `${spec.name}-${i + 1}` }));
}

function history(top: Reader): { history?: number } {
  if (top.value['history'] === undefined) return {};
  const entries = top.number('history') ?? 0;
  return Number.isInteger(entries) && entries >= LEAST_HISTORY
    ? { history: entries }
    : top.fail('history', `must be a whole number of at least ${LEAST_HISTORY}`);
}

function controlPlaneOf(node: Reader): MachineSpec {
  node.allow(['name', ...MACHINE_FIELDS]);
  return machineOf(node, 'control-plane', true);
}

function machineOf(node: Reader, name: string, controlPlane: boolean): MachineSpec {
  const evictionHard = node.text('evictionHard');
  const bare = node.boolean('bare') === true;
  // Of a bare machine kubeadm says what it is.
  const marked = controlPlane && !bare;
  return {
    name: node.text('name') ?? name,
    cpu: node.text('cpu') ?? '4',
    memory: node.text('memory') ?? '8Gi',
    ephemeralStorage: node.text('ephemeralStorage') ?? '100Gi',
    ...(evictionHard === undefined ? {} : { evictionHard }),
    maxPods: node.number('maxPods') ?? 110,
    labels: {
      ...(marked ? { 'node-role.kubernetes.io/control-plane': '', 'node.kubernetes.io/exclude-from-external-load-balancers': '' } : {}),
      ...node.texts('labels'),
    },
    taints:
      node.value['taints'] === undefined && marked
        ? [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }]
        : node.list('taints').map((taint) => {
            taint.allow(['key', 'value', 'effect']);
            const value = taint.text('value');
            return {
              key: taint.text('key') ?? taint.fail('key', 'is missing'),
              ...(value === undefined ? {} : { value }),
              effect: taint.oneOf('effect', ['NoSchedule', 'PreferNoSchedule', 'NoExecute']),
            };
          }),
    images: node.list('images').map((entry) => entry.string()),
    ...runtime(node),
    ...(bare ? { bare } : {}),
    ...(node.value['kubelet'] === undefined ? {} : { kubelet: kubeletSettings(node.child('kubelet', {})) }),
  };
}

function runtime(node: Reader): { runtime?: RuntimeName } {
  const name = node.text('runtime');
  if (name === undefined) return {};
  if (name === 'dockershim')
    node.fail('runtime', 'dockershim was removed in Kubernetes v1.24: docker is Docker Engine behind cri-dockerd, which took its place');
  return { runtime: node.oneOf('runtime', RUNTIMES) as RuntimeName };
}

function kubeletSettings(settings: Reader): KubeletSettings {
  return readSettings(settings.value, (field, problem) => settings.fail(field, problem));
}

function registry(entry: Reader): PrivateRegistry {
  entry.allow(['name', 'username', 'password', 'forbidden']);
  const need = (field: string): string => entry.text(field) ?? entry.fail(field, 'is missing');
  const forbidden = entry.list('forbidden').map((path) => path.string());
  return {
    name: need('name'),
    username: need('username'),
    password: need('password'),
    ...(forbidden.length === 0 ? {} : { forbidden }),
  };
}

function manifests(top: Reader): ApiObject[] {
  const given = top.value['manifests'];
  if (given === undefined) return [];
  let documents: unknown;
  try {
    documents = typeof given === 'string' ? loadAll(given) : given;
  } catch (error) {
    top.fail('manifests', `not YAML: ${(error as Error).message.split('\n')[0] ?? ''}`);
  }
  if (!Array.isArray(documents)) return top.fail('manifests', 'must be a list of objects, or YAML text with documents between ---');
  return documents
    .filter((document) => document !== null)
    .map((document, i) => {
      const object = document as ApiObject;
      if (typeof object !== 'object' || typeof object.kind !== 'string' || typeof object.apiVersion !== 'string') {
        return top.fail(`manifests[${i}]`, 'needs apiVersion and kind');
      }
      return object;
    });
}

const NUMBERS_OF_IMAGE = [
  'size',
  'startupDelay',
  'crashAfter',
  'exitCode',
  'memory',
  'memoryGrowth',
  'memoryPerRequest',
  'cpuPerRequest',
  'errorRate',
  'logEvery',
];

function image(entry: Reader): ImageDeclaration {
  entry.allow([
    'name',
    'size',
    'startupDelay',
    'crashAfter',
    'exitCode',
    'ports',
    'sharesPorts',
    'responses',
    'memory',
    'memoryGrowth',
    'memoryPerRequest',
    'cpuPerRequest',
    'errorRate',
    'shutdown',
    'logs',
    'logEvery',
    'layers',
  ]);
  const name = entry.text('name') ?? entry.fail('name', 'is missing; name the image as a pod would');
  const declared: Record<string, unknown> = { name };
  for (const field of NUMBERS_OF_IMAGE) {
    const number = entry.number(field);
    if (number !== undefined) declared[field] = number;
  }
  if (Number(declared['errorRate'] ?? 0) > 100 || Number(declared['errorRate'] ?? 0) < 0) entry.fail('errorRate', 'must be from 0 to 100');
  if (entry.value['shutdown'] !== undefined) declared['shutdown'] = entry.oneOf('shutdown', ['graceful', 'rude', 'ignore']);
  if (entry.boolean('sharesPorts') === true) declared['sharesPorts'] = true;
  if (entry.value['ports'] !== undefined) declared['ports'] = entry.list('ports').map((port) => port.integer());
  if (entry.value['logs'] !== undefined) declared['logs'] = entry.list('logs').map((line) => line.string());
  if (entry.value['layers'] !== undefined) declared['layers'] = entry.list('layers').map((line) => line.string());
  if (entry.value['responses'] !== undefined) {
    const responses: Record<string, object> = {};
    for (const path of Object.keys(entry.child('responses', {}).value)) {
      const response = entry.child('responses', {}).child(path, {});
      response.allow(['status', 'body', 'delay']);
      responses[path] = response.value;
    }
    declared['responses'] = responses;
  }
  return declared as unknown as ImageDeclaration;
}

function fault(entry: Reader, machines: readonly string[]): Fault {
  entry.mapping('fault, target and the parameters of the fault');
  try {
    const read = readFault(entry.value);
    if (faultKind(read.fault).target === 'NODE' && !machines.includes(read.target))
      entry.fail('target', `no node "${read.target}"; there are ${machines.join(', ')}`);
    return read;
  } catch (error) {
    if (!(error instanceof FaultProblem)) throw error;
    return entry.fail(error.field, error.message);
  }
}
