import { CommandError } from './errors.ts';
import type { JsonObject } from './values.ts';

/** generate.ParseLabels: `a=b,c=d`. */
export function parseLabels(spec: string): JsonObject {
  return Object.fromEntries(
    spec.split(',').map((pair) => {
      const [key = '', value, more] = pair.split('=');
      if (value === undefined || more !== undefined) throw new CommandError(`unexpected label spec: ${pair}`);
      if (key === '') throw new CommandError('unexpected empty label key');
      return [key, value];
    }),
  );
}
