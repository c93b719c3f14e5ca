import type { PersistentVolume } from '../../api/generated/types.ts';

/** A volume plugin that is built into the controller manager. */
export interface VolumePlugin {
  readonly name: string;
  readonly suits: (volume: PersistentVolume) => boolean;
  readonly recycles?: true;
  /** Deletes what the volume stands for; why not, where it cannot. */
  readonly delete?: (volume: PersistentVolume) => string | undefined;
}

export const HOST_PATH = 'kubernetes.io/host-path';

// The plugins of v1.36's kube-controller-manager; those of clouds have moved into CSI drivers.
const PLUGINS: readonly VolumePlugin[] = [
  {
    name: HOST_PATH,
    suits: ({ spec }) => spec?.hostPath !== undefined,
    recycles: true,
    delete: ({ spec }) => {
      const path = spec?.hostPath?.path ?? '';
      return /^\/tmp\/.+/.test(path) ? undefined : `host_path deleter only supports /tmp/.+ but received provided ${path}`;
    },
  },
  { name: 'kubernetes.io/nfs', suits: ({ spec }) => spec?.nfs !== undefined, recycles: true },
  { name: 'kubernetes.io/local-volume', suits: ({ spec }) => spec?.local !== undefined },
  { name: 'kubernetes.io/csi', suits: ({ spec }) => spec?.csi !== undefined },
  { name: 'kubernetes.io/fc', suits: ({ spec }) => spec?.fc !== undefined },
  { name: 'kubernetes.io/iscsi', suits: ({ spec }) => spec?.iscsi !== undefined },
];

/** Class names of the time when the clouds' plugins were built in, and the drivers that answer to them now. */
const MIGRATED: Readonly<Record<string, string>> = {
  'kubernetes.io/aws-ebs': 'ebs.csi.aws.com',
  'kubernetes.io/azure-disk': 'disk.csi.azure.com',
  'kubernetes.io/azure-file': 'file.csi.azure.com',
  'kubernetes.io/cinder': 'cinder.csi.openstack.org',
  'kubernetes.io/gce-pd': 'pd.csi.storage.gke.io',
  'kubernetes.io/portworx-volume': 'pxd.portworx.com',
  'kubernetes.io/vsphere-volume': 'csi.vsphere.vmware.com',
};

export function pluginOf(volume: PersistentVolume): VolumePlugin | undefined {
  return PLUGINS.find(({ suits }) => suits(volume));
}

/** Who makes the volumes of a class: a plugin of the manager itself, somebody else, or nobody, and then why. */
export function provisionerOf(
  provisioner: string,
  hostPathProvisioner: boolean,
): { kind: 'internal' | 'external'; name: string } | { kind: 'none'; message: string } {
  const driver = MIGRATED[provisioner];
  if (driver !== undefined) return { kind: 'external', name: driver };
  if (!provisioner.startsWith('kubernetes.io/')) return { kind: 'external', name: provisioner };
  if (provisioner === HOST_PATH)
    return hostPathProvisioner
      ? { kind: 'internal', name: HOST_PATH }
      : { kind: 'none', message: `Failed to create provisioner: provisioning in volume plugin "${HOST_PATH}" is disabled` };
  if (PLUGINS.some(({ name }) => name === provisioner)) return { kind: 'none', message: 'no provisionable volume plugin matched' };
  return { kind: 'none', message: `no volume plugin matched name: ${provisioner}` };
}
