import type { KeyToPath, Pod, Volume, VolumeProjection } from '../../api/generated/types.ts';
import type { MemoryFiles } from '../../os/files.ts';
import { encode } from '../../os/text.ts';
import { fieldValue, resourceValue, type NodeFacts } from './downward.ts';
import { fromBase64, type Sources } from './sources.ts';

/** Files by path, each made when it is written. */
export type Content = Record<string, () => Uint8Array>;

export interface ContentContext {
  readonly node: NodeFacts;
  readonly sources: Sources;
  /** A token for the pod's service account; throws `StatusError`. Undefined where the server gives none out. */
  readonly token: (pod: Pod, audience: string | undefined, expirationSeconds: number | undefined) => string | undefined;
}

/** A pod's addresses, as they are when somebody asks. */
export interface Addressed {
  readonly ips: readonly string[];
}

/** The files of a volume that shows objects of the API; undefined for all other volumes. Throws where it cannot. */
export function contentOf(context: ContentContext, pod: Pod, volume: Volume, target: Addressed): Content | undefined {
  const { configMap, secret, downwardAPI, projected } = volume;
  if (configMap !== undefined) return fromConfigMap(context, pod, configMap.name ?? '', configMap.items, configMap.optional);
  if (secret !== undefined) return fromSecret(context, pod, secret.secretName ?? '', secret.items, secret.optional);
  if (downwardAPI !== undefined) return fromPod(context, pod, target, downwardAPI.items ?? []);
  if (projected === undefined) return undefined;
  return Object.assign({}, ...(projected.sources ?? []).map((source) => projection(context, pod, source, target))) as Content;
}

/** Writes the files, and removes those that are not wanted any more. What has not changed keeps its time. */
export function fill(files: MemoryFiles, content: Content): void {
  const wanted = new Set(Object.keys(content).map((path) => path.split('/')[0] as string));
  for (const name of files.list('/')) if (!wanted.has(name)) files.remove(`/${name}`, { recursive: true });
  const bytes: Record<string, Uint8Array> = {};
  for (const [path, make] of Object.entries(content)) {
    const now = make();
    if (!files.exists(`/${path}`) || !same(files.read(`/${path}`), now)) bytes[path] = now;
  }
  files.mount('/', bytes);
}

function projection(context: ContentContext, pod: Pod, source: VolumeProjection, target: Addressed): Content {
  const { configMap, secret, downwardAPI, serviceAccountToken } = source;
  if (configMap !== undefined) return fromConfigMap(context, pod, configMap.name ?? '', configMap.items, configMap.optional);
  if (secret !== undefined) return fromSecret(context, pod, secret.name ?? '', secret.items, secret.optional);
  if (downwardAPI !== undefined) return fromPod(context, pod, target, downwardAPI.items ?? []);
  if (serviceAccountToken !== undefined) {
    const { path, audience, expirationSeconds } = serviceAccountToken;
    return { [path]: () => encode(context.token(pod, audience, expirationSeconds) ?? '') };
  }
  throw new Error(`projected volume source ${Object.keys(source)[0] ?? 'unknown'} is not modelled on this node`);
}

function fromConfigMap(
  { sources }: ContentContext,
  pod: Pod,
  name: string,
  items: readonly KeyToPath[] | undefined,
  optional: boolean | undefined,
): Content {
  const found = sources.configMap(pod.metadata.namespace ?? '', name);
  if (found === undefined) return absent(`configmap "${name}"`, optional);
  const data: Content = {};
  for (const [key, value] of Object.entries(found.data ?? {})) data[key] = () => encode(value);
  for (const [key, value] of Object.entries(found.binaryData ?? {})) data[key] = () => fromBase64(value);
  return pick(data, items, optional, (key) => `configmap references non-existent config key: ${key}`);
}

function fromSecret(
  { sources }: ContentContext,
  pod: Pod,
  name: string,
  items: readonly KeyToPath[] | undefined,
  optional: boolean | undefined,
): Content {
  const found = sources.secret(pod.metadata.namespace ?? '', name);
  if (found === undefined) return absent(`secret "${name}"`, optional);
  const data: Content = {};
  for (const [key, value] of Object.entries(found.data ?? {})) data[key] = () => fromBase64(value);
  return pick(data, items, optional, (key) => `references non-existent secret key: ${key}`);
}

function absent(what: string, optional: boolean | undefined): Content {
  if (optional === true) return {};
  throw new Error(`${what} not found`);
}

function fromPod(
  { node }: ContentContext,
  pod: Pod,
  target: Addressed,
  items: NonNullable<NonNullable<Volume['downwardAPI']>['items']>,
): Content {
  const content: Content = {};
  for (const { path, fieldRef, resourceFieldRef } of items) {
    if (fieldRef !== undefined) content[path] = () => encode(fieldValue(pod, fieldRef.fieldPath, node, target.ips) ?? '');
    else if (resourceFieldRef !== undefined) {
      const container = pod.spec?.containers.find(({ name }) => name === resourceFieldRef.containerName);
      if (container !== undefined) content[path] = () => encode(resourceValue(resourceFieldRef, container, node));
    }
  }
  return content;
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

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
