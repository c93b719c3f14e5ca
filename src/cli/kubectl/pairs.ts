import { CommandError } from './errors.ts';

function isPair(arg: string): boolean {
  return (arg.includes('=') && !arg.startsWith('=')) || (arg.endsWith('-') && arg !== '-');
}

/** Resources come first, then `KEY=VALUE` and `KEY-`: GetResourcesAndPairs. `what`: a label, an annotation, an image. */
export function splitPairs(args: readonly string[], what: string): { resources: string[]; pairs: string[] } {
  const first = args.findIndex(isPair);
  if (first < 0) return { resources: [...args], pairs: [] };
  const pairs = args.slice(first);
  const late = pairs.find((arg) => !isPair(arg));
  if (late !== undefined) throw new CommandError(`all resources must be specified before ${what} changes: ${late}`);
  return { resources: args.slice(0, first), pairs };
}

/** ParsePairs: what is to be set, and what to be taken away where that is possible. */
export function pairsOf(pairs: readonly string[], what: string, removes: boolean): { set: Record<string, string>; remove: string[] } {
  const set: Record<string, string> = {};
  const remove: string[] = [];
  const invalid: string[] = [];
  for (const pair of pairs) {
    const [key = '', value] = pair.split(/=(.*)/s);
    if (value !== undefined) set[key] = value;
    else if (removes) remove.push(pair.slice(0, -1));
    else invalid.push(pair);
  }
  if (invalid.length > 0) throw new CommandError(`invalid ${what} format: ${invalid.join(', ')}`);
  return { set, remove };
}
