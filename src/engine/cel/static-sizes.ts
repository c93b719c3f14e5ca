import { fixed, type Range } from './ranges.ts';
import type { Expression } from './syntax.ts';
import { isLoose, type Type } from './types.ts';

/** How large a literal is; undefined of what is none. */
export function literalSize(expression: Expression): Range | undefined {
  if (expression.kind === 'list') return fixed(expression.items.length);
  if (expression.kind === 'map') return fixed(expression.entries.length);
  if (expression.kind !== 'literal') return undefined;
  const { value } = expression;
  if (typeof value === 'string') return fixed([...value].length);
  return fixed(value instanceof Uint8Array ? value.length : 1);
}

const SCALARS = new Set(['bool', 'double', 'google.protobuf.Duration', 'int', 'google.protobuf.Timestamp', 'uint']);

export function isScalar(type: Type): boolean {
  if (isLoose(type)) return false;
  return type.kind === 'optional' ? isScalar(type.of) : type.kind === 'plain' && SCALARS.has(type.name);
}

export const isTextList = (type: Type | undefined): boolean =>
  type?.kind === 'list' && type.of.kind === 'plain' && (type.of.name === 'string' || type.of.name === 'bytes');

export function whole(expression: Expression | undefined): number | undefined {
  return expression?.kind === 'literal' && typeof expression.value === 'bigint' && expression.value >= 0n
    ? Number(expression.value)
    : undefined;
}

/** How many items a slice has, where its ends are literals. */
export const slicedSize = (size: Range, from: Expression | undefined, to: Expression | undefined): Range =>
  fixed(Math.max(0, (whole(to) ?? size.max) - (whole(from) ?? 0)));
