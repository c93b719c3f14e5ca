/** Where on a node a storage driver mounts a volume, before pods get it. */
export function stagingPath(driver: string, handle: string): string {
  return `/var/lib/kubelet/plugins/kubernetes.io/csi/${driver}/${handle}/globalmount`;
}
