import { has, list, number, object, sortedKeys, text } from '../values.ts';
import type { Json, JsonObject } from '../values.ts';

/** A line of a description: its title and what it says. */
type Field = readonly [title: string, value: (source: JsonObject) => string];

const said =
  (...path: string[]) =>
  (source: JsonObject): string =>
    text(source, ...path);
const flag =
  (name: string) =>
  (source: JsonObject): string =>
    String(source[name] === true);
const amount =
  (name: string) =>
  (source: JsonObject): string =>
    String(number(source, name));
/** What Go prints of a list. */
const words =
  (name: string) =>
  (source: JsonObject): string =>
    `[${list(source, name)
      .map((each) => text(each))
      .join(' ')}]`;
/** What Go prints of a pointer to a reference: `&LocalObjectReference{Name:x,}`. */
const localReference = (source: JsonObject): string =>
  has(source, 'secretRef') ? `&LocalObjectReference{Name:${text(source, 'secretRef', 'name')},}` : 'nil';
const reference = (source: JsonObject): string =>
  has(source, 'secretRef')
    ? `&SecretReference{Name:${text(source, 'secretRef', 'name')},Namespace:${text(source, 'secretRef', 'namespace')},}`
    : 'nil';

const FS_TYPE: Field = ['FSType:', said('fsType')];
const READ_ONLY: Field = ['ReadOnly:', flag('readOnly')];
const OPTIONAL: Field = ['Optional:', flag('optional')];

interface Source {
  /** What stands after `Type:`. */
  readonly about: string;
  readonly fields: readonly Field[];
}

const GLUSTERFS = "Glusterfs (a Glusterfs mount on the host that shares a pod's lifetime)";
const AZURE_FILE = 'AzureFile (an Azure File Service mount on the host and bind mount to the pod)';
const SCALE_IO: readonly Field[] = [
  ['Gateway:', said('gateway')],
  ['System:', said('system')],
  ['Protection Domain:', said('protectionDomain')],
  ['Storage Pool:', said('storagePool')],
  ['Storage Mode:', said('storageMode')],
  ['VolumeName:', said('volumeName')],
];

const iscsi = (secret: Field[1]): Source => ({
  about: "ISCSI (an ISCSI Disk resource that is attached to a kubelet's host machine and then exposed to the pod)",
  fields: [
    ['TargetPortal:', said('targetPortal')],
    ['IQN:', said('iqn')],
    ['Lun:', amount('lun')],
    // kubectl forgets the colon here.
    ['ISCSIInterface', said('iscsiInterface')],
    FS_TYPE,
    READ_ONLY,
    ['Portals:', words('portals')],
    ['DiscoveryCHAPAuth:', flag('chapAuthDiscovery')],
    ['SessionCHAPAuth:', flag('chapAuthSession')],
    ['SecretRef:', secret],
    ['InitiatorName:', (source) => text(source, 'initiatorName') || '<none>'],
  ],
});
const rbd = (secret: Field[1]): Source => ({
  about: "RBD (a Rados Block Device mount on the host that shares a pod's lifetime)",
  fields: [
    ['CephMonitors:', words('monitors')],
    ['RBDImage:', said('image')],
    FS_TYPE,
    ['RBDPool:', said('pool')],
    ['RadosUser:', said('user')],
    ['Keyring:', said('keyring')],
    ['SecretRef:', secret],
    READ_ONLY,
  ],
});
const cephfs = (secret: Field[1]): Source => ({
  about: "CephFS (a CephFS mount on the host that shares a pod's lifetime)",
  fields: [
    ['Monitors:', words('monitors')],
    ['Path:', said('path')],
    ['User:', said('user')],
    ['SecretFile:', said('secretFile')],
    ['SecretRef:', secret],
    READ_ONLY,
  ],
});
const cinder = (secret: Field[1]): Source => ({
  about: 'Cinder (a Persistent Disk resource in OpenStack)',
  fields: [['VolumeID:', said('volumeID')], FS_TYPE, READ_ONLY, ['SecretRef:', secret]],
});
const flex = (secret: Field[1]): Source => ({
  about: 'FlexVolume (a generic volume resource that is provisioned/attached using an exec based plugin)',
  fields: [
    ['Driver:', said('driver')],
    FS_TYPE,
    ['SecretRef:', secret],
    READ_ONLY,
    ['Options:', (source) => `map[${pairs(object(source, 'options'), ':').join(' ')}]`],
  ],
});

