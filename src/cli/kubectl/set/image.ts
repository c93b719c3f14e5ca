import type { Task } from '../../../engine/os/task.ts';
import { CommandError } from '../errors.ts';
import { manifestSources } from '../manifests.ts';
import { pairsOf, splitPairs } from '../pairs.ts';
import { NO_RESOURCES, parseTargets } from '../resources.ts';
import type { Session } from '../session.ts';
import { text } from '../values.ts';
import { refuseLocalNames } from '../local.ts';
import { setOn } from './change.ts';
import type { Setting } from './change.ts';
import { containersOf, withContainers } from './containers.ts';

export function* setImage(session: Session): Task<number> {
  const { resources, pairs } = splitPairs(session.flags.args, 'image');
  const { set: images } = pairsOf(pairs, 'image', false);
  refuseLocalNames(session, resources);
  if (resources.length === 0 && manifestSources(session).length === 0) throw new CommandError(NO_RESOURCES);
  if (resources.length > 0)
    yield* parseTargets(session, resources, { labelSelector: session.flags.string('selector'), all: session.flags.bool('all') });
  if (pairs.length === 0) throw new CommandError('at least one image update is required');
  if ('*' in images && Object.keys(images).length > 1)
    throw new CommandError('all containers are already specified by *, but saw more than one container_name=container_image pairs');
  const missing: CommandError[] = [];
  const setting: Setting = {
    operation: 'image updated',
    refused: 'failed to patch image update to pod template:',
    // eslint-disable-next-line require-yield
    *edit(value, info) {
      const known = new Set(containersOf(value, info).map((container) => text(container, 'name')));
      for (const name of Object.keys(images))
        if (name !== '*' && !known.has(name)) missing.push(new CommandError(`error: unable to find container named "${name}"`));
      return withContainers(value, info, (container) => {
        const image = images[text(container, 'name')] ?? images['*'];
        return image === undefined ? container : { ...container, image };
      });
    },
  };
  return yield* setOn(session, resources, setting, missing);
}
