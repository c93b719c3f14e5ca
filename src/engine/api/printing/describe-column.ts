import { COLUMN_DESCRIPTIONS } from '../generated/columns.ts';

/** What a table says of its column: a text, or the documentation of the field that is named (`PodStatus.podIP`). */
export function describeColumn(description: string): string {
  return COLUMN_DESCRIPTIONS[description] ?? description;
}
