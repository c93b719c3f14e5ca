import { matchesLabels, parseLabelSelector } from '../../engine/api/selector.ts';
import type { Requirement } from '../../engine/api/selector.ts';
import { CommandError } from './errors.ts';
import { object } from './values.ts';
import type { JsonObject } from './values.ts';

/** `-l` chooses among what the files hold. */
export function labelFilter(selector: string): (value: JsonObject) => boolean {
  if (selector === '') return () => true;
  const requirements = parsed(selector);
  return (value) => matchesLabels(requirements, object(value, 'metadata', 'labels') as Record<string, string>);
}

function parsed(selector: string): Requirement[] {
  try {
    return parseLabelSelector(selector);
  } catch (error) {
    throw new CommandError(error instanceof Error ? error.message : String(error));
  }
}
