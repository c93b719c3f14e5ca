import type { CSINode, NodeSelectorRequirement, PersistentVolume, Volume } from '../generated/types.ts';

/** On a CSINode: in-tree plugins whose volumes a driver of the node serves, with commas between. */
export const MIGRATED_PLUGINS = 'storage.alpha.kubernetes.io/migrated-plugins';

/** What a kubelet of v1.36 writes there. */
export const ALL_MIGRATED = ['aws-ebs', 'azure-disk', 'azure-file', 'cinder', 'gce-pd', 'portworx-volume', 'vsphere-volume']
  .map((name) => `kubernetes.io/${name}`)
  .join(',');

const ZONE = 'topology.kubernetes.io/zone';
const BETA_ZONE = 'failure-domain.beta.kubernetes.io/zone';
const REGION = 'topology.kubernetes.io/region';
const BETA_REGION = 'failure-domain.beta.kubernetes.io/region';

/** An in-tree volume as its driver knows it. */
export interface MigratedVolume {
  readonly driver: string;
  readonly handle: string;
}

/** What is the same in a pod's volume and in a PersistentVolume's spec. */
type Source = Pick<Volume, 'awsElasticBlockStore' | 'azureDisk' | 'gcePersistentDisk' | 'portworxVolume'> & {
  cinder?: { volumeID: string };
};

interface Plugin {
  readonly name: string;
  readonly driver: string;
  /** Where the driver says in which zone a node is. */
  readonly zone?: string;
  readonly has: (source: Source) => boolean;
  /** `zones`: of a PersistentVolume. Throws `MigrationError`. */
  readonly handle: (source: Source, zones: readonly string[]) => string;
}

/** Volumes of clouds that v1.36 leaves to CSI drivers wherever the scheduler looks at them (k8s.io/csi-translation-lib). */
const PLUGINS: readonly Plugin[] = [
  {
    name: 'kubernetes.io/aws-ebs',
    driver: 'ebs.csi.aws.com',
    zone: 'topology.ebs.csi.aws.com/zone',
    has: ({ awsElasticBlockStore }) => awsElasticBlockStore !== undefined,
    handle: ({ awsElasticBlockStore }) => ebsHandle(awsElasticBlockStore?.volumeID ?? ''),
  },
  {
    name: 'kubernetes.io/gce-pd',
    driver: 'pd.csi.storage.gke.io',
    zone: 'topology.gke.io/zone',
    has: ({ gcePersistentDisk }) => gcePersistentDisk !== undefined,
    handle: ({ gcePersistentDisk }, zones) => `${gcePlace(zones)}/disks/${gcePersistentDisk?.pdName ?? ''}`,
  },
  {
    name: 'kubernetes.io/azure-disk',
    driver: 'disk.csi.azure.com',
    has: ({ azureDisk }) => azureDisk !== undefined,
    handle({ azureDisk }) {
      const { kind, diskURI = '' } = azureDisk ?? {};
      if (kind !== undefined && kind.toLowerCase() !== 'managed')
        throw new MigrationError(`kind(${kind}) is not supported in csi migration`);
      return diskURI;
    },
  },
  {
    name: 'kubernetes.io/cinder',
    driver: 'cinder.csi.openstack.org',
    zone: 'topology.cinder.csi.openstack.org/zone',
    has: ({ cinder }) => cinder !== undefined,
    handle: ({ cinder }) => cinder?.volumeID ?? '',
  },
  {
    name: 'kubernetes.io/portworx-volume',
    driver: 'pxd.portworx.com',
    has: ({ portworxVolume }) => portworxVolume !== undefined,
    handle: ({ portworxVolume }) => portworxVolume?.volumeID ?? '',
  },
];

/** Why an in-tree volume cannot be handed to a driver. */
export class MigrationError extends Error {}

/** A volume of a pod that names its disk itself. Throws `MigrationError`. */
export function migratedInline(volume: Volume): MigratedVolume | undefined {
  const plugin = pluginOf(volume);
  return plugin === undefined ? undefined : { driver: plugin.driver, handle: plugin.handle(volume, []) };
}

