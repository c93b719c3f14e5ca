/** A field's type as Go names it, or the struct that it is. A list's or a map's elements after its brackets. */
export type FieldType = string | Struct | readonly [brackets: '[]' | 'map', of: FieldType];

export interface Struct {
  readonly name: string;
  readonly fields: Readonly<Record<string, FieldType>>;
}

const texts: FieldType = ['[]', 'string'];
const struct = (name: string, fields: Record<string, FieldType>): Struct => ({ name, fields });
const all = (names: string, type: FieldType = 'string'): Record<string, FieldType> =>
  Object.fromEntries(names.split(' ').map((name) => [name, type]));

const arg = struct('Arg', all('name value'));
const env = struct('EnvVar', { ...all('name value'), valueFrom: 'object' });
const meta = all('apiVersion kind');
const component = struct('ControlPlaneComponent', {
  extraArgs: ['[]', arg],
  extraVolumes: ['[]', struct('HostPathMount', { ...all('name hostPath mountPath pathType'), readOnly: 'bool' })],
  extraEnvs: ['[]', env],
});
const registration = struct('NodeRegistrationOptions', {
  ...all('name criSocket imagePullPolicy'),
  taints: ['[]', struct('Taint', all('key value effect timeAdded'))],
  kubeletExtraArgs: ['[]', arg],
  ignorePreflightErrors: texts,
  imagePullSerial: 'bool',
});
const endpoint = struct('APIEndpoint', { advertiseAddress: 'string', bindPort: 'int32' });
const patches = struct('Patches', all('directory'));
const timeouts = struct(
  'Timeouts',
  all('controlPlaneComponentHealthCheck kubeletHealthCheck kubernetesAPICall etcdAPICall tlsBootstrap discovery upgradeManifests'),
);
const common = { ...meta, dryRun: 'bool', nodeRegistration: registration, skipPhases: texts, patches, timeouts };

/** kubeadm's configuration, v1beta4; what v1beta3 has otherwise is an object here. */
export function configTypes(version: string): Readonly<Record<string, Struct | undefined>> {
  const old = version === 'v1beta3';
  const part = old ? struct(component.name, { ...component.fields, extraArgs: ['map', 'string'] }) : component;
  const local = {
    ...all('imageRepository imageTag dataDir'),
    extraArgs: part.fields['extraArgs'] as FieldType,
    extraEnvs: ['[]', env] as const,
    ...all('serverCertSANs peerCertSANs', texts),
  };
  return {
    InitConfiguration: struct('InitConfiguration', {
      ...common,
      bootstrapTokens: ['[]', struct('BootstrapToken', { ...all('token description ttl expires'), ...all('usages groups', texts) })],
      localAPIEndpoint: endpoint,
      certificateKey: 'string',
    }),
    ClusterConfiguration: struct('ClusterConfiguration', {
      ...meta,
      etcd: struct('Etcd', {
        local: struct('LocalEtcd', local),
        external: struct('ExternalEtcd', { ...all('endpoints httpEndpoints', texts), ...all('caFile certFile keyFile') }),
      }),
      networking: struct('Networking', all('serviceSubnet podSubnet dnsDomain')),
      ...all('kubernetesVersion controlPlaneEndpoint certificatesDir imageRepository clusterName encryptionAlgorithm'),
      ...all('certificateValidityPeriod caCertificateValidityPeriod'),
      apiServer: struct('APIServer', { ...part.fields, certSANs: texts, ...(old ? { timeoutForControlPlane: 'string' } : {}) }),
      ...all('controllerManager scheduler', part),
      dns: struct('DNS', { ...all('imageRepository imageTag'), disabled: 'bool' }),
      proxy: struct('Proxy', { disabled: 'bool' }),
      featureGates: ['map', 'bool'],
    }),
    JoinConfiguration: struct('JoinConfiguration', {
      ...common,
      caCertPath: 'string',
      discovery: struct('Discovery', {
        bootstrapToken: struct('BootstrapTokenDiscovery', {
          ...all('token apiServerEndpoint'),
          caCertHashes: texts,
          unsafeSkipCAVerification: 'bool',
        }),
        file: struct('FileDiscovery', all('kubeConfigPath')),
        ...all('tlsBootstrapToken timeout'),
      }),
      controlPlane: struct('JoinControlPlane', { localAPIEndpoint: endpoint, certificateKey: 'string' }),
    }),
  };
}

/** What a reader of Go says of a value: the first that is of another type, and all fields that there are none of. */
export function misfits(value: unknown, type: FieldType, path = '', within = ''): { wrong?: string; unknown: string[] } {
  if (value === null || value === undefined || type === 'object') return { unknown: [] };
  if (Array.isArray(type)) {
    const [brackets, of] = type as readonly ['[]' | 'map', FieldType];
    const fits = brackets === '[]' ? Array.isArray(value) : typeof value === 'object' && !Array.isArray(value);
    if (!fits) return { wrong: mismatch(value, nameOf(type), path, within), unknown: [] };
    const entries: [string, unknown][] =
      brackets === '[]'
        ? (value as unknown[]).map((each, i) => [`${path}[${i}]`, each])
        : Object.entries(value).map(([key, each]) => [`${path}.${key}`, each]);
    return together(entries.map(([at, each]) => misfits(each, of, at, within)));
  }
  if (typeof type === 'string') {
    const fits = typeof value === (type === 'int32' ? 'number' : type === 'bool' ? 'boolean' : type);
    return fits ? { unknown: [] } : { wrong: mismatch(value, type, path, within), unknown: [] };
  }
  const { name, fields } = type as Struct;
  if (typeof value !== 'object' || Array.isArray(value)) return { wrong: mismatch(value, nameOf(type), path, within), unknown: [] };
  return together(
    Object.entries(value).map(([field, each]) => {
      const at = path === '' ? field : `${path}.${field}`;
      const known = fields[field];
      return known === undefined ? { unknown: [at] } : misfits(each, known, at, name);
    }),
  );
}

function together(parts: readonly { wrong?: string; unknown: string[] }[]): { wrong?: string; unknown: string[] } {
  const wrong = parts.find((part) => part.wrong !== undefined)?.wrong;
  return { ...(wrong === undefined ? {} : { wrong }), unknown: parts.flatMap(({ unknown }) => unknown) };
}

/** UnmarshalTypeError: the struct that the field is in, the whole path, and what it should be. */
function mismatch(value: unknown, type: string, path: string, within: string): string {
  const given = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
  return `json: cannot unmarshal ${given} into Go struct field ${within}.${path.replaceAll(/\[\d+\]/g, '')} of type ${type}`;
}

function nameOf(type: FieldType): string {
  if (typeof type === 'string') return type;
  if (!Array.isArray(type)) {
    const { name } = type as Struct;
    return `${name === 'Taint' ? 'v1' : 'v1beta4'}.${name}`;
  }
  const [brackets, of] = type as readonly ['[]' | 'map', FieldType];
  return `${brackets === 'map' ? 'map[string]' : '[]'}${nameOf(of)}`;
}
