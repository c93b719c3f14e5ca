import { StatusError } from '../../api/errors.ts';
import type { Container, PersistentVolume, Pod, Volume } from '../../api/generated/types.ts';
import { stagingPath } from '../../api/storage/staging-path.ts';
import { MemoryFiles } from '../../os/files.ts';
import { SparseMap } from '../../sim/sparse.ts';
import type { Millis } from '../../sim/time.ts';
import type { Mount } from '../runtime/cri.ts';
import type { ClaimVolumes } from './claim-volume.ts';
import type { EmptyDirs } from './empty-dirs.ts';
import { expand } from './expand.ts';
import { checkHostPath } from './host-path.ts';
import { MountError } from './mount-error.ts';
import { nodeDisk, type NodeDisk } from './node-disk.ts';
import { contentOf, fill, type Addressed, type Content, type ContentContext } from './volume-content.ts';

export { MountError } from './mount-error.ts';

export interface VolumeContext extends ContentContext {
  readonly now: () => Millis;
  /** File systems that stand somewhere on the node's disk, by path. They lead to the disk. */
  readonly hostPaths: Map<string, MemoryFiles>;
  readonly claims: ClaimVolumes;
  readonly emptyDirs: EmptyDirs;
}

/** Whose volumes they are, as it is when somebody looks. */
export interface MountingPod extends Addressed {
  readonly pod: Pod;
}

/** The volumes of one pod: checked when the pod starts, filled when a program first looks, refreshed now and then. */
export class PodVolumes {
  /** Volumes that show objects, by name. */
  readonly #files = new SparseMap<string, MemoryFiles>();
  /** What the pod's claims are bound to, by name of the pod's volume. */
  readonly #persistent = new SparseMap<string, PersistentVolume>();

  constructor(
    readonly context: VolumeContext,
    readonly target: MountingPod,
  ) {}

  /** Throws `MountError` for the first volume that cannot be set up. */
  check(pod: Pod): void {
    for (const volume of pod.spec?.volumes ?? []) this.#setUp(pod, volume);
  }

  mountsOf(pod: Pod, container: Container, environment: ReadonlyMap<string, string>): Mount[] {
    return (container.volumeMounts ?? []).map((mount) => {
      const volume = pod.spec?.volumes?.find(({ name }) => name === mount.name);
      const subPath = mount.subPathExpr === undefined ? mount.subPath : expand(mount.subPathExpr, (name) => environment.get(name));
      const whole = subPath === undefined || subPath === '';
      const content = this.#contentOf(volume, whole ? '' : subPath);
      return {
        containerPath: mount.mountPath,
        readOnly: mount.readOnly === true || volume?.persistentVolumeClaim?.readOnly === true || showsObjects(volume),
        // What may change is set up as it is now: a single file stays so, and others follow when the kubelet looks at them again.
        content: volume !== undefined && changes(volume) ? made(content()) : content,
        directory: whole && volume?.hostPath === undefined,
        memory: inMemory(volume),
      };
    });
  }

  /** Brings the files up to date; what a program has not looked at yet is made when it does. Throws `MountError`. */
  refresh(pod: Pod): void {
    let failure: MountError | undefined;
    for (const volume of pod.spec?.volumes ?? []) {
      const files = this.#files.get(volume.name);
      if (files === undefined || !showsObjects(volume)) continue;
      try {
        fill(files, this.#objects(pod, volume) ?? {});
      } catch (error) {
        // Gone meanwhile: the files stay as they were.
        if (!(error instanceof MountError)) throw error;
        failure ??= error;
      }
    }
    if (failure !== undefined) throw failure;
  }

  /** Whether any volume's content can change under way. */
  refreshable(pod: Pod): boolean {
    return (pod.spec?.volumes ?? []).some(changes);
  }

  /** Whether a persistent volume stands behind the pod's volume of that name. */
  isBehind(name: string, persistent: string): boolean {
    return this.#persistent.get(name)?.metadata.name === persistent;
  }

  get #disk(): NodeDisk {
    return nodeDisk(this.context.hostPaths, this.context.now, this.context.emptyDirs.resources.disk);
  }

