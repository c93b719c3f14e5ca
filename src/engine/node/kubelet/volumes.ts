import { StatusError } from '../../api/errors.ts';
import type { Container, KeyToPath, Pod, Volume, VolumeMount, VolumeProjection } from '../../api/generated/types.ts';
import { MemoryFiles } from '../../os/files.ts';
import { encode } from '../../os/text.ts';
import type { Millis } from '../../sim/time.ts';
import type { Mount } from '../runtime/cri.ts';
import { fieldValue, resourceValue, type NodeFacts } from './downward.ts';
import { expand } from './expand.ts';
import { fromBase64, type Sources } from './sources.ts';

/** A volume could not be set up; `message` follows `MountVolume.SetUp failed for volume "x" : `. */
export class MountError extends Error {
  constructor(
    readonly volume: string,
    message: string,
  ) {
    super(message);
  }
}

export interface VolumeContext {
  readonly now: () => Millis;
  readonly node: NodeFacts;
  readonly podIPs: () => readonly string[];
  readonly sources: Sources;
  /** The node's own directories, by path. */
  readonly hostPaths: Map<string, MemoryFiles>;
  /** A token for the pod's service account; throws `StatusError`. Undefined where the server gives none out. */
  readonly token: (pod: Pod, audience: string | undefined, expirationSeconds: number | undefined) => string | undefined;
}

type Content = Record<string, () => Uint8Array>;

/** The volumes of one pod: checked when the pod starts, filled when a program first looks, refreshed now and then. */
export class PodVolumes {
  readonly #files = new Map<string, MemoryFiles>();

  constructor(readonly context: VolumeContext) {}

  /** Throws `MountError` for the first volume that cannot be set up. */
  check(pod: Pod): void {
    for (const volume of pod.spec?.volumes ?? []) this.#source(pod, volume);
  }

  mountsOf(pod: Pod, container: Container, environment: ReadonlyMap<string, string>): Mount[] {
    return (container.volumeMounts ?? []).map((mount) => {
      const volume = pod.spec?.volumes?.find(({ name }) => name === mount.name);
      const projected =
        volume?.configMap !== undefined ||
        volume?.secret !== undefined ||
        volume?.projected !== undefined ||
        volume?.downwardAPI !== undefined;
      const subPath = mount.subPathExpr === undefined ? mount.subPath : expand(mount.subPathExpr, (name) => environment.get(name));
      return {
        containerPath: mount.mountPath,
        readOnly: mount.readOnly === true || projected,
        content: () => this.#content(pod, volume, mount, subPath),
        directory: subPath === undefined || subPath === '',
      };
    });
  }

