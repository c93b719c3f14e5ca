import type { ClusterValues } from '../../engine/api/bootstrap/cluster-configuration.ts';
import { VERSION } from '../../engine/api/bootstrap/kubeadm-addons.ts';
import type { ConfigMap } from '../../engine/api/generated/types.ts';
import { parseYaml } from '../../engine/api/yaml/go-yaml.ts';
import type { Process } from '../../engine/os/process.ts';
import type { MachineFacts } from '../machines.ts';
import { readDocuments } from './config-file.ts';
import { Failure } from './failure.ts';
import { LATEST, exists, minorOf, newestOf } from './versions.ts';
import type { Arguments } from './flags.ts';

const TRACE = '\nTo see the stack trace of this error execute with --v=5 or higher';

/** What of InitConfiguration and ClusterConfiguration means something here. */
export interface Settings {
  readonly version: string;
  readonly podSubnet?: string;
  /** `HOST:PORT` that stands for all API servers. */
  readonly endpoint?: string;
  readonly token?: string;
  readonly certificateKey?: string;
  readonly ttl: string;
  readonly names: readonly string[];
}

type Values = Record<string, unknown>;

/** Fields by their paths; what another value than the default would change is refused, unless it is taken. */
const DEFAULTS: Readonly<Record<string, unknown>> = {
  'localAPIEndpoint.bindPort': 6443,
  'nodeRegistration.criSocket': undefined,
  'nodeRegistration.imagePullPolicy': 'IfNotPresent',
  'nodeRegistration.imagePullSerial': true,
  'nodeRegistration.taints': undefined,
  'networking.dnsDomain': 'cluster.local',
  'networking.serviceSubnet': '10.96.0.0/12',
  caCertificateValidityPeriod: '87600h0m0s',
  certificateValidityPeriod: '8760h0m0s',
  certificatesDir: '/etc/kubernetes/pki',
  clusterName: 'kubernetes',
  encryptionAlgorithm: undefined,
  imageRepository: 'registry.k8s.io',
  'etcd.local.dataDir': '/var/lib/etcd',
};
const TAKEN = new Set([
  'apiVersion',
  'kind',
  'bootstrapTokens',
  'certificateKey',
  'localAPIEndpoint.advertiseAddress',
  'nodeRegistration.name',
  'networking.podSubnet',
  'kubernetesVersion',
  'controlPlaneEndpoint',
  'apiServer.certSANs',
]);
const KINDS = ['InitConfiguration', 'ClusterConfiguration'];

