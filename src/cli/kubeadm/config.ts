import { VERSION } from '../../engine/api/bootstrap/kubeadm-addons.ts';
import type { Process } from '../../engine/os/process.ts';
import type { Task } from '../../engine/os/task.ts';
import { writeText } from '../../engine/os/text.ts';
import type { MachineControl } from '../machines.ts';
import { clusterConfiguration, images } from '../../engine/api/bootstrap/cluster-configuration.ts';
import { Failure } from './failure.ts';
import { readArguments } from './flags.ts';
import { pullImage } from './init.ts';
import { say } from './pki-phase.ts';
import { machineHere } from './place.ts';
import { configValues, readConfig } from './settings.ts';

const TRACE = '\nTo see the stack trace of this error execute with --v=5 or higher';

/** kubeadm's own defaults; the address is a placeholder there too. */
const INIT_DEFAULTS = `apiVersion: kubeadm.k8s.io/v1beta4
bootstrapTokens:
- groups:
  - system:bootstrappers:kubeadm:default-node-token
  token: abcdef.0123456789abcdef
  ttl: 24h0m0s
  usages:
  - signing
  - authentication
kind: InitConfiguration
localAPIEndpoint:
  advertiseAddress: 1.2.3.4
  bindPort: 6443
${machineDefaults('node')}---
`;
const JOIN_DEFAULTS = `apiVersion: kubeadm.k8s.io/v1beta4
caCertPath: /etc/kubernetes/pki/ca.crt
discovery:
  bootstrapToken:
    apiServerEndpoint: kube-apiserver:6443
    token: abcdef.0123456789abcdef
    unsafeSkipCAVerification: true
  tlsBootstrapToken: abcdef.0123456789abcdef
kind: JoinConfiguration
${machineDefaults('NODE')}`;

/** `kubeadm config print|images|migrate|validate`. */
export function* config(process: Process, machines: MachineControl, [verb, ...args]: readonly string[]): Task<number> {
  const { flags, operands } = readArguments(args, {
    values: ['kubernetes-version', 'config', 'old-config', 'new-config', 'kubeconfig', 'cri-socket'],
    switches: ['allow-experimental-api'],
    refused: ['component-configs', 'feature-gates', 'image-repository', 'o', 'output'],
  });
  const out = (text: string): Task<void> => writeText(process.stdout, text);
  switch (verb) {
    case 'print':
      if (operands[0] === 'init-defaults') yield* out(`${INIT_DEFAULTS}${defaultCluster()}`);
      else if (operands[0] === 'join-defaults') yield* out(JOIN_DEFAULTS.replace('NODE', process.hostname));
      else throw new Failure(`kubeadm: config print ${operands.join(' ')} is not modelled here; there are init-defaults and join-defaults`);
      return 0;
    case 'images': {
      const all = images(versionOf(flags.get('kubernetes-version')));
      if (operands[0] === 'list') yield* out(all.map((image) => `${image}\n`).join(''));
      else if (operands[0] === 'pull') {
        machineHere(process, machines);
        for (const image of all) {
          yield* pullImage(process, image);
          yield* say(process, `[config/images] Pulled ${image}`);
        }
      } else throw new Failure('Usage: kubeadm config images list | pull');
      return 0;
    }
    case 'validate': {
      readConfig(process, required(flags, 'config'), true);
      yield* say(process, 'ok');
      return 0;
    }
    case 'migrate': {
      const values = readConfig(process, required(flags, 'old-config'), true);
      const text = `${INIT_DEFAULTS}${clusterConfiguration(configValues(values))}`.replace(
        '1.2.3.4',
        String(values['localAPIEndpoint.advertiseAddress'] ?? '1.2.3.4'),
      );
      const file = flags.get('new-config');
      if (file === undefined) yield* out(text);
      else process.files.write(file.startsWith('/') ? file : `${process.cwd}/${file}`, new TextEncoder().encode(text));
      return 0;
    }
    default:
      throw new Failure(
        `kubeadm: config ${[verb, ...operands].join(' ')} is not modelled here; there are print, images, validate and migrate`,
      );
  }
}

function defaultCluster(): string {
  // The defaults name the release that a minor version began with.
  return clusterConfiguration({ version: VERSION.replace(/\.\d+$/, '.0').slice(1), names: [] });
}

function required(flags: ReadonlyMap<string, string>, name: string): string {
  const value = flags.get(name);
  if (value === undefined) throw new Failure(`the --${name} flag is mandatory${TRACE}`);
  return value;
}

function versionOf(given = VERSION): string {
  const version = given.startsWith('v') ? given : `v${given}`;
  if (!/^v1\.3[56]\.\d+$/.test(version))
    throw new Failure(
      `this version of kubeadm only supports deploying clusters with the control plane version >= 1.35.0. Current version: ${version}${TRACE}`,
    );
  return version;
}

/** What both kinds of configuration say of a machine, and how long things may take. */
function machineDefaults(name: string): string {
  return `nodeRegistration:
  criSocket: unix:///var/run/containerd/containerd.sock
  imagePullPolicy: IfNotPresent
  imagePullSerial: true
  name: ${name}
  taints: null
timeouts:
  controlPlaneComponentHealthCheck: 4m0s
  discovery: 5m0s
  etcdAPICall: 2m0s
  kubeletHealthCheck: 4m0s
  kubernetesAPICall: 1m0s
  tlsBootstrap: 5m0s
  upgradeManifests: 5m0s
`;
}
