// kubectl reads OpenAPI v2 in protobuf only (messages of package openapi.v2). The engine writes JSON; it is turned into bytes here.

type Value = string | number | boolean | null | Value[] | { [key: string]: Value };
type Message = { [key: string]: Value };

/** What a client accepts that wants it, and the name under which it is answered. */
export const PROTOBUF_ACCEPT = /application\/com\.github\.proto-openapi\.spec\.v2[.@]v1\.0\+protobuf/;
export const PROTOBUF_TYPE = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

/** Texts of a Schema, by number. */
const SCHEMA_TEXTS: Readonly<Record<string, number>> = { $ref: 1, format: 2, title: 3, description: 4, pattern: 13 };

/** The bytes of a Document. */
export function openapiV2(document: Message): Buffer {
  const info = object(document['info']);
  return Buffer.concat([
    text(1, document['swagger']),
    message(2, [text(1, info['title']), text(2, info['version'])]),
    message(
      8,
      Object.entries(object(document['paths'])).map(([name, item]) => named(2, name, pathItem(object(item)))),
    ),
    message(9, schemas(object(document['definitions']))),
  ]);
}

function schema(value: Message): Buffer[] {
  const parts: Buffer[] = [];
  for (const [field, number] of Object.entries(SCHEMA_TEXTS)) parts.push(text(number, value[field]));
  if (value['default'] !== undefined) parts.push(any(5, value['default']));
  for (const required of list(value['required'])) parts.push(text(19, required));
  for (const one of list(value['enum'])) parts.push(any(20, one));
  const rest = value['additionalProperties'];
  if (typeof rest === 'boolean') parts.push(message(21, [flag(2, rest)]));
  else if (rest !== undefined) parts.push(message(21, [message(1, schema(object(rest)))]));
  if (value['type'] !== undefined)
    parts.push(
      message(
        22,
        list(value['type']).map((type) => text(1, type)),
      ),
    );
  if (value['items'] !== undefined) parts.push(message(23, [message(1, schema(object(value['items'])))]));
  for (const one of list(value['allOf'])) parts.push(message(24, schema(object(one))));
  if (value['properties'] !== undefined) parts.push(message(25, schemas(object(value['properties']))));
  return [...parts, ...extensions(31, value)];
}

const schemas = (all: Message): Buffer[] => Object.entries(all).map(([name, one]) => named(1, name, schema(object(one))));

const METHODS: Readonly<Record<string, number>> = { get: 2, put: 3, post: 4, delete: 5, options: 6, head: 7, patch: 8 };

function pathItem(item: Message): Buffer[] {
  const operations = Object.entries(METHODS).flatMap(([method, number]) =>
    item[method] === undefined ? [] : [message(number, operation(object(item[method])))],
  );
  return [...operations, ...parameters(9, item['parameters']), ...extensions(10, item)];
}

function operation(value: Message): Buffer[] {
  return [
    text(3, value['description']),
    text(5, value['operationId']),
    ...list(value['produces']).map((media) => text(6, media)),
    ...list(value['consumes']).map((media) => text(7, media)),
    ...parameters(8, value['parameters']),
    message(
      9,
      Object.entries(object(value['responses'])).map(([code, response]) => {
        const { description, schema: shape } = object(response);
        const content = [text(1, description), ...(shape === undefined ? [] : [message(2, [message(1, schema(object(shape)))])])];
        return named(1, code, [message(1, content)]);
      }),
    ),
    ...extensions(13, value),
  ];
}

/** A parameter is of the body, of the query or of the path; the numbers of the latter two differ by the one field that paths lack. */
function parameters(number: number, all: Value | undefined): Buffer[] {
  return list(all).map((one) => {
    const value = object(one);
    const common = [text(2, value['in']), text(3, value['description']), text(4, value['name'])];
    let parameter: Buffer;
    if (value['in'] === 'body') {
      const body = [text(1, value['description']), text(2, value['name']), text(3, value['in']), flag(4, value['required'])];
      parameter = message(1, [...body, message(5, schema(object(value['schema'])))]);
    } else if (value['in'] === 'path') {
      const path = [flag(1, value['required']), ...common, text(5, value['type']), flag(19, value['uniqueItems'])];
      parameter = message(2, [message(4, path)]);
    } else {
      const query = [flag(1, value['required']), ...common, text(6, value['type']), flag(20, value['uniqueItems'])];
      parameter = message(2, [message(3, query)]);
    }
    return message(number, [message(1, [parameter])]);
  });
}

/** `x-…` fields, as values in YAML. */
function extensions(number: number, value: Message): Buffer[] {
  return Object.entries(value)
    .filter(([field]) => field.startsWith('x-'))
    .map(([field, content]) => message(number, [text(1, field), any(2, content)]));
}

const any = (number: number, value: Value): Buffer => message(number, [text(2, `${JSON.stringify(value)}\n`)]);
const named = (number: number, name: string, content: readonly Buffer[]): Buffer => message(number, [text(1, name), message(2, content)]);

function message(number: number, content: readonly Buffer[]): Buffer {
  const length = content.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([varint((number << 3) | 2), varint(length), ...content]);
}

function text(number: number, value: Value | undefined): Buffer {
  return typeof value === 'string' && value !== '' ? message(number, [Buffer.from(value, 'utf8')]) : Buffer.alloc(0);
}

function flag(number: number, value: Value | undefined): Buffer {
  return value === true ? Buffer.concat([varint(number << 3), varint(1)]) : Buffer.alloc(0);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (; value >= 0x80; value = Math.floor(value / 128)) bytes.push((value & 0x7f) | 0x80);
  return Buffer.from([...bytes, value]);
}

function object(value: Value | undefined): Message {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

function list(value: Value | undefined): Value[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value];
}