  // A function of its own: it keeps nothing else alive as long as the container is there.
  #contentOf(volume: Volume | undefined, subPath: string): Mount['content'] {
    return () => this.#content(volume, subPath);
  }

  /** What a container sees: a directory, or one file. */
  #content(volume: Volume | undefined, subPath: string): MemoryFiles | Uint8Array {
    const { pod } = this.target;
    if (volume === undefined) return new MemoryFiles(this.context.now);
    const path = volume.hostPath?.path ?? pathOf(this.#persistent.get(volume.name));
    if (path !== undefined) return this.#disk.at(subPath === '' ? path : `${path}/${subPath}`);
    let files = volume.emptyDir === undefined ? this.#files.get(volume.name) : this.context.emptyDirs.of(pod, volume);
    if (files === undefined) {
      files = new MemoryFiles(this.context.now);
      fill(files, this.#objects(pod, volume) ?? {});
      this.#files.set(volume.name, files);
    }
    if (subPath === '') return files;
    if (files.exists(`/${subPath}`) && files.stat(`/${subPath}`).type === 'file') return files.read(`/${subPath}`);
    files.makeDirectory(`/${subPath}`, { parents: true });
    return files.subtree(`/${subPath}`);
  }

  #setUp(pod: Pod, volume: Volume): void {
    const { name, emptyDir, hostPath, persistentVolumeClaim, ephemeral, csi } = volume;
    if (emptyDir !== undefined) return;
    if (hostPath !== undefined) {
      const { path, type = '' } = hostPath;
      // Who asks for nothing in particular makes nobody look at the disk.
      return type === '' ? undefined : this.#checked(name, () => checkHostPath(this.#disk, path, type));
    }
    if (persistentVolumeClaim !== undefined || ephemeral !== undefined) {
      const persistent = this.context.claims.volumeOf(pod, volume);
      this.#persistent.set(name, persistent);
      this.#mountable(persistent);
      return;
    }
    if (csi !== undefined) {
      const why = `kubernetes.io/csi: mounter.SetUpAt failed to get CSI client: ${unregistered(csi.driver)}`;
      throw new MountError(name, why);
    }
    if (this.#objects(pod, volume) !== undefined) return;
    const kind = Object.keys(volume).find((key) => key !== 'name') ?? 'unknown';
    throw new MountError(name, `volumes of type ${kind} are not modelled on this node`);
  }

  #mountable({ metadata, spec }: PersistentVolume): void {
    const { name = '' } = metadata;
    const { hostPath, local, csi } = spec ?? {};
    if (spec?.volumeMode === 'Block')
      throw new MountError(name, 'block devices are not modelled on this node', 'MapVolume.SetUpDevice failed');
    if (hostPath !== undefined) return this.#checked(name, () => checkHostPath(this.#disk, hostPath.path, hostPath.type ?? ''));
    if (local !== undefined) {
      if (this.#disk.is(local.path, 'directory')) return;
      throw new MountError(name, `path "${local.path}" does not exist`, 'MountVolume.NewMounter initialization failed');
    }
    if (csi !== undefined) {
      if (this.context.hostPaths.has(stagingPath(csi.driver, csi.volumeHandle))) return;
      if (this.context.claims.isAttachable(csi.driver)) throw MountError.waiting(name);
      const why = `kubernetes.io/csi: attacher.MountDevice failed to create newCsiDriverClient: ${unregistered(csi.driver)}`;
      throw new MountError(name, why, 'MountVolume.MountDevice failed');
    }
    const plain = new Set(['accessModes', 'capacity', 'claimRef', 'mountOptions', 'nodeAffinity', 'persistentVolumeReclaimPolicy']);
    const kind = Object.keys(spec ?? {}).find((key) => !plain.has(key) && !/^(storageClassName|volume.*)$/.test(key)) ?? 'unknown';
    throw new MountError(name, `volumes of type ${kind} are not modelled on this node`);
  }

  #objects(pod: Pod, volume: Volume): Content | undefined {
    return this.#checked(volume.name, () => contentOf(this.context, pod, volume, this.target));
  }

  #checked<T>(name: string, act: () => T): T {
    try {
      return act();
    } catch (error) {
      if (error instanceof StatusError || error instanceof Error) throw new MountError(name, error.message);
      throw error;
    }
  }
}

/** Where on the node a persistent volume is. */
function pathOf(volume: PersistentVolume | undefined): string | undefined {
  const { hostPath, local, csi } = volume?.spec ?? {};
  return hostPath?.path ?? local?.path ?? (csi === undefined ? undefined : stagingPath(csi.driver, csi.volumeHandle));
}

function showsObjects(volume: Volume | undefined): boolean {
  const { configMap, secret, projected, downwardAPI } = volume ?? {};
  return configMap !== undefined || secret !== undefined || projected !== undefined || downwardAPI !== undefined;
}

/** Whether what it shows can change under way. */
function changes({ configMap, secret, downwardAPI, projected }: Volume): boolean {
  const changing = (name: string | undefined): boolean => name !== undefined && name !== 'kube-root-ca.crt';
  return (
    changing(configMap?.name) ||
    changing(secret?.secretName) ||
    downwardAPI !== undefined ||
    (projected?.sources ?? []).some((source) => changing(source.configMap?.name) || changing(source.secret?.name))
  );
}

/** A ConfigMap's files lie on the disk; secrets, tokens and what else the kubelet makes never do. */
function inMemory(volume: Volume | undefined): boolean {
  const { emptyDir, secret, projected, downwardAPI } = volume ?? {};
  return emptyDir?.medium === 'Memory' || secret !== undefined || projected !== undefined || downwardAPI !== undefined;
}

function made(content: MemoryFiles | Uint8Array): Mount['content'] {
  return () => content;
}

function unregistered(driver: string): string {
  return `driver name ${driver} not found in the list of registered CSI drivers`;
}
