import lines from './generated/schema-lines.json' with { type: 'json' };
import type { FieldSchema, Schema, TypeSchema } from './schema.ts';

const PLAIN: Readonly<Record<string, FieldSchema>> = {
  s: { type: 'string' },
  y: { type: 'string', format: 'byte' },
  b: { type: 'boolean' },
  i: { type: 'integer', format: 'int32' },
  l: { type: 'integer', format: 'int64' },
  n: { type: 'number' },
  q: { type: 'quantity' },
  o: { type: 'intOrString' },
  t: { type: 'time' },
  u: { type: 'microTime' },
  '*': { type: 'any' },
};

const MARKS = [
  ['!', 'required'],
  ['?', 'pointers'],
  ['=', 'always'],
  ['.', 'structs'],
] as const;

const FIELD = /^([^:]+):([^!?=.#@]+)([!?=.]*)(?:#([^@]+))?(?:@(.+))?$/;

const made = new Map(Object.entries(PLAIN));

/** The types of the built-in kinds. They are written in a short form (`tools/schema-lines.ts`): it is in the first chunk of the page. */
export const SCHEMA: Schema = Object.fromEntries(lines.map(readType));

function readType(line: string): [string, TypeSchema] {
  const [name = '', ...words] = line.split(' ');
  const type: TypeSchema = { fields: {} };
  for (const word of words) {
    const [, field = '', code = '', marks = '', goType, goName] = FIELD.exec(word) ?? [];
    type.fields[field] = fieldOf(code);
    for (const [mark, list] of MARKS) if (marks.includes(mark)) (type[list] ??= []).push(field);
    if (goType !== undefined) (type.named ??= {})[field] = goType;
    if (goName !== undefined) (type.names ??= {})[field] = goName;
  }
  type.required?.sort();
  return [name, type];
}

function fieldOf(code: string): FieldSchema {
  let field = made.get(code);
  if (field === undefined) {
    const items = (): FieldSchema => fieldOf(code.slice(1));
    field = code.startsWith('[')
      ? { type: 'array', items: items() }
      : code.startsWith('{')
        ? { type: 'map', items: items() }
        : { type: 'ref', ref: code };
    made.set(code, field);
  }
  return field;
}
