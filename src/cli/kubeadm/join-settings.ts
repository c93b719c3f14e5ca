import type { Process } from '../../engine/os/process.ts';
import type { MachineFacts } from '../machines.ts';
import { readDocuments } from './config-file.ts';
import { Failure, trace } from './failure.ts';
import type { Arguments } from './flags.ts';
import { flatten } from './settings.ts';

/** Where and how a machine joins. */
export interface JoinSettings {
  /** `HOST:PORT`. */
  readonly server: string;
  readonly token: string;
  /** The hash of the authority that is expected there. */
  readonly pin: string | undefined;
  readonly control: boolean;
  readonly certificateKey: string | undefined;
  /** Checks whose complaints are warnings, by commas. */
  readonly ignored: string | undefined;
}

type Values = Readonly<Record<string, unknown>>;

/** Fields whose values are read elsewhere, or say what is so anyway. */
const IDLE = new Set(['apiVersion', 'kind', 'nodeRegistration.criSocket', 'nodeRegistration.imagePullPolicy', 'nodeRegistration.imagePullSerial', 'nodeRegistration.taints', 'caCertPath', 'controlPlane.localAPIEndpoint.bindPort']); // prettier-ignore

/** The settings of flags or of `--config`. Throws `Failure` for what cannot be. */
export function readJoinSettings(process: Process, { flags, operands }: Arguments, machine: MachineFacts): JoinSettings {
  const file = flags.get('config');
  const mixed = [...flags.keys()].filter((name) => !['config', 'ignore-preflight-errors', 'v'].includes(name));
  if (file !== undefined && mixed.length > 0)
    throw new Failure(trace(`can not mix '--config' with arguments [${mixed.toSorted().join(' ')}]`));
  const values = file === undefined ? {} : readJoinConfiguration(process, file);
  const text = (path: string, ...names: string[]): string | undefined => {
    const value = names.map((name) => flags.get(name)).find((each) => each !== undefined) ?? values[path];
    return typeof value === 'string' ? value : undefined;
  };
  const list = (path: string): string | undefined => (Array.isArray(values[path]) ? values[path].join() : undefined);
  const server = operands[0] ?? text('discovery.bootstrapToken.apiServerEndpoint');
  if (server === undefined || operands.length > 1)
    throw new Failure(trace('discovery: Invalid value: "": bootstrapToken or file must be set'));
  const token = text('discovery.bootstrapToken.token', 'token', 'discovery-token') ?? text('discovery.tlsBootstrapToken') ?? '';
  if (!/^[a-z0-9]{6}\.[a-z0-9]{16}$/.test(token))
    throw new Failure(trace(`discovery.bootstrapToken.token: Invalid value: ${JSON.stringify(token)}: the bootstrap token is invalid`));
  const pin = flags.get('discovery-token-ca-cert-hash') ?? list('discovery.bootstrapToken.caCertHashes');
  const unsafe =
    flags.has('discovery-token-unsafe-skip-ca-verification') || values['discovery.bootstrapToken.unsafeSkipCAVerification'] === true;
  if (pin === undefined && !unsafe)
    throw new Failure(
      trace(
        'discovery.bootstrapToken: Invalid value: "": using token-based discovery without caCertHashes can be unsafe. Set unsafeSkipCAVerification as true in your kubeadm config file or pass --discovery-token-unsafe-skip-ca-verification flag to continue',
      ),
    );
  const address = text('controlPlane.localAPIEndpoint.advertiseAddress', 'apiserver-advertise-address') ?? machine.address;
  if (address !== machine.address) throw new Failure(`kubeadm: ${address} is no address of ${machine.name}; it is ${machine.address}`);
  const node = text('nodeRegistration.name', 'node-name') ?? machine.name;
  if (node !== machine.name) throw new Failure("kubeadm: another name than the machine's own is not modelled here");
  return {
    server,
    token,
    pin,
    control: flags.has('control-plane') || Object.keys(values).some((path) => path.startsWith('controlPlane')),
    certificateKey: text('controlPlane.certificateKey', 'certificate-key'),
    ignored: flags.get('ignore-preflight-errors') ?? list('nodeRegistration.ignorePreflightErrors'),
  };
}

const TAKEN = new Set(['discovery.bootstrapToken.apiServerEndpoint', 'discovery.bootstrapToken.token', 'discovery.bootstrapToken.caCertHashes', 'discovery.bootstrapToken.unsafeSkipCAVerification', 'discovery.tlsBootstrapToken', 'controlPlane', 'controlPlane.certificateKey', 'controlPlane.localAPIEndpoint.advertiseAddress', 'nodeRegistration.name', 'nodeRegistration.ignorePreflightErrors']); // prettier-ignore

function readJoinConfiguration(process: Process, file: string): Values {
  const document = readDocuments(process, file, false).find(({ kind }) => kind === 'JoinConfiguration');
  if (document === undefined) throw new Failure(trace('no JoinConfiguration found in the supplied config'));
  const { controlPlane } = document.value;
  const values: Record<string, unknown> = controlPlane === undefined || controlPlane === null ? {} : { controlPlane: true };
  flatten(document.value, '', values);
  for (const path of Object.keys(values))
    if (!TAKEN.has(path) && !IDLE.has(path) && !path.startsWith('timeouts.')) throw new Failure(`kubeadm: ${path} is not modelled here`);
  return values;
}
