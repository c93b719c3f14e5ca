import { FileError } from '../../../engine/os/process.ts';
import { decode } from '../../../engine/os/text.ts';
import { CommandError } from '../errors.ts';
import { resolvePath } from '../kubeconfig.ts';
import type { Session } from '../session.ts';
import { strategicMerge } from '../strategic-merge.ts';
import { has, isObject, list, text } from '../values.ts';
import type { JsonObject } from '../values.ts';
import { parseDocument } from '../yaml/parse.ts';

/** `--custom`: a part of a container, laid over the debugging container that the profile made. */
export function customProfile(session: Session): JsonObject | undefined {
  const file = session.flags.string('custom');
  if (file === '') return undefined;
  let source: string;
  try {
    source = decode(session.process.files.read(resolvePath(session.process, file)));
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    throw new CommandError(`must pass a container spec json file for custom profile: open ${file}: ${error.message.toLowerCase()}`);
  }
  const found = parseDocument(source, file);
  if (!isObject(found))
    throw new CommandError(`${file} does not contain a valid container spec: json: cannot unmarshal into Go value of type v1.Container`);
  if (
    ['name', 'image', 'lifecycle'].some((field) => has(found, field)) ||
    ['command', 'volumeDevices'].some((field) => list(found, field).length > 0)
  )
    throw new CommandError('name, command, image, lifecycle and volume devices are not modifiable via custom profile');
  return found;
}

export function withCustomProfile(container: JsonObject, custom: JsonObject | undefined): JsonObject {
  return custom === undefined ? container : strategicMerge(container, custom, 'server', ['containers']);
}

/** The pod with the custom profile laid over its debugging container. */
export function podWithCustomProfile(pod: JsonObject, name: string, custom: JsonObject | undefined): JsonObject {
  if (custom === undefined) return pod;
  const spec = pod['spec'] as JsonObject;
  const containers = list(spec, 'containers') as readonly JsonObject[];
  if (!containers.some((each) => text(each, 'name') === name))
    throw new CommandError(`unable to find the ${name} container in the pod ${text(pod, 'metadata', 'name')}`);
  return {
    ...pod,
    spec: { ...spec, containers: containers.map((each) => (text(each, 'name') === name ? withCustomProfile(each, custom) : each)) },
  };
}