  /** Brings the files up to date; what a program has not looked at yet is made when it does. Throws `MountError`. */
  refresh(pod: Pod): void {
    let failure: MountError | undefined;
    for (const volume of pod.spec?.volumes ?? []) {
      const files = this.#files.get(volume.name);
      if (files === undefined || volume.emptyDir !== undefined || volume.hostPath !== undefined) continue;
      try {
        fill(files, this.#source(pod, volume));
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
    const changing = (name: string | undefined): boolean => name !== undefined && name !== 'kube-root-ca.crt';
    return (pod.spec?.volumes ?? []).some(
      ({ configMap, secret, downwardAPI, projected }) =>
        changing(configMap?.name) ||
        changing(secret?.secretName) ||
        downwardAPI !== undefined ||
        (projected?.sources ?? []).some((source) => changing(source.configMap?.name) || changing(source.secret?.name)),
    );
  }

  #content(pod: Pod, volume: Volume | undefined, mount: VolumeMount, subPath: string | undefined): MemoryFiles | Uint8Array {
    if (volume === undefined) return new MemoryFiles(this.context.now);
    if (volume.hostPath !== undefined)
      return this.#hostPath(`${volume.hostPath.path}${subPath === undefined || subPath === '' ? '' : `/${subPath}`}`);
    let files = this.#files.get(volume.name);
    if (files === undefined) {
      files = new MemoryFiles(this.context.now);
      fill(files, this.#source(pod, volume));
      // Anybody may write to an emptyDir.
      if (volume.emptyDir !== undefined) files.chmod('/', 0o777);
      this.#files.set(volume.name, files);
    }
    if (subPath === undefined || subPath === '') return files;
    if (files.exists(`/${subPath}`) && files.stat(`/${subPath}`).type === 'file') return files.read(`/${subPath}`);
    // A directory of the volume is a file system of its own, mounted at both places.
    const key = `${mount.name}/${subPath}`;
    let inner = this.#files.get(key);
    if (inner === undefined) {
      inner = new MemoryFiles(this.context.now);
      files.mountFiles(`/${subPath}`, inner);
      this.#files.set(key, inner);
    }
    return inner;
  }

  #hostPath(path: string): MemoryFiles {
    let files = this.context.hostPaths.get(path);
    if (files === undefined) this.context.hostPaths.set(path, (files = new MemoryFiles(this.context.now)));
    return files;
  }

  #source(pod: Pod, volume: Volume): Content {
    const { name } = volume;
    try {
      if (volume.emptyDir !== undefined) return {};
      if (volume.hostPath !== undefined) {
        const { path, type = '' } = volume.hostPath;
        const known =
          this.context.hostPaths.has(path) ||
          /^\/(bin|boot|dev|etc|home|lib|lib64|opt|proc|root|run|sbin|srv|sys|tmp|usr|var)?(\/|$)/.test(path);
        if (!known && (type === 'Directory' || type === 'File'))
          throw new Error(`hostPath type check failed: ${path} is not a ${type.toLowerCase()}`);
        return {};
      }
      if (volume.configMap !== undefined)
        return this.#configMap(pod, volume.configMap.name ?? '', volume.configMap.items, volume.configMap.optional);
      if (volume.secret !== undefined)
        return this.#secret(pod, volume.secret.secretName ?? '', volume.secret.items, volume.secret.optional);
      if (volume.downwardAPI !== undefined) return this.#downward(pod, volume.downwardAPI.items ?? []);
      if (volume.projected !== undefined)
        return Object.assign({}, ...(volume.projected.sources ?? []).map((source) => this.#projection(pod, source))) as Content;
    } catch (error) {
      if (error instanceof StatusError || error instanceof Error) throw new MountError(name, error.message);
      throw error;
    }
    const kind = Object.keys(volume).find((key) => key !== 'name') ?? 'unknown';
    throw new MountError(name, `volumes of type ${kind} are not modelled on this node`);
  }

  #projection(pod: Pod, source: VolumeProjection): Content {
    if (source.configMap !== undefined)
      return this.#configMap(pod, source.configMap.name ?? '', source.configMap.items, source.configMap.optional);
    if (source.secret !== undefined) return this.#secret(pod, source.secret.name ?? '', source.secret.items, source.secret.optional);
    if (source.downwardAPI !== undefined) return this.#downward(pod, source.downwardAPI.items ?? []);
    if (source.serviceAccountToken !== undefined) {
      const { path, audience, expirationSeconds } = source.serviceAccountToken;
      return { [path]: () => encode(this.context.token(pod, audience, expirationSeconds) ?? '') };
    }
    const kind = Object.keys(source)[0] ?? 'unknown';
    throw new Error(`projected volume source ${kind} is not modelled on this node`);
  }

  #configMap(pod: Pod, name: string, items: readonly KeyToPath[] | undefined, optional: boolean | undefined): Content {
    const found = this.context.sources.configMap(pod.metadata.namespace ?? '', name);
    if (found === undefined) {
      if (optional === true) return {};
      throw new Error(`configmap "${name}" not found`);
    }
    const data: Content = {};
    for (const [key, value] of Object.entries(found.data ?? {})) data[key] = () => encode(value);
    for (const [key, value] of Object.entries(found.binaryData ?? {})) data[key] = () => fromBase64(value);
    return pick(data, items, optional, (key) => `configmap references non-existent config key: ${key}`);
  }

  #secret(pod: Pod, name: string, items: readonly KeyToPath[] | undefined, optional: boolean | undefined): Content {
    const found = this.context.sources.secret(pod.metadata.namespace ?? '', name);
    if (found === undefined) {
      if (optional === true) return {};
      throw new Error(`secret "${name}" not found`);
    }
    const data: Content = {};
    for (const [key, value] of Object.entries(found.data ?? {})) data[key] = () => fromBase64(value);
    return pick(data, items, optional, (key) => `references non-existent secret key: ${key}`);
  }

  #downward(pod: Pod, items: NonNullable<NonNullable<Volume['downwardAPI']>['items']>): Content {
    const content: Content = {};
    for (const { path, fieldRef, resourceFieldRef } of items) {
      if (fieldRef !== undefined)
        content[path] = () => encode(fieldValue(pod, fieldRef.fieldPath, this.context.node, this.context.podIPs()) ?? '');
      else if (resourceFieldRef !== undefined) {
        const container = pod.spec?.containers.find(({ name }) => name === resourceFieldRef.containerName);
        if (container !== undefined) content[path] = () => encode(resourceValue(resourceFieldRef, container, this.context.node));
      }
    }
    return content;
  }
}

function pick(
  data: Content,
  items: readonly KeyToPath[] | undefined,
  optional: boolean | undefined,
  complaint: (key: string) => string,
): Content {
  if (items === undefined) return data;
  const content: Content = {};
  for (const { key, path } of items) {
    const bytes = data[key];
    if (bytes !== undefined) content[path] = bytes;
    else if (optional !== true) throw new Error(complaint(key));
  }
  return content;
}

function fill(files: MemoryFiles, content: Content): void {
  const wanted = new Set(Object.keys(content).map((path) => path.split('/')[0] as string));
  for (const name of files.list('/')) if (!wanted.has(name)) files.remove(`/${name}`, { recursive: true });
  const bytes: Record<string, Uint8Array> = {};
  for (const [path, make] of Object.entries(content)) {
    const now = make();
    // What has not changed keeps its time.
    if (!files.exists(`/${path}`) || !same(files.read(`/${path}`), now)) bytes[path] = now;
  }
  files.mount('/', bytes);
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
