import { parseLabelSelector } from '../../../engine/api/selector.ts';
import type { Requirement } from '../../../engine/api/selector.ts';
import type { Task } from '../../../engine/os/task.ts';
import { CommandError } from '../errors.ts';
import { refuseLocalNames } from '../local.ts';
import { manifestSources } from '../manifests.ts';
import { NO_RESOURCES } from '../resources.ts';
import type { Session } from '../session.ts';
import { object } from '../values.ts';
import type { JsonObject } from '../values.ts';
import { setOn } from './change.ts';

export function* setSelector(session: Session): Task<number> {
  const { flags } = session;
  // The last word is the selector.
  const resources = flags.args.slice(0, -1);
  refuseLocalNames(session, resources);
  if (flags.args.length > 0 && resources.length === 0 && manifestSources(session).length === 0) throw new CommandError(NO_RESOURCES);
  const requirements = requirementsOf(flags.args.at(-1));
  const version = flags.string('resource-version');
  return yield* setOn(session, resources, {
    operation: 'selector updated',
    always: true,
    // eslint-disable-next-line require-yield
    *edit(value, info) {
      if (info.mapping.kind !== 'Service') throw new CommandError('setting a selector is only supported for Services');
      const selector = matchLabelsOf(requirements);
      const metadata = version === '' ? object(value, 'metadata') : { ...object(value, 'metadata'), resourceVersion: version };
      return { ...value, metadata, spec: { ...object(value, 'spec'), selector } };
    },
  });
}

const GO_OPERATORS: Readonly<Record<string, string>> = { in: 'In', notin: 'NotIn', exists: 'Exists', '!': 'DoesNotExist' };

function requirementsOf(word: string | undefined): readonly Requirement[] {
  if (word === undefined) throw new CommandError('one selector is required');
  try {
    return parseLabelSelector(word);
  } catch (error) {
    throw new CommandError(`couldn't parse the selector string "${word}": ${error instanceof Error ? error.message : String(error)}`);
  }
}

function matchLabelsOf(requirements: readonly Requirement[]): JsonObject {
  const expressions = requirements.filter(({ operator }) => operator !== '=' && operator !== '==');
  if (expressions.length > 0)
    throw new CommandError(
      `match expression [${expressions.map(({ key, operator, values }) => `{${key} ${GO_OPERATORS[operator] ?? operator} [${values.join(' ')}]}`).join(' ')}] not supported on this object`,
    );
  return Object.fromEntries(requirements.map(({ key, values }) => [key, values[0] ?? '']));
}
