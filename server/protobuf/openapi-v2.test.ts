import { expect, it } from 'vitest';
import { openapiV2 } from './openapi-v2.ts';

/** Bytes of nested messages, written as `field: content`. */
const field = (number: number, content: string | number[]): number[] => {
  const bytes = typeof content === 'string' ? [...Buffer.from(content)] : content;
  const key = (number << 3) | 2;
  return [...(key < 128 ? [key] : [(key & 127) | 128, key >> 7]), bytes.length, ...bytes];
};

it('writes a document as the messages of openapi.v2', () => {
  const document = {
    swagger: '2.0',
    info: { title: 'K', version: 'v1' },
    paths: { '/a': { get: { responses: { 200: { description: 'OK' } } }, parameters: [{ name: 'n', in: 'path', required: true }] } },
    definitions: { A: { type: 'object', properties: { b: { type: 'string', enum: ['x'] } }, 'x-k': 1 } },
  };
  const response = field(1, [...field(1, '200'), ...field(2, field(1, field(1, 'OK')))]);
  const parameter = field(2, field(4, [8, 1, ...field(2, 'path'), ...field(4, 'n')]));
  const item = [...field(2, field(9, response)), ...field(9, field(1, parameter))];
  const b = [...field(20, field(2, '"x"\n')), ...field(22, field(1, 'string'))];
  const properties = field(25, field(1, [...field(1, 'b'), ...field(2, b)]));
  const extension = field(31, [...field(1, 'x-k'), ...field(2, field(2, '1\n'))]);
  const a = [...field(22, field(1, 'object')), ...properties, ...extension];
  expect([...openapiV2(document)]).toEqual([
    ...field(1, '2.0'),
    ...field(2, [...field(1, 'K'), ...field(2, 'v1')]),
    ...field(8, field(2, [...field(1, '/a'), ...field(2, item)])),
    ...field(9, field(1, [...field(1, 'A'), ...field(2, a)])),
  ]);
});
