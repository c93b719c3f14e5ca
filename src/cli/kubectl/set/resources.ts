import type { Task } from '../../../engine/os/task.ts';
import { CommandError } from '../errors.ts';
import { refuseLocalNames, refuseServerDryRun } from '../local.ts';
import { parseQuantity, QUANTITY_RULE } from '../quantity.ts';
import { manifestSources } from '../manifests.ts';
import { NO_RESOURCES } from '../resources.ts';
import type { Session } from '../session.ts';
import { object, text } from '../values.ts';
import type { JsonObject } from '../values.ts';
import { setOn } from './change.ts';
import { containersOf, matchesContainer, withContainers } from './containers.ts';

export function* setResources(session: Session): Task<number> {
  const { flags } = session;
  refuseLocalNames(session, flags.args);
  refuseServerDryRun(session);
  if (flags.args.length === 0 && manifestSources(session).length === 0) throw new CommandError(NO_RESOURCES);
  const [limits, requests] = [amounts(flags.string('limits')), amounts(flags.string('requests'))];
  if (limits === undefined && requests === undefined)
    throw new CommandError('you must specify an update to requests or limits (in the form of --requests/--limits)');
  const pattern = flags.string('containers');
  return yield* setOn(session, flags.args, {
    operation: 'resource requirements updated',
    refused: 'failed to patch resources update to pod template',
    // eslint-disable-next-line require-yield
    *edit(value, info) {
      if (!containersOf(value, info).some((container) => matchesContainer(pattern, text(container, 'name'))))
        throw new CommandError(`unable to find container named ${pattern}`);
      return withContainers(value, info, (container) => {
        if (!matchesContainer(pattern, text(container, 'name'))) return container;
        const was = object(container, 'resources');
        const given = (field: string, more: JsonObject | undefined): JsonObject =>
          more === undefined ? {} : { [field]: { ...object(was, field), ...more } };
        return { ...container, resources: { ...was, ...given('limits', limits), ...given('requests', requests) } };
      });
    },
  });
}

function amounts(spec: string): JsonObject | undefined {
  if (spec === '') return undefined;
  return Object.fromEntries(
    spec.split(',').map((pair) => {
      const [name = '', value, ...more] = pair.split('=');
      if (value === undefined || more.length > 0) throw new CommandError(`Invalid argument syntax ${pair}, expected <resource>=<value>`);
      if (parseQuantity(value) === undefined) throw new CommandError(QUANTITY_RULE);
      return [name, value];
    }),
  );
}
