import { StatusError } from '../../api/errors.ts';
import type { PersistentVolume, PersistentVolumeClaim, Pod, Volume } from '../../api/generated/types.ts';
import { claimNameOf, strangerToPod } from '../../api/storage/pod-claims.ts';
import { reachableFrom } from '../../api/storage/volume-rules.ts';
import type { Client, Resource } from '../../client/client.ts';
import { CSI_DRIVERS, NODES, PERSISTENT_VOLUMES, PERSISTENT_VOLUME_CLAIMS } from '../../client/resources.ts';
import type { ApiObject } from '../../api/meta.ts';
import { MountError } from './mount-error.ts';

/** The volumes behind the claims of pods, as the kubelet asks the API server for them. */
export class ClaimVolumes {
  constructor(
    readonly client: Client,
    readonly nodeName: string,
  ) {}

  /** The volume to mount. Throws `MountError`. */
  volumeOf(pod: Pod, volume: Volume): PersistentVolume {
    const { namespace = '' } = pod.metadata;
    const name = claimNameOf(pod, volume);
    const unprocessed = (why: string): MountError =>
      MountError.unprocessed(volume.name, `error processing PVC ${namespace}/${name}: ${why}`);
    let claim: PersistentVolumeClaim;
    try {
      claim = this.client.getNow(PERSISTENT_VOLUME_CLAIMS, namespace, name);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      throw unprocessed(`failed to fetch PVC from API server: ${error.message}`);
    }
    if (volume.ephemeral !== undefined) {
      const stranger = strangerToPod(claim, pod);
      if (stranger !== undefined) throw unprocessed(stranger);
    }
    if (claim.metadata.deletionTimestamp !== undefined) throw unprocessed("can't start pod because PVC is being deleted");
    if (claim.status?.phase !== 'Bound') throw unprocessed('PVC is not bound');
    const volumeName = claim.spec?.volumeName ?? '';
    if (volumeName === '') throw unprocessed('PVC has empty pvc.Spec.VolumeName');
    const found = this.#get(PERSISTENT_VOLUMES, volumeName);
    if (typeof found === 'string') throw unprocessed(`failed to fetch PV ${volumeName} from API server: ${found}`);
    if (found.spec?.claimRef?.uid !== claim.metadata.uid)
      throw unprocessed(`unexpected pv.Spec.ClaimRef.UID (${found.spec?.claimRef?.uid ?? ''}), expected (${claim.metadata.uid ?? ''})`);
    this.#checkMode(pod, volume, found, unprocessed);
    if (found.spec?.nodeAffinity?.required !== undefined && !reachableFrom(found, this.#labels()))
      throw new MountError(volumeName, 'no matching NodeSelectorTerms', 'MountVolume.NodeAffinity check failed');
    return found;
  }

  /** Whether volumes of the driver have to be attached to the node before they can be mounted. */
  isAttachable(driver: string): boolean {
    const found = this.#get(CSI_DRIVERS, driver);
    return typeof found === 'string' || found.spec.attachRequired !== false;
  }

  #checkMode(pod: Pod, { name }: Volume, { spec }: PersistentVolume, unprocessed: (why: string) => MountError): void {
    const containers = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])];
    const mode = spec?.volumeMode ?? 'Filesystem';
    const mounted = containers.some(({ volumeMounts }) => volumeMounts?.some((mount) => mount.name === name) === true);
    const asDevice = containers.some(({ volumeDevices }) => volumeDevices?.some((device) => device.name === name) === true);
    if (mode === 'Block' && mounted) throw unprocessed(`volume ${name} has volumeMode Block, but is specified in volumeMounts`);
    if (mode === 'Filesystem' && asDevice) throw unprocessed(`volume ${name} has volumeMode Filesystem, but is specified in volumeDevices`);
  }

  #labels(): Readonly<Record<string, string>> {
    const node = this.#get(NODES, this.nodeName);
    return typeof node === 'string' ? {} : (node.metadata.labels ?? {});
  }

  /** The object, or why the server does not give it. */
  #get<T extends ApiObject>(resource: Resource<T>, name: string): T | string {
    try {
      return this.client.getNow(resource, undefined, name);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      return error.message;
    }
  }
}
