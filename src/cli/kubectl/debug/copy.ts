import { CommandError } from '../errors.ts';
import type { Session } from '../session.ts';
import { list, object, text } from '../values.ts';
import type { JsonObject } from '../values.ts';
import { securityContext } from './profiles.ts';
import type { Profile } from './profiles.ts';

const PROBES: Readonly<Record<string, string>> = {
  livenessProbe: 'keep-liveness',
  readinessProbe: 'keep-readiness',
  startupProbe: 'keep-startup',
};

/** The pod again under another name, with a debugging container in it or with one of its containers changed. */
export function copyOf(session: Session, pod: JsonObject, profile: Profile, debugging: JsonObject): { pod: JsonObject; container: string } {
  const { flags } = session;
  const { ephemeralContainers: _ephemeral, nodeName, ...spec } = object(pod, 'spec');
  const name = text(debugging, 'name');
  const images = imagesOf(session);
  // Where only images are changed no container is for debugging, and the profile has nothing to say.
  const plain = profile === 'legacy' || name === '';
  let containers = (list(spec, 'containers') as JsonObject[]).map((container) => {
    const image = images.get(text(container, 'name')) ?? images.get('*');
    const kept = Object.fromEntries(
      Object.entries(container).filter(([field]) => plain || PROBES[field] === undefined || flags.bool(PROBES[field])),
    );
    return image === undefined ? kept : { ...kept, image };
  });
  const known = containers.some((each) => text(each, 'name') === name);
  if (known) {
    const { image, ...changes } = debugging;
    const changed = (each: JsonObject): JsonObject => ({
      ...each,
      ...changes,
      ...(text(debugging, 'image') === '' ? {} : { image: image as string }),
      ...securityContext(profile, 'copy'),
    });
    containers = containers.map((each) => (text(each, 'name') === name ? changed(each) : each));
  } else if (text(debugging, 'image') !== '') containers.push({ ...debugging, ...securityContext(profile, 'copy') });
  else if (images.size === 0) throw new CommandError(`you must specify an existing container or a new image when specifying args.`);
  const share = flags.has('share-processes') ? flags.bool('share-processes') : plain ? undefined : true;
  const metadata: JsonObject = { name: flags.string('copy-to'), namespace: text(pod, 'metadata', 'namespace') };
  for (const [field, flag] of [
    ['labels', 'keep-labels'],
    ['annotations', 'keep-annotations'],
  ] as const)
    if ((name === '' || flags.bool(flag)) && Object.keys(object(pod, 'metadata', field)).length > 0)
      metadata[field] = object(pod, 'metadata', field);
  const { initContainers, ...rest } = spec;
  return {
    container: known || text(debugging, 'image') !== '' ? name : '',
    pod: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata,
      spec: {
        ...rest,
        ...(initContainers !== undefined && (plain || flags.bool('keep-init-containers')) ? { initContainers } : {}),
        containers,
        ...(share === undefined ? {} : { shareProcessNamespace: share }),
        ...(flags.bool('same-node') && nodeName !== undefined ? { nodeName } : {}),
      },
    },
  };
}

function imagesOf({ flags }: Session): Map<string, string> {
  return new Map(
    flags.slice('set-image').map((pair) => {
      const [name = '', image] = pair.split(/=(.*)/s);
      if (image === undefined)
        throw new CommandError(`invalid argument "${pair}" for "--set-image" flag: ${pair} must be formatted as key=value`);
      return [name, image];
    }),
  );
}