/** Throws `MigrationError`. */
export function migratedVolume({ metadata: { labels = {} }, spec = {} }: PersistentVolume): MigratedVolume | undefined {
  const plugin = pluginOf(spec);
  if (plugin === undefined) return undefined;
  return { driver: plugin.driver, handle: plugin.handle(spec, (labels[BETA_ZONE] || (labels[ZONE] ?? '')).split('__')) };
}

/** The driver that makes volumes of a class in the place of an in-tree plugin. */
export function driverOf(provisioner: string): string {
  return PLUGINS.find(({ name }) => name === provisioner)?.driver ?? provisioner;
}

/** As the driver of the node sees it, where its plugin is migrated there: the zone stands under the driver's own key. Throws `MigrationError`. */
export function volumeOnNode(volume: PersistentVolume, csiNode: CSINode | undefined): PersistentVolume {
  const plugin = pluginOf(volume.spec ?? {});
  if (plugin === undefined || csiNode?.metadata.annotations?.[MIGRATED_PLUGINS]?.split(',').includes(plugin.name) !== true) return volume;
  // A disk that its driver could not find is an error.
  migratedVolume(volume);
  return plugin.zone === undefined ? volume : translated(volume, plugin.zone);
}

export function isMigratable(source: Source): boolean {
  return pluginOf(source) !== undefined;
}

function pluginOf(source: Source): Plugin | undefined {
  return PLUGINS.find(({ has }) => has(source));
}

/** translateTopologyFromInTreeToCSI */
function translated(volume: PersistentVolume, key: string): PersistentVolume {
  const { metadata: { labels = {} }, spec = {} } = volume; // prettier-ignore
  const terms = spec.nodeAffinity?.required?.nodeSelectorTerms ?? [];
  const has = (name: string): boolean => terms.some(({ matchExpressions = [] }) => matchExpressions.some((each) => each.key === name));
  const beta = !has(ZONE) && (has(BETA_ZONE) || (labels[ZONE] === undefined && labels[BETA_ZONE] !== undefined));
  const [zone, region] = beta ? [BETA_ZONE, BETA_REGION] : [ZONE, REGION];
  const zones = [...new Set(labels[zone]?.split('__').flatMap((each) => each.trim() || []))].sort();
  // Labels count where the affinity names no zone.
  const added: NodeSelectorRequirement[] = has(zone) || zones.length === 0 ? [] : [{ key, operator: 'In', values: zones }];
  const renamed: Readonly<Record<string, string>> = { [zone]: key, [region]: REGION };
  const nodeSelectorTerms = (terms.length === 0 && added.length > 0 ? [{}] : terms).map(({ matchExpressions = [], ...rest }) => ({
    ...rest,
    matchExpressions: [...matchExpressions.map((each) => ({ ...each, key: renamed[each.key] ?? each.key })), ...added],
  }));
  if (nodeSelectorTerms.length === 0) return volume;
  return { ...volume, spec: { ...spec, nodeAffinity: { required: { nodeSelectorTerms } } } };
}

/** `aws://zone/vol-1234`, or the volume's id alone. */
function ebsHandle(id: string): string {
  if (!id.startsWith('aws://')) return id;
  const path = id.slice('aws://'.length).replace(/^[^/]*/, '').replaceAll(/^\/+|\/+$/g, ''); // prettier-ignore
  if (/^vol-[^/]*$/.test(path)) return path;
  throw new MigrationError(`failed to translate Kubernetes ID to EBS Volume ID Invalid format for AWS volume (${id})`);
}

/** A disk of several zones is one of their region. */
function gcePlace(zones: readonly string[]): string {
  const project = 'projects/UNSPECIFIED';
  const [only = '', more] = zones;
  if (more === undefined) return `${project}/zones/${only || 'UNSPECIFIED'}`;
  const regions = new Set<string>();
  for (const zone of zones) {
    const parts = zone.split('-');
    if (parts.length !== 3)
      throw new MigrationError(
        `failed to get region from zones: zone in unexpected format, expected: {locale}-{region}-{zone}, got: ${zone}`,
      );
    regions.add(parts.slice(0, 2).join('-'));
  }
  const [region = '', another] = regions;
  if (another !== undefined) throw new MigrationError('failed to get region from zones: multiple or no regions gotten from zones');
  return `${project}/regions/${region}`;
}