/** The settings of flags or of `--config`. Throws `Failure` for what cannot be. */
export function readSettings(process: Process, { flags }: Arguments, machine: MachineFacts): Settings {
  const file = flags.get('config');
  const mixed = ['pod-network-cidr', 'control-plane-endpoint', 'kubernetes-version', 'apiserver-advertise-address', 'token'].filter(
    (each) => flags.has(each),
  );
  if (file !== undefined && mixed.length > 0) throw new Failure(`can not mix '--config' with arguments [${mixed.join(' ')}]${TRACE}`);
  const config = file === undefined ? {} : readConfig(process, file);
  const text = (flag: string, path: string): string | undefined => {
    const value = flags.get(flag) ?? config[path];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const address = text('apiserver-advertise-address', 'localAPIEndpoint.advertiseAddress');
  if (address !== undefined && !/^\d+\.\d+\.\d+\.\d+$/.test(address))
    throw new Failure(`couldn't use "${address}" as "apiserver-advertise-address", must be ipv4 or ipv6 address${TRACE}`);
  if (address !== undefined && address !== machine.address)
    throw new Failure(`kubeadm: ${address} is no address of ${machine.name}; it is ${machine.address}`);
  const node = text('node-name', 'nodeRegistration.name');
  if (node !== undefined && node !== machine.name) throw new Failure(`kubeadm: another name than the machine's own is not modelled here`);
  const podSubnet = text('pod-network-cidr', 'networking.podSubnet');
  if (podSubnet !== undefined && !/^\d+(\.\d+){3}\/\d+$/.test(podSubnet))
    throw new Failure(`podSubnet: Invalid value: ${JSON.stringify(podSubnet)}: couldn't parse subnet${TRACE}`);
  if (podSubnet !== undefined && Number(podSubnet.split('/')[1]) >= 24)
    throw new Failure(
      `podSubnet: Invalid value: ${JSON.stringify(podSubnet)}: the size of pod subnet with mask ${podSubnet.split('/')[1] ?? ''} is smaller than the size of node subnet with mask 24${TRACE}`,
    );
  const given = text('control-plane-endpoint', 'controlPlaneEndpoint');
  const [endpoint, token] = [given === undefined || given.includes(':') ? given : `${given}:6443`, tokenOf(text('token', ''), config)];
  const certificateKey = text('certificate-key', 'certificateKey');
  const names = config['apiServer.certSANs'];
  const more = flags.get('apiserver-cert-extra-sans')?.split(',') ?? (Array.isArray(names) ? names.map(String) : []);
  return {
    version: versionOf(text('kubernetes-version', 'kubernetesVersion'), machine.kubeadm),
    ...(podSubnet === undefined ? {} : { podSubnet }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(token === undefined ? {} : { token }),
    ...(certificateKey === undefined ? {} : { certificateKey }),
    ttl: flags.get('token-ttl') ?? '24h0m0s',
    names: more,
  };
}

function versionOf(given: string | undefined, kubeadm: string): string {
  if (given === undefined || given === `stable-1.${minorOf(kubeadm)}`) return kubeadm;
  if (['stable', 'stable-1', 'latest'].includes(given)) return minorOf(LATEST) === minorOf(kubeadm) ? LATEST : newestOf(minorOf(kubeadm));
  const version = given.startsWith('v') ? given : `v${given}`;
  if (!/^v1\.\d+\.\d+$/.test(version))
    throw new Failure(
      `version ${JSON.stringify(given)} doesn't match patterns for neither semantic version nor labels (stable, latest, ...)${TRACE}`,
    );
  const least = minorOf(kubeadm) - 1;
  if (minorOf(version) < least)
    throw new Failure(
      `this version of kubeadm only supports deploying clusters with the control plane version >= 1.${least}.0. Current version: ${version}${TRACE}`,
    );
  if (minorOf(version) > minorOf(kubeadm) || !exists(version))
    throw new Failure(`kubeadm: there are no images of Kubernetes ${version} that kubeadm ${kubeadm} could use`);
  return version;
}

function tokenOf(flag: string | undefined, config: Values): string | undefined {
  const [first] = (config['bootstrapTokens'] ?? []) as readonly { token?: string }[];
  const token = flag ?? first?.token;
  if (token !== undefined && !/^[a-z0-9]{6}\.[a-z0-9]{16}$/.test(token))
    throw new Failure(
      `the bootstrap token ${JSON.stringify(token)} was not of the form "\\\\A([a-z0-9]{6})\\\\.([a-z0-9]{16})\\\\z"${TRACE}`,
    );
  return token;
}

/** What a configuration file says of a control plane, flat: values by their paths. Throws `Failure` for what is not modelled. */
export function readConfig(process: Process, file: string, strict = false): Values {
  const all: Values = {};
  const documents = readDocuments(process, file, strict);
  if (!strict && !documents.some(({ kind }) => KINDS.includes(kind)))
    throw new Failure(`no InitConfiguration or ClusterConfiguration kind was found in the YAML file${TRACE}`);
  for (const { kind, value } of documents) if (KINDS.includes(kind)) flatten(value, '', all);
  for (const [path, value] of Object.entries(all)) {
    if (TAKEN.has(path) || (path in DEFAULTS && (DEFAULTS[path] === undefined || DEFAULTS[path] === value))) continue;
    throw new Failure(`kubeadm: ${path} is not modelled here`);
  }
  return all;
}

/** What the API server's certificate names besides the machine: what was asked for, and the address that stands for all servers. */
export function serverNames({ names, endpoint }: Pick<ClusterValues, 'names' | 'endpoint'>): string[] {
  return [...names, ...(endpoint === undefined ? [] : [endpoint.replace(/:\d+$/, '')])];
}

/** The cluster as the ConfigMap kubeadm-config has it. */
export function clusterOf({ data }: ConfigMap): ClusterValues {
  const values: Values = {};
  flatten(parseYaml(data?.['ClusterConfiguration'] ?? '').value as Values, '', values);
  return configValues(values);
}

/** What a read configuration says of the cluster. */
export function configValues(values: Values): ClusterValues {
  const text = (path: string): string | undefined => (typeof values[path] === 'string' ? values[path] : undefined);
  const [podSubnet, endpoint, names] = [text('networking.podSubnet'), text('controlPlaneEndpoint'), values['apiServer.certSANs']];
  return {
    version: text('kubernetesVersion') ?? VERSION,
    ...(podSubnet === undefined ? {} : { podSubnet }),
    ...(endpoint === undefined ? {} : { endpoint }),
    names: Array.isArray(names) ? names.map(String) : [],
  };
}

/** Values by their paths. */
export function flatten(value: Readonly<Values>, prefix: string, into: Values): void {
  for (const [name, inner] of Object.entries(value)) {
    const path = prefix === '' ? name : `${prefix}.${name}`;
    if (typeof inner === 'object' && inner !== null && !Array.isArray(inner)) flatten(inner as Values, path, into);
    else if (inner !== null) into[path] = inner;
  }
}
