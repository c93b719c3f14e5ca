import { readType, splitTypes, type Type } from './types.ts';
import type { Value } from './values.ts';

/** One way to call a function. */
export interface Overload {
  readonly member: boolean;
  /** The target first, for members. */
  readonly parameters: readonly Type[];
  readonly result: Type;
  readonly call: (...args: Value[]) => Value;
}

export type Library = ReadonlyMap<string, readonly Overload[]>;

type Call = (...args: never[]) => Value;

/** Functions by name, from declarations like `size(string):int` and `string.contains(string):bool`. */
export function library(...parts: readonly Readonly<Record<string, Call>>[]): Library {
  const out = new Map<string, Overload[]>();
  for (const part of parts) {
    for (const [text, call] of Object.entries(part)) {
      const { name, overload } = declare(text, call as unknown as Overload['call']);
      out.set(name, [...(out.get(name) ?? []), overload]);
    }
  }
  return out;
}

function declare(text: string, call: Overload['call']): { name: string; overload: Overload } {
  const match = /^(?:(.+)\.)?([\w@!?:[\]&|=<>+*/%-]+)\(([^]*)\):(.+)$/.exec(text);
  if (match === null) throw new Error(`not a declaration: ${text}`);
  const [, before, name = '', inside = '', result = ''] = match;
  // `cel.` and `sets.` are part of a name, all else before the dot is the type of the target.
  const qualified = before !== undefined && NAMESPACES.has(before);
  const parameters = splitTypes(inside).map(readType);
  const member = before !== undefined && !qualified;
  return {
    name: qualified ? `${before}.${name}` : name,
    overload: { member, parameters: member ? [readType(before), ...parameters] : parameters, result: readType(result), call },
  };
}

/** Names with a dot that are functions, not members. */
export const NAMESPACES: ReadonlySet<string> = new Set(['sets', 'lists', 'optional', 'ip', 'format', 'strings', 'jsonpatch']);
