import type { FieldSchema, Schema, TypeSchema } from '../src/engine/api/schema.ts';

const LETTERS: Readonly<Record<string, string>> = {
  string: 's', boolean: 'b', number: 'n', quantity: 'q', intOrString: 'o', time: 't', microTime: 'u', any: '*',
}; // prettier-ignore

/** The schema as the engine carries it (`src/engine/api/known-types.ts` reads it): a line a type, a word or two a field. */
export function schemaLines(schema: Schema): string[] {
  return Object.entries(schema).map(([name, type]) => [name, ...Object.keys(type.fields).map((field) => fieldWord(type, field))].join(' '));
}

function fieldWord(type: TypeSchema, field: string): string {
  const { [field]: goType } = type.named ?? {};
  const { [field]: goName } = type.names ?? {};
  const marks = [type.required, type.pointers, type.always, type.structs].map((list, i) =>
    list?.includes(field) === true ? '!?=.'[i] : '',
  );
  const code = typeCode(type.fields[field] as FieldSchema);
  return `${field}:${code}${marks.join('')}${goType === undefined ? '' : `#${goType}`}${goName === undefined ? '' : `@${goName}`}`;
}

function typeCode(field: FieldSchema): string {
  switch (field.type) {
    case 'array':
      return `[${typeCode(field.items)}`;
    case 'map':
      return `{${typeCode(field.items)}`;
    case 'ref':
      return field.ref;
    case 'integer':
      return field.format === 'int32' ? 'i' : 'l';
    case 'string':
      return field.format === 'byte' ? 'y' : 's';
    default:
      return LETTERS[field.type] as string;
  }
}