/** In the order in which kubectl looks for them: what pods and volumes have alike. */
const SHARED: Readonly<Record<string, Source>> = {
  hostPath: {
    about: 'HostPath (bare host directory volume)',
    fields: [
      ['Path:', said('path')],
      ['HostPathType:', (source) => (has(source, 'type') ? text(source, 'type') : '<none>')],
    ],
  },
  gcePersistentDisk: {
    about: 'GCEPersistentDisk (a Persistent Disk resource in Google Compute Engine)',
    fields: [['PDName:', said('pdName')], FS_TYPE, ['Partition:', amount('partition')], READ_ONLY],
  },
  awsElasticBlockStore: {
    about: 'AWSElasticBlockStore (a Persistent Disk resource in AWS)',
    fields: [['VolumeID:', said('volumeID')], FS_TYPE, ['Partition:', amount('partition')], READ_ONLY],
  },
  nfs: {
    about: 'NFS (an NFS mount that lasts the lifetime of a pod)',
    fields: [['Server:', said('server')], ['Path:', said('path')], READ_ONLY],
  },
  quobyte: {
    about: "Quobyte (a Quobyte mount on the host that shares a pod's lifetime)",
    fields: [['Registry:', said('registry')], ['Volume:', said('volume')], READ_ONLY],
  },
  azureDisk: {
    about: 'AzureDisk (an Azure Data Disk mount on the host and bind mount to the pod)',
    fields: [
      ['DiskName:', said('diskName')],
      ['DiskURI:', said('diskURI')],
      ['Kind: ', said('kind')],
      FS_TYPE,
      ['CachingMode:', said('cachingMode')],
      READ_ONLY,
    ],
  },
  vsphereVolume: {
    about: 'vSphereVolume (a Persistent Disk resource in vSphere)',
    fields: [['VolumePath:', said('volumePath')], FS_TYPE, ['StoragePolicyName:', said('storagePolicyName')]],
  },
  photonPersistentDisk: {
    about: 'PhotonPersistentDisk (a Persistent Disk resource in photon platform)',
    fields: [['PdID:', said('pdID')], FS_TYPE],
  },
  portworxVolume: { about: 'PortworxVolume (a Portworx Volume resource)', fields: [['VolumeID:', said('volumeID')]] },
  storageos: {
    about: 'StorageOS (a StorageOS Persistent Disk resource)',
    fields: [['VolumeName:', said('volumeName')], ['VolumeNamespace:', said('volumeNamespace')], FS_TYPE, READ_ONLY],
  },
  fc: {
    about: 'FC (a Fibre Channel disk)',
    fields: [
      ['TargetWWNs:', (source) => list(source, 'targetWWNs').join(', ')],
      ['LUN:', (source) => text(source, 'lun') || '<none>'],
      FS_TYPE,
      READ_ONLY,
    ],
  },
  flocker: {
    about: 'Flocker (a Flocker volume mounted by the Flocker agent)',
    fields: [
      ['DatasetName:', said('datasetName')],
      ['DatasetUUID:', said('datasetUUID')],
    ],
  },
};

const OF_PODS: Readonly<Record<string, Source>> = {
  ...SHARED,
  emptyDir: {
    about: "EmptyDir (a temporary directory that shares a pod's lifetime)",
    fields: [
      ['Medium:', said('medium')],
      ['SizeLimit:', (source) => (/[1-9]/.test(text(source, 'sizeLimit')) ? text(source, 'sizeLimit') : '<unset>')],
    ],
  },
  gitRepo: {
    about: 'GitRepo (a volume that is pulled from git when the pod is created)',
    fields: [
      ['Repository:', said('repository')],
      ['Revision:', said('revision')],
    ],
  },
  secret: { about: 'Secret (a volume populated by a Secret)', fields: [['SecretName:', said('secretName')], OPTIONAL] },
  configMap: { about: 'ConfigMap (a volume populated by a ConfigMap)', fields: [['Name:', said('name')], OPTIONAL] },
  persistentVolumeClaim: {
    about: 'PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)',
    fields: [['ClaimName:', said('claimName')], READ_ONLY],
  },
  iscsi: iscsi(localReference),
  rbd: rbd(localReference),
  cephfs: cephfs(localReference),
  cinder: cinder(localReference),
  flexVolume: flex(localReference),
  glusterfs: { about: GLUSTERFS, fields: [['EndpointsName:', said('endpoints')], ['Path:', said('path')], READ_ONLY] },
  azureFile: { about: AZURE_FILE, fields: [['SecretName:', said('secretName')], ['ShareName:', said('shareName')], READ_ONLY] },
  scaleIO: {
    about: 'ScaleIO (a persistent volume backed by a block device in ScaleIO)',
    fields: [...SCALE_IO, FS_TYPE, READ_ONLY],
  },
  csi: {
    about: 'CSI (a Container Storage Interface (CSI) volume source)',
    fields: [['Driver:', said('driver')], FS_TYPE, READ_ONLY],
  },
  image: {
    about: 'Image (a container image or OCI artifact)',
    fields: [
      ['Reference:', said('reference')],
      ['PullPolicy:', said('pullPolicy')],
    ],
  },
};

