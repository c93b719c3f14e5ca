const NO_KERNEL = 'programs run without a kernel';
const NO_OWNERS = 'files have no owners, and programs no groups';
const NO_WINDOWS = 'there are no Windows nodes';
const NO_STORAGE = 'there are no storage systems: the pod cannot mount the volume';
const NO_ZONES = 'connections are spread without regard to zones';

/**
 * Fields that are kept and checked, and on which nothing in the cluster acts, by the type they belong to: so they count wherever
 * the type stands, in a pod as in the template of a workload. What a single kind leaves alone stands with the kind.
 */
export const INERT_FIELDS: Readonly<Record<string, string>> = {
  'Container.volumeDevices': 'there are no block devices',
  'Endpoint.deprecatedTopology': NO_ZONES,
  'Endpoint.hints': NO_ZONES,
  'EphemeralContainer.resizePolicy': 'resources of ephemeral containers do not change',
  'EphemeralContainer.volumeDevices': 'there are no block devices',
  'ImageVolumeSource.pullPolicy': NO_STORAGE,
  'LeaseSpec.preferredHolder': 'elections are not coordinated',
  'LeaseSpec.strategy': 'elections are not coordinated',
  'NodeSpec.configSource': 'kubelets read no configuration from the API',
  'NodeSpec.externalID': 'there is no cloud',
  'PodSecurityContext.fsGroup': NO_OWNERS,
  'PodSecurityContext.fsGroupChangePolicy': NO_OWNERS,
  'PodSecurityContext.runAsGroup': NO_OWNERS,
  'PodSecurityContext.seLinuxChangePolicy': NO_KERNEL,
  'PodSecurityContext.supplementalGroups': NO_OWNERS,
  'PodSecurityContext.supplementalGroupsPolicy': NO_OWNERS,
  'PodSpec.schedulingGroup': 'each pod is scheduled for itself',
  'SecurityContext.runAsGroup': NO_OWNERS,
  'Volume.awsElasticBlockStore': NO_STORAGE,
  'Volume.azureDisk': NO_STORAGE,
  'Volume.azureFile': NO_STORAGE,
  'Volume.cephfs': NO_STORAGE,
  'Volume.cinder': NO_STORAGE,
  'Volume.csi': NO_STORAGE,
  'Volume.fc': NO_STORAGE,
  'Volume.flexVolume': NO_STORAGE,
  'Volume.flocker': NO_STORAGE,
  'Volume.gcePersistentDisk': NO_STORAGE,
  'Volume.gitRepo': NO_STORAGE,
  'Volume.glusterfs': NO_STORAGE,
  'Volume.image': NO_STORAGE,
  'Volume.iscsi': NO_STORAGE,
  'Volume.nfs': NO_STORAGE,
  'Volume.photonPersistentDisk': NO_STORAGE,
  'Volume.portworxVolume': NO_STORAGE,
  'Volume.quobyte': NO_STORAGE,
  'Volume.rbd': NO_STORAGE,
  'Volume.scaleIO': NO_STORAGE,
  'Volume.storageos': NO_STORAGE,
  'Volume.vsphereVolume': NO_STORAGE,
  'WindowsSecurityContextOptions.gmsaCredentialSpec': NO_WINDOWS,
  'WindowsSecurityContextOptions.gmsaCredentialSpecName': NO_WINDOWS,
  'WindowsSecurityContextOptions.runAsUserName': NO_WINDOWS,
  'VolumeMount.mountPropagation': 'mounts of a container are its own',
  'VolumeProjection.podCertificate': 'certificates are not issued to pods',
};
