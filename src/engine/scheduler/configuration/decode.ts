import type { Shape } from './schema.ts';

/** What Go's strict decoder says against a value: unknown fields, or the first value of a wrong type. */
export function decodeProblems(value: unknown, shape: Shape, root: string): string[] {
  const unknown: string[] = [];
  const mistyped = walk(value, shape, '', root, unknown);
  if (mistyped !== undefined) return [mistyped];
  return unknown.map((path) => `unknown field ${JSON.stringify(path)}`);
}

function walk(value: unknown, shape: Shape, path: string, root: string, unknown: string[]): string | undefined {
  if (value === undefined || value === null || shape === 'any') return undefined;
  if (typeof shape === 'string') return fits(value, shape) ? undefined : mismatch(value, shape, path, root);
  if ('list' in shape) {
    if (!Array.isArray(value)) return mismatch(value, `[]${typeName(shape.list)}`, path, root);
    for (const [i, item] of (value as unknown[]).entries()) {
      const problem = walk(item, shape.list, `${path}[${i}]`, root, unknown);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }
  if (typeof value !== 'object' || Array.isArray(value)) return mismatch(value, typeName(shape), path, root);
  for (const [field, item] of Object.entries(value)) {
    const inner = shape.fields[field];
    const place = path === '' ? field : `${path}.${field}`;
    if (inner === undefined) {
      unknown.push(place);
      continue;
    }
    const problem = walk(item, inner, place, root, unknown);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function fits(value: unknown, shape: 'string' | 'bool' | 'int32' | 'int64'): boolean {
  if (shape === 'string') return typeof value === 'string';
  if (shape === 'bool') return typeof value === 'boolean';
  return Number.isInteger(value) && (shape === 'int64' || Math.abs(value as number) < 2 ** 31);
}

function mismatch(value: unknown, type: string, path: string, root: string): string {
  const kind = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
  const found = kind === 'number' && !Number.isInteger(value) ? `number ${String(value)}` : kind;
  return `json: cannot unmarshal ${found} into Go struct field ${root}.${path.replace(/\[\d+\]/g, '')} of type ${type}`;
}

function typeName(shape: Shape): string {
  if (typeof shape === 'string') return shape;
  return 'list' in shape ? `[]${typeName(shape.list)}` : `v1.${shape.struct}`;
}