const OF_VOLUMES: Readonly<Record<string, Source>> = {
  ...SHARED,
  iscsi: iscsi(reference),
  rbd: rbd(reference),
  cephfs: cephfs(reference),
  cinder: cinder(reference),
  flexVolume: flex(reference),
  glusterfs: {
    about: GLUSTERFS,
    fields: [
      ['EndpointsName:', said('endpoints')],
      ['EndpointsNamespace:', (source) => text(source, 'endpointsNamespace') || '<unset>'],
      ['Path:', said('path')],
      READ_ONLY,
    ],
  },
  azureFile: {
    about: AZURE_FILE,
    fields: [
      ['SecretName:', said('secretName')],
      ['SecretNamespace:', said('secretNamespace')],
      ['ShareName:', said('shareName')],
      READ_ONLY,
    ],
  },
  scaleIO: {
    about: 'ScaleIO (a persistent volume backed by a block device in ScaleIO)',
    fields: [
      ...SCALE_IO,
      ['SecretName:', said('secretRef', 'name')],
      ['SecretNamespace:', said('secretRef', 'namespace')],
      FS_TYPE,
      READ_ONLY,
    ],
  },
  local: { about: 'LocalVolume (a persistent volume backed by local storage on a node)', fields: [['Path:', said('path')]] },
  csi: {
    about: 'CSI (a Container Storage Interface (CSI) volume source)',
    fields: [['Driver:', said('driver')], FS_TYPE, ['VolumeHandle:', said('volumeHandle')], READ_ONLY],
  },
};

/** What `describe` says of a pod's volume; `undefined` for kinds that are none of these tables'. */
export function podVolumeLines(volume: JsonObject): string[] | undefined {
  if (has(volume, 'projected')) return projectedLines(list(volume, 'projected', 'sources'));
  if (has(volume, 'downwardAPI')) return downwardLines(list(volume, 'downwardAPI', 'items'));
  return linesOf(OF_PODS, volume);
}

/** What `describe` says of a PersistentVolume's source. */
export function persistentVolumeLines(spec: JsonObject): string[] {
  return linesOf(OF_VOLUMES, spec) ?? ['<unknown>'];
}

function linesOf(sources: Readonly<Record<string, Source>>, holder: JsonObject): string[] | undefined {
  const kind = Object.keys(sources).find((name) => has(holder, name));
  if (kind === undefined) return undefined;
  const { about, fields } = sources[kind] as Source;
  const source = object(holder, kind);
  const lines = [`Type:\t${about}`, ...fields.map(([title, value]) => `${title}\t${value(source)}`)];
  return kind === 'csi' ? [...lines, ...attributeLines(object(source, 'volumeAttributes'))] : lines;
}

function attributeLines(attributes: JsonObject): string[] {
  const all = pairs(attributes, '=');
  if (all.length === 0) return ['VolumeAttributes:\t<none>'];
  // The margin is written once more after the tab.
  return all.map((pair, i) => `${i === 0 ? 'VolumeAttributes:' : '    '}\t    ${pair.length > 140 ? `${pair.slice(0, 140)}...` : pair}`);
}

function pairs(map: JsonObject, between: string): string[] {
  return sortedKeys(map).map((key) => `${key}${between}${text(map[key])}`);
}

function projectedLines(sources: readonly Json[]): string[] {
  const optional = (source: JsonObject): string => `Optional:\t${source['optional'] === true}`;
  return [
    'Type:\tProjected (a volume that contains injected data from multiple sources)',
    ...sources.flatMap((each) => {
      if (has(each, 'secret')) return [`SecretName:\t${text(each, 'secret', 'name')}`, optional(object(each, 'secret'))];
      if (has(each, 'downwardAPI')) return ['DownwardAPI:\ttrue'];
      if (has(each, 'configMap')) return [`ConfigMapName:\t${text(each, 'configMap', 'name')}`, optional(object(each, 'configMap'))];
      if (!has(each, 'serviceAccountToken')) return [];
      return [`TokenExpirationSeconds:\t${number(each, 'serviceAccountToken', 'expirationSeconds')}`];
    }),
  ];
}

function downwardLines(items: readonly Json[]): string[] {
  const from = (item: Json): string => text(item, 'fieldRef', 'fieldPath') || text(item, 'resourceFieldRef', 'resource');
  return [
    'Type:\tDownwardAPI (a volume populated by information about the pod)',
    'Items:',
    ...items.map((item) => `  ${from(item)} -> ${text(item, 'path')}`),
  ];
}
