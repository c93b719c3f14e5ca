import type { Process } from '../../../../os/process.ts';
import { CriError, type RuntimeContainer, type Sandbox } from '../../../runtime/cri.ts';
import type { CriEndpoint } from '../../cri-endpoint.ts';
import type { Flags } from '../flags.ts';

/** One run of crictl. */
export interface Run {
  readonly process: Process;
  readonly cri: CriEndpoint;
  readonly flags: Flags;
}

/** Ends crictl with `FATA[0000] …`. */
export class Fatal extends Error {}

// What tables show of an id.
const SHOWN = 13;

export function shortId(id: string): string {
  return id.replace(/^.*sha256:/, '').slice(0, SHOWN);
}

/** What an image is known by on its node: the digest alone. */
export function digestOf(imageId: string): string {
  return imageId.replace(/^.*@/, '');
}

/** Whether an image is the one whose digest begins so. */
export function isImage(imageId: string, name: string): boolean {
  return digestOf(imageId)
    .replace(/^sha256:/, '')
    .startsWith(name.replace(/^sha256:/, ''));
}

/** The container that an id, or the beginning of one, names. */
export function findContainer({ cri }: Run, id: string, doing: string): RuntimeContainer {
  const found = Array.from(cri.runtime.listContainers()).filter((each) => each.id.startsWith(id));
  return onlyOne(found, doing, id, `an error occurred when try to find container "${id}": not found`);
}

export function findSandbox({ cri }: Run, id: string, doing: string): Sandbox {
  const found = Array.from(cri.runtime.listPodSandbox()).filter((each) => each.id.startsWith(id));
  return onlyOne(found, doing, id, `an error occurred when try to find sandbox: not found`);
}

function onlyOne<T>(found: readonly T[], doing: string, id: string, message: string): T {
  const [first] = found;
  if (id !== '' && found.length === 1 && first !== undefined) return first;
  throw new Fatal(`${doing} "${id}": ${new CriError('NotFound', message).rpc}`);
}

export function sandboxOf({ cri }: Run, id: string): Sandbox | undefined {
  for (const sandbox of cri.runtime.listPodSandbox()) if (sandbox.id === id) return sandbox;
  return undefined;
}

/** Labels that the kubelet gives a sandbox, and with the container's name one of its containers. */
export function labelsOf(sandbox: Sandbox | undefined, container?: string): Record<string, string> {
  return {
    ...(container === undefined ? {} : { 'io.kubernetes.container.name': container }),
    'io.kubernetes.pod.name': sandbox?.config.name ?? '',
    'io.kubernetes.pod.namespace': sandbox?.config.namespace ?? '',
    'io.kubernetes.pod.uid': sandbox?.config.uid ?? '',
  };
}
